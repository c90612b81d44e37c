//! The interface between JOSE signature algorithms and the code that uses them.
//!
//! The set of algorithms is open, not an enum: anyone can add one in their own crate. This crate
//! contains only what both sides must agree on:
//!
//! - [`AlgorithmName`]: a JOSE name such as `HS256`. `none` is refused.
//! - [`KeyMaterial`]: the parts of one key, checked when it is made. HMAC secrets, public keys
//!   and private keys are different variants, so that a public key can never be used as a secret.
//! - [`Verifier`] and [`Signer`]: one key bound to exactly one algorithm.
//! - [`Algorithm`]: the implementation of one algorithm by one library, a `static`.
//! - [`Provider`]: a set of algorithms. A program composes it at start and passes it on.
//!
//! It relies on `core` and `alloc`. It never reads JSON, a clock, a file or the network, and uses
//! no cryptographic library. The only arithmetic here is on public keys: is this point on its
//! curve, is this modulus plausible?
//!
//! # Example
//!
//! To add an algorithm, you only need your own crate. This toy isn't a real signature; it shows
//! the form.
//!
//! ```
//! use std::sync::Arc;
//! use countersign_signature::*;
//!
//! const TOY: AlgorithmName = AlgorithmName::from_static("TOY1");
//!
//! #[derive(Debug)]
//! struct Toy;
//!
//! #[derive(Debug)]
//! struct ToyKey(u8);
//!
//! impl Verifier for ToyKey {
//!     fn algorithm(&self) -> AlgorithmName {
//!         TOY
//!     }
//!     fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
//!         let sum = message.iter().fold(self.0, |sum, byte| sum.wrapping_add(*byte));
//!         if signature == [sum] { Ok(()) } else { Err(InvalidSignature::new()) }
//!     }
//! }
//!
//! impl Algorithm for Toy {
//!     fn name(&self) -> AlgorithmName {
//!         TOY
//!     }
//!     fn takes_secrets(&self) -> bool {
//!         true
//!     }
//!     fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
//!         match key {
//!             KeyMaterial::Secret(secret) => Ok(Arc::new(ToyKey(secret.bytes_for(TOY, 1)?[0]))),
//!             other => Err(KeyRejected::wrong_key(other, "TOY1 needs a secret")),
//!         }
//!     }
//!     fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
//!         Err(KeyRejected::unsupported(key, "TOY1 only verifies"))
//!     }
//! }
//!
//! static TOY_ALGORITHM: Toy = Toy;
//! let provider = Provider::new([&TOY_ALGORITHM as &'static dyn Algorithm]);
//!
//! let key = KeyMaterial::Secret(Secret::new(b"k".as_slice())?);
//! let verifier = provider.get("TOY1").unwrap().verifier(&key)?;
//! assert!(verifier.verify(b"", b"k").is_ok());
//! assert!(verifier.verify(b"x", b"k").is_err());
//! # Ok::<(), KeyRejected>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod algorithm;
mod error;
mod material;
mod modular;
mod name;
mod provider;

pub use algorithm::{Algorithm, Signer, Verifier};
pub use error::{InvalidSignature, KeyRejected, KeyRejectedReason, SigningError};
pub use material::{
    AkpPrivateKey, AkpPublicKey, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, OkpCurve,
    OkpPrivateKey, OkpPublicKey, RsaPrivateKey, RsaPrivateParts, RsaPublicKey, Secret,
};
pub use name::AlgorithmName;
pub use provider::Provider;
