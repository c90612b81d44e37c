//! Writes the claims of new tokens.
//!
//! - [`NewConnection`] and [`NewSubscription`] are Centrifugo's two kinds of token,
//!   [`NewTokenClaims`] is any other JWT. All three are aliases of [`NewClaims`].
//! - [`claim_json`](NewClaims::claim_json) and [`claims_json`](NewClaims::claims_json) add
//!   claims of your own.
//!
//! An issuer can't make claims that a server refuses to read: each claim is checked by the rules of
//! `countersign-claims`, with the default [`Limits`](countersign_claims::Limits). A payload for which
//! this isn't enough, such as one with claims of your own, is decoded before it is returned. This
//! crate doesn't check the length of the token.
//!
//! It relies on `countersign-claims` for the rules of claims, on `countersign-json` and on
//! `base64`. It signs nothing, uses no key and reads no clock.
//!
//! # Example
//!
//! ```
//! use countersign_time::UnixTime;
//! use countersign_new_claims::{NewConnection, NewTokenClaims};
//!
//! let payload = NewConnection::new("42")
//!     .exp(UnixTime::from_secs(1_700_000_000))
//!     .claim_json("tenant", r#""acme""#)
//!     .finish()?;
//! assert_eq!(payload, r#"{"sub":"42","exp":1700000000,"tenant":"acme"}"#);
//!
//! let payload = NewTokenClaims::new().user("42").claims_json(r#"{"roles":["admin"]}"#).finish()?;
//! assert_eq!(payload, r#"{"sub":"42","roles":["admin"]}"#);
//! # Ok::<(), countersign_claims::ClaimsError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod connection;
mod options;
mod own;
mod registered;
mod subscription;
mod token;
mod value;

pub use connection::{ForConnection, NewConnection};
pub use options::NewSubscribeOptions;
pub use registered::{NewClaims, Opens};
pub use subscription::{ForSubscription, NewSubscription};
pub use token::{ForToken, NewTokenClaims};
