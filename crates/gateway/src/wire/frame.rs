//! From a frame to its commands.

use bytes::{Buf as _, Bytes};
use countersign_json::Object;
use prost::encoding::decode_varint;

use super::{
    Command, Generation, Malformed, WireFormat, protobuf, v1_json, v1_protobuf, v2_json,
    v2_protobuf,
};

/// A frame whose commands are read one by one, each when the one before it is done with.
///
/// ```
/// use countersign_gateway::wire::{WireFormat, Frame, Generation, ClientRequest};
///
/// let text = "{\"connect\":{\"token\":\"…\"},\"id\":1}\n{\"subscribe\":{\"channel\":\"a\"},\"id\":2}";
/// let mut frame = Frame::new(WireFormat::Json, text.as_bytes().to_vec());
/// let mut generation = None;
/// let connect = frame.next(&mut generation).unwrap()?;
/// assert_eq!(generation, Some(Generation::V2));
/// assert!(matches!(connect.request, ClientRequest::Connect { .. }));
/// assert_eq!(frame.next(&mut generation).unwrap()?.id, 2);
/// assert!(frame.next(&mut generation).is_none());
/// # Ok::<(), countersign_gateway::wire::Malformed>(())
/// ```
#[derive(Debug)]
pub struct Frame {
    format: WireFormat,
    rest: Bytes,
    is_first: bool,
}

impl Frame {
    /// A frame in this format.
    #[must_use]
    pub fn new(format: WireFormat, content: Vec<u8>) -> Self {
        Self {
            format,
            rest: content.into(),
            is_first: true,
        }
    }

    /// The next command; `None` behind the last. A frame without any is malformed, and behind
    /// a malformed command nothing more is read.
    ///
    /// The first command of a connection decides its `generation`, which is passed in again
    /// with each later one.
    pub fn next(
        &mut self,
        generation: &mut Option<Generation>,
    ) -> Option<Result<Command, Malformed>> {
        let is_first = core::mem::replace(&mut self.is_first, false);
        let command = match self.message() {
            Ok(None) if is_first => Err(Malformed),
            Ok(None) => return None,
            Ok(Some(message)) => self.decode(&message, generation),
            Err(malformed) => Err(malformed),
        };
        if command.is_err() {
            self.rest.clear();
        }
        Some(command)
    }

    /// Cuts the next message off.
    fn message(&mut self) -> Result<Option<Bytes>, Malformed> {
        match self.format {
            WireFormat::Json => Ok(self.line()),
            WireFormat::Protobuf => self.delimited(),
        }
    }

    /// The next line that is not blank.
    fn line(&mut self) -> Option<Bytes> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| *byte == b'\n');
            let line = self.rest.split_to(end.unwrap_or(self.rest.len()));
            if end.is_some() {
                self.rest.advance(1);
            }
            if !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
        None
    }

    /// The next message behind its length. The length is compared with what the frame holds:
    /// it may declare gigabytes.
    fn delimited(&mut self) -> Result<Option<Bytes>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let length = decode_varint(&mut self.rest).map_err(|_| Malformed)?;
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() => Ok(Some(self.rest.split_to(length))),
            _ => Err(Malformed),
        }
    }

    fn decode(
        &self,
        message: &Bytes,
        generation: &mut Option<Generation>,
    ) -> Result<Command, Malformed> {
        match self.format {
            WireFormat::Json => {
                let object = Object::parse_collection(message).map_err(|_| Malformed)?;
                match *generation.get_or_insert_with(|| v2_json::recognize(&object)) {
                    Generation::V1 => v1_json::command(&object),
                    Generation::V2 => v2_json::command(&object),
                }
            }
            WireFormat::Protobuf => {
                let envelope = protobuf::Command::read(message.clone())?;
                match *generation.get_or_insert_with(|| envelope.generation()) {
                    Generation::V1 => v1_protobuf::command(envelope),
                    Generation::V2 => v2_protobuf::command(envelope),
                }
            }
        }
    }
}
