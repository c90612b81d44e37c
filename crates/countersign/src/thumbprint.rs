//! The RFC 7638 thumbprint of a key.

use countersign_keys::{Key, KeyError};

/// The SHA-256 thumbprint of a key (RFC 7638 section 3), in base64url: the same for a
/// private key and its public half.
///
/// ```
/// let key = countersign::generate_key("EdDSA", 2048)?;
/// assert_eq!(countersign::thumbprint(&key)?.len(), 43);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`KeyError`] for a private key that does not carry its public half.
pub fn thumbprint(key: &Key) -> Result<String, KeyError> {
    key.thumbprint(countersign_ring::sha256)
}
