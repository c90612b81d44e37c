//! Looking without verifying. **Nothing here is to be trusted.**
//!
//! Two uses are legitimate: showing a token to the person who holds it, and
//! picking an entry of a configured list of issuers before the key is known. An
//! answer that reaches any other decision is a forged login.

use alloc::vec::Vec;
use core::fmt;

use crate::encoding::Encoded;
use crate::{ParseError, Part, Scratch, Unverified};

/// The payload of a token that nobody verified.
///
/// # Errors
///
/// [`ParseError`] if the payload or the signature is not base64url. After
/// [`Unverified::parse`] it never is.
pub fn unverified_payload<'a>(token: &Unverified<'a>) -> Result<&'a [u8], ParseError> {
    token.body().map(|body| body.payload)
}

/// The payload that was decoded last into this room, to keep it without a copy. It is
/// verified only if that token was.
#[must_use]
pub fn into_payload(scratch: Scratch) -> Vec<u8> {
    scratch.payload
}

/// The decoded parts of a token that nobody verified, and whose header nobody judged.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// The header: JSON, one hopes.
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
    /// [`ParseError`] if it has not three parts of base64url.
    pub fn decode(limit: usize, token: &str) -> Result<Self, ParseError> {
        let encoded = Encoded::split(token, limit)?;
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
