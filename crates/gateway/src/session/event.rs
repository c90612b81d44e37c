//! The events that a session takes, and the actions that it asks for.

use std::sync::Arc;
use std::time::Duration;

use countersign::{Connection, Error, Subscription, UnixTime};

use super::SessionSettings;
use crate::wire::{ClientInfo, Close, Command, Payload, Push, Reply};

/// The time of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Now {
    /// The wall clock, which the ends of tokens follow. It may be set.
    pub wall: UnixTime,
    /// The time since some start, which pings follow. It only grows.
    pub monotonic: Duration,
}

impl Now {
    /// This moment by both clocks.
    #[must_use]
    pub const fn new(wall: UnixTime, monotonic: Duration) -> Self {
        Self { wall, monotonic }
    }
}

/// When a session must be told the time. `None` is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wakeup {
    /// By the wall clock.
    pub wall: Option<UnixTime>,
    /// By the monotonic one.
    pub monotonic: Option<Duration>,
}

/// An event for a session.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// The client sent a command.
    Command(Command),
    /// The client sent something that is no command.
    Malformed,
    /// The client showed a sign of life that is no command, such as a WebSocket pong.
    Heard,
    /// What became of the connection token of [`SessionAction::VerifyConnection`].
    Connection(Result<Connection, Error>),
    /// What became of the subscription token of [`SessionAction::VerifySubscription`].
    Subscription(Result<Subscription, Error>),
    /// What the hub answered to [`SessionAction::Publish`], [`SessionAction::AskPresence`] or
    /// [`SessionAction::AskPresenceStats`].
    Answer(Answer),
    /// Time has passed: a time that [`Session::wakeup`](super::Session::wakeup) names, or any other.
    TimePassed,
    /// The server has read its configuration anew.
    Reloaded(Reload),
    /// The server stops.
    Shutdown,
    /// The client is gone.
    Gone,
}

/// What a new configuration means to a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reload {
    /// The settings from now on.
    pub settings: Arc<SessionSettings>,
    /// The names of the authorities that are trusted now.
    pub authorities: Arc<[String]>,
}

impl Reload {
    /// A configuration with these settings, which trusts these authorities.
    #[must_use]
    pub const fn new(settings: Arc<SessionSettings>, authorities: Arc<[String]>) -> Self {
        Self {
            settings,
            authorities,
        }
    }
}

/// What the hub answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The publication was taken.
    Published,
    /// Who is subscribed.
    Presence(Vec<Arc<ClientInfo>>),
    /// How many are subscribed.
    PresenceStats {
        /// Connections.
        clients: u32,
        /// Different users among them.
        users: u32,
    },
    /// The hub could not do it now.
    Failed,
}

/// What a session asks for. Actions are carried out in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionAction {
    /// Send a reply.
    Reply(Reply),
    /// Send a push, to this client alone.
    Push(Push),
    /// Send a ping: of the protocol in the second generation, of WebSocket in the first.
    Ping,
    /// Verify a connection token, and tell [`SessionEvent::Connection`]. An empty one stands for none.
    VerifyConnection(ShownToken),
    /// Verify a subscription token, and tell [`SessionEvent::Subscription`].
    VerifySubscription(ShownToken),
    /// Enter a channel.
    Subscribe(Membership),
    /// Show others another info of this client in a channel that it is in.
    UpdateInfo {
        /// The channel.
        channel: String,
        /// Who the client is now.
        info: Arc<ClientInfo>,
    },
    /// Leave a channel.
    Unsubscribe {
        /// The channel.
        channel: String,
    },
    /// Publish into a channel, and tell [`SessionEvent::Answer`].
    Publish {
        /// The channel.
        channel: String,
        /// What to publish.
        data: Payload,
        /// Who publishes.
        info: Arc<ClientInfo>,
    },
    /// Ask who is in a channel, and tell [`SessionEvent::Answer`].
    AskPresence {
        /// The channel.
        channel: String,
    },
    /// Ask how many are in a channel, and tell [`SessionEvent::Answer`].
    AskPresenceStats {
        /// The channel.
        channel: String,
    },
    /// Close the connection, when what was said before has been sent.
    Close(Close),
}

/// How a client is in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Membership {
    /// The channel.
    pub channel: String,
    /// Who the client is.
    pub info: Arc<ClientInfo>,
    /// Whether presence shows it.
    pub in_presence: bool,
    /// Whether others are told that it joins and leaves.
    pub announced: bool,
    /// Whether it is told who joins and leaves.
    pub hears_others: bool,
}

/// A token on its way to the one who verifies it. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownToken(String);

impl ShownToken {
    pub(super) fn new(token: String) -> Self {
        Self(token)
    }

    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for ShownToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
