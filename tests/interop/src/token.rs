//! Tokens that have come to harm.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The token with one bit flipped, once in each of its three parts: in the
/// middle byte of what the part encodes, so that it stays good base64url.
#[must_use]
pub fn flipped(token: &str) -> [String; 3] {
    [0, 1, 2].map(|flip| {
        let parts = token.split('.').enumerate().map(|(index, part)| {
            if index != flip {
                return part.to_owned();
            }
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
            let middle = bytes.len() / 2;
            *bytes.get_mut(middle).unwrap() ^= 1;
            BASE64_URL_SAFE_NO_PAD.encode(bytes)
        });
        parts.collect::<Vec<_>>().join(".")
    })
}
