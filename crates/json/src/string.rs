//! Strings (RFC 8259 section 7): where one ends, and what it says.

use alloc::borrow::Cow;
use alloc::string::String;

/// Reads the string that `text` begins with. Gives its length, quotes included, and
/// whether it is whole; if not, how far it is sound.
pub(crate) fn scan(text: &[u8]) -> (usize, bool) {
    if text.first() != Some(&b'"') {
        return (0, false);
    }
    let mut at = 1_usize;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let step = match rest.first() {
            Some(b'"') => return (at.saturating_add(1), true),
            Some(b'\\') => match escape(rest) {
                Some((_, length)) => length,
                None => return (at, false),
            },
            None | Some(..=0x1f) => return (at, false),
            Some(_) => 1,
        };
        at = at.saturating_add(step);
    }
}

/// What a whole string says; borrowed where it holds no escape. Half a surrogate, which a
/// collection may hold, says nothing.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
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

/// Before the first escape, and from there.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(text.find('\\')?)
}

/// The escape that `text` begins with: its character and its length in bytes. A character
/// outside of the first 65,536 is two escapes; half of one is none.
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
