//! The messages of both generations in Protobuf (proto3), by hand: the numbers are those of
//! the protocol's own definition. Fields that this server does not use are not declared;
//! prost skips them.

use bytes::Bytes;
use prost::Message;

use super::command::Method;
use super::reply::VERSION;
use super::{ClientRequest, Generation, Malformed, Payload, ReplyResult};

/// A command of either generation: their field numbers do not overlap.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Command {
    #[prost(uint32, tag = "1")]
    pub(super) id: u32,
    #[prost(int32, optional, tag = "2")]
    pub(super) method: Option<i32>,
    #[prost(bytes = "bytes", optional, tag = "3")]
    pub(super) params: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(super) connect: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "5")]
    pub(super) subscribe: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub(super) unsubscribe: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "7")]
    pub(super) publish: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "8")]
    pub(super) presence: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "9")]
    pub(super) presence_stats: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "10")]
    pub(super) history: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "11")]
    pub(super) ping: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "12")]
    pub(super) send: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "13")]
    pub(super) rpc: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "14")]
    pub(super) refresh: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "15")]
    pub(super) sub_refresh: Option<Bytes>,
}

impl Command {
    pub(super) fn read(message: Bytes) -> Result<Self, Malformed> {
        Self::decode(message).map_err(|_| Malformed)
    }

    /// The generation of a connection's first command.
    pub(super) fn generation(&self) -> Generation {
        if self.connect.is_some() {
            Generation::V2
        } else {
            Generation::V1
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct TokenRequest {
    #[prost(string, tag = "1")]
    token: String,
}

#[derive(Clone, PartialEq, Message)]
struct ChannelRequest {
    #[prost(string, tag = "1")]
    channel: String,
}

/// Of `subscribe` and `sub_refresh`; only the former has `join_leave`.
#[derive(Clone, PartialEq, Message)]
struct SubscribeRequest {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(string, tag = "2")]
    token: String,
    #[prost(bool, tag = "11")]
    join_leave: bool,
}

#[derive(Clone, PartialEq, Message)]
struct PublishRequest {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(bytes = "bytes", tag = "2")]
    data: Bytes,
}

/// The request of this method with these fields.
pub(super) fn request(method: Method, fields: Bytes) -> Result<ClientRequest, Malformed> {
    fn read<M: Message + Default>(fields: Bytes) -> Result<M, Malformed> {
        M::decode(fields).map_err(|_| Malformed)
    }
    let channel = |fields| read(fields).map(|it: ChannelRequest| it.channel);
    let token = |fields| read(fields).map(|it: TokenRequest| it.token);
    Ok(match method {
        Method::Connect => ClientRequest::Connect {
            token: token(fields)?,
        },
        Method::Subscribe => {
            let it: SubscribeRequest = read(fields)?;
            ClientRequest::Subscribe {
                channel: it.channel,
                token: it.token,
                join_leave: it.join_leave,
            }
        }
        Method::Unsubscribe => ClientRequest::Unsubscribe {
            channel: channel(fields)?,
        },
        Method::Publish => {
            let it: PublishRequest = read(fields)?;
            ClientRequest::Publish {
                channel: it.channel,
                // Not a part of the frame: that would keep the whole frame in memory.
                data: Payload::unchecked(it.data.to_vec()),
            }
        }
        Method::Presence => ClientRequest::Presence {
            channel: channel(fields)?,
        },
        Method::PresenceStats => ClientRequest::PresenceStats {
            channel: channel(fields)?,
        },
        Method::History => ClientRequest::History {
            channel: channel(fields)?,
        },
        Method::Ping => ClientRequest::Ping,
        Method::Send => ClientRequest::Send,
        Method::Rpc => ClientRequest::Rpc,
        Method::Refresh => ClientRequest::Refresh {
            token: token(fields)?,
        },
        Method::SubRefresh => {
            let it: SubscribeRequest = read(fields)?;
            ClientRequest::SubRefresh {
                channel: it.channel,
                token: it.token,
            }
        }
    })
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Error {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(bool, tag = "3")]
    temporary: bool,
}

impl Error {
    pub(super) fn new(error: super::ErrorCode, with_temporary: bool) -> Self {
        Self {
            code: error.number(),
            message: error.message().to_owned(),
            temporary: with_temporary && error.is_temporary(),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct ClientInfo {
    #[prost(string, tag = "1")]
    user: String,
    #[prost(string, tag = "2")]
    client: String,
    #[prost(bytes = "bytes", tag = "3")]
    conn_info: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    chan_info: Bytes,
}

impl From<&super::ClientInfo> for ClientInfo {
    fn from(info: &super::ClientInfo) -> Self {
        Self {
            user: info.user.clone(),
            client: info.client.clone(),
            conn_info: bytes_of(info.connection.as_ref()),
            chan_info: bytes_of(info.channel.as_ref()),
        }
    }
}

fn bytes_of(payload: Option<&Payload>) -> Bytes {
    payload.map_or_else(Bytes::new, Payload::shared)
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Publication {
    #[prost(bytes = "bytes", tag = "4")]
    data: Bytes,
    #[prost(message, optional, tag = "5")]
    info: Option<ClientInfo>,
}

impl Publication {
    pub(super) fn new(data: &Payload, publisher: Option<&super::ClientInfo>) -> Self {
        Self {
            data: data.shared(),
            info: publisher.map(ClientInfo::from),
        }
    }
}

/// A join or a leave.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Membership {
    #[prost(message, optional, tag = "1")]
    info: Option<ClientInfo>,
}

impl Membership {
    pub(super) fn new(client: &super::ClientInfo) -> Self {
        Self {
            info: Some(client.into()),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct ConnectResult {
    #[prost(string, tag = "1")]
    client: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(bool, tag = "3")]
    expires: bool,
    #[prost(uint32, tag = "4")]
    ttl: u32,
    #[prost(message, repeated, tag = "6")]
    subs: Vec<SubscriptionEntry>,
    #[prost(uint32, tag = "7")]
    ping: u32,
    #[prost(bool, tag = "8")]
    pong: bool,
}

/// An entry of a map, as Protobuf writes them. prost would leave out a value that is empty, and
/// clients would find none.
#[derive(Clone, PartialEq, Message)]
struct SubscriptionEntry {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(message, optional, tag = "2")]
    result: Option<SubscribeResult>,
}

#[derive(Clone, PartialEq, Message)]
struct SubscribeResult {
    #[prost(bool, tag = "1")]
    expires: bool,
    #[prost(uint32, tag = "2")]
    ttl: u32,
    #[prost(bytes = "bytes", tag = "11")]
    data: Bytes,
}

impl From<&super::SubscribeResult> for SubscribeResult {
    fn from(result: &super::SubscribeResult) -> Self {
        Self {
            expires: result.ttl.is_some(),
            ttl: result.ttl.unwrap_or_default(),
            data: bytes_of(result.data.as_ref()),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct RefreshResult {
    #[prost(string, tag = "1")]
    client: String,
    #[prost(string, tag = "2")]
    version: String,
    #[prost(bool, tag = "3")]
    expires: bool,
    #[prost(uint32, tag = "4")]
    ttl: u32,
}

#[derive(Clone, PartialEq, Message)]
struct PresenceResult {
    #[prost(message, repeated, tag = "1")]
    presence: Vec<PresenceEntry>,
}

/// An entry of a map.
#[derive(Clone, PartialEq, Message)]
struct PresenceEntry {
    #[prost(string, tag = "1")]
    client: String,
    #[prost(message, optional, tag = "2")]
    info: Option<ClientInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct PresenceStatsResult {
    #[prost(uint32, tag = "1")]
    num_clients: u32,
    #[prost(uint32, tag = "2")]
    num_users: u32,
}

/// The result of a command, encoded, and the number of its field in a reply of the second
/// generation.
pub(super) fn result(result: &ReplyResult) -> (u32, Vec<u8>) {
    match result {
        ReplyResult::Connect(connect) => {
            let subs = connect.subscriptions.iter();
            let message = ConnectResult {
                client: connect.client.clone(),
                version: VERSION.to_owned(),
                expires: connect.ttl.is_some(),
                ttl: connect.ttl.unwrap_or_default(),
                subs: subs
                    .map(|(channel, result)| SubscriptionEntry {
                        channel: channel.clone(),
                        result: Some(result.into()),
                    })
                    .collect(),
                ping: connect.ping,
                pong: connect.ping != 0,
            };
            (5, message.encode_to_vec())
        }
        ReplyResult::Subscribe(result) => (6, SubscribeResult::from(result).encode_to_vec()),
        ReplyResult::Unsubscribe => (7, Vec::new()),
        ReplyResult::Publish => (8, Vec::new()),
        ReplyResult::Presence(clients) => {
            let clients = clients.iter();
            let message = PresenceResult {
                presence: clients
                    .map(|client| PresenceEntry {
                        client: client.client.clone(),
                        info: Some(client.as_ref().into()),
                    })
                    .collect(),
            };
            (9, message.encode_to_vec())
        }
        ReplyResult::PresenceStats { clients, users } => {
            let message = PresenceStatsResult {
                num_clients: *clients,
                num_users: *users,
            };
            (10, message.encode_to_vec())
        }
        ReplyResult::Ping => (12, Vec::new()),
        ReplyResult::Refresh { client, ttl } => {
            let message = RefreshResult {
                client: client.clone(),
                version: VERSION.to_owned(),
                expires: ttl.is_some(),
                ttl: ttl.unwrap_or_default(),
            };
            (14, message.encode_to_vec())
        }
        ReplyResult::SubRefresh { ttl } => {
            let message = SubscribeResult {
                expires: ttl.is_some(),
                ttl: ttl.unwrap_or_default(),
                data: Bytes::new(),
            };
            (15, message.encode_to_vec())
        }
    }
}
