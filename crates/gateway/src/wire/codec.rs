//! The generations, the formats, and what they make together.

/// A generation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Client libraries 2.x (Centrifugo 2 and 3).
    V1,
    /// Client libraries 3.x and later (Centrifugo 4 and later).
    V2,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireFormat {
    /// Text frames; one JSON document a line.
    Json,
    /// Binary frames; each message begins with its length.
    Protobuf,
}

impl WireFormat {
    /// What stands between two messages of one frame.
    #[must_use]
    pub const fn separator(self) -> &'static [u8] {
        match self {
            Self::Json => b"\n",
            Self::Protobuf => b"",
        }
    }
}

/// One generation in one format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Codec {
    /// The generation.
    pub generation: Generation,
    /// The format.
    pub format: WireFormat,
}

impl Codec {
    /// How many codecs there are.
    pub const COUNT: usize = 4;

    /// All of them, in the order of their [`index`](Self::index).
    pub const ALL: &'static [Self] = &[
        Self::new(Generation::V1, WireFormat::Json),
        Self::new(Generation::V1, WireFormat::Protobuf),
        Self::new(Generation::V2, WireFormat::Json),
        Self::new(Generation::V2, WireFormat::Protobuf),
    ];

    /// The codec of this generation and format.
    #[must_use]
    pub const fn new(generation: Generation, format: WireFormat) -> Self {
        Self { generation, format }
    }

    /// A number below [`COUNT`](Self::COUNT), for tables with an entry for each codec.
    #[must_use]
    pub const fn index(self) -> usize {
        match (self.generation, self.format) {
            (Generation::V1, WireFormat::Json) => 0,
            (Generation::V1, WireFormat::Protobuf) => 1,
            (Generation::V2, WireFormat::Json) => 2,
            (Generation::V2, WireFormat::Protobuf) => 3,
        }
    }
}
