//! The claims of connection and subscription tokens, and the policy that judges
//! them at a given time.
//!
//! - [`ConnectionClaims`] and [`SubscriptionClaims`] are decoded from the payload of
//!   a token, strictly and in one pass. They borrow from it: decoding a typical token
//!   allocates nothing; strings written with escapes and objects of many members cost a
//!   little.
//! - [`Policy`] judges the claims that both kinds share ([`Registered`]): issuer,
//!   audience, expiry, not-before, age, anonymous users. It is told what time it is.
//! - [`NewConnection`] and [`NewSubscription`] write payloads for those who issue.
//! - [`ClaimsError`] says what was found, what was expected and what to do.
//!
//! What a claim means follows Centrifugo; where that is lax, this is strict:
//!
//! - A claim of the wrong type, `null` included, is an error and never "absent".
//! - Names are compared exactly: `SUB` is not `sub`, but an unknown claim, and ignored.
//! - Ids (user, channel, client) hold no control characters, so that none can
//!   forge a line of a log or cut a name short in a system that ends strings with NUL.
//! - A token with a `channel` claim is a subscription token, one without is a
//!   connection token; neither passes for the other, whatever keys they share.
//!
//! It relies on `countersign-json` for syntax and on `base64`. It knows no signature
//! and no key, reads no clock and does no I/O. The payload's size is bounded by
//! whoever took the token in, not here. A token can be replayed until it expires:
//! `jti` is read and never remembered.
//!
//! # Example
//!
//! ```
//! use countersign_claims::{ConnectionClaims, DecodeOptions, Policy, UnixTime};
//!
//! let payload = br#"{"sub":"42","exp":1700000000,"info":{"name": "A"},"channels":["news"]}"#;
//! let claims = ConnectionClaims::decode(payload, &DecodeOptions::default())?;
//! assert_eq!(claims.registered.user, "42");
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

extern crate alloc;

mod audience;
mod bytes;
mod channels;
mod check;
mod connection;
mod error;
mod numeric_date;
mod options;
mod policy;
mod read;
mod registered;
mod subscription;
mod time;
mod write;

pub use audience::Audience;
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
pub use time::UnixTime;
pub use write::{
    ForConnection, ForSubscription, NewClaims, NewConnection, NewSubscribeOptions, NewSubscription,
};
