//! Splits a token into its three parts of base64url (RFC 7515 section 2) and decodes them.

use alloc::vec::Vec;

use countersign_base64url::decode_into;

use crate::{ParseError, Part};

/// The three parts of a token, still encoded.
#[derive(Clone, Copy)]
pub(crate) struct Encoded<'a> {
    pub(crate) signing_input: &'a str,
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Encoded<'a> {
    /// Splits a token of at most `limit` bytes. The limit bounds its work, even with many dots.
    /// `header_len` is the place of the first dot, if it is known.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise its result is copied")]
    pub(crate) fn split(
        token: &'a str,
        limit: usize,
        header_len: Option<usize>,
    ) -> Result<Self, ParseError> {
        let parts = if token.len() <= limit {
            Self::parts(token, header_len)
        } else {
            None
        };
        parts.ok_or_else(|| not_split(token, limit))
    }

    /// `None` if there are not exactly two dots.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `split`")]
    fn parts(token: &'a str, header_len: Option<usize>) -> Option<Self> {
        let (header, rest) = match header_len {
            Some(dot) => cut_at(token, dot)?,
            None => cut(token)?,
        };
        let (payload, signature) = cut(rest)?;
        if cut(signature).is_some() {
            return None;
        }
        // Up to the second dot.
        let signed = token.len().checked_sub(signature.len())?.checked_sub(1)?;
        Some(Self {
            signing_input: token.get(..signed)?,
            header,
            payload,
            signature,
        })
    }

    /// Decodes one part into `bytes`, and replaces its content.
    pub(crate) fn decode(&self, part: Part, bytes: &mut Vec<u8>) -> Result<(), ParseError> {
        decode_into(self.part(part), bytes).map_err(|_| self.error(part))
    }

    /// Why a part is not base64url.
    #[cold]
    pub(crate) fn error(&self, part: Part) -> ParseError {
        if self.part(part).contains(|c: char| c.is_ascii_whitespace()) {
            ParseError::WhiteSpace { part }
        } else {
            ParseError::Base64 { part }
        }
    }

    fn part(&self, part: Part) -> &'a str {
        match part {
            Part::Header => self.header,
            Part::Payload => self.payload,
            Part::Signature => self.signature,
        }
    }
}

/// Why a token can't be split.
#[cold]
fn not_split(token: &str, limit: usize) -> ParseError {
    if token.len() > limit {
        return ParseError::TooLong {
            found: token.len(),
            limit,
        };
    }
    let found = if token.is_empty() {
        0
    } else {
        token.split('.').count()
    };
    ParseError::Parts { found }
}

/// The text before the first dot, and the text after it.
fn cut(text: &str) -> Option<(&str, &str)> {
    cut_at(text, memchr::memchr(b'.', text.as_bytes())?)
}

/// The text before the dot at this place, and the text after it.
fn cut_at(text: &str, dot: usize) -> Option<(&str, &str)> {
    Some((text.get(..dot)?, text.get(dot.wrapping_add(1)..)?))
}
