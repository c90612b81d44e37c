//! JWT authentication for real-time servers: who the user of a connection is, how long the
//! connection may last, and what else the application backend signed about the user.
//!
//! # Verify a token
//!
//! ```
//! use countersign::{Authenticator, Key, now};
//!
//! # let secret = b"a secret of at least 32 bytes ...";
//! # let token = countersign::Issuer::builder().key(Key::secret(secret)?).aud("chat").build()?.connection("42").sign()?;
//! let auth = Authenticator::builder()
//!     .key(Key::secret(secret)?)
//!     .audience("chat")
//!     .build()?;
//! let connection = auth.connection(&token, now())?;
//! assert_eq!(connection.user(), "42");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Claims of your own, in any JWT
//!
//! ```
//! use countersign::{Authenticator, Issuer, Key, now};
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct MyClaims {
//!     tenant: String,
//!     roles: Vec<String>,
//! }
//!
//! let key = Key::secret(b"a secret of at least 32 bytes ...")?;
//! let issuer = Issuer::builder().key(key.clone()).aud("api").build()?;
//! let mine = MyClaims { tenant: "acme".into(), roles: vec!["admin".into()] };
//! let token = issuer.token("42").claims(&mine)?.sign()?;
//!
//! let auth = Authenticator::builder().key(key).audience("api").build()?;
//! let accepted = auth.token(&token, now())?;
//! let mine: MyClaims = accepted.claims()?;
//! assert_eq!(mine.tenant, "acme");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to look
//!
//! - [`Authenticator`] verifies connection and subscription tokens, and any JWT ([`Token`]).
//!   Tokens of different purposes are told apart by `aud` or `typ`: see [`Token`].
//! - [`Issuer`] makes them, for backends and for tests.
//! - [`Authority`] is one of several trusted issuers. [`Identity`] says who a user is: compare
//!   identities, for example when a client sends a new token.
//! - [`Error`] has a stable [`Code`] and says what a client should do.
//! - [`Explanation`] describes each step of a verification and its result.
//! - [`Counters`] say how many verifications had which result, for a server to export.
//! - [`Key`] reads a secret, PEM, DER or JWK; [`keys::read`] reads a file in any of these forms.
//! - [`Rules`], [`Trust`] and [`Keyring`] are for servers that put their rules together by hand.
//! - `config` reads configuration files; the option names of Centrifugo work.
//! - The crate `countersign-lifetime` says when a connection needs a new token and when it ends.
//!
//! This crate opens no socket for clients and needs no async runtime. Only [`now`] reads the
//! clock. Every function that checks a token takes the time as an argument.
//!
//! # Features
//!
//! All except `fastest` and `prometheus` are on by default. Each one only adds something.
//!
//! | feature | what it adds |
//! |---|---|
//! | `config` | configuration files in JSON, and environment variables |
//! | `toml`, `yaml` | configuration files in these formats |
//! | `jwks` | keys that an issuer publishes at an endpoint |
//! | `rustcrypto` | ES512, and new keys |
//! | `fastest` | `fastest_provider`, which uses the fastest library for each algorithm |
//! | `prometheus` | `Counters::to_prometheus`: counters as Prometheus text |
#![forbid(unsafe_code)]

#[cfg(all(doctest, feature = "config"))]
#[doc = include_str!("../README.md")]
struct Readme;

mod accepted;
mod authenticator;
mod authority;
mod build_error;
mod builder;
mod candidates;
mod channel;
#[cfg(feature = "config")]
mod claim_groups;
mod clock;
mod code;
#[cfg(feature = "config")]
pub mod config;
mod connection;
mod counters;
mod deserialize;
#[cfg(feature = "jwks")]
mod endpoint;
mod error;
mod exact_audiences;
mod excerpt;
mod explain;
mod few;
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
mod part;
#[cfg(feature = "prometheus")]
mod prometheus;
mod provider;
mod rules;
mod scratch;
mod sealer;
mod sharded;
mod short_secret;
mod size;
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
pub use channel::{Channel, ChannelOptions};
pub use clock::now;
pub use code::{Advice, Code, Fault};
pub use connection::Connection;
#[cfg(feature = "jwks")]
pub use counters::EndpointCounters;
pub use counters::{Counters, VerificationCount, VerificationKind};
pub use deserialize::DeserializeError;
#[cfg(feature = "jwks")]
pub use endpoint::KeyEndpoint;
pub use error::Error;
pub use excerpt::Excerpt;
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
#[cfg(feature = "prometheus")]
pub use prometheus::PROMETHEUS_CONTENT_TYPE;
pub use provider::default_provider;
#[cfg(feature = "fastest")]
pub use provider::fastest_provider;
pub use rules::Rules;
pub use scratch::Scratch;
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
pub use countersign_jws as jws;
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
