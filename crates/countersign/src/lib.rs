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

mod accepted;
mod authenticator;
mod authority;
mod build_error;
mod builder;
#[cfg(feature = "config")]
mod claim_groups;
mod clock;
mod code;
#[cfg(feature = "config")]
pub mod config;
mod connection;
mod deserialize;
#[cfg(feature = "jwks")]
mod endpoint;
mod error;
mod explain;
#[cfg(feature = "rustcrypto")]
mod generate;
mod hints;
mod identity;
mod issue_error;
mod issuer;
mod key_source;
#[cfg(feature = "config")]
mod key_template;
mod keyring;
mod kind;
mod new_token;
mod provider;
mod rules;
mod sealer;
mod short_secret;
mod subscription;
mod thumbprint;
mod token;
mod trust;
mod user_prefix;
mod verification;
mod wait;

pub use accepted::{Accepted, DecodedClaims};
pub use authenticator::{Attempt, Authenticator};
pub use authority::{Authority, AuthorityBuilder};
pub use build_error::BuildError;
pub use builder::AuthenticatorBuilder;
pub use clock::now;
pub use code::{Advice, Code, Fault};
pub use connection::{Channel, ChannelOptions, Connection};
pub use deserialize::DeserializeError;
#[cfg(feature = "jwks")]
pub use endpoint::KeyEndpoint;
pub use error::Error;
pub use explain::{Explanation, Outcome, Stage, Step};
#[cfg(feature = "rustcrypto")]
pub use generate::{GenerateError, generate_key, generate_rsa_key};
pub use identity::Identity;
pub use issue_error::IssueError;
pub use issuer::{Issuer, IssuerBuilder};
pub use key_source::KeySource;
#[cfg(feature = "config")]
pub use key_template::KeyTemplate;
pub use keyring::Keyring;
pub use new_token::NewToken;
pub use provider::default_provider;
#[cfg(feature = "fastest")]
pub use provider::fastest_provider;
pub use rules::Rules;
pub use short_secret::short_secret;
pub use subscription::Subscription;
pub use thumbprint::thumbprint;
pub use token::Token;
pub use trust::{Trust, TrustBuilder};
pub use user_prefix::{UserPrefix, UserPrefixError};
pub use wait::Pending;

#[doc(no_inline)]
pub use countersign_claims as claims;
#[cfg(feature = "jwks")]
#[doc(no_inline)]
pub use countersign_fetch as fetch;
#[doc(no_inline)]
pub use countersign_json as json;
#[cfg(feature = "jwks")]
#[doc(no_inline)]
pub use countersign_jwks as jwks;
#[doc(no_inline)]
pub use countersign_jws::{self as jws, Scratch};
#[doc(no_inline)]
pub use countersign_keys::{self as keys, Key, KeyError, KeySet};
#[doc(no_inline)]
pub use countersign_new_claims as new_claims;
#[cfg(feature = "jwks")]
#[doc(no_inline)]
pub use countersign_published_keys as published_keys;
#[doc(no_inline)]
pub use countersign_signature as signature;
#[doc(no_inline)]
pub use countersign_time::UnixTime;
