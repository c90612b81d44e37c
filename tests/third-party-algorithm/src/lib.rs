//! Algorithms that Countersign doesn't contain: ES256K (RFC 8812) over `k256`, and ML-DSA (FIPS
//! 204; draft-ietf-cose-dilithium) over `ml-dsa`.
//!
//! This crate shows what an author of an algorithm writes: statics that implement [`Algorithm`],
//! a provider, and a test that calls the conformance suite. The only crate of Countersign that it
//! needs is `countersign-signature`.
//!
//! # Example
//!
//! ```
//! use countersign::{Authenticator, Authority, Issuer, Key, Keyring, Rules, default_provider};
//! use countersign_third_party_algorithm::ES256K;
//!
//! let provider = default_provider().with(ES256K);
//! let key = Key::from_jwk(
//!     br#"{"kty":"EC","crv":"secp256k1",
//!          "x":"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g",
//!          "y":"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
//!          "d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}"#,
//! )?;
//! let token = Issuer::builder().key(key.clone()).provider(provider.clone()).build()?.connection("42").sign()?;
//!
//! let keyring = Keyring::new(provider).with(&key.into_public()?)?;
//! let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
//! assert_eq!(authenticator.connection(&token, countersign::now())?.user(), "42");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod es256k;
mod ml_dsa;

use countersign_signature::{Algorithm, Provider};

/// ECDSA on secp256k1 with SHA-256 (RFC 8812 section 3.2).
pub const ES256K: &dyn Algorithm = &es256k::Es256k;
/// ML-DSA-44 (FIPS 204).
pub const ML_DSA_44: &dyn Algorithm = &ml_dsa::MlDsa44;
/// ML-DSA-65 (FIPS 204).
pub const ML_DSA_65: &dyn Algorithm = &ml_dsa::MlDsa65;
/// ML-DSA-87 (FIPS 204).
pub const ML_DSA_87: &dyn Algorithm = &ml_dsa::MlDsa87;

/// All four.
#[must_use]
pub fn provider() -> Provider {
    Provider::new([ES256K, ML_DSA_44, ML_DSA_65, ML_DSA_87])
}
