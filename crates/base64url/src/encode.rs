//! Encodes bytes with a table of pairs of characters.

use alloc::string::String;

use crate::ALPHABET;

/// The two characters of each twelve bits. A table of single characters would be 8 KiB smaller, and
/// take half as long again.
static PAIRS: [[u8; 2]; 4096] = pairs();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, which would report a fault"
)]
const fn pairs() -> [[u8; 2]; 4096] {
    let mut pairs = [[0; 2]; 4096];
    let mut at = 0;
    while at < pairs.len() {
        pairs[at] = [ALPHABET[at / 64], ALPHABET[at % 64]];
        at += 1;
    }
    pairs
}

/// How many groups of three bytes are encoded before their characters are appended to the text.
const BLOCK: usize = 64;

/// The text of these bytes.
///
/// ```
/// assert_eq!(countersign_base64url::encode(b"\x03\xec\xff"), "A-z_");
/// ```
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::new();
    encode_append(bytes.as_ref(), &mut text);
    text
}

/// Appends the text of these bytes.
///
/// ```
/// let mut token = String::from("e30.");
/// countersign_base64url::encode_append(b"{}", &mut token);
/// assert_eq!(token, "e30.e30");
/// ```
pub fn encode_append(bytes: &[u8], text: &mut String) {
    text.reserve(encoded_len(bytes.len()));
    for bytes in bytes.chunks(BLOCK * 3) {
        let mut block = [[0; 4]; BLOCK];
        let mut places = block.iter_mut();
        let (groups, end) = bytes.as_chunks::<3>();
        for (group, place) in groups.iter().zip(&mut places) {
            write(*group, place);
        }
        if let Some(place) = places.next() {
            match *end {
                [a] => write([a, 0, 0], place),
                [a, b] => write([a, b, 0], place),
                _ => {}
            }
        }
        let characters = block.as_flattened().get(..encoded_len(bytes.len()));
        // The alphabet is ASCII, so this never fails.
        text.push_str(core::str::from_utf8(characters.unwrap_or_default()).unwrap_or_default());
    }
}

/// The length of the text of so many bytes. `usize::MAX` if it is larger than that.
///
/// ```
/// use countersign_base64url::encoded_len;
///
/// assert_eq!([0, 1, 2, 3, 4].map(encoded_len), [0, 2, 3, 4, 6]);
/// ```
#[inline]
#[must_use]
pub const fn encoded_len(bytes: usize) -> usize {
    let end = match bytes % 3 {
        0 => 0,
        1 => 2,
        _ => 3,
    };
    (bytes / 3).saturating_mul(4).saturating_add(end)
}

/// Writes the four characters of three bytes.
#[inline]
fn write([a, b, c]: [u8; 3], characters: &mut [u8; 4]) {
    let bits = u32::from_be_bytes([0, a, b, c]);
    characters[..2].copy_from_slice(&pair(bits >> 12));
    characters[2..].copy_from_slice(&pair(bits & 0xfff));
}

#[inline]
fn pair(twelve_bits: u32) -> [u8; 2] {
    let at = usize::try_from(twelve_bits).unwrap_or_default();
    PAIRS.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{encode, encode_append, encoded_len};
    use crate::decode;

    #[test]
    fn bytes_are_encoded_as_by_the_base64_crate_and_decoded_again() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
        for start in 0..3 {
            for length in 0..bytes.len() - start {
                let bytes = bytes.get(start..).and_then(|bytes| bytes.get(..length));
                let bytes = bytes.unwrap();
                let text = encode(bytes);
                assert_eq!(text, URL_SAFE_NO_PAD.encode(bytes));
                assert_eq!(text.len(), encoded_len(length));
                assert_eq!(decode(&text).as_deref(), Ok(bytes));
            }
        }
    }

    #[test]
    fn every_pair_of_bytes_is_encoded_as_by_the_base64_crate() {
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                let bytes = [a, b, a, b];
                assert_eq!(encode(bytes), URL_SAFE_NO_PAD.encode(bytes));
            }
        }
    }

    #[test]
    fn appending_keeps_the_text_before() {
        let mut text = String::from("é.");
        encode_append(&[0xff; 50], &mut text);
        assert_eq!(text, format!("é.{}", encode([0xff; 50])));
    }

    #[test]
    fn a_length_that_no_text_can_have_saturates() {
        assert_eq!(encoded_len(usize::MAX), usize::MAX);
    }
}
