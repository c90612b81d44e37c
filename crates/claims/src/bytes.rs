//! `info` and `data`: JSON as it was written, or any bytes in base64.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use countersign_json::Value;

use crate::ClaimsError;
use crate::read::At;

/// Bytes for the application: the text of any JSON value exactly as the token has
/// it (`null` is JSON's null), or what a `b64…` claim decodes to.
///
/// They are handed on and never looked at: names such as `__proto__` in them are for
/// the reader at the other end to mind.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes<'a>(Inner<'a>);

#[derive(Clone, PartialEq, Eq)]
enum Inner<'a> {
    Json(&'a str),
    Base64(Cow<'a, str>),
}

impl<'a> Bytes<'a> {
    pub(crate) fn from_json(value: Value<'a>) -> Self {
        Self(Inner::Json(value.raw()))
    }

    /// The JSON text, if it is that.
    #[must_use]
    pub fn as_json(&self) -> Option<&'a str> {
        match &self.0 {
            Inner::Json(text) => Some(text),
            Inner::Base64(_) => None,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.append_to(&mut bytes);
        bytes
    }

    /// Appends the bytes; allocates nothing if `out` has room for them.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Inner::Json(text) => out.extend_from_slice(text.as_bytes()),
            Inner::Base64(text) => {
                // Checked when the claim was read.
                let _ = STANDARD.decode_vec(text.as_bytes(), out);
            }
        }
    }
}

/// What they hold is the application's own, so it stays out of logs.
impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Inner::Json(_) => "Json(..)",
            Inner::Base64(_) => "Base64(..)",
        })
    }
}

/// One pair of claims such as `info` and `b64info`, as it is being read.
#[derive(Default)]
pub(crate) struct Pair<'a> {
    json: Option<Bytes<'a>>,
    base64: Option<Bytes<'a>>,
}

impl<'a> Pair<'a> {
    pub(crate) fn json(&mut self, value: Value<'a>) {
        self.json = Some(Bytes::from_json(value));
    }

    pub(crate) fn base64(&mut self, at: At<'_>, value: Value<'a>) -> Result<(), ClaimsError> {
        let text = at.string(value)?;
        if !is_base64(text.as_bytes()) {
            return Err(at.invalid(
                "is not base64; use the standard alphabet with padding (RFC 4648 section 4)",
            ));
        }
        // As in Centrifugo, where backends send the empty string for "not set".
        if !text.is_empty() {
            self.base64 = Some(Bytes(Inner::Base64(text)));
        }
        Ok(())
    }

    /// Base64 wins.
    pub(crate) fn finish(self) -> Option<Bytes<'a>> {
        self.base64.or(self.json)
    }
}

/// Checks piece by piece: to check costs no allocation.
fn is_base64(text: &[u8]) -> bool {
    const PIECE: usize = 1024;
    let mut decoded = [0_u8; PIECE];
    let mut pieces = text.chunks(PIECE).peekable();
    while let Some(piece) = pieces.next() {
        // Padding belongs to the end of the last piece alone.
        let engine = if pieces.peek().is_some() {
            STANDARD_NO_PAD.decode_slice(piece, &mut decoded)
        } else {
            STANDARD.decode_slice(piece, &mut decoded)
        };
        if engine.is_err() {
            return false;
        }
    }
    true
}
