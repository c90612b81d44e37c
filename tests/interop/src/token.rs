//! Damaged tokens.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Three copies of the token, each with one bit flipped in another part. It is a bit of the
/// decoded middle byte, so that the part stays valid base64url.
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
