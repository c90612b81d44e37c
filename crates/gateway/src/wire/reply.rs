//! The messages of the server.

use std::sync::Arc;

use super::{ErrorCode, Payload, Unsubscribed};

/// An answer to one command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The command's id.
    pub id: u32,
    /// The result, or why there is none.
    pub result: Result<ReplyResult, ErrorCode>,
}

impl Reply {
    /// The answer to the command of this id.
    #[must_use]
    pub const fn new(id: u32, result: Result<ReplyResult, ErrorCode>) -> Self {
        Self { id, result }
    }
}

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyResult {
    /// The session is open.
    Connect(ConnectResult),
    /// The subscription is open.
    Subscribe(SubscribeResult),
    /// The subscription has ended.
    Unsubscribe,
    /// The publication was taken.
    Publish,
    /// Who is subscribed, by client ID.
    Presence(Vec<Arc<ClientInfo>>),
    /// How many are subscribed.
    PresenceStats {
        /// Connections.
        clients: u32,
        /// Different users among them.
        users: u32,
    },
    /// An answer to a ping of the client.
    Ping,
    /// The new connection token was taken.
    Refresh {
        /// The client ID, which stays.
        client: String,
        /// In how many seconds the next token is due; `None` is never.
        ttl: Option<u32>,
    },
    /// The new subscription token was taken.
    SubRefresh {
        /// In how many seconds the next token is due; `None` is never.
        ttl: Option<u32>,
    },
}

/// What a client learns when its session opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectResult {
    /// The client ID, new for each connection.
    pub client: String,
    /// In how many seconds a new token is due; `None` is never.
    pub ttl: Option<u32>,
    /// The channels that the server has subscribed the client to.
    pub subscriptions: Vec<(String, SubscribeResult)>,
    /// The seconds between pings of the server (second generation).
    pub ping: u32,
}

/// What a client learns when a subscription opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribeResult {
    /// In how many seconds a new token is due; `None` is never.
    pub ttl: Option<u32>,
    /// What the backend signed for the client.
    pub data: Option<Payload>,
}

/// Who a client is, as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInfo {
    /// The user; empty is anonymous.
    pub user: String,
    /// The client ID.
    pub client: String,
    /// `info` of the connection token.
    pub connection: Option<Payload>,
    /// `info` of the subscription token.
    pub channel: Option<Payload>,
}

impl ClientInfo {
    /// A client of which the tokens tell nothing more.
    #[must_use]
    pub fn new(user: impl Into<String>, client: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            client: client.into(),
            connection: None,
            channel: None,
        }
    }
}

/// A message that answers no command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Push {
    /// Something was published in a channel.
    Publication {
        /// The channel.
        channel: String,
        /// What was published.
        data: Payload,
        /// The client that published it; `None` if the server did.
        info: Option<Arc<ClientInfo>>,
    },
    /// A client has subscribed.
    Join {
        /// The channel.
        channel: String,
        /// Who.
        info: Arc<ClientInfo>,
    },
    /// A client's subscription has ended.
    Leave {
        /// The channel.
        channel: String,
        /// Who.
        info: Arc<ClientInfo>,
    },
    /// The server has ended the client's subscription.
    Unsubscribe {
        /// The channel.
        channel: String,
        /// Why, and whether to subscribe again.
        reason: Unsubscribed,
    },
}

/// The version that clients are told.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
