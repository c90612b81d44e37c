//! Decodes a text with four tables, sixteen characters at a time.

use alloc::vec::Vec;
use core::fmt;

use crate::ALPHABET;

/// A text that is not base64url without padding.
///
/// It doesn't say where the fault is, and shows nothing of the text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError;

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "found text that is not base64url; it has only letters, digits, `-` and `_`, without \
             padding and without stray bits at its end (RFC 7515 section 2)",
        )
    }
}

impl core::error::Error for DecodeError {}

/// The bytes of a text.
///
/// ```
/// use countersign_base64url::decode;
///
/// assert_eq!(decode("A-z_")?, b"\x03\xec\xff");
/// assert_eq!(decode("")?, b"");
/// // The last character has four bits that belong to no byte. They must be zero.
/// assert_eq!(decode("AQ")?, b"\x01");
/// assert!(decode("AR").is_err());
/// # Ok::<(), countersign_base64url::DecodeError>(())
/// ```
///
/// # Errors
///
/// [`DecodeError`] if the text is not base64url in canonical form (RFC 7515 section 2).
pub fn decode(text: impl AsRef<str>) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    decode_append(text.as_ref(), &mut bytes)?;
    Ok(bytes)
}

/// Decodes a text into `bytes`, and replaces their content. If the buffer is large enough, this
/// allocates nothing. After an error, `bytes` are empty.
///
/// ```
/// use countersign_base64url::decode_into;
///
/// let mut bytes = b"the part before".to_vec();
/// decode_into("e30", &mut bytes)?;
/// assert_eq!(bytes, b"{}");
/// # Ok::<(), countersign_base64url::DecodeError>(())
/// ```
///
/// # Errors
///
/// As [`decode`].
pub fn decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
    decode_at(0, text.as_bytes(), bytes)
}

/// Appends the bytes of a text to `bytes`. After an error, `bytes` are as before.
///
/// ```
/// use countersign_base64url::decode_append;
///
/// // An uncompressed point begins with 4.
/// let mut point = vec![4];
/// decode_append("AQI", &mut point)?;
/// assert_eq!(point, [4, 1, 2]);
/// # Ok::<(), countersign_base64url::DecodeError>(())
/// ```
///
/// # Errors
///
/// As [`decode`].
pub fn decode_append(text: &str, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
    decode_at(bytes.len(), text.as_bytes(), bytes)
}

/// Marks a character that is not in the alphabet. The three bytes of a group leave it free.
const INVALID: u32 = 1 << 31;

/// For each character, its six bits at their place in the three bytes of a group. The first byte
/// of the group is the lowest byte of the number.
type Table = [u32; 256];

static FIRST: Table = table(18);
static SECOND: Table = table(12);
static THIRD: Table = table(6);
static FOURTH: Table = table(0);

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, which would report a fault"
)]
const fn table(shift: u32) -> Table {
    let mut table = [INVALID; 256];
    let mut alphabet: &[u8] = ALPHABET;
    let mut value: u32 = 0;
    while let [character, rest @ ..] = alphabet {
        let [_, first, second, third] = (value << shift).to_be_bytes();
        table[*character as usize] = u32::from_le_bytes([first, second, third, 0]);
        value += 1;
        alphabet = rest;
    }
    table
}

/// Decodes `text` into `bytes` from `start` on. After an error, `bytes` end there.
///
/// A token has two parts that are decoded. One copy of this function for both takes less of the
/// cache that the processor has for code.
#[inline(never)]
fn decode_at(start: usize, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
    if decode_unchecked(start, text, bytes) {
        Ok(())
    } else {
        bytes.truncate(start);
        Err(DecodeError)
    }
}

/// Like [`decode_at`], but `bytes` hold anything from `start` on if the result is false.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it has only one caller")]
fn decode_unchecked(start: usize, text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let (groups, end) = text.as_chunks::<4>();
    // `A` is six zero bits. The bits that belong to no byte must be zero.
    let (end, end_bytes, unused) = match *end {
        [] => (0, 0, 0),
        [a, b] => (bits(&[a, b, b'A', b'A']), 1, 0xffff_ff00),
        [a, b, c] => (bits(&[a, b, c, b'A']), 2, 0xffff_0000),
        // Six bits alone are no byte.
        _ => return false,
    };
    let length = groups.len().saturating_mul(3).saturating_add(end_bytes);
    let length = length.saturating_add(start);
    // Each group is written as four bytes. The next group overwrites the fourth. Everything is
    // overwritten below, so the bytes of an earlier token aren't set to zero first.
    bytes.resize(length.saturating_add(4), 0);

    let mut seen = end;
    let mut places = bytes.get_mut(start..).unwrap_or_default();
    let (blocks, groups) = groups.as_chunks::<4>();
    for block in blocks {
        let Some(place) = places.first_chunk_mut::<13>() else {
            return false;
        };
        let [a, b, c, d] = block;
        let [a, b, c, d] = [bits(a), bits(b), bits(c), bits(d)];
        seen |= a | b | c | d;
        place[0..4].copy_from_slice(&a.to_le_bytes());
        place[3..7].copy_from_slice(&b.to_le_bytes());
        place[6..10].copy_from_slice(&c.to_le_bytes());
        place[9..13].copy_from_slice(&d.to_le_bytes());
        places = places.get_mut(12..).unwrap_or_default();
    }
    for group in groups {
        let bits = bits(group);
        seen |= bits;
        if let Some(place) = places.first_chunk_mut() {
            *place = bits.to_le_bytes();
        }
        places = places.get_mut(3..).unwrap_or_default();
    }
    if let Some(place) = places.first_chunk_mut() {
        *place = end.to_le_bytes();
    }
    bytes.truncate(length);
    seen & INVALID == 0 && end & unused == 0
}

/// The three bytes of four characters, the first byte lowest, or a number with [`INVALID`] set.
#[inline]
fn bits([a, b, c, d]: &[u8; 4]) -> u32 {
    let bits = |table: &Table, character: &u8| {
        // Every byte has a place in the table.
        table
            .get(usize::from(*character))
            .copied()
            .unwrap_or(INVALID)
    };
    bits(&FIRST, a) | bits(&SECOND, b) | bits(&THIRD, c) | bits(&FOURTH, d)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{DecodeError, decode, decode_append, decode_at, decode_into};

    /// Decodes as the `base64` crate does.
    fn assert_same(text: &[u8]) {
        let mut bytes = b"old content".to_vec();
        let decoded = decode_at(0, text, &mut bytes).ok().map(|()| bytes);
        assert_eq!(decoded, URL_SAFE_NO_PAD.decode(text).ok(), "{text:?}");
    }

    #[test]
    fn every_end_of_a_text_is_read_as_by_the_base64_crate() {
        for a in 0..=u8::MAX {
            assert_same(&[a]);
            for b in 0..=u8::MAX {
                for text in [[a, b, b'Q', b'g'], [b'Q', a, b, b'g'], [b'Q', b'g', a, b]] {
                    assert_same(&text[..2]);
                    assert_same(&text[..3]);
                    assert_same(&[b"eyJh", &text[..]].concat());
                }
            }
        }
    }

    #[test]
    fn every_invalid_byte_is_found_at_every_place() {
        for length in 0..24 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'A'; length];
                    if let Some(place) = text.get_mut(at) {
                        *place = byte;
                    }
                    assert_same(&text);
                }
            }
        }
    }

    #[test]
    fn the_error_says_what_is_expected_and_shows_nothing_of_the_text() {
        let error = decode("c2VjcmV0=").unwrap_err().to_string();
        assert!(error.contains("without padding"), "{error}");
        assert!(!error.contains("c2Vj"), "{error}");
    }

    #[test]
    fn decoding_into_a_buffer_replaces_its_content() {
        let mut bytes = b"a longer old content".to_vec();
        assert_eq!(decode_into("AQI", &mut bytes), Ok(()));
        assert_eq!(bytes, [1, 2]);
        assert_eq!(decode_into("AQJ", &mut bytes), Err(DecodeError));
        assert!(bytes.is_empty(), "{bytes:?}");
    }

    #[test]
    fn appending_keeps_what_is_before_also_if_the_text_is_refused() {
        let mut bytes = vec![4];
        for text in ["AQID", "BA", "", "BQYHCAkKCwwNDg8Q"] {
            assert_eq!(decode_append(text, &mut bytes), Ok(()));
        }
        let expected = [4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        assert_eq!(bytes, expected);
        for text in ["A", "BB", "BQYHCAkKCwwNDg8Q\n", "BQYHCAkKCwwNDg8?"] {
            assert_eq!(decode_append(text, &mut bytes), Err(DecodeError));
            assert_eq!(bytes, expected, "{text:?}");
        }
    }
}
