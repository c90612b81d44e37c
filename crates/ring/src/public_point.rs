//! The public point of a private key that came without it (PKCS#8 and SEC 1 allow that).
//!
//! *ring* computes the point when it loads a key, compares it with the given one, and gives
//! none out. RustCrypto computes it here, in constant time, once for each key.

use alloc::vec::Vec;

use countersign_signature::EcPrivateKey;

/// The point in its uncompressed form; `None` for a scalar out of range, and for a curve that
/// *ring* does not have.
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
