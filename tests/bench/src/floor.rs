//! The least work that any library must do for an HS256 token: *ring*'s HMAC, base64 decoding
//! into existing buffers, and serde_json into borrowed fields. It checks no policy, finds no
//! duplicate of an unknown name, and refuses no critical header.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The key, and buffers that are used for each token.
pub(crate) struct Floor {
    key: hmac::Key,
    header: [u8; 256],
    payload: [u8; 1024],
    signature: [u8; 64],
}

#[derive(Deserialize)]
struct Header<'a> {
    alg: &'a str,
}

/// The claims of the measured token, borrowed.
#[derive(Deserialize)]
pub(crate) struct Claims<'a> {
    pub(crate) sub: &'a str,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    #[serde(borrow)]
    pub(crate) info: &'a RawValue,
    #[serde(borrow)]
    pub(crate) channels: &'a RawValue,
}

impl Floor {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            header: [0; 256],
            payload: [0; 1024],
            signature: [0; 64],
        }
    }

    pub(crate) fn verify(&mut self, token: &str) -> Option<Claims<'_>> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, payload) = signing_input.split_once('.')?;
        let header = decode(header, &mut self.header)?;
        let header: Header<'_> = serde_json::from_slice(header).ok()?;
        if header.alg != "HS256" {
            return None;
        }
        let signature = decode(signature, &mut self.signature)?;
        hmac::verify(&self.key, signing_input.as_bytes(), signature).ok()?;
        serde_json::from_slice(decode(payload, &mut self.payload)?).ok()
    }
}

fn decode<'a>(text: &str, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let length = URL_SAFE_NO_PAD.decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}
