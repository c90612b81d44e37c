//! The little of the client protocol that the load and the servers of this crate need: JSON of
//! the second generation, found by position and not parsed.

/// The secret of all servers, which is HS256's.
pub(crate) const SECRET: &str = "a secret of at least 32 bytes ...";
/// The one channel.
pub(crate) const CHANNEL: &str = "news";
/// Stands once in the data of each publication and nowhere else, so that they can be counted.
pub(crate) const MARK: u8 = b'~';
/// The data of a publication: 100 bytes of JSON.
pub(crate) const DATA: &str = concat!(
    "\"~",
    "................................................",
    "................................................",
    ".\"",
);

/// A command of a client.
pub(crate) enum Command<'a> {
    Connect { token: &'a str },
    Subscribe,
    Publish { data: &'a str },
}

/// The id and the command of a line.
pub(crate) fn read(line: &str) -> Option<(&str, Command<'_>)> {
    let id = between(line, "\"id\":", ",")?;
    let command = if let Some(token) = between(line, "\"token\":\"", "\"") {
        Command::Connect { token }
    } else if let Some(data) = between(line, "\"data\":", "}") {
        Command::Publish { data }
    } else {
        Command::Subscribe
    };
    Some((id, command))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

pub(crate) fn connect(token: &str) -> String {
    format!(r#"{{"id":1,"connect":{{"token":"{token}","name":"load"}}}}"#)
}

pub(crate) fn subscribe() -> String {
    format!(r#"{{"id":2,"subscribe":{{"channel":"{CHANNEL}"}}}}"#)
}

/// So many publications in one frame.
pub(crate) fn publish(count: usize) -> String {
    let line = format!(r#"{{"id":3,"publish":{{"channel":"{CHANNEL}","data":{DATA}}}}}"#);
    vec![line; count].join("\n")
}

/// What the servers of this crate answer.
pub(crate) fn reply(id: &str, command: &Command<'_>) -> String {
    let result = match command {
        Command::Connect { .. } => {
            r#""connect":{"client":"00000000-0000-4000-8000-000000000000","version":"0","ping":25,"pong":true}"#
        }
        Command::Subscribe => r#""subscribe":{}"#,
        Command::Publish { .. } => r#""publish":{}"#,
    };
    format!(r#"{{"id":{id},{result}}}"#)
}

pub(crate) fn push(data: &str) -> String {
    format!(r#"{{"push":{{"channel":"{CHANNEL}","pub":{{"data":{data}}}}}}}"#)
}

/// A short WebSocket frame of text with this first part of its header (RFC 6455 section 5.2).
/// `mask` is the bit of a client; its key is zero, so that the payload stays as it is.
pub(crate) fn frame(payload: &[u8], mask: bool) -> Vec<u8> {
    let bit = if mask { 0x80 } else { 0 };
    let mut frame = vec![0x81];
    match payload.len() {
        short @ 0..126 => frame.push(bit | u8::try_from(short).unwrap()),
        long => {
            frame.push(bit | 126);
            frame.extend_from_slice(&u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    if mask {
        frame.extend_from_slice(&[0; 4]);
    }
    frame.extend_from_slice(payload);
    frame
}

/// The payload of the first whole frame in `bytes` and how long the frame is, unmasked. Control
/// frames are given like others.
pub(crate) fn first_frame(bytes: &mut [u8]) -> Option<(core::ops::Range<usize>, usize)> {
    let second = *bytes.get(1)?;
    let (length, mut start) = match second & 0x7f {
        126 => (
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
            4,
        ),
        127 => (
            usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?,
            10,
        ),
        short => (usize::from(short), 2),
    };
    let mut key = [0; 4];
    if second & 0x80 != 0 {
        key = bytes.get(start..start + 4)?.try_into().ok()?;
        start += 4;
    }
    let end = start + length;
    let payload = bytes.get_mut(start..end)?;
    for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
    Some((start..end, end))
}

/// The head of an HTTP message, once it is whole: its length with the blank line.
pub(crate) fn head_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

#[cfg(test)]
mod tests {
    use super::{Command, DATA, MARK, connect, first_frame, frame, publish, read, subscribe};

    #[test]
    fn the_servers_can_read_the_messages_of_the_load() {
        assert_eq!(DATA.len(), 100);
        assert_eq!(DATA.bytes().filter(|byte| *byte == MARK).count(), 1);
        let connect = connect("a.b.c");
        assert!(matches!(
            read(&connect),
            Some(("1", Command::Connect { token: "a.b.c" }))
        ));
        assert!(matches!(
            read(&subscribe()),
            Some(("2", Command::Subscribe))
        ));
        let publish = publish(2);
        let data: Vec<_> = publish.lines().map(|line| read(line).unwrap()).collect();
        assert!(matches!(
            data[..],
            [("3", Command::Publish { data: DATA }), _]
        ));
    }

    #[test]
    fn frames_are_read_as_they_are_written() {
        for length in [0, 125, 126, 3000] {
            for mask in [false, true] {
                let payload = vec![b'a'; length];
                let mut bytes = frame(&payload, mask);
                let whole = bytes.len();
                assert!(first_frame(&mut bytes[..whole - 1].to_vec()).is_none());
                let (range, end) = first_frame(&mut bytes).unwrap();
                assert_eq!((&bytes[range], end), (&payload[..], whole));
            }
        }
        let mut masked = b"\x81\x82\x01\x02\x03\x04\x60\x60".to_vec();
        let (range, _) = first_frame(&mut masked).unwrap();
        assert_eq!(&masked[range], b"ab");
    }
}
