//! The second generation in JSON: `{"id":1,"subscribe":{…}}`.

use countersign_json::{Object, ObjectWriter};

use super::command::Method;
use super::{ClientRequest, Command, Generation, Malformed, Push, Reply, json};

/// The generation of a connection's first command.
pub(super) fn recognize(command: &Object<'_>) -> Generation {
    if json::present(command.get("connect")).is_some() {
        Generation::V2
    } else {
        Generation::V1
    }
}

/// Reads a command. Without an id it is a message that is not answered, or a pong.
pub(super) fn command(object: &Object<'_>) -> Result<Command, Malformed> {
    let id = json::id(object)?;
    if id == 0 && json::present(object.get("send")).is_none() {
        let request = ClientRequest::Pong;
        return Ok(Command { id, request });
    }
    for (method, name) in Method::ALL {
        if let Some(fields) = json::present(object.get(name)) {
            let request = json::request(method, Some(fields))?;
            return Ok(Command { id, request });
        }
    }
    let request = ClientRequest::Unknown;
    Ok(Command { id, request })
}

pub(super) fn reply(reply: &Reply) -> String {
    let mut object = ObjectWriter::new();
    object.number("id", &reply.id);
    match &reply.result {
        Ok(result) => {
            let (name, result) = json::result(result);
            object.raw(name, &result).finish()
        }
        Err(error) => object.raw("error", &json::error(*error, true)).finish(),
    }
}

pub(super) fn push(push: &Push) -> Option<String> {
    let (name, channel, data) = match push {
        Push::Publication {
            channel,
            data,
            info,
        } => ("pub", channel, json::publication(data, info.as_deref())?),
        Push::Join { channel, info } => ("join", channel, json::membership(info)),
        Push::Leave { channel, info } => ("leave", channel, json::membership(info)),
        Push::Unsubscribe { channel, reason } => {
            let data = ObjectWriter::new()
                .number("code", &reason.code())
                .string("reason", reason.reason())
                .finish();
            ("unsubscribe", channel, data)
        }
    };
    let message = ObjectWriter::new()
        .string("channel", channel)
        .raw(name, &data)
        .finish();
    Some(ObjectWriter::new().raw("push", &message).finish())
}
