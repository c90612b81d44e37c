//! Errors of keys and signatures.
//!
//! A signature error gives no reason, on purpose. A key error says as much as it can without
//! showing a secret.

use alloc::string::{String, ToString};
use core::{error, fmt};

/// The signature was not made by this key over this message. It says nothing more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSignature;

impl InvalidSignature {
    /// For authors of a [`Verifier`](crate::Verifier).
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not match")
    }
}

impl error::Error for InvalidSignature {}

/// The library could not sign. Because the key was accepted before, this means that the source of
/// randomness failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SigningError;

impl SigningError {
    /// For authors of a [`Signer`](crate::Signer).
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signing failed inside the cryptographic library")
    }
}

impl error::Error for SigningError {}

/// Why a key was rejected, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRejectedReason {
    /// The key is of the wrong kind: another family, another curve, or the other half of the
    /// pair.
    WrongKey,
    /// The key is of the right kind, but too short or with a known weakness.
    Weak,
    /// Not a key at all: a point off its curve, a wrong length, parts that disagree.
    Malformed,
    /// A valid key that this library doesn't support.
    Unsupported,
}

/// A key was rejected: what was found, and what is needed.
///
/// ```
/// use countersign_signature::{KeyRejectedReason, Secret};
///
/// let error = Secret::new(b"".as_slice()).unwrap_err();
/// assert_eq!(error.reason(), KeyRejectedReason::Weak);
/// assert_eq!(error.to_string(), "found an empty secret; an HMAC secret needs at least one byte");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRejected {
    reason: KeyRejectedReason,
    found: String,
    needed: String,
}

impl KeyRejected {
    /// Makes a rejection. `found` and `needed` are the parts of the sentence "found …; …" and
    /// must not show a secret.
    #[must_use]
    pub fn new(
        reason: KeyRejectedReason,
        found: impl Into<String>,
        needed: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            found: found.into(),
            needed: needed.into(),
        }
    }

    /// `key`, a [`KeyMaterial`](crate::KeyMaterial), is of another kind: "found a secp256k1
    /// key; ES256 needs P-256".
    #[must_use]
    pub fn wrong_key(key: &impl fmt::Display, needed: impl Into<String>) -> Self {
        Self::new(KeyRejectedReason::WrongKey, key.to_string(), needed)
    }

    /// `key` is valid, but this library cannot use it; `needed` says what to do.
    #[must_use]
    pub fn unsupported(key: &impl fmt::Display, needed: impl Into<String>) -> Self {
        Self::new(KeyRejectedReason::Unsupported, key.to_string(), needed)
    }

    pub(crate) fn weak(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self::new(KeyRejectedReason::Weak, found, needed)
    }

    pub(crate) fn malformed(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self::new(KeyRejectedReason::Malformed, found, needed)
    }

    /// Why, for programs.
    #[must_use]
    pub fn reason(&self) -> KeyRejectedReason {
        self.reason
    }

    /// What was found, such as "a secp256k1 key".
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What is needed, such as "ES256 needs P-256".
    #[must_use]
    pub fn needed(&self) -> &str {
        &self.needed
    }
}

impl fmt::Display for KeyRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found {}; {}", self.found, self.needed)
    }
}

impl error::Error for KeyRejected {}
