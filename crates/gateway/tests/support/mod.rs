//! What tests share: tokens, and a session that is driven by hand with a clock of its own.
#![allow(dead_code)] // each test binary uses its part

pub(crate) mod running;

use std::sync::Arc;
use std::time::Duration;

use countersign::jws::{NewHeader, sign};
use countersign::{Authenticator, Authority, Error, Key, Rules, Trust, UnixTime, default_provider};
use countersign_gateway::session::{
    Answer, Membership, Now, Session, SessionAction, SessionEvent, SessionSettings,
};
use countersign_gateway::wire::{
    ClientRequest, Close, Command, ConnectResult, ErrorCode, Generation, Reply, ReplyResult,
};

pub(crate) const SECRET: &[u8] = b"a secret of at least 32 bytes ...";
pub(crate) const OTHER_SECRET: &[u8] = b"another secret of 32 bytes or more";
/// The wall clock's time when a session starts.
pub(crate) const START: i64 = 1_800_000_000;

/// A token with this payload, under this secret.
pub(crate) fn token_by(secret: &[u8], payload: &str) -> String {
    let key = Key::secret(secret).unwrap();
    let signer = key.signer(&default_provider(), Some("HS256")).unwrap();
    sign(&*signer, NewHeader::JWT, payload.as_bytes()).unwrap()
}

pub(crate) fn token(payload: &str) -> String {
    token_by(SECRET, payload)
}

pub(crate) fn authority(name: &str, secret: &[u8]) -> Authority {
    let key = Key::secret(secret).unwrap();
    Authority::builder().key(key).name(name).build().unwrap()
}

/// Trusts tokens under [`SECRET`], and those of the issuer `other` under [`OTHER_SECRET`].
pub(crate) fn authenticator() -> Authenticator {
    let trust = Trust::builder()
        .any_issuer(authority("main", SECRET))
        .issuer("other", authority("other", OTHER_SECRET))
        .build();
    Authenticator::new(Rules::new(trust.unwrap()))
}

/// A session, its clocks, and who verifies tokens.
pub(crate) struct Driver {
    pub(crate) session: Session,
    pub(crate) authenticator: Authenticator,
    pub(crate) wall: UnixTime,
    pub(crate) monotonic: Duration,
    pub(crate) next_id: u32,
}

impl Driver {
    pub(crate) fn new(generation: Generation, settings: SessionSettings) -> Self {
        Self::with(generation, settings, authenticator())
    }

    pub(crate) fn with(
        generation: Generation,
        settings: SessionSettings,
        authenticator: Authenticator,
    ) -> Self {
        let wall = UnixTime::from_secs(START);
        let monotonic = Duration::from_secs(1000);
        let now = Now::new(wall, monotonic);
        let mut session = Session::new("client-1".into(), Arc::new(settings), now);
        session.set_generation(generation);
        Self {
            session,
            authenticator,
            wall,
            monotonic,
            next_id: 1,
        }
    }

    /// A session that is open, for user 42 unless the payload says otherwise.
    pub(crate) fn open(generation: Generation, settings: SessionSettings, payload: &str) -> Self {
        let mut driver = Self::new(generation, settings);
        let actions = driver.connect(&token(payload));
        assert!(
            matches!(
                actions.first(),
                Some(SessionAction::Reply(Reply {
                    result: Ok(ReplyResult::Connect(_)),
                    ..
                }))
            ),
            "{actions:?}"
        );
        driver
    }

    pub(crate) fn now(&self) -> Now {
        Now::new(self.wall, self.monotonic)
    }

    /// What an event leads to, and nothing beyond it.
    pub(crate) fn event(&mut self, event: SessionEvent) -> Vec<SessionAction> {
        let mut actions = Vec::new();
        self.session.handle(event, self.now(), &mut actions);
        actions
    }

    /// What an event leads to when tokens are verified and the hub answers at once.
    pub(crate) fn settle(&mut self, event: SessionEvent) -> Vec<SessionAction> {
        let mut settled = Vec::new();
        let mut actions = self.event(event);
        while let Some(action) = (!actions.is_empty()).then(|| actions.remove(0)) {
            let result = match &action {
                SessionAction::VerifyConnection(token) => {
                    SessionEvent::Connection(if token.as_str().is_empty() {
                        self.authenticator.without_token()
                    } else {
                        self.authenticator.connection(token.as_str(), self.wall)
                    })
                }
                SessionAction::VerifySubscription(token) => {
                    let verdict = self.authenticator.subscription(token.as_str(), self.wall);
                    SessionEvent::Subscription(verdict)
                }
                SessionAction::Publish { .. } => SessionEvent::Answer(Answer::Published),
                SessionAction::AskPresence { .. } => SessionEvent::Answer(Answer::Presence(vec![])),
                SessionAction::AskPresenceStats { .. } => {
                    SessionEvent::Answer(Answer::PresenceStats {
                        clients: 0,
                        users: 0,
                    })
                }
                _ => {
                    settled.push(action);
                    continue;
                }
            };
            if !matches!(
                action,
                SessionAction::VerifyConnection(_) | SessionAction::VerifySubscription(_)
            ) {
                settled.push(action);
            }
            actions.extend(self.event(result));
        }
        settled
    }

    pub(crate) fn command(&mut self, request: ClientRequest) -> Command {
        let id = self.next_id;
        self.next_id += 1;
        Command::new(id, request)
    }

    pub(crate) fn send(&mut self, request: ClientRequest) -> Vec<SessionAction> {
        let command = self.command(request);
        self.settle(SessionEvent::Command(command))
    }

    pub(crate) fn connect(&mut self, token: &str) -> Vec<SessionAction> {
        self.send(ClientRequest::Connect {
            token: token.into(),
        })
    }

    pub(crate) fn subscribe(&mut self, channel: &str, token: &str) -> Vec<SessionAction> {
        self.send(ClientRequest::Subscribe {
            channel: channel.into(),
            token: token.into(),
            join_leave: false,
        })
    }

    pub(crate) fn refresh(&mut self, token: &str) -> Vec<SessionAction> {
        self.send(ClientRequest::Refresh {
            token: token.into(),
        })
    }

    pub(crate) fn sub_refresh(&mut self, channel: &str, token: &str) -> Vec<SessionAction> {
        self.send(ClientRequest::SubRefresh {
            channel: channel.into(),
            token: token.into(),
        })
    }

    pub(crate) fn publish(&mut self, channel: &str) -> Vec<SessionAction> {
        self.send(ClientRequest::Publish {
            channel: channel.into(),
            data: (&b"{}"[..]).into(),
        })
    }

    /// Lets both clocks run, and tells the session.
    pub(crate) fn pass(&mut self, seconds: u64) -> Vec<SessionAction> {
        let time = Duration::from_secs(seconds);
        self.wall = self.wall.saturating_add(time);
        self.monotonic += time;
        self.settle(SessionEvent::TimePassed)
    }

    /// Lets both clocks run as [`pass`](Self::pass) does, while the client answers pings.
    pub(crate) fn pass_alive(&mut self, seconds: u64) -> Vec<SessionAction> {
        let mut actions = self.pass(seconds);
        actions.extend(self.settle(SessionEvent::Heard));
        actions.retain(|action| *action != SessionAction::Ping);
        actions
    }
}

/// The error that is replied.
pub(crate) fn error_of(actions: &[SessionAction]) -> Option<ErrorCode> {
    actions.iter().find_map(|action| match action {
        SessionAction::Reply(Reply {
            result: Err(error), ..
        }) => Some(*error),
        _ => None,
    })
}

/// The result that is replied.
pub(crate) fn result_of(actions: &[SessionAction]) -> Option<&ReplyResult> {
    actions.iter().find_map(|action| match action {
        SessionAction::Reply(Reply {
            result: Ok(result), ..
        }) => Some(result),
        _ => None,
    })
}

/// Why the connection closes.
pub(crate) fn close_of(actions: &[SessionAction]) -> Option<Close> {
    actions.iter().find_map(|action| match action {
        SessionAction::Close(close) => Some(*close),
        _ => None,
    })
}

/// What a client notices, in a word: `ok`, the number of an error, or the close code.
pub(crate) fn told(actions: &[SessionAction], generation: Generation) -> String {
    if let Some(close) = close_of(actions) {
        return format!("close {}", close.frame(Some(generation)).code);
    }
    match error_of(actions) {
        Some(error) => error.number().to_string(),
        None if result_of(actions).is_some() => "ok".into(),
        None => "nothing".into(),
    }
}

/// Every user may subscribe and publish.
pub(crate) fn open_channels() -> SessionSettings {
    let mut settings = SessionSettings::default();
    let all = &mut settings.channels.without_namespace;
    all.subscribe.client = true;
    all.publish.client = true;
    settings
}

/// A token of user 42 that expires so many seconds after the start.
pub(crate) fn user(exp: i64) -> String {
    token(&format!(r#"{{"sub":"42","exp":{}}}"#, START + exp))
}

/// What a client is told that is connected.
pub(crate) fn connected(actions: &[SessionAction]) -> &ConnectResult {
    match result_of(actions) {
        Some(ReplyResult::Connect(result)) => result,
        other => panic!("{other:?}"),
    }
}

/// The first channel that is entered.
pub(crate) fn membership(actions: &[SessionAction]) -> &Membership {
    let entered = actions.iter().find_map(|action| match action {
        SessionAction::Subscribe(membership) => Some(membership),
        _ => None,
    });
    entered.unwrap_or_else(|| panic!("{actions:?}"))
}

/// The keys could not be fetched.
pub(crate) fn unavailable() -> Error {
    Error::KeysUnavailable {
        reason: "the endpoint is down".into(),
        retry_after: None,
    }
}
