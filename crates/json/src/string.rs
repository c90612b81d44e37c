//! Strings (RFC 8259 section 7): finds the end of a string, and decodes it.

use alloc::borrow::Cow;
use alloc::string::String;

/// The text of a checked value.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) text: &'a str,
    pub(crate) known: Known,
}

/// What the reader learned about a value while it checked it.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    Nothing,
    /// It is a string without escapes.
    PlainString,
    /// It is this number, written as digits only.
    Whole(u64),
}

impl<'a> Raw<'a> {
    /// A value about which nothing else is known.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            known: Known::Nothing,
        }
    }

    /// The decoded string, borrowed if it has no escapes. `None` if the value is not a string, or
    /// has a lone surrogate, which is possible in a collection.
    #[inline]
    pub(crate) fn decode(self) -> Option<Cow<'a, str>> {
        match self.known {
            Known::PlainString => inside(self.text).map(Cow::Borrowed),
            Known::Nothing => decode(self.text),
            Known::Whole(_) => None,
        }
    }
}

/// The index of the next quote, backslash or control character, beginning at `at`. The length of
/// the text if there is none.
///
/// It is called in many places. A copy in each of them would take too much of the cache that the
/// processor has for code.
#[inline(never)]
pub(crate) fn plain_until(text: &[u8], at: usize) -> usize {
    // Most strings end within eight bytes.
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(next) => match first_special(u64::from_le_bytes(*next)) {
            Some(within) => at.wrapping_add(within),
            None => plain_until_later(text, at.wrapping_add(8)),
        },
        None => plain_until_later(text, at),
    }
}

/// Like [`plain_until`], for a string that does not end within eight bytes, and near the end of the
/// text.
#[inline(never)]
fn plain_until_later(text: &[u8], mut at: usize) -> usize {
    let mut rest = text.get(at..).unwrap_or_default();
    while let Some((next, behind)) = rest.split_first_chunk() {
        if let Some(within) = first_special(u64::from_le_bytes(*next)) {
            return at.wrapping_add(within);
        }
        rest = behind;
        at = at.wrapping_add(8);
    }
    let Some(last) = text.last_chunk() else {
        let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | ..0x20);
        return at.wrapping_add(rest.iter().take_while(is_plain).count());
    };
    // Shift out the bytes before `at`. This leaves zeros behind the last byte. Zero is a control
    // character, so the search ends there. If no byte is left, the whole word is zero.
    let before = 8_usize.saturating_sub(rest.len()).saturating_mul(8);
    let bits = u32::try_from(before).unwrap_or(u64::BITS);
    let left = u64::from_le_bytes(*last).checked_shr(bits);
    at.wrapping_add(first_special(left.unwrap_or_default()).unwrap_or_default())
}

/// The index of the first byte of a little-endian word at which [`plain_until`] must stop. `None` and
/// not 8, because with a branch the processor begins the next word before it has this index.
#[inline]
fn first_special(word: u64) -> Option<usize> {
    match special(word) {
        0 => None,
        special => usize::try_from(special.trailing_zeros() / 8).ok(),
    }
}

/// Sets the highest bit of each byte of a little-endian word at which [`plain_until`] must stop.
/// Only the lowest mark is reliable: a higher one may come from a carry.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // This exchanges the quote (0x22) with the space (0x20), and the control characters (below
    // 0x20) among each other. So all bytes below 0x21 are special now.
    let exchanged = word ^ ONES.wrapping_mul(0x02);
    // A backslash is zero now.
    let backslash = word ^ ONES.wrapping_mul(0x5c);
    // Subtracting more than a byte holds sets its highest bit. Bytes of other characters than
    // ASCII have this bit already, and are not special.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES.wrapping_mul(limit));
    (below(exchanged, 0x21) | below(backslash, 1)) & !word & HIGH
}

/// The number that eight decimal digits are. `None` if a byte is not a digit.
///
/// It computes with all eight bytes at once: a loop over ten digits, as many as a date has, takes
/// three times as many instructions.
#[inline]
pub(crate) fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
    const TO_HIGHEST_BIT: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    const HIGHEST_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    // Each byte is now the value of its digit. Anything else is above 9.
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    // A byte of 10 to 127 gets its highest bit by the addition, and a larger one has it already.
    if (digits.wrapping_add(TO_HIGHEST_BIT) | digits) & HIGHEST_BITS != 0 {
        return None;
    }
    // Each step joins two neighbours. The text begins at the lowest byte, so the lower one counts
    // more: it is multiplied by 10, 100 and 10,000.
    let join = |parts: u64, mask: u64, factor: u64, bits: u32| {
        let lower = (parts & mask).wrapping_mul(factor);
        lower.wrapping_add((parts >> bits) & mask)
    };
    let twos = join(digits, 0x00ff_00ff_00ff_00ff, 10, 8);
    let fours = join(twos, 0x0000_ffff_0000_ffff, 100, 16);
    Some(join(fours, 0x0000_0000_ffff_ffff, 10_000, 32))
}

/// The text between the quotes.
#[inline]
fn inside(text: &str) -> Option<&str> {
    match text.as_bytes() {
        [b'"', .., b'"'] => text.get(1..text.len().wrapping_sub(1)),
        _ => None,
    }
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
pub(crate) fn escape(text: &[u8]) -> Option<(char, usize)> {
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

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{eight_digits, plain_until};

    #[test]
    fn the_end_of_a_string_is_found_at_every_place_of_texts_of_every_length() {
        let is_special = |byte: u8| matches!(byte, b'"' | b'\\' | ..0x20);
        for length in 0..26 {
            // In the last turn, the byte is behind the text, so it is not there.
            for special in 0..=length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'!'; length];
                    if let Some(place) = text.get_mut(special) {
                        *place = byte;
                    }
                    for at in 0..length + 2 {
                        let is_there = at <= special && special < length && is_special(byte);
                        let expected = if is_there { special } else { length.max(at) };
                        assert_eq!(plain_until(&text, at), expected, "{text:?} from {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn eight_digits_are_read_as_the_standard_library_reads_them() {
        for number in (0..100_000_000_u64).step_by(9_973).chain([99_999_999]) {
            let mut text = *b"00000000";
            let mut rest = number;
            for digit in text.iter_mut().rev() {
                *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
            let expected = core::str::from_utf8(&text).map(str::parse);
            assert_eq!(expected, Ok(Ok(number)));
            assert_eq!(eight_digits(text), Some(number));
        }
    }

    #[test]
    fn any_other_byte_among_eight_digits_is_found() {
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                for digit in b'0'..=b'9' {
                    let mut text = [digit; 8];
                    if let Some(place) = text.get_mut(at) {
                        *place = byte;
                    }
                    let is_number = byte.is_ascii_digit();
                    assert_eq!(eight_digits(text).is_some(), is_number, "{text:?}");
                }
            }
        }
    }
}
