//! One client of the command core. The test carries the messages that a server would carry over a
//! socket.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use countersign::config::{Config, Format};
use countersign::jws::{NewHeader, sign};
use countersign::{Authenticator, Error, Key, UnixTime, default_provider};
use countersign_gateway::options::{self, GivenOption};
use countersign_gateway::session::{
    Answer, Membership, Now, Session, SessionAction, SessionEvent, ShownToken,
};
use countersign_gateway::wire::{ClientInfo, Close, Codec, Frame, Generation, Push, WireFormat};

use super::protobuf;
use crate::cases::text::{Values, expand_text};
use crate::encoding::unhex;
use crate::records::Record;

const SECRET: &str = "a secret of at least 32 bytes ...";
/// The wall clock's time when a case begins.
const START: i64 = 1_800_000_000;
const CLIENT: &str = "client-1";

/// The messages to a client, and the words for other events.
pub(super) type Sent = Vec<Result<Vec<u8>, String>>;

pub(super) struct Client {
    session: Session,
    authenticator: Authenticator,
    format: WireFormat,
    /// The part of `codec` that `open` needs.
    generation: Option<Generation>,
    values: Values,
    now: Now,
    are_keys_down: bool,
    hides_pings: bool,
    memberships: BTreeMap<String, Membership>,
    sent: Sent,
}

impl Client {
    pub(super) fn new(record: &Record, values: &Values) -> Self {
        let mut values = values.clone();
        values.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        for name in record.names("token") {
            let payload = expand_text(record.need(&format!("token {name}")), &values);
            values.insert(name.to_owned(), token(&payload));
        }
        let codec = expand_text(record.need("codec"), &values);
        let (generation, format) = match codec.split_once(' ') {
            Some(("v1", format)) => (Some(Generation::V1), format),
            Some(("v2", format)) => (Some(Generation::V2), format),
            _ => (None, codec.as_str()),
        };
        let format = match format {
            "json" => WireFormat::Json,
            "protobuf" => WireFormat::Protobuf,
            other => panic!("no codec {other:?}"),
        };
        let rules = r#""channel_rules":"v2","publish":true,"presence":true"#;
        let config = expand_text(record.get("config").unwrap_or(rules), &values);
        let text = format!(r#"{{"token_hmac_secret_key":"{SECRET}",{config}}}"#);
        let config = Config::from_text(&text, Format::Json, []).unwrap();
        let rules = config.setup().build().unwrap().ignore_warnings().rules;
        let given: Vec<GivenOption> = config
            .other_options()
            .iter()
            .map(|option| {
                if option.from_environment {
                    GivenOption::of_environment(&option.name, &option.json)
                } else {
                    GivenOption::of_file(&option.name, &option.json)
                }
            })
            .collect();
        let options = options::read(&given, config.uses_sections()).unwrap();
        let now = Now::new(UnixTime::from_secs(START), Duration::from_secs(1000));
        let settings = Arc::new(options.server.sessions);
        Self {
            session: Session::new(CLIENT.into(), settings, now),
            authenticator: Authenticator::new(rules),
            format,
            generation,
            values,
            now,
            are_keys_down: false,
            hides_pings: false,
            memberships: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    /// The messages to the client since the last call.
    pub(super) fn take_sent(&mut self) -> Sent {
        core::mem::take(&mut self.sent)
    }

    /// The expected messages, from a record.
    pub(super) fn written(&self, text: &str) -> Sent {
        if text == "nothing" {
            return Vec::new();
        }
        let one = |word: &str| match word {
            _ if word.starts_with("close ") || word == "websocket ping" => Err(word.to_owned()),
            _ => Ok(self.message(word)),
        };
        text.split(" & ").map(one).collect()
    }

    /// The messages as text for people.
    pub(super) fn shown(&self, sent: &Sent) -> String {
        let one = |message: &Result<Vec<u8>, String>| match (message, self.format) {
            (Err(word), _) => word.clone(),
            (Ok(bytes), WireFormat::Json) => String::from_utf8_lossy(bytes).into_owned(),
            (Ok(bytes), WireFormat::Protobuf) => bytes.escape_ascii().to_string(),
        };
        let shown: Vec<String> = sent.iter().map(one).collect();
        if shown.is_empty() {
            "nothing".into()
        } else {
            shown.join(" & ")
        }
    }

    fn message(&self, text: &str) -> Vec<u8> {
        match self.format {
            WireFormat::Json => text.as_bytes().to_vec(),
            WireFormat::Protobuf => protobuf::delimited(text),
        }
    }

    pub(super) fn act(&mut self, step: &str) {
        let (verb, object) = step.split_once(' ').unwrap_or((step, ""));
        let seconds = || Duration::from_secs(object.parse().expect("seconds"));
        match verb {
            "send" => {
                let messages: Vec<_> = object.split(" & ").map(|it| self.message(it)).collect();
                let separator: &[u8] = match self.format {
                    WireFormat::Json => b"\n",
                    WireFormat::Protobuf => b"",
                };
                self.receive(messages.join(separator));
            }
            "raw" => self.receive(unhex(object)),
            "open" => self.open(),
            "wait" => self.pass(seconds()),
            "alive" => {
                self.hides_pings = true;
                self.pass(seconds());
                self.hides_pings = false;
                self.handle(SessionEvent::Heard);
            }
            "keys" => self.are_keys_down = object == "down",
            "shutdown" => self.handle(SessionEvent::Shutdown),
            other => panic!("no step {other:?}"),
        }
    }

    fn open(&mut self) {
        let shown = self.values.get("t").cloned();
        let shown = shown.unwrap_or_else(|| token(r#"{"sub":"42"}"#));
        let message = match (self.generation.expect("a codec"), self.format) {
            (Generation::V1, WireFormat::Json) => {
                format!(r#"{{"params":{{"token":"{shown}"}},"id":1}}"#)
            }
            (Generation::V2, WireFormat::Json) => {
                format!(r#"{{"connect":{{"token":"{shown}"}},"id":1}}"#)
            }
            (Generation::V1, WireFormat::Protobuf) => format!("1:1 2:0 3:{{1:\"{shown}\"}}"),
            (Generation::V2, WireFormat::Protobuf) => format!("1:1 4:{{1:\"{shown}\"}}"),
        };
        self.receive(self.message(&message));
        assert!(self.session.user().is_some(), "not open");
        self.sent.clear();
    }

    fn pass(&mut self, time: Duration) {
        self.now.wall = self.now.wall.saturating_add(time);
        self.now.monotonic += time;
        self.handle(SessionEvent::TimePassed);
    }

    fn receive(&mut self, bytes: Vec<u8>) {
        let mut frame = Frame::new(self.format, bytes);
        loop {
            let mut generation = self.session.generation();
            let command = frame.next(&mut generation);
            if let Some(generation) = generation {
                self.session.set_generation(generation);
            }
            match command {
                None => return,
                Some(Ok(command)) => self.handle(SessionEvent::Command(command)),
                Some(Err(_)) => self.handle(SessionEvent::Malformed),
            }
        }
    }

    fn handle(&mut self, event: SessionEvent) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let mut actions = Vec::new();
            self.session.handle(event, self.now, &mut actions);
            for action in actions {
                events.extend(self.perform(action));
            }
        }
    }

    fn codec(&self) -> Codec {
        let generation = self.session.generation();
        Codec::new(generation.unwrap_or(Generation::V1), self.format)
    }

    fn perform(&mut self, action: SessionAction) -> Option<SessionEvent> {
        match action {
            SessionAction::Reply(reply) => self.sent.push(Ok(self.codec().reply(&reply))),
            SessionAction::Push(push) => self.push(&push),
            SessionAction::Ping if self.hides_pings => {}
            SessionAction::Ping => self.sent.push(match self.codec().ping() {
                Some(ping) => Ok(ping.to_vec()),
                None => Err("websocket ping".into()),
            }),
            SessionAction::VerifyConnection(token) => return Some(self.verify_connection(&token)),
            SessionAction::VerifySubscription(token) => {
                let verdict = self
                    .authenticator
                    .subscription(token.as_str(), self.now.wall);
                return Some(SessionEvent::Subscription(self.unless_down().and(verdict)));
            }
            SessionAction::Subscribe(membership) => {
                let (channel, info) = (membership.channel.clone(), membership.info.clone());
                let hears_itself = membership.announced && membership.hears_others;
                self.memberships.insert(channel.clone(), membership);
                if hears_itself {
                    self.push(&Push::Join { channel, info });
                }
            }
            SessionAction::UpdateInfo { channel, info } => {
                let membership = self.memberships.get_mut(&channel);
                membership.expect("a channel that was entered").info = info;
            }
            SessionAction::Unsubscribe { channel } => {
                self.memberships.remove(&channel);
            }
            SessionAction::Publish {
                channel,
                data,
                info,
            } => {
                if self.memberships.contains_key(&channel) {
                    self.push(&Push::Publication {
                        channel,
                        data,
                        info: Some(info),
                    });
                }
                return Some(SessionEvent::Answer(Answer::Published));
            }
            SessionAction::AskPresence { channel } => {
                return Some(SessionEvent::Answer(Answer::Presence(
                    self.present(&channel),
                )));
            }
            SessionAction::AskPresenceStats { channel } => {
                let count = self.present(&channel).len() as u32;
                return Some(SessionEvent::Answer(Answer::PresenceStats {
                    clients: count,
                    users: count,
                }));
            }
            SessionAction::Close(close) => self.close(close),
            other => panic!("{other:?} is not known here"),
        }
        None
    }

    fn verify_connection(&self, token: &ShownToken) -> SessionEvent {
        SessionEvent::Connection(match token.as_str() {
            "" => self.authenticator.without_token(),
            token => {
                let verdict = self.authenticator.connection(token, self.now.wall);
                self.unless_down().and(verdict)
            }
        })
    }

    fn unless_down(&self) -> Result<(), Error> {
        if self.are_keys_down {
            return Err(Error::KeysUnavailable {
                reason: "the endpoint is down".into(),
                retry_after: None,
            });
        }
        Ok(())
    }

    fn present(&self, channel: &str) -> Vec<Arc<ClientInfo>> {
        let membership = self.memberships.get(channel);
        let shown = membership.filter(|membership| membership.in_presence);
        shown
            .map(|membership| membership.info.clone())
            .into_iter()
            .collect()
    }

    fn push(&mut self, push: &Push) {
        self.sent
            .extend(self.codec().push(push).map(|message| Ok(message.to_vec())));
    }

    fn close(&mut self, close: Close) {
        let frame = close.frame(self.session.generation());
        self.sent
            .push(Err(format!("close {} {}", frame.code, frame.reason)));
    }
}

fn token(payload: &str) -> String {
    let key = Key::secret(SECRET.as_bytes()).unwrap();
    let signer = key.signer(&default_provider(), Some("HS256")).unwrap();
    sign(&*signer, NewHeader::JWT, payload.as_bytes()).unwrap()
}
