//! Bytes of an application: the data of a publication, the info of a client.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::IgnoredAny;

/// How deep JSON of applications may be nested. Clients parse it by recursion, and a parser
/// with a lower bound of its own would end the connections of all subscribers.
pub const MAX_NESTING: usize = 256;

/// Bytes of an application, passed on as they came.
///
/// A JSON client gets only bytes that are JSON, because they are embedded in its frames.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    bytes: Bytes,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Checked to be JSON.
    Json,
    /// Checked not to be.
    Other,
    /// Checked where it matters.
    Unchecked,
}

impl Payload {
    /// Bytes that may or may not be JSON; they are checked when a JSON client is to be sent them.
    #[must_use]
    pub fn unchecked(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            kind: Kind::Unchecked,
        }
    }

    /// A JSON text, which the caller has checked. `None` if it is nested too deep.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        (nesting(text.as_bytes()) <= MAX_NESTING).then(|| Self {
            bytes: Bytes::copy_from_slice(text.as_bytes()),
            kind: Kind::Json,
        })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, shared.
    pub(super) fn shared(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The JSON text on one line, if it is JSON. Line breaks between its tokens become spaces,
    /// since a line break ends a message; within strings JSON allows none.
    #[must_use]
    pub fn as_json(&self) -> Option<Cow<'_, str>> {
        match self.kind {
            Kind::Json => {}
            Kind::Unchecked if is_json(&self.bytes) => {}
            Kind::Other | Kind::Unchecked => return None,
        }
        let text = core::str::from_utf8(&self.bytes).ok()?;
        if text.contains(['\n', '\r']) {
            Some(Cow::Owned(text.replace(['\n', '\r'], " ")))
        } else {
            Some(Cow::Borrowed(text))
        }
    }
}

/// Bytes that may or may not be JSON, checked here: for those that are sent often.
impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        let kind = if is_json(bytes) {
            Kind::Json
        } else {
            Kind::Other
        };
        Self {
            bytes: Bytes::copy_from_slice(bytes),
            kind,
        }
    }
}

/// Shows only the size: data of an application must not appear in logs.
impl core::fmt::Debug for Payload {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return false;
    };
    nesting(bytes) <= MAX_NESTING && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// How many brackets are open at once, at most, outside of strings.
fn nesting(text: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                open = open.saturating_add(1);
                deepest = deepest.max(open);
            }
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, Payload};

    fn json(bytes: &[u8]) -> Option<String> {
        Payload::from(bytes).as_json().map(String::from)
    }

    #[test]
    fn json_is_passed_on_byte_for_byte_on_one_line() {
        for (bytes, expected) in [
            (&b"{\"a\": 1.00 }"[..], "{\"a\": 1.00 }"),
            (b"\"text\"", "\"text\""),
            (b"null", "null"),
            (b"[1,\r\n\t2]", "[1,  \t2]"),
            (b"{\"a\":\"\\n\"}", "{\"a\":\"\\n\"}"),
        ] {
            assert_eq!(json(bytes).as_deref(), Some(expected));
        }
    }

    #[test]
    fn bytes_that_are_not_json_are_not_sent_as_json() {
        for bytes in [
            &b""[..],
            b"1,2",
            b"{\"a\":\"\n\"}",
            b"\xff\xfe",
            b"\"\xff\"",
            b"{} {}",
            b"plain",
        ] {
            assert_eq!(json(bytes), None, "{bytes:?}");
            let later = Payload::unchecked(bytes.to_vec());
            assert_eq!(later.as_json(), None, "{bytes:?}");
        }
    }

    #[test]
    fn nesting_has_a_limit_and_brackets_in_strings_do_not_count() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(json(nested(MAX_NESTING).as_bytes()).is_some());
        assert!(json(nested(MAX_NESTING + 1).as_bytes()).is_none());
        assert!(Payload::from_json(&nested(MAX_NESTING + 1)).is_none());
        let quoted = format!("\"\\\"{}\"", "[".repeat(1000));
        assert!(json(quoted.as_bytes()).is_some());
    }
}
