//! Protobuf by hand, and short names for values.

use countersign_gateway::wire::Payload;

/// A varint.
pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push((value % 128) as u8 + 128);
        value /= 128;
    }
    bytes.push(value as u8);
    bytes
}

/// A field that holds a number.
pub(crate) fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field * 8), varint(value)].concat()
}

/// A field that holds bytes, a text or a message.
pub(crate) fn field(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [
        varint(field * 8 + 2),
        varint(content.len() as u64),
        content.to_vec(),
    ]
    .concat()
}

pub(crate) fn delimited(message: impl AsRef<[u8]>) -> Vec<u8> {
    let message = message.as_ref();
    [varint(message.len() as u64), message.to_vec()].concat()
}

pub(crate) fn text(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn json(json: &str) -> Payload {
    Payload::from(json.as_bytes())
}
