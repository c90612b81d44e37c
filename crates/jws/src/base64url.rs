//! Decodes base64url (RFC 4648 section 5) strictly and fast.
//!
//! Padding, other alphabets, white space and non-zero trailing bits are refused (RFC 4648
//! sections 3.3 and 3.5): the same bytes have only one spelling. A test compares the decoder with
//! the `base64` crate, which takes about twice as many instructions.

use alloc::vec::Vec;

/// Marks a character that is not in the alphabet. The 24 bits of four characters leave it free.
const INVALID: u32 = 1 << 31;

/// The six bits of each character, shifted to where they belong in a group of four.
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
    let mut alphabet: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits = 0;
    while let [character, rest @ ..] = alphabet {
        table[*character as usize] = bits << shift;
        bits += 1;
        alphabet = rest;
    }
    table
}

/// Decodes `text` into `bytes`, and replaces their content. False if it is not base64url in
/// canonical form; then `bytes` are empty.
pub(crate) fn decode(text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let (groups, rest) = text.as_chunks::<4>();
    let length = groups.len().saturating_mul(3);
    bytes.clear();
    // The end adds at most two bytes.
    bytes.reserve(length.saturating_add(2));
    bytes.resize(length, 0);
    let (places, _) = bytes.as_chunks_mut::<3>();
    let mut seen = 0;
    for ([a, b, c, d], place) in groups.iter().zip(places) {
        let bits = bits(&FIRST, *a) | bits(&SECOND, *b) | bits(&THIRD, *c) | bits(&FOURTH, *d);
        seen |= bits;
        let [_, x, y, z] = bits.to_be_bytes();
        *place = [x, y, z];
    }
    let is_valid = seen & INVALID == 0 && decode_end(rest, bytes);
    if !is_valid {
        bytes.clear();
    }
    is_valid
}

/// Decodes the characters after the last group of four. The bits that belong to no byte must be
/// zero.
fn decode_end(rest: &[u8], bytes: &mut Vec<u8>) -> bool {
    let (bits, count) = match rest {
        [] => return true,
        [a, b] => (bits(&FIRST, *a) | bits(&SECOND, *b), 1),
        [a, b, c] => (bits(&FIRST, *a) | bits(&SECOND, *b) | bits(&THIRD, *c), 2),
        // Six bits alone are no byte.
        _ => return false,
    };
    let [invalid, decoded @ ..] = bits.to_be_bytes();
    let (decoded, unused) = decoded.split_at(count);
    bytes.extend_from_slice(decoded);
    invalid == 0 && unused.iter().all(|byte| *byte == 0)
}

#[inline]
fn bits(table: &Table, character: u8) -> u32 {
    // Every byte has a place in the table.
    let bits = table.get(usize::from(character));
    bits.copied().unwrap_or(INVALID)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::decode;

    /// Decodes as the `base64` crate does.
    fn assert_same(text: &[u8]) {
        let mut bytes = b"old content".to_vec();
        let decoded = decode(text, &mut bytes).then_some(bytes);
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
    fn what_is_encoded_is_decoded() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
        for length in 0..bytes.len() {
            let bytes = bytes.get(..length).unwrap_or_default();
            assert_same(URL_SAFE_NO_PAD.encode(bytes).as_bytes());
        }
    }
}
