//! Which keys of a published JWK Set (RFC 7517) may verify tokens, and why the others may not.
//!
//! - [`PublishedKeys`]: the keys of one set, bound to algorithms, found by `kid`.
//! - [`KidKeys`]: the keys of one `kid`; a token's `alg` selects among them.
//! - [`Report`] and [`KeyReport`]: every key of the set, used or skipped, with the reason.
//!
//! # Which keys are used
//!
//! - A key is skipped if it cannot be read, is not for verifying (`use`, `key_ops`, `alg`:
//!   checked when present, never required), or fits no algorithm of the provider. It never spoils
//!   the other keys.
//! - Only the public half of a private key is used, and the report says so. A secret (`oct`) is
//!   never used, because everyone who can read the set knows it.
//! - A `kid` is compared byte for byte. It names one key for each algorithm. The same key twice
//!   counts once; two different keys are ambiguous, and both are skipped.
//! - A key without `kid` is skipped, unless the caller allows tokens without `kid` and it is
//!   the only usable key.
//!
//! It relies on `countersign-keys` to read keys and on a
//! [`Provider`](countersign_signature::Provider) to bind them. It binds keys when a set is
//! loaded, never while a token is verified. It knows nothing about HTTP, time or tokens.
//!
//! # Example
//!
//! ```
//! use countersign_keys::KeySet;
//! use countersign_published_keys::{KidMatch, PublishedKeys};
//!
//! let set = KeySet::from_json(br#"{"keys":[
//!     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
//!     {"kty":"oct","kid":"2","k":"c2VjcmV0"}
//! ]}"#)?;
//! let keys = PublishedKeys::new(set, &countersign_ring::provider(), false);
//! let KidMatch::Keys(found) = keys.find(Some("1")) else { panic!("it is there") };
//! assert!(found.for_alg("EdDSA").is_some());
//!
//! let report = keys.report();
//! assert_eq!((report.used(), report.skipped()), (1, 1));
//! let key = &report.keys()[0];
//! assert_eq!(key.algorithms()[0].as_str(), "EdDSA");
//! assert_eq!(key.thumbprint(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
//! # Ok::<(), countersign_keys::KeyError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod bind;
mod report;
mod set;

pub use report::{KeyReport, Report};
pub use set::{KidKeys, KidMatch, PublishedKeys};
