//! One connection as a state machine: an [`SessionEvent`] and the time come in, [`SessionAction`]s come out.
//!
//! It answers commands, applies the rules for channels, and decides what a client is told. It
//! does nothing itself: it has no socket, no task and no codec, and reads no clock. The server
//! carries out its actions in their order, passes back the results of those that have one, and
//! sends [`SessionEvent::TimePassed`] when [`Session::wakeup`] says so.
//!
//! While it waits for a result it takes no command: later ones queue, so that those behind a
//! `connect` in one frame wait for its token to be verified.

mod channels;
mod commands;
mod event;
mod open;
mod settings;
mod verdicts;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::wire::{ClientRequest, Close, Command, ErrorCode, Generation, Reply, ReplyResult};

pub use channels::{Access, ChannelRules, ChannelSettings, NamespaceOptions};
pub use event::{Answer, Membership, Now, Reload, SessionAction, SessionEvent, ShownToken, Wakeup};
pub use settings::SessionSettings;

use open::Open;

/// One connection.
#[derive(Debug)]
pub struct Session {
    client: String,
    settings: Arc<SessionSettings>,
    generation: Option<Generation>,
    /// When it is closed if it is not open by then.
    stale_at: Duration,
    phase: Phase,
    wait: Option<Wait>,
    queue: VecDeque<Command>,
}

#[derive(Debug)]
enum Phase {
    /// No `connect` has succeeded. After one that was refused, other commands are ignored.
    Unconnected {
        was_refused: bool,
    },
    Open(Box<Open>),
    Closed,
}

/// The command whose result is awaited.
#[derive(Debug)]
enum Wait {
    Connect {
        id: u32,
    },
    Refresh {
        id: u32,
    },
    Subscribe {
        id: u32,
        channel: String,
        join_leave: bool,
    },
    SubRefresh {
        id: u32,
        channel: String,
    },
    Hub {
        id: u32,
    },
}

/// What one event leads to.
struct Step<'s> {
    now: Now,
    actions: &'s mut Vec<SessionAction>,
}

impl Step<'_> {
    fn push(&mut self, action: SessionAction) {
        self.actions.push(action);
    }

    fn reply(&mut self, id: u32, result: ReplyResult) {
        let result = Ok(result);
        self.push(SessionAction::Reply(Reply { id, result }));
    }

    fn error(&mut self, id: u32, error: ErrorCode) {
        let result = Err(error);
        self.push(SessionAction::Reply(Reply { id, result }));
    }
}

impl Session {
    /// A connection that was opened just now. `client` is its ID: others see it, and no other
    /// connection may have it.
    #[must_use]
    pub fn new(client: String, settings: Arc<SessionSettings>, now: Now) -> Self {
        Self {
            client,
            stale_at: now.monotonic.saturating_add(settings.stale_close_delay),
            settings,
            generation: None,
            phase: Phase::Unconnected { was_refused: false },
            wait: None,
            queue: VecDeque::new(),
        }
    }

    /// The client ID.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The user, once the session is open.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.open().map(|open| open.info.user.as_str())
    }

    /// The generation of the client, once its first command has told it. The caller reads
    /// commands by it: see [`Frame::next`](crate::wire::Frame::next).
    #[must_use]
    pub fn generation(&self) -> Option<Generation> {
        self.generation
    }

    /// Sets the generation, which the first command has told.
    pub fn set_generation(&mut self, generation: Generation) {
        self.generation = Some(generation);
    }

    /// Whether a result is awaited. Commands that come now queue.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.wait.is_some()
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// When to send [`SessionEvent::TimePassed`]. Ask again after each event.
    #[must_use]
    pub fn wakeup(&self) -> Wakeup {
        match &self.phase {
            Phase::Unconnected { .. } => Wakeup {
                wall: None,
                monotonic: Some(self.stale_at),
            },
            Phase::Open(open) => open.wakeup(&self.settings, self.generation()),
            Phase::Closed => Wakeup::default(),
        }
    }

    /// Takes one event at the time `now`, and adds what to do to `actions`.
    pub fn handle(&mut self, event: SessionEvent, now: Now, actions: &mut Vec<SessionAction>) {
        let step = &mut Step { now, actions };
        match event {
            _ if self.is_closed() => {}
            SessionEvent::Command(command) => {
                self.heard();
                self.queue.push_back(command);
            }
            SessionEvent::Malformed => self.close(Close::BadRequest, step),
            SessionEvent::Heard => self.heard(),
            SessionEvent::Connection(verdict) => self.on_connection(verdict, step),
            SessionEvent::Subscription(verdict) => self.on_subscription(verdict, step),
            SessionEvent::Answer(answer) => self.on_answer(answer, step),
            SessionEvent::TimePassed => self.on_time_passed(step),
            SessionEvent::Reloaded(reload) => self.on_reload(reload, step),
            SessionEvent::Shutdown => self.close(Close::Shutdown, step),
            SessionEvent::Gone => self.end(step),
        }
        while self.wait.is_none() && !self.is_closed() {
            let Some(command) = self.queue.pop_front() else {
                break;
            };
            self.on_command(command, step);
        }
    }

    fn heard(&mut self) {
        if let Phase::Open(open) = &mut self.phase {
            open.pong_due = None;
        }
    }

    fn on_command(&mut self, command: Command, step: &mut Step<'_>) {
        let Command { id, request } = command;
        match (&self.phase, request) {
            (_, ClientRequest::Pong) => {}
            (_, request) if id == 0 && request != ClientRequest::Send => {
                self.close(Close::BadRequest, step);
            }
            (Phase::Unconnected { .. }, ClientRequest::Connect { token }) => {
                self.wait = Some(Wait::Connect { id });
                step.push(SessionAction::VerifyConnection(ShownToken::new(token)));
            }
            (Phase::Unconnected { was_refused: true }, _) => {}
            (Phase::Unconnected { .. }, _) => self.close(Close::BadRequest, step),
            (Phase::Open(_), request) => self.on_request(id, request, step),
            (Phase::Closed, _) => {}
        }
    }

    fn on_answer(&mut self, answer: Answer, step: &mut Step<'_>) {
        let Some(Wait::Hub { id }) = self.wait.take() else {
            return;
        };
        match answer {
            Answer::Published => step.reply(id, ReplyResult::Publish),
            Answer::Presence(clients) => step.reply(id, ReplyResult::Presence(clients)),
            Answer::PresenceStats { clients, users } => {
                step.reply(id, ReplyResult::PresenceStats { clients, users });
            }
            Answer::Failed => step.error(id, ErrorCode::Internal),
        }
    }

    fn on_time_passed(&mut self, step: &mut Step<'_>) {
        match &self.phase {
            Phase::Unconnected { .. } if step.now.monotonic >= self.stale_at => {
                self.close(Close::Stale, step);
            }
            Phase::Open(_) => {
                self.on_ping_time(step);
                self.on_expiry(step);
            }
            _ => {}
        }
    }

    fn on_ping_time(&mut self, step: &mut Step<'_>) {
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let now = step.now.monotonic;
        if open.pong_due.is_some_and(|due| now >= due) {
            self.close(Close::NoPong, step);
        } else if now >= open.ping_at {
            open.ping_at = now.saturating_add(self.settings.ping_interval);
            open.pong_due = Some(now.saturating_add(self.settings.pong_timeout));
            step.push(SessionAction::Ping);
        }
    }

    fn on_reload(&mut self, reload: Reload, step: &mut Step<'_>) {
        self.settings = reload.settings;
        let Phase::Open(open) = &self.phase else {
            return;
        };
        // A connection without a token has no authority that could go.
        let authority = open.authority();
        let is_trusted =
            authority.is_empty() || reload.authorities.iter().any(|it| it == authority);
        if !is_trusted {
            self.close(Close::Expired, step);
        }
    }

    fn close(&mut self, close: Close, step: &mut Step<'_>) {
        self.end(step);
        step.push(SessionAction::Close(close));
    }

    /// Leaves all channels; nothing happens to this session any more.
    fn end(&mut self, step: &mut Step<'_>) {
        let phase = core::mem::replace(&mut self.phase, Phase::Closed);
        if let Phase::Open(open) = phase {
            for subscription in open.subscriptions {
                let channel = subscription.channel;
                step.push(SessionAction::Unsubscribe { channel });
            }
        }
        self.wait = None;
        self.queue = VecDeque::new();
    }

    fn open(&self) -> Option<&Open> {
        match &self.phase {
            Phase::Open(open) => Some(open),
            _ => None,
        }
    }

    fn known_generation(&self) -> Generation {
        self.generation.unwrap_or(Generation::V1)
    }
}
