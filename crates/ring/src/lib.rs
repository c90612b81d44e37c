//! JOSE signature algorithms over *ring*.
//!
//! There is one `static` for each algorithm, and [`provider`], which collects them: HMAC, RSA
//! with both paddings, ECDSA on P-256 and P-384, and Ed25519. Each verifies and signs. *ring*
//! doesn't have P-521, so there is no ES512.
//!
//! It relies on `countersign-signature` for key material that is already checked, and on *ring*
//! for every cryptographic step. It never reads JSON, claims, a clock or a file, and doesn't use
//! other backends. Verifying HMAC, ECDSA and EdDSA allocates nothing; verifying RSA allocates
//! inside *ring*.
//!
//! # What *ring* cannot do
//!
//! These keys are valid, but rejected with [`KeyRejectedReason::Unsupported`]:
//!
//! - RSA private keys that don't have 2048, 3072 or 4096 bits, or have an exponent below 65537.
//!   Public keys have no such limit: all that [`RsaPublicKey`] accepts can verify.
//! - P-256 and P-384 private keys that lack their public point, unless the feature `public-point`
//!   is on.
//!
//! **ring* signs with the numbers `p`, `q`, `dp`, `dq` and `qi` of an RSA key. They are checked
//! against the public half when the key is loaded. Only the size of `d` is checked.
//!
//! # Example
//!
//! ```
//! use countersign_signature::{KeyMaterial, Secret};
//!
//! let key = KeyMaterial::Secret(Secret::new([7; 32].as_slice())?);
//! let mut tag = Vec::new();
//! countersign_ring::HS256.signer(&key)?.sign(b"message", &mut tag)?;
//!
//! let verifier = countersign_ring::HS256.verifier(&key)?;
//! assert!(verifier.verify(b"message", &tag).is_ok());
//! assert!(verifier.verify(b"massage", &tag).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`KeyRejectedReason::Unsupported`]: countersign_signature::KeyRejectedReason::Unsupported
//! [`RsaPublicKey`]: countersign_signature::RsaPublicKey
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod ecdsa;
mod eddsa;
mod hmac;
mod public_point;
mod rsa;

use countersign_signature::{Algorithm, AlgorithmName, Curve, Provider};
use ring::signature;

/// HMAC with SHA-256. Takes a secret of at least 32 bytes.
pub static HS256: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS256,
    hash: &ring::hmac::HMAC_SHA256,
};

/// HMAC with SHA-384. Takes a secret of at least 48 bytes.
pub static HS384: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS384,
    hash: &ring::hmac::HMAC_SHA384,
};

/// HMAC with SHA-512. Takes a secret of at least 64 bytes.
pub static HS512: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS512,
    hash: &ring::hmac::HMAC_SHA512,
};

/// RSASSA-PKCS1-v1_5 with SHA-256.
pub static RS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS256,
    verification: &signature::RSA_PKCS1_2048_8192_SHA256,
    signing: &signature::RSA_PKCS1_SHA256,
};

/// RSASSA-PKCS1-v1_5 with SHA-384.
pub static RS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS384,
    verification: &signature::RSA_PKCS1_2048_8192_SHA384,
    signing: &signature::RSA_PKCS1_SHA384,
};

/// RSASSA-PKCS1-v1_5 with SHA-512.
pub static RS512: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS512,
    verification: &signature::RSA_PKCS1_2048_8192_SHA512,
    signing: &signature::RSA_PKCS1_SHA512,
};

/// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes.
pub static PS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS256,
    verification: &signature::RSA_PSS_2048_8192_SHA256,
    signing: &signature::RSA_PSS_SHA256,
};

/// RSASSA-PSS with SHA-384, also in MGF1, and a salt of 48 bytes.
pub static PS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS384,
    verification: &signature::RSA_PSS_2048_8192_SHA384,
    signing: &signature::RSA_PSS_SHA384,
};

/// RSASSA-PSS with SHA-512, also in MGF1, and a salt of 64 bytes.
pub static PS512: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS512,
    verification: &signature::RSA_PSS_2048_8192_SHA512,
    signing: &signature::RSA_PSS_SHA512,
};

/// ECDSA on P-256 with SHA-256. Signatures are `r || s`, 64 bytes.
pub static ES256: &dyn Algorithm = &ecdsa::Ecdsa {
    name: AlgorithmName::ES256,
    curve: Curve::P256,
    verification: &signature::ECDSA_P256_SHA256_FIXED,
    signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
};

/// ECDSA on P-384 with SHA-384. Signatures are `r || s`, 96 bytes.
pub static ES384: &dyn Algorithm = &ecdsa::Ecdsa {
    name: AlgorithmName::ES384,
    curve: Curve::P384,
    verification: &signature::ECDSA_P384_SHA384_FIXED,
    signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
};

/// EdDSA on Ed25519. Signatures are `R || S`, 64 bytes.
pub static EDDSA: &dyn Algorithm = &eddsa::EdDsa;

/// Every algorithm of this crate.
///
/// ```
/// let provider = countersign_ring::provider();
/// assert!(provider.get("ES384").is_some());
/// assert!(provider.get("ES512").is_none());
/// ```
#[must_use]
pub fn provider() -> Provider {
    Provider::new([
        HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EDDSA,
    ])
}

/// The SHA-256 of some bytes, for the thumbprints of keys (RFC 7638).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    // A SHA-256 has 32 bytes, so all of them are taken.
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    hash
}
