//! From text to payload, with a type for each step.

use alloc::vec::Vec;
use core::fmt;

use countersign_signature::{AlgorithmName, Verifier};

use crate::encoding::Encoded;
use crate::{Header, ParseError, Part, VerifyError, der};

/// The cap of [`Unverified::parse`], in bytes.
pub const DEFAULT_LIMIT: usize = 16 * 1024;

/// Room for the decoded parts of one token. Kept and used again, it makes
/// reading the next token free of allocations.
#[derive(Clone, Default)]
pub struct Scratch {
    header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    signature: Vec<u8>,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// A token whose parts were read, and whose signature was not checked.
///
/// It gives the header and no payload.
pub struct Unverified<'a> {
    header: Header<'a>,
    signing_input: &'a str,
    pub(crate) payload: &'a [u8],
    signature: &'a [u8],
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
        let encoded = Encoded::split(token, limit)?;
        encoded.decode(Part::Header, &mut scratch.header)?;
        let header = Header::parse(&scratch.header)?;
        encoded.decode(Part::Payload, &mut scratch.payload)?;
        encoded.decode(Part::Signature, &mut scratch.signature)?;
        Ok(Self {
            header,
            signing_input: encoded.signing_input,
            payload: &scratch.payload,
            signature: &scratch.signature,
        })
    }

    /// The header, to select keys by.
    #[must_use]
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The text that the signature covers, as it was shown: to tell tokens apart, and no way
    /// to a payload.
    #[must_use]
    pub fn signing_input(&self) -> &'a str {
        self.signing_input
    }

    /// Checks the signature with one key. The key decides the algorithm: a header
    /// that names another one is refused before the signature is looked at.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if the algorithm is not the key's or the signature does not match.
    pub fn verify(&self, key: &dyn Verifier) -> Result<Verified<'a>, VerifyError> {
        let algorithm = key.algorithm();
        if !algorithm.is_spelled(self.header.alg()) {
            return Err(VerifyError::Algorithm {
                found: self.header.alg().chars().take(32).collect(),
                needed: algorithm,
            });
        }
        key.verify(self.signing_input.as_bytes(), self.signature)
            .map_err(
                |invalid| match der::needed_instead(algorithm, self.signature) {
                    Some(needed) => VerifyError::DerSignature {
                        found: self.signature.len(),
                        needed,
                    },
                    None => VerifyError::Signature(invalid),
                },
            )?;
        Ok(Verified {
            header: self.header.clone(),
            payload: self.payload,
            algorithm,
        })
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// A token whose signature was checked. Only [`Unverified::verify`] makes one.
pub struct Verified<'a> {
    header: Header<'a>,
    payload: &'a [u8],
    algorithm: AlgorithmName,
}

impl<'a> Verified<'a> {
    /// The header, which the signature covers.
    #[must_use]
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The payload: the very bytes that the signature covers, decoded.
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

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("header", &self.header)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
