//! Remembers signatures that verified.
//!
//! When a server restarts, all of its clients come back at once, with the tokens that they
//! had. If it kept its memory (a failed proxy, a network that was down), it verified each
//! of these tokens before. A [`RememberingVerifier`] wraps any
//! [`Verifier`](countersign_signature::Verifier) and answers from memory when it is shown the
//! same message with the same signature again.
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
//! - The SHA-256 of the message and the signature, whole. Another signature over the same
//!   message is another entry, also one that only flips an ECDSA signature to its twin.
//! - Only what verified. Forged tokens cannot fill the memory.
//! - For one key and one algorithm: each bound key has a memory of its own, which is gone
//!   when the key is gone.
//! - A fixed number of signatures. A new one takes the place of an old one.
//!
//! It remembers nothing about claims: whether a token has expired, whom it is for, and which
//! keys are trusted now is judged each time, by the layers above.
//!
//! # What it relies on
//!
//! It relies on `countersign-signature` and on `sha2`, whose SHA-256 must be resistant to
//! collisions. It knows no token, no JSON, no clock and no backend. It is not for HMAC,
//! where checking a tag costs no more than the hash: [`Remembering`] leaves it alone.
#![forbid(unsafe_code)]

mod algorithm;
mod memory;
mod verifier;

pub use algorithm::Remembering;
pub use verifier::RememberingVerifier;

/// How many signatures a key remembers unless you say otherwise: 65,536, in two MiB.
pub const DEFAULT_CAPACITY: usize = 1 << 16;

/// The most that a key remembers, whatever you say: 16,777,216 signatures, in half a GiB.
pub const MAX_CAPACITY: usize = 1 << 24;
