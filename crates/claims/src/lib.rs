//! Decodes the claims of a token, and checks them by a policy at a given time.
//!
//! - [`ConnectionClaims`] and [`SubscriptionClaims`] are the claims of Centrifugo's two kinds of
//!   token; [`TokenClaims`] are the claims of any other JWT. They are decoded from the payload of
//!   a token, strictly and in one pass, and borrow from it. Decoding a typical token allocates
//!   nothing; strings with escapes and objects of many members allocate a little.
//! - [`Policy`] checks the claims that all kinds share ([`Registered`]): issuer, audience,
//!   expiry, not-before, age, anonymous users. The caller passes the time in.
//! - [`ClaimsError`] says what was found, what was expected and what to do.
//!
//! Claims have the same meaning as in Centrifugo. Where Centrifugo is lax, this crate is strict:
//!
//! - A claim of the wrong type, also `null`, is an error and never "absent".
//! - Names are compared exactly. A name that differs from a known one only in letter case, such
//!   as `Exp`, is an error; all other unknown claims are ignored.
//! - Ids (user, channel, client) have no control characters. With one, an id could forge a line
//!   in a log, or be truncated by a system that ends strings with NUL.
//! - A token with a `channel` claim is a subscription token, one without is a connection token.
//!   They can't be confused, even if one key signs both.
//! - A subscription token names a user or a client.
//!
//! It relies on `countersign-json` for syntax and on `base64`. It checks no signature, uses no
//! key, reads no clock and does no I/O. The caller limits the size of the payload. A token can be
//! replayed until it expires: `jti` is read but not remembered.
//!
//! # Example
//!
//! ```
//! use countersign_claims::{ConnectionClaims, DecodeOptions, Policy};
//! use countersign_time::UnixTime;
//!
//! let payload = br#"{"sub":"42","exp":1700000000,"info":{"name": "A"},"channels":["news"]}"#;
//! let claims = ConnectionClaims::decode(payload, &DecodeOptions::default())?;
//! assert_eq!(claims.registered.user_id(), "42");
//! assert_eq!(claims.info.as_ref().unwrap().to_vec(), br#"{"name": "A"}"#);
//! assert!(claims.channels.get("news").is_some());
//!
//! let policy = Policy::default();
//! policy.judge(&claims.registered, UnixTime::from_secs(1_699_999_999), |_, _| ())?;
//! let late = policy
//!     .judge(&claims.registered, UnixTime::from_secs(1_700_000_012), |_, _| ())
//!     .unwrap_err();
//! assert_eq!(late.kind().code(), "expired");
//! assert_eq!(
//!     late.to_string(),
//!     "the token expired 12 s ago (`exp` is 1700000000, now is 1700000012); get a new token"
//! );
//! # Ok::<(), countersign_claims::ClaimsError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod audience;
mod bytes;
mod channels;
mod check;
mod connection;
mod error;
mod members;
mod options;
mod policy;
mod read;
mod registered;
mod subscription;
mod token;

pub use audience::{Audience, MAX_AUDIENCES};
pub use bytes::Bytes;
pub use channels::Channels;
pub use check::Check;
pub use connection::ConnectionClaims;
pub use error::{ClaimsError, ClaimsErrorKind, TokenKind};
pub use options::{Overrides, SubscribeOptions};
pub use policy::{Expectation, MAX_LEEWAY, Pattern, Policy};
pub use read::{DecodeOptions, Limits};
pub use registered::Registered;
pub use subscription::{Scope, SubscriptionClaims};
pub use token::TokenClaims;
