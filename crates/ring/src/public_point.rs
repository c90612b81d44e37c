//! Computes the public point of a private key that lacks it (PKCS#8 and SEC 1 allow that).
//!
//! **ring* computes the point when it loads a key, but only compares it with the given point and
//! doesn't return it. So RustCrypto computes it here, in constant time, once for each key.

use alloc::vec::Vec;

use countersign_signature::EcPrivateKey;

/// The point in uncompressed form; `None` for a scalar that is out of range, and for a curve that
/// *ring* doesn't have.
#[cfg(feature = "public-point")]
pub(crate) fn of(private: &EcPrivateKey<'_>) -> Option<Vec<u8>> {
    use countersign_signature::Curve;

    let scalar = private.expose();
    let point = match private.curve() {
        Curve::P256 => p256::SecretKey::from_slice(scalar)
            .ok()?
            .public_key()
            .to_sec1_bytes(),
        Curve::P384 => p384::SecretKey::from_slice(scalar)
            .ok()?
            .public_key()
            .to_sec1_bytes(),
        _ => return None,
    };
    Some(point.into_vec())
}

/// Without the feature `public-point` nothing is computed.
#[cfg(not(feature = "public-point"))]
pub(crate) fn of(_: &EcPrivateKey<'_>) -> Option<Vec<u8>> {
    None
}
