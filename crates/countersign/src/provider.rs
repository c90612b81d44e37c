//! The sets of algorithms that this crate composes: the default one and the fastest one.

use countersign_signature::Provider;

/// *ring*'s twelve algorithms. With the feature `rustcrypto`, which is on by default, ES512
/// from RustCrypto too, since *ring* has no P-521.
///
/// ```
/// let provider = countersign::default_provider();
/// assert!(provider.get("EdDSA").is_some());
/// assert!(provider.get("none").is_none());
/// # #[cfg(feature = "rustcrypto")]
/// assert!(provider.get("ES512").is_some());
/// ```
#[must_use]
pub fn default_provider() -> Provider {
    let provider = countersign_ring::provider();
    #[cfg(feature = "rustcrypto")]
    let provider = provider.with(countersign_rustcrypto::ES512);
    provider
}

/// All thirteen algorithms, each over the library that was measured fastest for it: RSA and ECDSA
/// over aws-lc-rs, EdDSA over RustCrypto, HMAC over *ring*. HS256 is over RustCrypto if the
/// processor has SHA instructions (x86-64).
///
/// It accepts the same tokens as [`default_provider`]. `docs/backends.md` of the repository has the
/// figures, and what AWS-LC costs in return.
///
/// ```
/// use countersign::{Key, Keyring};
///
/// let provider = countersign::fastest_provider();
/// assert_eq!(provider.iter().count(), 13);
/// let keyring = Keyring::new(provider).with(&Key::secret(&[7; 32])?)?;
/// # Ok::<(), countersign::KeyError>(())
/// ```
#[cfg(feature = "fastest")]
#[must_use]
pub fn fastest_provider() -> Provider {
    use countersign_aws_lc as aws_lc;

    let provider = Provider::new(default_provider().iter().chain([
        aws_lc::RS256,
        aws_lc::RS384,
        aws_lc::RS512,
        aws_lc::PS256,
        aws_lc::PS384,
        aws_lc::PS512,
        aws_lc::ES256,
        aws_lc::ES384,
        aws_lc::ES512,
        countersign_rustcrypto::EDDSA,
    ]));
    if has_sha_instructions() {
        provider.with(countersign_rustcrypto::HS256)
    } else {
        provider
    }
}

/// Whether RustCrypto computes SHA-256 by instructions of an x86-64 processor. Without them, the
/// assembly of *ring* takes less time.
#[cfg(feature = "fastest")]
fn has_sha_instructions() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sha");
    #[cfg(not(target_arch = "x86_64"))]
    false
}
