//! JSON Web Signatures in compact serialization (RFC 7515 section 3.1).
//!
//! A token is read in two steps, and each step has a type:
//!
//! 1. [`Unverified::parse`] splits, decodes and reads the header. It gives the header, to select
//!    a key, but not the payload.
//! 2. [`Unverified::verify`] with a [`Verifier`](countersign_signature::Verifier) makes a
//!    [`Verified`]. Only this gives the payload.
//!
//! These tokens are refused before a key is used: tokens that are too long or don't have three
//! parts, base64url that is not canonical, headers that are not strict JSON, a missing `alg` or
//! `none`, `crit`, `b64: false`, `zip` and `enc`, and known names in another letter case. Header
//! members that point at keys (`jku`, `jwk`, `x5u`, `x5c`) are never read.
//!
//! [`sign`] makes a token; a [`TokenSigner`] makes many. Functions that read without verifying
//! are in [`danger`].
//!
//! It relies on `countersign-signature`, `countersign-json` and `countersign-base64url`. It knows
//! nothing about claims, key formats, time or I/O.
//!
//! # Example
//!
//! ```
//! use countersign_jws::{NewHeader, Scratch, Unverified, sign};
//! use countersign_signature::{KeyMaterial, Secret};
//!
//! let key = KeyMaterial::Secret(Secret::new(vec![7; 32])?);
//! let hs256 = countersign_ring::provider().get("HS256").unwrap();
//!
//! let token = sign(&*hs256.signer(&key)?, NewHeader::JWT, b"{}")?;
//!
//! let mut scratch = Scratch::default();
//! let unverified = Unverified::parse(&token, &mut scratch)?;
//! assert_eq!(unverified.header().alg(), "HS256");
//! let verified = unverified.verify(&*hs256.verifier(&key)?)?;
//! assert_eq!(verified.payload(), b"{}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod danger;
mod der;
mod encoding;
mod error;
mod header;
mod known;
mod signing;
mod token;

/// Runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

pub use error::{KID_LIMIT, ParseError, Part, VerifyError};
pub use header::Header;
pub use signing::{NewHeader, TokenSigner, sign};
pub use token::{DEFAULT_LIMIT, Scratch, Unverified, Verified};
