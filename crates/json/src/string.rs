//! Strings (RFC 8259 section 7): finds the end of a string, and decodes it.

use alloc::borrow::Cow;
use alloc::string::String;

/// The text of a checked value.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) text: &'a str,
    /// True if it is known to be a string without escapes, which needs no decoding.
    pub(crate) is_plain_string: bool,
}

impl<'a> Raw<'a> {
    /// A value about which nothing else is known.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            is_plain_string: false,
        }
    }

    /// The decoded string, borrowed if it has no escapes. `None` if the value is not a string, or
    /// has a lone surrogate, which is possible in a collection.
    pub(crate) fn decode(self) -> Option<Cow<'a, str>> {
        if self.is_plain_string {
            return inside(self.text).map(Cow::Borrowed);
        }
        decode(self.text)
    }
}

/// A whole string at the start of a text.
pub(crate) struct Scanned {
    /// In bytes, with its quotes.
    pub(crate) length: usize,
    pub(crate) has_escapes: bool,
}

/// Reads the string at the start of `text`. The error is the number of valid bytes before the
/// fault.
pub(crate) fn scan(text: &[u8]) -> Result<Scanned, usize> {
    let mut rest = text.strip_prefix(b"\"").ok_or(0_usize)?;
    let mut has_escapes = false;
    loop {
        rest = rest.get(plain(rest)..).unwrap_or_default();
        let at = text.len().saturating_sub(rest.len());
        match rest {
            [b'"', ..] => {
                return Ok(Scanned {
                    length: at.saturating_add(1),
                    has_escapes,
                });
            }
            [b'\\', ..] => {
                let (_, length) = escape(rest).ok_or(at)?;
                rest = rest.get(length..).unwrap_or_default();
                has_escapes = true;
            }
            // The end of the text, or a control character.
            _ => return Err(at),
        }
    }
}

/// The number of bytes at the start before a quote, a backslash or a control character.
fn plain(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            let within = usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
            let before = text.len().saturating_sub(rest.len());
            return before.saturating_add(within);
        }
        rest = behind;
    }
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..0x20);
    let before = text.len().saturating_sub(rest.len());
    before.saturating_add(rest.iter().take_while(is_plain).count())
}

/// Sets the highest bit of each byte of a little-endian word at which [`plain`] must stop. Only
/// the lowest mark is reliable: a higher one may come from a carry.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // Subtracting `limit` from a smaller byte sets the highest bit of the byte.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES.wrapping_mul(limit)) & !word & HIGH;
    let equal = |byte: u8| below(word ^ ONES.wrapping_mul(u64::from(byte)), 1);
    below(word, 0x20) | equal(b'"') | equal(b'\\')
}

/// The text between the quotes.
fn inside(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    let inside = inside(text)?;
    let Some((plain, mut rest)) = split(inside) else {
        return Some(Cow::Borrowed(inside));
    };
    let mut decoded = String::with_capacity(inside.len());
    decoded.push_str(plain);
    loop {
        let (character, length) = escape(rest.as_bytes())?;
        decoded.push(character);
        let behind = rest.get(length..)?;
        let Some((plain, next)) = split(behind) else {
            decoded.push_str(behind);
            return Some(Cow::Owned(decoded));
        };
        decoded.push_str(plain);
        rest = next;
    }
}

/// Splits the text before its first escape.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(text.find('\\')?)
}

/// The escape at the start of `text`: its character and its length in bytes. A character above
/// U+FFFF is written as two escapes (a surrogate pair); one of them without the other is refused.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let character = match text {
        [b'\\', b'u', rest @ ..] => {
            let first = unit(rest)?;
            if let Some(Ok(character)) = char::decode_utf16([first]).next() {
                return Some((character, 6));
            }
            let [_, _, _, _, b'\\', b'u', rest @ ..] = rest else {
                return None;
            };
            let both = char::decode_utf16([first, unit(rest)?]).next()?.ok()?;
            return Some((both, 12));
        }
        [b'\\', b'b', ..] => '\u{8}',
        [b'\\', b'f', ..] => '\u{c}',
        [b'\\', b'n', ..] => '\n',
        [b'\\', b'r', ..] => '\r',
        [b'\\', b't', ..] => '\t',
        [b'\\', itself @ (b'"' | b'\\' | b'/'), ..] => char::from(*itself),
        _ => return None,
    };
    Some((character, 2))
}

/// Four hexadecimal digits: a code unit of UTF-16.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.get(..4)?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}
