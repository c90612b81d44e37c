//! What both generations share in JSON: the fields of requests and of results.

use countersign_json::{Kind, Object, ObjectWriter, Value};

use super::command::Method;
use super::reply::VERSION;
use super::{
    ClientInfo, ClientRequest, ErrorCode, Malformed, Payload, ReplyResult, SubscribeResult,
};

/// The request of this method with these fields; none at all is the same as an empty object.
pub(super) fn request(
    method: Method,
    fields: Option<Value<'_>>,
) -> Result<ClientRequest, Malformed> {
    let fields = Fields::new(fields)?;
    Ok(match method {
        Method::Connect => ClientRequest::Connect {
            token: fields.text("token")?,
        },
        Method::Subscribe => ClientRequest::Subscribe {
            channel: fields.text("channel")?,
            token: fields.text("token")?,
            join_leave: fields.flag("join_leave")?,
        },
        Method::Unsubscribe => ClientRequest::Unsubscribe {
            channel: fields.text("channel")?,
        },
        Method::Publish => ClientRequest::Publish {
            channel: fields.text("channel")?,
            data: fields.payload("data")?,
        },
        Method::Presence => ClientRequest::Presence {
            channel: fields.text("channel")?,
        },
        Method::PresenceStats => ClientRequest::PresenceStats {
            channel: fields.text("channel")?,
        },
        Method::History => ClientRequest::History {
            channel: fields.text("channel")?,
        },
        Method::Ping => ClientRequest::Ping,
        Method::Send => ClientRequest::Send,
        Method::Rpc => ClientRequest::Rpc,
        Method::Refresh => ClientRequest::Refresh {
            token: fields.text("token")?,
        },
        Method::SubRefresh => ClientRequest::SubRefresh {
            channel: fields.text("channel")?,
            token: fields.text("token")?,
        },
    })
}

/// The number of a command; absent is 0.
pub(super) fn id(command: &Object<'_>) -> Result<u32, Malformed> {
    match present(command.get("id")) {
        None => Ok(0),
        Some(value) => value
            .as_number()
            .and_then(|number| number.parse().ok())
            .ok_or(Malformed),
    }
}

/// A member that is `null` is absent.
pub(super) fn present(value: Option<Value<'_>>) -> Option<Value<'_>> {
    value.filter(|value| value.kind() != Kind::Null)
}

struct Fields<'a>(Option<Object<'a>>);

impl<'a> Fields<'a> {
    fn new(value: Option<Value<'a>>) -> Result<Self, Malformed> {
        match present(value) {
            None => Ok(Self(None)),
            Some(value) => Ok(Self(Some(value.as_object().ok_or(Malformed)?))),
        }
    }

    fn get(&self, name: &str) -> Option<Value<'a>> {
        present(self.0.and_then(|object| object.get(name)))
    }

    fn text(&self, name: &str) -> Result<String, Malformed> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(value) => Ok(value.as_str().ok_or(Malformed)?.into_owned()),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, Malformed> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or(Malformed),
        }
    }

    /// Here `null` is a value.
    fn payload(&self, name: &str) -> Result<Payload, Malformed> {
        let value = self.0.and_then(|object| object.get(name));
        Payload::from_json(value.ok_or(Malformed)?.raw()).ok_or(Malformed)
    }
}

/// The result of a command, and the name that it has in the second generation. It is an
/// object in any case: clients stop at one that is missing.
pub(super) fn result(result: &ReplyResult) -> (&'static str, String) {
    let mut object = ObjectWriter::new();
    match result {
        ReplyResult::Connect(connect) => {
            object
                .string("client", &connect.client)
                .string("version", VERSION);
            expiry(&mut object, connect.ttl);
            if !connect.subscriptions.is_empty() {
                let mut subscriptions = ObjectWriter::new();
                for (channel, result) in &connect.subscriptions {
                    subscriptions.raw(channel, &subscription(result));
                }
                object.raw("subs", &subscriptions.finish());
            }
            if connect.ping != 0 {
                object.number("ping", &connect.ping).raw("pong", "true");
            }
            ("connect", object.finish())
        }
        ReplyResult::Subscribe(result) => ("subscribe", subscription(result)),
        ReplyResult::Unsubscribe => ("unsubscribe", object.finish()),
        ReplyResult::Publish => ("publish", object.finish()),
        ReplyResult::Presence(clients) => {
            let mut presence = ObjectWriter::new();
            for client in clients {
                presence.raw(&client.client, &info(client));
            }
            object.raw("presence", &presence.finish());
            ("presence", object.finish())
        }
        ReplyResult::PresenceStats { clients, users } => {
            object
                .number("num_clients", &clients)
                .number("num_users", &users);
            ("presence_stats", object.finish())
        }
        ReplyResult::Ping => ("ping", object.finish()),
        // Clients 2.x take their id from here.
        ReplyResult::Refresh { client, ttl } => {
            object.string("client", client).string("version", VERSION);
            ("refresh", expiry(&mut object, *ttl).finish())
        }
        ReplyResult::SubRefresh { ttl } => ("sub_refresh", expiry(&mut object, *ttl).finish()),
    }
}

fn subscription(result: &SubscribeResult) -> String {
    let mut object = ObjectWriter::new();
    expiry(&mut object, result.ttl);
    with_payload(&mut object, "data", result.data.as_ref()).finish()
}

fn expiry(object: &mut ObjectWriter, ttl: Option<u32>) -> &mut ObjectWriter {
    match ttl {
        Some(ttl) => object.raw("expires", "true").number("ttl", &ttl),
        None => object,
    }
}

/// What is not JSON is left out.
fn with_payload<'o>(
    object: &'o mut ObjectWriter,
    name: &str,
    payload: Option<&Payload>,
) -> &'o mut ObjectWriter {
    match payload.and_then(Payload::as_json) {
        Some(json) => object.raw(name, &json),
        None => object,
    }
}

/// An error, which only the second generation can call temporary.
pub(super) fn error(error: ErrorCode, with_temporary: bool) -> String {
    let mut object = ObjectWriter::new();
    object
        .number("code", &error.number())
        .string("message", error.message());
    if with_temporary && error.is_temporary() {
        object.raw("temporary", "true");
    }
    object.finish()
}

/// A client, as others see it.
pub(super) fn info(info: &ClientInfo) -> String {
    let mut object = ObjectWriter::new();
    object
        .string("user", &info.user)
        .string("client", &info.client);
    with_payload(&mut object, "conn_info", info.connection.as_ref());
    with_payload(&mut object, "chan_info", info.channel.as_ref()).finish()
}

/// A publication; `None` if its data is not JSON.
pub(super) fn publication(data: &Payload, publisher: Option<&ClientInfo>) -> Option<String> {
    let mut object = ObjectWriter::new();
    object.raw("data", &data.as_json()?);
    if let Some(publisher) = publisher {
        object.raw("info", &info(publisher));
    }
    Some(object.finish())
}

/// Who has joined or left.
pub(super) fn membership(client: &ClientInfo) -> String {
    ObjectWriter::new().raw("info", &info(client)).finish()
}
