//! From replies and pushes to the bytes of one message.

use bytes::Bytes;

use super::{
    Codec, Generation, Push, Reply, WireFormat, v1_json, v1_protobuf, v2_json, v2_protobuf,
};

impl Codec {
    /// Encodes a reply as one message.
    #[must_use]
    pub fn reply(self, reply: &Reply) -> Bytes {
        match (self.generation, self.format) {
            (Generation::V1, WireFormat::Json) => v1_json::reply(reply).into(),
            (Generation::V1, WireFormat::Protobuf) => v1_protobuf::reply(reply),
            (Generation::V2, WireFormat::Json) => v2_json::reply(reply).into(),
            (Generation::V2, WireFormat::Protobuf) => v2_protobuf::reply(reply),
        }
    }

    /// Encodes a push as one message. `None` if this codec cannot carry it: the data of the
    /// publication is not JSON, and the codec is.
    #[must_use]
    pub fn push(self, push: &Push) -> Option<Bytes> {
        match (self.generation, self.format) {
            (Generation::V1, WireFormat::Json) => v1_json::push(push).map(Bytes::from),
            (Generation::V1, WireFormat::Protobuf) => Some(v1_protobuf::push(push)),
            (Generation::V2, WireFormat::Json) => v2_json::push(push).map(Bytes::from),
            (Generation::V2, WireFormat::Protobuf) => Some(v2_protobuf::push(push)),
        }
    }

    /// A ping of the protocol, which is an empty reply. `None` in the first generation: there
    /// an empty reply makes a JSON client stop for good, and it is the client who pings.
    #[must_use]
    pub fn ping(self) -> Option<Bytes> {
        match (self.generation, self.format) {
            (Generation::V1, _) => None,
            (Generation::V2, WireFormat::Json) => Some(Bytes::from_static(b"{}")),
            (Generation::V2, WireFormat::Protobuf) => Some(Bytes::from_static(b"\0")),
        }
    }

    /// How several messages of this codec stand in one frame: what is between them.
    #[must_use]
    pub const fn separator(self) -> &'static [u8] {
        match self.format {
            WireFormat::Json => b"\n",
            WireFormat::Protobuf => b"",
        }
    }
}
