//! Reading without verifying. **Never trust what these functions return.**
//!
//! Two uses are legitimate: showing a token to the person who holds it, and picking an entry of a
//! configured list of issuers before the key is known. Any other decision that relies on them
//! accepts forged logins.

use alloc::vec::Vec;
use core::fmt;

use crate::encoding::Encoded;
use crate::{ParseError, Part, Scratch, Unverified};

/// The payload of a token that was not verified.
///
/// # Errors
///
/// [`ParseError`] if the payload or the signature is not base64url. After
/// [`Unverified::parse`] it never is.
pub fn unverified_payload<'a>(token: &Unverified<'a>) -> Result<&'a [u8], ParseError> {
    token.body().map(|body| body.payload)
}

/// A payload may take so many bytes more than its length. This is enough for the signature of most
/// algorithms, but not for RSA, whose signatures are long.
const SPARE: usize = 160;

/// The payload that was decoded last into this scratch, without a copy. It is verified only if
/// its token was.
#[must_use]
pub fn into_payload(scratch: Scratch) -> Vec<u8> {
    let mut payload = scratch.body;
    // A server may keep the payload for hours, and with the signature it would keep a token.
    let signature = payload.get_mut(scratch.payload_len..);
    signature.unwrap_or_default().fill(0);
    payload.truncate(scratch.payload_len);
    if payload.capacity() > payload.len().saturating_add(SPARE) {
        payload.shrink_to_fit();
    }
    payload
}

/// The decoded parts of a token. Neither its signature nor its header was checked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// The header: any bytes, normally JSON.
    pub header: Vec<u8>,
    /// The payload: any bytes.
    pub payload: Vec<u8>,
    /// The signature: any bytes.
    pub signature: Vec<u8>,
}

impl Parts {
    /// Decodes a token of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if it doesn't have three parts in base64url.
    pub fn decode(limit: usize, token: &str) -> Result<Self, ParseError> {
        let encoded = Encoded::split(token, limit, None)?;
        let decode = |part| {
            let mut bytes = Vec::new();
            encoded.decode(part, &mut bytes).map(|()| bytes)
        };
        Ok(Self {
            header: decode(Part::Header)?,
            payload: decode(Part::Payload)?,
            signature: decode(Part::Signature)?,
        })
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
