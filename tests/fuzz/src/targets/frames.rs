//! Frames of clients: the decoded commands are no larger than their frame, and publications can
//! be passed on.

use countersign_gateway::wire::{ClientRequest, Codec, Frame, Generation, Push, WireFormat};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "frames",
    about: "commands of both generations in both formats are no larger than their frame, and \
     their publications can be passed on",
    run,
};

/// The first byte selects the format, and whether the generation is known.
fn run(data: &[u8]) {
    let Some((first, content)) = data.split_first() else {
        return;
    };
    let format = if first & 1 == 0 {
        WireFormat::Json
    } else {
        WireFormat::Protobuf
    };
    let mut generation = match first & 6 {
        0 => None,
        2 => Some(Generation::V1),
        _ => Some(Generation::V2),
    };
    let known = generation;
    let mut frame = Frame::new(format, content.to_vec());
    let (mut commands, mut bytes) = (0, 0);
    while let Some(command) = frame.next(&mut generation) {
        commands += 1;
        match command {
            Ok(command) => {
                assert!(generation.is_some() && known.is_none_or(|it| Some(it) == generation));
                bytes += size(&command.request);
                passed_on(command.request, format);
            }
            Err(malformed) => {
                assert_shows_well(&malformed);
                assert!(frame.next(&mut generation).is_none(), "read on");
            }
        }
    }
    // An empty frame is one malformed command.
    assert!(commands >= 1 && commands <= content.len().max(1));
    assert!(bytes <= content.len(), "{bytes} bytes of {}", content.len());
}

/// The number of bytes in a command.
fn size(request: &ClientRequest) -> usize {
    match request {
        ClientRequest::Connect { token } | ClientRequest::Refresh { token } => token.len(),
        ClientRequest::Subscribe { channel, token, .. }
        | ClientRequest::SubRefresh { channel, token } => channel.len() + token.len(),
        ClientRequest::Publish { channel, data } => channel.len() + data.bytes().len(),
        ClientRequest::Unsubscribe { channel }
        | ClientRequest::Presence { channel }
        | ClientRequest::PresenceStats { channel }
        | ClientRequest::History { channel } => channel.len(),
        _ => 0,
    }
}

/// Every codec encodes a publication as one message, or not at all.
fn passed_on(request: ClientRequest, from: WireFormat) {
    let ClientRequest::Publish { channel, data } = request else {
        return;
    };
    let is_json = data.as_json().is_some();
    assert!(
        is_json || from == WireFormat::Protobuf,
        "not JSON, from JSON"
    );
    let push = Push::Publication {
        channel,
        data,
        info: None,
    };
    for codec in Codec::ALL.iter().copied() {
        let message = codec.push(&push);
        match codec.format {
            WireFormat::Json => {
                assert_eq!(message.is_some(), is_json);
                let Some(message) = message else { continue };
                assert!(!message.contains(&b'\n') && !message.contains(&b'\r'));
                let read: Result<&serde_json::value::RawValue, _> =
                    serde_json::from_slice(&message);
                assert!(read.is_ok(), "no JSON: {message:?}");
            }
            WireFormat::Protobuf => assert!(message.is_some()),
        }
    }
}
