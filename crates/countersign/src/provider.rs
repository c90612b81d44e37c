//! The default set of algorithms.

use countersign_signature::Provider;

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
