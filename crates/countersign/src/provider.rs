//! The default set of algorithms.

use countersign_signature::{Algorithm, KeyMaterial, Provider, Secret};

/// All thirteen algorithms: *ring*'s, and ES512 from RustCrypto, since *ring* has no P-521.
///
/// ```
/// let provider = countersign::default_provider();
/// assert!(provider.get("EdDSA").is_some());
/// assert!(provider.get("ES512").is_some());
/// assert!(provider.get("none").is_none());
/// ```
#[must_use]
pub fn default_provider() -> Provider {
    countersign_ring::provider().with(countersign_rustcrypto::ES512)
}

/// The algorithms for keys that are published: those that take no secret.
pub(crate) fn for_published_keys(provider: &Provider) -> Provider {
    provider.clone().only(|algorithm| !is_symmetric(algorithm))
}

/// Whether an algorithm takes secrets, found out by offering one.
fn is_symmetric(algorithm: &dyn Algorithm) -> bool {
    Secret::new([0_u8; 64].as_slice())
        .is_ok_and(|secret| algorithm.verifier(&KeyMaterial::Secret(secret)).is_ok())
}
