//! JOSE signature algorithms over RustCrypto's crates.
//!
//! There is one `static` for each algorithm, and [`provider`], which collects them: HMAC, RSA
//! with both paddings, ECDSA on P-256, P-384 and P-521, and Ed25519. All of them verify, and all
//! except RSA sign. RSA signing is in the statics of
#![cfg_attr(feature = "getrandom", doc = "[`rsa_signing_rustsec_2023_0071`],")]
#![cfg_attr(not(feature = "getrandom"), doc = "`rsa_signing_rustsec_2023_0071`,")]
//! whose page describes its risk.
//!
//! It relies on `core`, `alloc`, `countersign-signature` for key material that is already
//! checked, and on `hmac`, `sha2`, `rsa`, `p256`, `p384`, `p521` and `ed25519-dalek`. It never
//! reads JSON, claims, a clock or a file, and doesn't use other backends. Verifying HMAC, ECDSA
//! and EdDSA allocates nothing. Verifying RSA allocates inside `rsa`.
//!
//! # Features
//!
//! - `getrandom` (default): the operating system's randomness. Only RSA signing needs it (PSS for
//!   its salt, both paddings for blinding). ECDSA and EdDSA compute their nonces from the key and
//!   the message (RFC 6979, RFC 8032).
//! - `precomputed-tables` (default): multiples of each curve's base point, computed once. They
//!   make ECDSA faster. Only this feature needs `std`.
//! - `generate`: the function `generate`, which makes new keys.
//!
//! # Agreement with other backends
//!
//! Given the same checked key, this crate and `countersign-ring` accept the same signatures: PSS
//! only with a salt as long as the hash, RSA only with a signature as long as the modulus, ECDSA
//! with `s` or `n - s`, EdDSA with `S` below the group order and `R` in its canonical encoding.
//! EdDSA checks the equation without the cofactor. Like *ring*, it doesn't refuse an `R` of small
//! order: with a key that is not of small order, only the key's holder can make such a signature.
//! The crates differ in the private keys that they sign with: see each crate's page.
//!
//! # Example
//!
//! ```
//! use countersign_signature::{Curve, EcPrivateKey, KeyMaterial};
//!
//! // A private key without its public half: this crate computes it.
//! let key = KeyMaterial::EcPrivate(EcPrivateKey::new(Curve::P521, vec![1; 66], None)?);
//! let mut signature = Vec::new();
//! countersign_rustcrypto::ES512.signer(&key)?.sign(b"message", &mut signature)?;
//! assert_eq!(signature.len(), 132);
//!
//! // A private key can't verify.
//! assert!(countersign_rustcrypto::ES512.verifier(&key).is_err());
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
#[cfg(feature = "generate")]
mod generate;
mod hmac;
mod rsa;
#[cfg(feature = "getrandom")]
pub mod rsa_signing_rustsec_2023_0071;

use core::marker::PhantomData;

use ::hmac::Hmac;
use ::rsa::PublicKey;
use countersign_signature::{Algorithm, AlgorithmName, Curve, Provider};
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use sha2::{Sha256, Sha384, Sha512};

#[cfg(feature = "generate")]
pub use generate::{GenerateError, generate};

/// HMAC with SHA-256. Takes a secret of at least 32 bytes.
pub static HS256: &dyn Algorithm = &hmac::HmacSha::<Hmac<Sha256>> {
    name: AlgorithmName::HS256,
    mac: PhantomData,
};

/// HMAC with SHA-384. Takes a secret of at least 48 bytes.
pub static HS384: &dyn Algorithm = &hmac::HmacSha::<Hmac<Sha384>> {
    name: AlgorithmName::HS384,
    mac: PhantomData,
};

/// HMAC with SHA-512. Takes a secret of at least 64 bytes.
pub static HS512: &dyn Algorithm = &hmac::HmacSha::<Hmac<Sha512>> {
    name: AlgorithmName::HS512,
    mac: PhantomData,
};

/// RSASSA-PKCS1-v1_5 with SHA-256. Only verifies.
pub static RS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS256,
    verify: PublicKey::pkcs1v15_verify::<Sha256>,
};

/// RSASSA-PKCS1-v1_5 with SHA-384. Only verifies.
pub static RS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS384,
    verify: PublicKey::pkcs1v15_verify::<Sha384>,
};

/// RSASSA-PKCS1-v1_5 with SHA-512. Only verifies.
pub static RS512: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS512,
    verify: PublicKey::pkcs1v15_verify::<Sha512>,
};

/// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes. Only verifies.
pub static PS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS256,
    verify: PublicKey::pss_verify::<Sha256>,
};

/// RSASSA-PSS with SHA-384, also in MGF1, and a salt of 48 bytes. Only verifies.
pub static PS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS384,
    verify: PublicKey::pss_verify::<Sha384>,
};

/// RSASSA-PSS with SHA-512, also in MGF1, and a salt of 64 bytes. Only verifies.
pub static PS512: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS512,
    verify: PublicKey::pss_verify::<Sha512>,
};

/// ECDSA on P-256 with SHA-256. Signatures are `r || s`, 64 bytes.
pub static ES256: &dyn Algorithm = &ecdsa::Ecdsa::<NistP256> {
    name: AlgorithmName::ES256,
    curve: Curve::P256,
    library: PhantomData,
};

/// ECDSA on P-384 with SHA-384. Signatures are `r || s`, 96 bytes.
pub static ES384: &dyn Algorithm = &ecdsa::Ecdsa::<NistP384> {
    name: AlgorithmName::ES384,
    curve: Curve::P384,
    library: PhantomData,
};

/// ECDSA on P-521 with SHA-512. Signatures are `r || s`, 132 bytes.
pub static ES512: &dyn Algorithm = &ecdsa::Ecdsa::<NistP521> {
    name: AlgorithmName::ES512,
    curve: Curve::P521,
    library: PhantomData,
};

/// EdDSA on Ed25519. Signatures are `R || S`, 64 bytes.
pub static EDDSA: &dyn Algorithm = &eddsa::EdDsa;

/// Every algorithm of this crate. The RSA algorithms only verify.
///
/// ```
/// use countersign_signature::Provider;
///
/// let all = countersign_rustcrypto::provider();
/// assert_eq!(all.iter().count(), 13);
///
/// // Or one algorithm, beside those of another library.
/// let some = Provider::default().with(countersign_rustcrypto::ES512);
/// assert!(some.get("ES512").is_some());
/// ```
#[must_use]
pub fn provider() -> Provider {
    Provider::new([
        HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EDDSA,
    ])
}
