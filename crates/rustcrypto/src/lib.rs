//! JOSE signature algorithms over RustCrypto's crates.
//!
//! One `static` an algorithm, and [`provider`], which collects them all: HMAC, RSA
//! of both paddings, ECDSA on P-256, P-384 and P-521, and Ed25519. All verify; all
//! but RSA sign. RSA signing is offered by the statics of
#![cfg_attr(feature = "getrandom", doc = "[`rsa_signing_rustsec_2023_0071`],")]
#![cfg_attr(not(feature = "getrandom"), doc = "`rsa_signing_rustsec_2023_0071`,")]
//! for those who have read there what they take on.
//!
//! It relies on `core`, `alloc`, `countersign-signature` for key material that is
//! already checked, and on `hmac`, `sha2`, `rsa`, `p256`, `p384`, `p521` and
//! `ed25519-dalek`. It never reads JSON, a claim, a clock or a file, and knows no
//! other backend. To verify by HMAC, ECDSA or EdDSA nothing is allocated; `rsa`
//! allocates inside itself.
//!
//! # Features
//!
//! - `getrandom` (default): the operating system's randomness. RSA signing needs it
//!   (PSS for its salt, both paddings for blinding). Nothing else does: ECDSA takes
//!   its nonce from the key and the message (RFC 6979), and so does EdDSA.
//! - `precomputed-tables` (default): multiples of each curve's base point, computed
//!   once. ECDSA is faster with them; they need `std`, which nothing else does.
//! - `generate`: a function of that name, which makes new keys.
//!
//! # Agreement with other backends
//!
//! Given the same checked key, this crate and `countersign-ring` accept the same
//! signatures: PSS with a salt as long as the hash alone, RSA signatures as long as
//! the modulus alone, ECDSA with either of `s` and `n - s`, EdDSA with `S` below the
//! group order and `R` in its canonical encoding. EdDSA checks the equation without
//! the cofactor, and has no rule of its own against an `R` of small order, as *ring*
//! has none: under a key that is not of small order, only its holder can make one.
//! Where they differ is in what they sign with: see each crate's page.
//!
//! # Example
//!
//! ```
//! use countersign_signature::{Curve, EcPrivateKey, KeyMaterial};
//!
//! // A private key without its public half: the half is computed here.
//! let key = KeyMaterial::EcPrivate(EcPrivateKey::new(Curve::P521, vec![1; 66], None)?);
//! let mut signature = Vec::new();
//! countersign_rustcrypto::ES512.signer(&key)?.sign(b"message", &mut signature)?;
//! assert_eq!(signature.len(), 132);
//!
//! // A private key is no public key.
//! assert!(countersign_rustcrypto::ES512.verifier(&key).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

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

/// RSASSA-PKCS1-v1_5 with SHA-256. Verifies alone.
pub static RS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS256,
    verify: PublicKey::pkcs1v15_verify::<Sha256>,
};

/// RSASSA-PKCS1-v1_5 with SHA-384. Verifies alone.
pub static RS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS384,
    verify: PublicKey::pkcs1v15_verify::<Sha384>,
};

/// RSASSA-PKCS1-v1_5 with SHA-512. Verifies alone.
pub static RS512: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::RS512,
    verify: PublicKey::pkcs1v15_verify::<Sha512>,
};

/// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes. Verifies alone.
pub static PS256: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS256,
    verify: PublicKey::pss_verify::<Sha256>,
};

/// RSASSA-PSS with SHA-384, also in MGF1, and a salt of 48 bytes. Verifies alone.
pub static PS384: &dyn Algorithm = &rsa::Rsa {
    name: AlgorithmName::PS384,
    verify: PublicKey::pss_verify::<Sha384>,
};

/// RSASSA-PSS with SHA-512, also in MGF1, and a salt of 64 bytes. Verifies alone.
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

/// Every algorithm of this crate; the RSA ones verify alone.
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
