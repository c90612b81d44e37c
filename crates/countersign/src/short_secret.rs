//! Warnings about secrets that are shorter than they should be.

use countersign_keys::Key;
use countersign_signature::{AlgorithmName, KeyMaterial};

/// The warning about a secret that is shorter than the hash of its algorithm (RFC 7518 section
/// 3.2); `None` if it is long enough, and for any other key.
///
/// ```
/// use countersign::signature::AlgorithmName;
/// use countersign::{Key, short_secret};
///
/// let key = Key::secret(&[7; 40])?;
/// assert_eq!(short_secret(&key, AlgorithmName::HS256), None);
/// let warning = short_secret(&key, AlgorithmName::HS512).unwrap_or_default();
/// assert!(warning.starts_with("the secret has 320 bits; HS512 needs at least 512 "));
/// # Ok::<(), countersign::KeyError>(())
/// ```
#[must_use]
pub fn short_secret(key: &Key, algorithm: AlgorithmName) -> Option<String> {
    let KeyMaterial::Secret(secret) = key.material() else {
        return None;
    };
    let needed = match algorithm {
        AlgorithmName::HS256 => 256,
        AlgorithmName::HS384 => 384,
        AlgorithmName::HS512 => 512,
        _ => return None,
    };
    let bits = secret.bits();
    (bits < needed).then(|| {
        format!(
            "the secret has {bits} bits; {algorithm} needs at least {needed} (RFC 7518 section \
             3.2): whoever sees a token can find a short secret by trying"
        )
    })
}
