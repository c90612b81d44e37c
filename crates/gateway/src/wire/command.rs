//! What a client asks for.

use super::Payload;

/// One command of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Command {
    /// The client matches the reply by this. It is 0 only for [`ClientRequest::Send`] and
    /// [`ClientRequest::Pong`].
    pub id: u32,
    /// What is asked for.
    pub request: ClientRequest,
}

impl Command {
    /// A command that is answered under this id.
    #[must_use]
    pub const fn new(id: u32, request: ClientRequest) -> Self {
        Self { id, request }
    }
}

/// What a command asks for.
///
/// Fields that this server has no use for, such as those of recovery, are read and dropped.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientRequest {
    /// Opens the session; always the first.
    Connect {
        /// The connection token; empty if there is none.
        token: String,
    },
    /// Subscribes to a channel.
    Subscribe {
        /// The channel.
        channel: String,
        /// The subscription token; empty if there is none.
        token: String,
        /// Whether join and leave events are asked for (second generation).
        join_leave: bool,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// The channel.
        channel: String,
    },
    /// Publishes into a channel.
    Publish {
        /// The channel.
        channel: String,
        /// What to publish.
        data: Payload,
    },
    /// Asks who is subscribed.
    Presence {
        /// The channel.
        channel: String,
    },
    /// Asks how many are subscribed.
    PresenceStats {
        /// The channel.
        channel: String,
    },
    /// Asks for earlier publications.
    History {
        /// The channel.
        channel: String,
    },
    /// A ping of the client (first generation).
    Ping,
    /// An answer to the server's ping (second generation).
    Pong,
    /// A message that is not answered.
    Send,
    /// A remote procedure call.
    Rpc,
    /// Shows a new connection token.
    Refresh {
        /// The token; empty if there is none.
        token: String,
    },
    /// Shows a new subscription token.
    SubRefresh {
        /// The channel.
        channel: String,
        /// The token; empty if there is none.
        token: String,
    },
    /// A method that does not exist.
    Unknown,
}

impl ClientRequest {
    /// The method's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Publish { .. } => "publish",
            Self::Presence { .. } => "presence",
            Self::PresenceStats { .. } => "presence_stats",
            Self::History { .. } => "history",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Send => "send",
            Self::Rpc => "rpc",
            Self::Refresh { .. } => "refresh",
            Self::SubRefresh { .. } => "sub_refresh",
            Self::Unknown => "unknown",
        }
    }
}

/// Shows the method alone: tokens and data stay out of logs.
impl core::fmt::Debug for ClientRequest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The methods that a client names, in the order of their numbers in the first generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Connect,
    Subscribe,
    Unsubscribe,
    Publish,
    Presence,
    PresenceStats,
    History,
    Ping,
    Send,
    Rpc,
    Refresh,
    SubRefresh,
}

impl Method {
    pub(super) const ALL: [(Self, &'static str); 12] = [
        (Self::Connect, "connect"),
        (Self::Subscribe, "subscribe"),
        (Self::Unsubscribe, "unsubscribe"),
        (Self::Publish, "publish"),
        (Self::Presence, "presence"),
        (Self::PresenceStats, "presence_stats"),
        (Self::History, "history"),
        (Self::Ping, "ping"),
        (Self::Send, "send"),
        (Self::Rpc, "rpc"),
        (Self::Refresh, "refresh"),
        (Self::SubRefresh, "sub_refresh"),
    ];

    /// The method of this number in the first generation.
    pub(super) fn numbered(number: u64) -> Option<Self> {
        let index = usize::try_from(number).ok()?;
        Self::ALL.get(index).map(|(method, _)| *method)
    }

    /// The method of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut methods = Self::ALL.iter();
        methods
            .find(|(_, known)| *known == name)
            .map(|(method, _)| *method)
    }
}
