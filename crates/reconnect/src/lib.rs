//! Remembers signatures that verified.
//!
//! When a proxy or a network fails and comes back, all clients of a server reconnect at the same
//! time, with the tokens that they had. The server has verified each of these tokens before. A
//! [`RememberingVerifier`] wraps any [`Verifier`](countersign_signature::Verifier) and answers
//! from memory when it is shown the same message with the same signature again.
//!
//! Nothing uses it unless you ask for it. [`Remembering`] wraps an algorithm, for a provider:
//!
//! ```
//! use countersign_reconnect::Remembering;
//! use countersign_signature::Algorithm;
//!
//! static ES256: Remembering = Remembering::new(|| countersign_ring::ES256);
//!
//! let provider = countersign_ring::provider().with(&ES256);
//! assert_eq!(provider.get("ES256").map(Algorithm::name), Some(ES256.name()));
//! ```
//!
//! # What it remembers
//!
//! - The full SHA-256 of the message and the signature. Another signature over the same message
//!   is another entry, also if it is the twin `(r, n - s)` of an ECDSA signature.
//! - Only signatures that verified. Forged tokens cannot fill the memory.
//! - Each key that is bound to an algorithm has a memory of its own, which is dropped with the
//!   key.
//! - A fixed number of signatures. A new one takes the place of an old one.
//!
//! It remembers nothing about claims. The layers above check each time whether a token has
//! expired, whom it is for, and which keys are trusted now.
//!
//! # What it relies on
//!
//! It relies on `countersign-signature` and on `sha2`, whose SHA-256 must be resistant to
//! collisions. It doesn't know tokens, JSON, the clock or a backend. It is not for HMAC, where
//! checking a tag costs no more than the hash: [`Remembering`] doesn't wrap it.
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod algorithm;
mod memory;
mod verifier;

pub use algorithm::Remembering;
pub use verifier::RememberingVerifier;

/// How many signatures a key remembers by default: 65,536, in 2 MiB.
pub const DEFAULT_CAPACITY: usize = 1 << 16;

/// The largest number of signatures that a key can remember: 16,777,216, in half a GiB.
pub const MAX_CAPACITY: usize = 1 << 24;
