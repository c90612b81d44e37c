//! WebSocket frames that a server sends: whole and without a mask (RFC 6455 section 5.2).

use crate::wire::WireFormat;

/// The longest header: two bytes, and a length of eight.
const MAX_HEADER: usize = 10;

/// Appends the header of a frame whose payload has this length, with room for the payload.
pub(super) fn begin(frame: &mut Vec<u8>, format: WireFormat, length: usize) {
    frame.reserve(length.saturating_add(MAX_HEADER));
    frame.push(match format {
        WireFormat::Json => 0x81,
        WireFormat::Protobuf => 0x82,
    });
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => frame.push(short),
        (_, Ok(medium)) => {
            frame.push(126);
            frame.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            frame.push(127);
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
}
