//! JWT authentication for real-time servers: who connects, for how long, and what
//! the application backend vouches for.
//!
//! - [`Authenticator`] verifies connection and subscription tokens.
//! - [`Issuer`] makes them, for backends and for tests.
//! - [`config`] reads what an operator writes; the option names of Centrifugo work.
//! - [`Error`] has a stable [`Code`] and says what a client should do.
//! - [`Explanation`] tells each step of a verification and why it ended so.
//!
//! It composes the crates below it, and two backends. What of them stands in its own types
//! and errors is reached here as [`claims`], [`fetch`], [`json`], [`jws`], [`jwks`], [`keys`],
//! [`published_keys`] and [`signature`]. It owns no socket and no async runtime. [`now`] is the one place that
//! reads the clock; everything that judges is told the time.
//!
//! # Example
//!
//! ```
//! use countersign::config::{Config, Format};
//! use countersign::{Authenticator, Code};
//!
//! let text = r#"{"token_hmac_secret_key": "a secret of at least 32 bytes ..."}"#;
//! let config = Config::from_text(text, Format::Json, [])?;
//! let authenticator = Authenticator::new(config.setup()?.rules);
//!
//! let token = config.connection_issuer()?.connection("42").sign()?;
//! let connection = authenticator.connection(&token, countersign::now())?;
//! assert_eq!(connection.user(), "42");
//!
//! let error = authenticator.subscription(&token, countersign::now()).unwrap_err();
//! assert_eq!(error.code(), Code::WrongKind);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

#[cfg(all(doctest, feature = "config"))]
#[doc = include_str!("../README.md")]
struct Readme;

mod authenticator;
mod code;
#[cfg(feature = "config")]
pub mod config;
mod connection;
mod error;
mod explain;
mod generate;
mod issuer;
mod key_source;
mod keyring;

mod provider;
mod short_secret;
mod subscription;
mod thumbprint;
mod trust;
mod verification;

use std::time::SystemTime;

pub use authenticator::{Attempt, Authenticator, Rules};
pub use code::{Advice, Code, Fault};
pub use connection::{Channel, ChannelOptions, Connection};
pub use error::Error;
pub use explain::{Explanation, Outcome, Stage, Step};
pub use generate::{GenerateError, generate_key};
pub use issuer::{IssueError, Issuer, NewToken};
pub use key_source::{Endpoint, Keys, Template};
pub use keyring::Keyring;
pub use provider::default_provider;
#[cfg(feature = "fastest")]
pub use provider::fastest_provider;
pub use short_secret::short_secret;
pub use subscription::Subscription;
pub use thumbprint::thumbprint;
pub use trust::{Authority, Trust};
pub use verification::Accepted;

#[doc(no_inline)]
pub use countersign_claims as claims;
#[doc(no_inline)]
pub use countersign_fetch as fetch;
#[doc(no_inline)]
pub use countersign_json as json;
#[doc(no_inline)]
pub use countersign_jwks as jwks;
#[doc(no_inline)]
pub use countersign_jws::{self as jws, Scratch};
#[doc(no_inline)]
pub use countersign_keys::{self as keys, Key, KeyError, KeySet};
#[doc(no_inline)]
pub use countersign_new_claims as new_claims;
#[doc(no_inline)]
pub use countersign_published_keys as published_keys;
#[doc(no_inline)]
pub use countersign_signature as signature;
#[doc(no_inline)]
pub use countersign_time::UnixTime;

/// The time of the system's clock.
#[must_use]
pub fn now() -> UnixTime {
    SystemTime::now().into()
}

/// The workspace's README, whose example is run.
#[cfg(all(doctest, feature = "config"))]
#[doc = include_str!("../../../README.md")]
mod workspace_readme {}
