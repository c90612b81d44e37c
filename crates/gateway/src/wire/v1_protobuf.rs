//! The first generation in Protobuf: requests and results are bytes within an envelope.

use prost::Message;

use super::command::Method;
use super::{ClientRequest, Command, Malformed, Push, Reply, protobuf};

#[derive(Clone, PartialEq, Message)]
struct ReplyMessage {
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(message, optional, tag = "2")]
    error: Option<protobuf::Error>,
    #[prost(bytes = "vec", tag = "3")]
    result: Vec<u8>,
}

/// Stands in `result` of a reply without an id.
#[derive(Clone, PartialEq, Message)]
struct PushMessage {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(string, tag = "2")]
    channel: String,
    #[prost(bytes = "vec", tag = "3")]
    data: Vec<u8>,
}

pub(super) fn command(envelope: protobuf::Command) -> Result<Command, Malformed> {
    let number = u64::try_from(envelope.method.unwrap_or_default()).ok();
    let request = match number.and_then(Method::numbered) {
        Some(method) => protobuf::request(method, envelope.params.unwrap_or_default())?,
        None => ClientRequest::Unknown,
    };
    Ok(Command {
        id: envelope.id,
        request,
    })
}

pub(super) fn reply(reply: &Reply) -> Vec<u8> {
    let mut message = ReplyMessage {
        id: reply.id,
        ..ReplyMessage::default()
    };
    match &reply.result {
        Ok(result) => message.result = protobuf::result(result).1,
        Err(error) => message.error = Some(protobuf::Error::new(*error, false)),
    }
    message.encode_length_delimited_to_vec()
}

pub(super) fn push(push: &Push) -> Vec<u8> {
    let (kind, channel, data) = match push {
        Push::Publication {
            channel,
            data,
            info,
        } => {
            let publication = protobuf::Publication::new(data, info.as_deref());
            (0, channel, publication.encode_to_vec())
        }
        Push::Join { channel, info } => {
            (1, channel, protobuf::Membership::new(info).encode_to_vec())
        }
        Push::Leave { channel, info } => {
            (2, channel, protobuf::Membership::new(info).encode_to_vec())
        }
        Push::Unsubscribe { channel, .. } => (3, channel, Vec::new()),
    };
    let push = PushMessage {
        kind,
        channel: channel.clone(),
        data,
    };
    let message = ReplyMessage {
        result: push.encode_to_vec(),
        ..ReplyMessage::default()
    };
    message.encode_length_delimited_to_vec()
}
