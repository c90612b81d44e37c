//! The first generation in JSON: `{"id":1,"method":1,"params":{…}}`.

use countersign_json::{Object, ObjectWriter, Value};

use super::command::Method;
use super::{ClientRequest, Command, Malformed, Push, Reply, json};

/// Reads a command. Its method is a number, or a name in any case, and 0 (connect) if absent.
pub(super) fn command(object: &Object<'_>) -> Result<Command, Malformed> {
    let method = match json::present(object.get("method")) {
        None => Some(Method::Connect),
        Some(value) => method(value)?,
    };
    let request = match method {
        Some(method) => json::request(method, object.get("params"))?,
        None => ClientRequest::Unknown,
    };
    Ok(Command {
        id: json::id(object)?,
        request,
    })
}

/// `None` for a number that no method has; a name that none has is malformed.
fn method(value: Value<'_>) -> Result<Option<Method>, Malformed> {
    if let Some(number) = value.as_number() {
        return number.parse().map(Method::numbered).map_err(|_| Malformed);
    }
    let name = value.as_str().ok_or(Malformed)?.to_ascii_lowercase();
    Method::named(&name).map(Some).ok_or(Malformed)
}

pub(super) fn reply(reply: &Reply) -> String {
    let mut object = ObjectWriter::new();
    object.number("id", &reply.id);
    match &reply.result {
        Ok(result) => object.raw("result", &json::result(result).1).finish(),
        Err(error) => object.raw("error", &json::error(*error, false)).finish(),
    }
}

pub(super) fn push(push: &Push) -> Option<String> {
    let (number, channel, data) = match push {
        Push::Publication {
            channel,
            data,
            info,
        } => (0, channel, json::publication(data, info.as_deref())?),
        Push::Join { channel, info } => (1, channel, json::membership(info)),
        Push::Leave { channel, info } => (2, channel, json::membership(info)),
        Push::Unsubscribe { channel, .. } => (3, channel, "{}".to_owned()),
    };
    let mut message = ObjectWriter::new();
    if number != 0 {
        message.number("type", &number);
    }
    message.string("channel", channel).raw("data", &data);
    let message = message.finish();
    Some(ObjectWriter::new().raw("result", &message).finish())
}
