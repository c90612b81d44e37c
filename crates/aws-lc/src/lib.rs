//! JOSE signature algorithms over aws-lc-rs.
//!
//! There is one `static` for each algorithm, and [`provider`], which collects them: HMAC, RSA
//! with both paddings, ECDSA on P-256, P-384 and P-521, and Ed25519. Each verifies and signs. It
//! is the fastest backend for RSA and ECDSA; `docs/backends.md` of the repository compares the
//! three.
//!
//! It relies on `countersign-signature` for key material that is already checked, and on
//! aws-lc-rs for every cryptographic step. A public key is parsed once, when it is loaded. This
//! crate never reads JSON, claims, a clock or a file, and doesn't use other backends. Its own
//! code allocates nothing to verify. AWS-LC allocates inside itself for every algorithm except
//! HMAC.
//!
//! # Building it
//!
//! aws-lc-sys compiles the C code of AWS-LC: it needs a C compiler, and on Linux and macOS
//! nothing else. This crate turns on as few of its features as possible. It contains the bindings
//! already, so neither bindgen nor CMake runs. `docs/backends.md` says how long the build takes.
//!
//! # Agreement with other backends
//!
//! Given the same checked key, this crate accepts the signatures that `countersign-ring` and
//! `countersign-rustcrypto` accept. It signs with every RSA key from 2048 bits to the limit of
//! `countersign-signature`, and with a private key on a curve even if it lacks its public point.
//!
//! # Example
//!
//! ```
//! use countersign_signature::{Curve, EcPrivateKey, KeyMaterial};
//!
//! // A private key without its public half: AWS-LC computes it.
//! let key = EcPrivateKey::new(Curve::P521, vec![1; 66], None)?;
//! let mut signature = Vec::new();
//! let signer = countersign_aws_lc::ES512.signer(&KeyMaterial::EcPrivate(key))?;
//! signer.sign(b"message", &mut signature)?;
//! assert_eq!(signature.len(), 132);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod ecdsa;
mod eddsa;
mod hmac;
mod public;
mod rsa;

use aws_lc_rs::signature;
use countersign_signature::{Algorithm, AlgorithmName, Curve, Provider};

/// HMAC with SHA-256. Takes a secret of at least 32 bytes.
pub static HS256: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS256,
    hash: &aws_lc_rs::hmac::HMAC_SHA256,
};

/// HMAC with SHA-384. Takes a secret of at least 48 bytes.
pub static HS384: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS384,
    hash: &aws_lc_rs::hmac::HMAC_SHA384,
};

/// HMAC with SHA-512. Takes a secret of at least 64 bytes.
pub static HS512: &dyn Algorithm = &hmac::Hmac {
    name: AlgorithmName::HS512,
    hash: &aws_lc_rs::hmac::HMAC_SHA512,
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
    der_prefix: b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\
                  \xce\x3d\x03\x01\x07\x03\x42\x00",
};

/// ECDSA on P-384 with SHA-384. Signatures are `r || s`, 96 bytes.
pub static ES384: &dyn Algorithm = &ecdsa::Ecdsa {
    name: AlgorithmName::ES384,
    curve: Curve::P384,
    verification: &signature::ECDSA_P384_SHA384_FIXED,
    signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    der_prefix: b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\
                  \x00\x22\x03\x62\x00",
};

/// ECDSA on P-521 with SHA-512. Signatures are `r || s`, 132 bytes.
pub static ES512: &dyn Algorithm = &ecdsa::Ecdsa {
    name: AlgorithmName::ES512,
    curve: Curve::P521,
    verification: &signature::ECDSA_P521_SHA512_FIXED,
    signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    der_prefix: b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\
                  \x04\x00\x23\x03\x81\x86\x00",
};

/// EdDSA on Ed25519. Signatures are `R || S`, 64 bytes.
pub static EDDSA: &dyn Algorithm = &eddsa::EdDsa;

/// Every algorithm of this crate.
///
/// ```
/// let provider = countersign_aws_lc::provider();
/// assert_eq!(provider.iter().count(), 13);
/// assert!(provider.get("ES512").is_some());
/// ```
#[must_use]
pub fn provider() -> Provider {
    Provider::new([
        HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EDDSA,
    ])
}
