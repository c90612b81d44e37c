//! From replies and pushes to the bytes of one message.

use super::{
    Codec, Generation, Push, Reply, WireFormat, v1_json, v1_protobuf, v2_json, v2_protobuf,
};

impl Codec {
    /// Encodes a reply as one message.
    #[must_use]
    pub fn reply(self, reply: &Reply) -> Vec<u8> {
        match (self.generation, self.format) {
            (Generation::V1, WireFormat::Json) => v1_json::reply(reply).into_bytes(),
            (Generation::V1, WireFormat::Protobuf) => v1_protobuf::reply(reply),
            (Generation::V2, WireFormat::Json) => v2_json::reply(reply).into_bytes(),
            (Generation::V2, WireFormat::Protobuf) => v2_protobuf::reply(reply),
        }
    }

    /// Encodes a push as one message. `None` if this codec cannot carry it: the data of the
    /// publication is not JSON, and the codec is.
    #[must_use]
    pub fn push(self, push: &Push) -> Option<Vec<u8>> {
        match (self.generation, self.format) {
            (Generation::V1, WireFormat::Json) => v1_json::push(push).map(String::into_bytes),
            (Generation::V1, WireFormat::Protobuf) => Some(v1_protobuf::push(push)),
            (Generation::V2, WireFormat::Json) => v2_json::push(push).map(String::into_bytes),
            (Generation::V2, WireFormat::Protobuf) => Some(v2_protobuf::push(push)),
        }
    }

    /// A ping of the protocol, which is an empty reply. `None` in the first generation: there
    /// an empty reply makes a JSON client stop for good, and it is the client who pings.
    #[must_use]
    pub const fn ping(self) -> Option<&'static [u8]> {
        match (self.generation, self.format) {
            (Generation::V1, _) => None,
            (Generation::V2, WireFormat::Json) => Some(b"{}"),
            (Generation::V2, WireFormat::Protobuf) => Some(b"\0"),
        }
    }
}
