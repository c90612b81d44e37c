//! Keys in PEM and DER, read into checked key material and written again.
//!
//! - [`from_pem`]: the one key of a PEM text (RFC 7468).
//! - [`from_der`]: the key of a DER file.
//! - [`to_pem`]: PKCS#8 of a private key, SubjectPublicKeyInfo of a public one.
//! - [`Form`]: the form of a DER file, recognised by its structure.
//!
//! It reads SubjectPublicKeyInfo (RFC 5280), PKCS#1 (RFC 8017), SEC 1 (RFC 5915), PKCS#8 (RFC
//! 5958) and the public key of an X.509 certificate. The dates, issuer and signature of a
//! certificate are **not** checked.
//!
//! It relies on the format crates of RustCrypto for ASN.1, and on `countersign-signature` to
//! check the numbers of a key. It never decrypts a key, never computes with one, never reads a
//! file, and doesn't know JWK.
//!
//! # Example
//!
//! ```
//! let key = countersign_pem::from_pem(
//!     "-----BEGIN PUBLIC KEY-----\n\
//!      MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
//!      -----END PUBLIC KEY-----\n",
//! )?;
//! assert_eq!(key.material.to_string(), "an Ed25519 key");
//!
//! let error = countersign_pem::from_der(b"secret").unwrap_err();
//! assert_eq!(error.found(), "bytes that are not a key in DER");
//! # Ok::<(), countersign_pem::PemError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod block;
mod error;
mod form;
mod oid;
mod read;
mod ssh;
mod text;
mod write;

/// Runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

pub use block::{is_pem, unescape};
pub use error::{PemError, PemErrorReason};
pub use form::Form;
pub use read::{Mislabelled, StoredKey};
pub use ssh::is_ssh_public_key;
pub use text::{from_der, from_pem};
pub use write::to_pem;
