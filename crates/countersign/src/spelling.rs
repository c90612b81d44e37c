//! The spelling of the one algorithm that has two registered names.

use std::sync::Arc;

use countersign_keys::{Key, KeyError};
use countersign_signature::{AlgorithmName, Provider, Signer, SigningError};

/// As [`Key::signer`], and the header names the algorithm as `alg`, or else the key's own
/// `alg`, spells it: EdDSA is `Ed25519` too (RFC 9864 section 2.2), and a verifier that is
/// held to one of the names may not know the other.
///
/// ```
/// use countersign::{default_provider, generate_key, signer};
///
/// let key = generate_key("EdDSA", 2048)?;
/// assert_eq!(signer(&key, &default_provider(), None)?.algorithm().as_str(), "EdDSA");
/// let signer = signer(&key, &default_provider(), Some("Ed25519"))?;
/// assert_eq!(signer.algorithm().as_str(), "Ed25519");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`Key::signer`].
pub fn signer(
    key: &Key,
    provider: &Provider,
    alg: Option<&str>,
) -> Result<Arc<dyn Signer>, KeyError> {
    let inner = key.signer(provider, alg)?;
    let asked = alg.or_else(|| key.algorithm());
    if inner.algorithm() == AlgorithmName::EDDSA && asked == Some(ED25519.as_str()) {
        Ok(Arc::new(Ed25519(inner)))
    } else {
        Ok(inner)
    }
}

const ED25519: AlgorithmName = AlgorithmName::from_static("Ed25519");

#[derive(Debug)]
struct Ed25519(Arc<dyn Signer>);

impl Signer for Ed25519 {
    fn algorithm(&self) -> AlgorithmName {
        ED25519
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        self.0.sign(message, signature)
    }
}
