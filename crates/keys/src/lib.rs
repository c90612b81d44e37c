//! Keys as text and bytes: PEM, DER, JWK and JWK Set, read into checked key material,
//! bound to the algorithms of a provider, and written again.
//!
//! - [`Key`]: one key, from [`from_pem`](Key::from_pem), [`from_der`](Key::from_der),
//!   [`from_jwk`](Key::from_jwk), or an HMAC [`secret`](Key::secret).
//! - [`KeySet`]: a JWK Set. An unusable key in it never spoils the others.
//! - [`read`]: reads a file in any of these forms, and detects the form.
//!
//! # What is checked
//!
//! - `countersign-signature` checks sizes, curve equations and known weaknesses when the key
//!   material is made.
//! - `countersign-pem` checks the form of PEM and DER: one key in a PEM, only named curves.
//! - This crate checks the form of JWK: strict JSON and base64url, only members that belong to
//!   the key's type.
//! - What a key says about its use (`use`, `key_ops`, `alg`, RSASSA-PSS parameters) is obeyed if
//!   present, and never required.
//! - An HMAC secret that is itself a key is refused.
//! - Both private and public keys are read. A private key never verifies, and a public key never
//!   signs.
//!
//! It relies on `countersign-json` for JSON and on `countersign-pem` for PEM and DER. It never
//! computes with a private key, follows a URL, or reads a file or a clock. **Only the public key
//! of a certificate is used; its dates are not checked.**
//!
//! # Example
//!
//! ```
//! use countersign_keys::Key;
//!
//! // RFC 7517 appendix A.1
//! let key = Key::from_jwk(
//!     br#"{"kty":"EC","crv":"P-256","use":"enc","kid":"1",
//!          "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
//!          "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#,
//! )?;
//! assert_eq!(key.material().to_string(), "a P-256 key");
//!
//! let error = key.verifiers(&countersign_ring::provider()).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "found a key for encryption (use \"enc\"); signatures need a key whose use is \"sig\", or that \
//!      has none",
//! );
//! # Ok::<(), countersign_keys::KeyError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bind;
mod error;
mod export;
mod import;
mod jwk;
mod key;
mod secret;
mod set;
mod verifiers;
mod warning;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::{KeyError, KeyErrorReason};
pub use import::read;
pub use key::{KID_LIMIT, Key, Operation};
pub use set::{KeySet, MAX_KEYS, Skipped};
pub use verifiers::Verifiers;
pub use warning::KeyWarning;
