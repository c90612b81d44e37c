//! The second generation in Protobuf: requests and results are fields of the envelope.

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::command::Method;
use super::{ClientRequest, Command, Malformed, Push, Reply, protobuf};

/// What a reply holds beside its result.
#[derive(Clone, PartialEq, Message)]
struct ReplyMessage {
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(message, optional, tag = "2")]
    error: Option<protobuf::Error>,
    #[prost(message, optional, tag = "4")]
    push: Option<PushMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct PushMessage {
    #[prost(string, tag = "2")]
    channel: String,
    #[prost(message, optional, tag = "4")]
    publication: Option<protobuf::Publication>,
    #[prost(message, optional, tag = "5")]
    join: Option<protobuf::Membership>,
    #[prost(message, optional, tag = "6")]
    leave: Option<protobuf::Membership>,
    #[prost(message, optional, tag = "7")]
    unsubscribe: Option<UnsubscribeMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct UnsubscribeMessage {
    #[prost(uint32, tag = "2")]
    code: u32,
    #[prost(string, tag = "3")]
    reason: String,
}

/// Reads a command. Without an id it is a message that is not answered, or a pong.
pub(super) fn command(envelope: protobuf::Command) -> Result<Command, Malformed> {
    let id = envelope.id;
    if id == 0 && envelope.send.is_none() {
        let request = ClientRequest::Pong;
        return Ok(Command { id, request });
    }
    let fields = [
        (Method::Connect, envelope.connect),
        (Method::Subscribe, envelope.subscribe),
        (Method::Unsubscribe, envelope.unsubscribe),
        (Method::Publish, envelope.publish),
        (Method::Presence, envelope.presence),
        (Method::PresenceStats, envelope.presence_stats),
        (Method::History, envelope.history),
        (Method::Ping, envelope.ping),
        (Method::Send, envelope.send),
        (Method::Rpc, envelope.rpc),
        (Method::Refresh, envelope.refresh),
        (Method::SubRefresh, envelope.sub_refresh),
    ];
    for (method, fields) in fields {
        if let Some(fields) = fields {
            let request = protobuf::request(method, fields)?;
            return Ok(Command { id, request });
        }
    }
    let request = ClientRequest::Unknown;
    Ok(Command { id, request })
}

pub(super) fn reply(reply: &Reply) -> Vec<u8> {
    let mut message = ReplyMessage {
        id: reply.id,
        ..ReplyMessage::default()
    };
    let mut body = Vec::new();
    match &reply.result {
        Ok(result) => {
            let (field, result) = protobuf::result(result);
            // Written even if it is empty: clients must find the field.
            encode_key(field, WireType::LengthDelimited, &mut body);
            encode_varint(result.len().try_into().unwrap_or(u64::MAX), &mut body);
            body.extend(result);
        }
        Err(error) => message.error = Some(protobuf::Error::new(*error, true)),
    }
    delimited(&message, &body)
}

pub(super) fn push(push: &Push) -> Vec<u8> {
    let mut message = PushMessage::default();
    match push {
        Push::Publication {
            channel,
            data,
            info,
        } => {
            message.channel.clone_from(channel);
            message.publication = Some(protobuf::Publication::new(data, info.as_deref()));
        }
        Push::Join { channel, info } => {
            message.channel.clone_from(channel);
            message.join = Some(protobuf::Membership::new(info));
        }
        Push::Leave { channel, info } => {
            message.channel.clone_from(channel);
            message.leave = Some(protobuf::Membership::new(info));
        }
        Push::Unsubscribe { channel, reason } => {
            message.channel.clone_from(channel);
            message.unsubscribe = Some(UnsubscribeMessage {
                code: reason.code(),
                reason: reason.reason().to_owned(),
            });
        }
    }
    let message = ReplyMessage {
        push: Some(message),
        ..ReplyMessage::default()
    };
    delimited(&message, &[])
}

/// A message of two parts, the second encoded already, behind their length.
fn delimited(message: &ReplyMessage, body: &[u8]) -> Vec<u8> {
    let length = message.encoded_len().saturating_add(body.len());
    let mut bytes = Vec::with_capacity(length.saturating_add(5));
    encode_varint(length.try_into().unwrap_or(u64::MAX), &mut bytes);
    message.encode_raw(&mut bytes);
    bytes.extend_from_slice(body);
    bytes
}
