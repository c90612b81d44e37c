//! `info` and `data`: JSON as in the token, or any bytes in base64.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use countersign_json::Value;

use crate::read::{At, Refusal};

/// Bytes for the application: the text of any JSON value exactly as in the token (`null` is
/// JSON's null), or the decoded bytes of a `b64…` claim.
///
/// They are passed on unread. Code that reads them must expect names such as `__proto__`.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes<'a>(Inner<'a>);

#[derive(Clone, PartialEq, Eq)]
enum Inner<'a> {
    Json(&'a str),
    Base64(Cow<'a, str>),
}

impl<'a> Bytes<'a> {
    pub(crate) fn from_json(value: &Value<'a>) -> Self {
        Self(Inner::Json(value.raw()))
    }

    /// The JSON text, if it is JSON.
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
                decode(text.as_bytes(), |bytes| out.extend_from_slice(bytes));
            }
        }
    }
}

/// The bytes belong to the application, so they stay out of logs.
impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Inner::Json(_) => "Json(..)",
            Inner::Base64(_) => "Base64(..)",
        })
    }
}

/// One pair of claims such as `info` and `b64info`, while it is read.
#[derive(Default)]
pub(crate) struct Pair<'a> {
    json: Option<Bytes<'a>>,
    base64: Option<Bytes<'a>>,
}

impl<'a> Pair<'a> {
    pub(crate) fn json(&mut self, value: &Value<'a>) {
        self.json = Some(Bytes::from_json(value));
    }

    pub(crate) fn base64(&mut self, at: &At<'_>, value: &Value<'a>) -> Result<(), Refusal> {
        let text = at.string(value)?;
        if !decode(text.as_bytes(), |_| {}) {
            return Err(at.invalid(
                "is not base64; use the standard alphabet with padding (RFC 4648 section 4)",
            ));
        }
        // As in Centrifugo: backends send the empty string for "not set".
        if !text.is_empty() {
            self.base64 = Some(Bytes(Inner::Base64(text)));
        }
        Ok(())
    }

    /// If both are set, base64 counts.
    pub(crate) fn finish(self) -> Option<Bytes<'a>> {
        self.base64.or(self.json)
    }
}

/// Decodes base64 piece by piece, without allocating, and passes each piece to `take`. False if a
/// piece is not base64; the pieces before it were passed on already.
///
/// Line breaks are skipped, as Go's `encoding/base64` does: encoders such as Ruby's `encode64`
/// write them, and Centrifugo accepts such tokens. All else is strict: the standard alphabet,
/// padding, no stray bits.
fn decode(text: &[u8], mut take: impl FnMut(&[u8])) -> bool {
    const PIECE: usize = 1024;
    let (mut piece, mut decoded) = ([0_u8; PIECE], [0_u8; PIECE]);
    let mut symbols = text
        .iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .peekable();
    loop {
        let mut length = 0_usize;
        for (place, symbol) in piece.iter_mut().zip(symbols.by_ref()) {
            *place = *symbol;
            length = length.saturating_add(1);
        }
        let piece = piece.get(..length).unwrap_or_default();
        let is_last = symbols.peek().is_none();
        // Only the last piece may end with padding.
        let decoded_bytes = if is_last {
            STANDARD.decode_slice(piece, &mut decoded)
        } else {
            STANDARD_NO_PAD.decode_slice(piece, &mut decoded)
        };
        match decoded_bytes {
            Ok(length) => take(decoded.get(..length).unwrap_or_default()),
            Err(_) => return false,
        }
        if is_last {
            return true;
        }
    }
}
