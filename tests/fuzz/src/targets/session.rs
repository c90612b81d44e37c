//! The command core of the gateway: any commands, tokens and times, without a socket.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use countersign::{Authenticator, Authority, Key, Keyring, Rules, UnixTime};
use countersign_gateway::session::{
    Answer, ChannelRules, Now, Reload, Session, SessionAction, SessionEvent, SessionSettings,
};
use countersign_gateway::wire::{ClientRequest, Codec, Command, Generation, Reply, WireFormat};

use crate::{Target, accept};

/// The target.
pub const TARGET: Target = Target {
    name: "session",
    about: "each command has at most one reply, nothing is served before connect or after the \
     end, and every joined channel is left",
    run,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_second: bool,
    is_v4: bool,
    options: u8,
    steps: Vec<Step<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Command(u32, What<'a>),
    Pass { wall: i32, monotonic: u16 },
    Heard,
    Malformed,
    Reload(bool),
    Shutdown,
    Gone,
}

#[derive(Arbitrary, Debug)]
enum What<'a> {
    Connect(Shown<'a>),
    Refresh(Shown<'a>),
    Subscribe(&'a str, Shown<'a>, bool),
    SubRefresh(&'a str, Shown<'a>),
    Unsubscribe(&'a str),
    Publish(&'a str, &'a [u8]),
    Presence(&'a str),
    Stats(&'a str),
    History(&'a str),
    Ping,
    Pong,
    Send,
    Rpc,
    Unknown,
}

/// A token: none, nonsense, or any payload with a signature that is always valid.
#[derive(Arbitrary, Debug)]
enum Shown<'a> {
    None,
    Nonsense,
    Connection {
        sub: u8,
        exp: Option<i16>,
    },
    Subscription {
        sub: u8,
        channel: &'a str,
        exp: Option<i16>,
    },
    Any(&'a [u8]),
}

const START: i64 = 1_800_000_000;

static AUTHENTICATOR: LazyLock<Authenticator> = LazyLock::new(|| {
    let key = Key::secret([7; 32]).unwrap();
    let keyring = Keyring::new(accept::provider()).with(&key).unwrap();
    let authority = Authority::builder().keyring(keyring).name("main");
    Authenticator::new(Rules::new(authority.build().unwrap()).allow_no_token())
});

impl Shown<'_> {
    fn token(&self) -> String {
        let exp = |exp: &Option<i16>| match exp {
            Some(exp) => format!(r#","exp":{}"#, START + i64::from(*exp)),
            None => String::new(),
        };
        let payload = match self {
            Self::None => return String::new(),
            Self::Nonsense => return "nonsense".into(),
            Self::Connection { sub, exp: end } => {
                format!(r#"{{"sub":"{}","channels":["s"]{}}}"#, sub % 4, exp(end))
            }
            Self::Subscription {
                sub,
                channel,
                exp: end,
            } => {
                let channel = serde_json::Value::from(*channel);
                format!(r#"{{"sub":"{}","channel":{channel}{}}}"#, sub % 4, exp(end))
            }
            Self::Any(payload) => return accept::token(br#"{"alg":"HS256"}"#, payload),
        };
        accept::token(br#"{"alg":"HS256"}"#, payload.as_bytes())
    }
}

impl What<'_> {
    fn request(&self) -> ClientRequest {
        let own = |text: &&str| (*text).to_owned();
        match self {
            Self::Connect(shown) => ClientRequest::Connect {
                token: shown.token(),
            },
            Self::Refresh(shown) => ClientRequest::Refresh {
                token: shown.token(),
            },
            Self::Subscribe(channel, shown, join_leave) => ClientRequest::Subscribe {
                channel: own(channel),
                token: shown.token(),
                join_leave: *join_leave,
            },
            Self::SubRefresh(channel, shown) => ClientRequest::SubRefresh {
                channel: own(channel),
                token: shown.token(),
            },
            Self::Unsubscribe(channel) => ClientRequest::Unsubscribe {
                channel: own(channel),
            },
            Self::Publish(channel, data) => ClientRequest::Publish {
                channel: own(channel),
                data: (*data).into(),
            },
            Self::Presence(channel) => ClientRequest::Presence {
                channel: own(channel),
            },
            Self::Stats(channel) => ClientRequest::PresenceStats {
                channel: own(channel),
            },
            Self::History(channel) => ClientRequest::History {
                channel: own(channel),
            },
            Self::Ping => ClientRequest::Ping,
            Self::Pong => ClientRequest::Pong,
            Self::Send => ClientRequest::Send,
            Self::Rpc => ClientRequest::Rpc,
            Self::Unknown => ClientRequest::Unknown,
        }
    }
}

fn settings(input: &Input<'_>) -> SessionSettings {
    let mut settings = SessionSettings::default();
    settings.channel_limit = 3;
    let channels = &mut settings.channels;
    if input.is_v4 {
        channels.rules = ChannelRules::V4;
    }
    let all = &mut channels.without_namespace;
    all.subscribe.client = input.options & 1 != 0;
    all.subscribe.anonymous = input.options & 2 != 0;
    all.publish = all.subscribe;
    all.ask_presence.subscriber = true;
    all.presence = input.options & 4 != 0;
    all.presence_for_clients = true;
    all.join_leave = input.options & 8 != 0;
    all.user_limited = input.options & 16 != 0;
    all.server_side = input.options & 32 != 0;
    if input.options & 64 != 0 {
        channels.personal = Some(String::new());
    }
    settings
}

/// A session, and the state that it is checked against.
struct Held {
    session: Session,
    codec: Codec,
    now: Now,
    /// The ids of commands that have no reply yet.
    open: Vec<u32>,
    channels: BTreeSet<String>,
    is_connected: bool,
    has_ended: bool,
}

fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let generation = if input.is_second {
        Generation::V2
    } else {
        Generation::V1
    };
    let now = Now::new(UnixTime::from_secs(START), Duration::ZERO);
    let settings = settings(&input);
    let mut session = Session::new("client".into(), Arc::new(settings.clone()), now);
    session.set_generation(generation);
    let mut held = Held {
        session,
        codec: Codec::new(generation, WireFormat::Json),
        now,
        open: Vec::new(),
        channels: BTreeSet::new(),
        is_connected: false,
        has_ended: false,
    };
    for step in &input.steps {
        let event = match step {
            Step::Command(id, what) => {
                held.open.push(*id);
                SessionEvent::Command(Command::new(*id, what.request()))
            }
            Step::Pass { wall, monotonic } => {
                let wall_now = held.now.wall.as_secs() + i64::from(*wall);
                held.now.wall = UnixTime::from_secs(wall_now);
                held.now.monotonic += Duration::from_secs((*monotonic).into());
                SessionEvent::TimePassed
            }
            Step::Heard => SessionEvent::Heard,
            Step::Malformed => SessionEvent::Malformed,
            Step::Reload(is_trusted) => SessionEvent::Reloaded(Reload::new(
                Arc::new(settings.clone()),
                is_trusted.then(|| "main".to_owned()).into_iter().collect(),
            )),
            Step::Shutdown => SessionEvent::Shutdown,
            Step::Gone => SessionEvent::Gone,
        };
        held.settle(event);
    }
    held.settle(SessionEvent::Gone);
    assert!(held.channels.is_empty(), "still in {:?}", held.channels);
}

impl Held {
    fn settle(&mut self, event: SessionEvent) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let mut actions = Vec::new();
            self.session.handle(event, self.now, &mut actions);
            assert!(!self.has_ended || actions.is_empty(), "{actions:?}");
            for action in actions {
                events.extend(self.perform(action));
            }
            self.has_ended = self.session.is_closed();
        }
        assert!(!self.session.is_waiting(), "waits for nothing");
        let wakeup = self.session.wakeup();
        assert!(!self.has_ended || wakeup.monotonic.is_none());
    }

    fn perform(&mut self, action: SessionAction) -> Option<SessionEvent> {
        match action {
            SessionAction::Reply(reply) => {
                let index = self.open.iter().position(|id| *id == reply.id);
                self.open.remove(index.expect("a reply to no command"));
                self.is_connected |= self.session.user().is_some();
                assert!(self.is_connected || reply.result.is_err(), "{reply:?}");
                shown(self.codec, &reply);
            }
            SessionAction::Push(push) => {
                assert!(self.is_connected && self.codec.push(&push).is_some());
            }
            SessionAction::Ping => assert!(self.is_connected),
            SessionAction::VerifyConnection(token) => {
                let verdict = match token.as_str() {
                    "" => AUTHENTICATOR.without_token(),
                    token => AUTHENTICATOR.connection(token, self.now.wall),
                };
                return Some(SessionEvent::Connection(verdict));
            }
            SessionAction::VerifySubscription(token) => {
                let verdict = AUTHENTICATOR.subscription(token.as_str(), self.now.wall);
                return Some(SessionEvent::Subscription(verdict));
            }
            SessionAction::Subscribe(membership) => {
                assert!(self.is_connected && self.channels.insert(membership.channel));
                assert!(self.channels.len() <= 3);
            }
            SessionAction::UpdateInfo { channel, .. } => assert!(self.channels.contains(&channel)),
            SessionAction::Unsubscribe { channel } => assert!(self.channels.remove(&channel)),
            SessionAction::Publish { .. } => {
                assert!(self.is_connected);
                return Some(SessionEvent::Answer(Answer::Published));
            }
            SessionAction::AskPresence { channel } => {
                assert!(self.channels.contains(&channel));
                return Some(SessionEvent::Answer(Answer::Presence(vec![])));
            }
            SessionAction::AskPresenceStats { channel } => {
                assert!(self.channels.contains(&channel));
                return Some(SessionEvent::Answer(Answer::Failed));
            }
            SessionAction::Close(_) => assert!(self.channels.is_empty()),
            _ => {}
        }
        None
    }
}

/// Checks that a reply is one JSON object on one line.
fn shown(codec: Codec, reply: &Reply) {
    let message = codec.reply(reply);
    assert!(!message.contains(&b'\n'));
    let read: serde_json::Value = serde_json::from_slice(&message).unwrap();
    assert!(read.is_object());
}
