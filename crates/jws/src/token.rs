//! Reads a token, from its text to its payload, with a type for each step.

use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};
use core::fmt;

use countersign_base64url::{decode_append, decode_into};
use countersign_signature::{AlgorithmName, InvalidSignature, Verifier};

use crate::encoding::Encoded;
use crate::{Header, ParseError, Part, VerifyError, der, known};

/// The longest token for [`Unverified::parse`], in bytes.
pub const DEFAULT_LIMIT: usize = 16 * 1024;

/// A buffer for the decoded parts of one token. If you use it again, reading the next token
/// allocates nothing.
#[derive(Clone, Default)]
pub struct Scratch {
    header: Vec<u8>,
    kid: Vec<u8>,
    alg: Vec<u8>,
    /// The payload, and the signature behind it.
    pub(crate) body: Vec<u8>,
    pub(crate) payload_len: usize,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// A token whose header was read, and whose signature was not checked.
///
/// It gives the header, but not the payload.
pub struct Unverified<'a> {
    header: Header<'a>,
    encoded: Encoded<'a>,
    /// The decoded body, or the part that is not base64url.
    body: OnceCell<Result<Body<'a>, Part>>,
    /// The buffer for the body, until the body is decoded.
    room: Cell<Option<Room<'a>>>,
}

/// The decoded parts after the header.
pub(crate) struct Body<'a> {
    pub(crate) payload: &'a [u8],
    signature: &'a [u8],
}

struct Room<'a> {
    body: &'a mut Vec<u8>,
    payload_len: &'a mut usize,
}

impl<'a> Unverified<'a> {
    /// Reads a token of at most [`DEFAULT_LIMIT`] bytes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] says what was found and what is expected.
    pub fn parse(token: &'a str, scratch: &'a mut Scratch) -> Result<Self, ParseError> {
        Self::parse_within(DEFAULT_LIMIT, token, scratch)
    }

    /// Reads a token of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_within(
        limit: usize,
        token: &'a str,
        scratch: &'a mut Scratch,
    ) -> Result<Self, ParseError> {
        let unverified = Self::parse_header(limit, token, scratch)?;
        unverified.body()?;
        Ok(unverified)
    }

    /// Reads the header of a token of at most `limit` bytes. [`verify`](Self::verify) decodes the
    /// payload and the signature, so a token that no key can have signed costs only the reading
    /// of its header.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), for the size, the number of parts and the header.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise its result is copied")]
    pub fn parse_header(
        limit: usize,
        token: &'a str,
        scratch: &'a mut Scratch,
    ) -> Result<Self, ParseError> {
        let known = known::at_start(token);
        let header_len = known.map(|(_, length)| length);
        let encoded = Encoded::split(token, limit, header_len)?;
        let room = Room {
            body: &mut scratch.body,
            payload_len: &mut scratch.payload_len,
        };
        let unverified = |header| Self {
            header,
            encoded,
            body: OnceCell::new(),
            room: Cell::new(Some(room)),
        };
        match known {
            Some((known, _)) => Ok(unverified(known.header())),
            None => {
                let (kid, alg) = (&mut scratch.kid, &mut scratch.alg);
                let header = Self::other_header(encoded, kid, alg, &mut scratch.header)?;
                Ok(unverified(header))
            }
        }
    }

    /// The header, if it is not one of the few that most tokens have.
    #[inline(never)]
    fn other_header(
        encoded: Encoded<'_>,
        kid: &'a mut Vec<u8>,
        alg: &'a mut Vec<u8>,
        header: &'a mut Vec<u8>,
    ) -> Result<Header<'a>, ParseError> {
        if let Some(header) = known::header_with_kid(encoded.header, kid) {
            return Ok(header);
        }
        if let Some(header) = known::header_of_any_alg(encoded.header, alg) {
            return Ok(header);
        }
        encoded.decode(Part::Header, header)?;
        Header::parse(header)
    }

    /// The payload and the signature. The first call decodes them.
    #[inline]
    pub(crate) fn body(&self) -> Result<&Body<'a>, ParseError> {
        let body = self.body.get_or_init(|| self.decode_body());
        body.as_ref().map_err(|part| self.encoded.error(*part))
    }

    fn decode_body(&self) -> Result<Body<'a>, Part> {
        // The room is there until this function has run, and it runs only once.
        let Room { body, payload_len } = self.room.take().ok_or(Part::Payload)?;
        let Encoded {
            payload, signature, ..
        } = self.encoded;
        // One allocation for both: four characters are three bytes, and the decoder needs room for
        // four bytes more.
        let characters = payload.len().saturating_add(signature.len());
        let room = characters.saturating_sub(characters / 4).saturating_add(4);
        body.reserve(room.saturating_sub(body.len()));
        decode_into(payload, body).map_err(|_| Part::Payload)?;
        *payload_len = body.len();
        decode_append(signature, body).map_err(|_| Part::Signature)?;
        let (payload, signature) = body.split_at_checked(*payload_len).ok_or(Part::Payload)?;
        Ok(Body { payload, signature })
    }

    /// The header, to select a key.
    #[must_use]
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The text that the signature covers, unchanged. Use it to distinguish tokens, not to read
    /// the payload.
    #[must_use]
    pub fn signing_input(&self) -> &'a str {
        self.encoded.signing_input
    }

    /// The error for a key of another algorithm.
    #[cold]
    fn other_algorithm(&self, needed: AlgorithmName) -> VerifyError {
        VerifyError::Algorithm {
            found: self.header.alg().chars().take(32).collect(),
            needed,
        }
    }

    /// Checks the signature with one key. The key decides the algorithm: a header that names
    /// another algorithm is refused before the signature is checked.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if the algorithm is not that of the key, if the signature does not match,
    /// or if the payload or the signature is not base64url.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise its result is copied")]
    pub fn verify(&self, key: &dyn Verifier) -> Result<Verified<'_, 'a>, VerifyError> {
        let algorithm = key.algorithm();
        if !algorithm.is_spelled(self.header.alg()) {
            return Err(self.other_algorithm(algorithm));
        }
        let Body { payload, signature } = *self.body().map_err(VerifyError::Token)?;
        key.verify(self.encoded.signing_input.as_bytes(), signature)
            .map_err(|invalid| not_signed(algorithm, signature, invalid))?;
        Ok(Verified {
            header: &self.header,
            payload,
            algorithm,
        })
    }
}

/// The error for a signature that does not match.
#[cold]
fn not_signed(
    algorithm: AlgorithmName,
    signature: &[u8],
    invalid: InvalidSignature,
) -> VerifyError {
    match der::needed_instead(algorithm, signature) {
        Some(needed) => VerifyError::DerSignature {
            found: signature.len(),
            needed,
        },
        None => VerifyError::Signature(invalid),
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// A token whose signature was checked. Only [`Unverified::verify`] makes one. It borrows the
/// header from the [`Unverified`] (`'t`); the payload outlives it (`'a`).
#[derive(Clone, Copy)]
pub struct Verified<'t, 'a> {
    header: &'t Header<'a>,
    payload: &'a [u8],
    algorithm: AlgorithmName,
}

impl<'t, 'a> Verified<'t, 'a> {
    /// The header, which the signature covers.
    #[must_use]
    pub fn header(&self) -> &'t Header<'a> {
        self.header
    }

    /// The decoded payload, exactly the bytes that the signature covers.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The algorithm of the key that verified it.
    #[must_use]
    pub fn algorithm(&self) -> AlgorithmName {
        self.algorithm
    }
}

impl fmt::Debug for Verified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("header", &self.header)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
