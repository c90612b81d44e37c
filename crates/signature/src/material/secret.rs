//! HMAC secrets (RFC 7518 section 3.2).

use alloc::borrow::Cow;
use core::fmt;

use super::shown::Redacted;
use crate::{AlgorithmName, KeyRejected};

/// An HMAC secret: exactly these bytes.
///
/// ```
/// use countersign_signature::{AlgorithmName, Secret};
///
/// let secret = Secret::new(b"secret".as_slice())?;
/// let error = secret.bytes_for(AlgorithmName::HS256, 32).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "found a secret of 48 bits; HS256 needs at least 256 bits (RFC 7518 section 3.2), \
///      or `allow_short` said for it",
/// );
/// assert!(secret.allow_short().bytes_for(AlgorithmName::HS256, 32).is_ok());
/// # Ok::<(), countersign_signature::KeyRejected>(())
/// ```
#[derive(Clone)]
pub struct Secret<'a> {
    bytes: Cow<'a, [u8]>,
    allow_short: bool,
}

impl<'a> Secret<'a> {
    /// A secret from these bytes.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if there are no bytes.
    pub fn new(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, KeyRejected> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(KeyRejected::weak(
                "an empty secret",
                "an HMAC secret needs at least one byte",
            ));
        }
        Ok(Self {
            bytes,
            allow_short: false,
        })
    }

    /// Allows this secret even if it is shorter than the hash.
    ///
    /// An attacker with one token can try secrets offline, and finds a short one (RFC 8725
    /// section 3.5).
    #[must_use]
    pub fn allow_short(mut self) -> Self {
        self.allow_short = true;
        self
    }

    /// Its length in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bytes.len().saturating_mul(8)
    }

    /// The bytes, for an algorithm whose hash has `hash_bytes` bytes.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if the secret is shorter than the hash and
    /// [`allow_short`](Self::allow_short) was not called.
    pub fn bytes_for(
        &self,
        algorithm: AlgorithmName,
        hash_bytes: usize,
    ) -> Result<&[u8], KeyRejected> {
        if self.bytes.len() < hash_bytes && !self.allow_short {
            return Err(KeyRejected::weak(
                alloc::format!("a secret of {} bits", self.bits()),
                alloc::format!(
                    "{algorithm} needs at least {} bits (RFC 7518 section 3.2), \
                     or `allow_short` said for it",
                    hash_bytes.saturating_mul(8)
                ),
            ));
        }
        Ok(&self.bytes)
    }

    /// The bytes, to export them. Keep them secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> Secret<'static> {
        Secret {
            bytes: Cow::Owned(self.bytes.into_owned()),
            allow_short: self.allow_short,
        }
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("bits", &self.bits())
            .field("bytes", &Redacted)
            .field("allow_short", &self.allow_short)
            .finish()
    }
}
