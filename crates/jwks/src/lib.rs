//! A JWKS client: which keys of an endpoint (RFC 7517) are trusted now, and for how long.
//!
//! - [`Jwks`]: the client. [`lookup`](Jwks::lookup) never waits; [`resolve`](Jwks::resolve)
//!   may; [`Builder::spawn`] adds a thread that fetches ahead of time.
//! - [`Settings`]: how long, how often, how much. [`HttpOptions`]: by what way.
//! - [`Fetch`] and [`Clock`]: the transport and the time, yours if you like.
//! - [`Template`] and [`Endpoints`]: one client for each value of a placeholder.
//! - [`Report`] and [`Counters`]: what a set held, and what has happened.
//!
//! It relies on `countersign-keys` to read keys and on a
//! [`Provider`](countersign_signature::Provider) to bind them, when a set is loaded and
//! never for a token. It never sees a token or a claim, and knows no backend.
//!
//! # What it does
//!
//! | behaviour | default |
//! |---|---|
//! | time to live | 1 h from the request, however often the set is used |
//! | attempts | GET, 1 s each, one retry, not after 4xx; 3 s in all |
//! | refresh ahead | from 5 min before the end, spread over half of that |
//! | unknown `kid` | one fetch for all who ask, and then none for 30 s |
//! | failed fetch | the last good set for at most 1 h more, and no other fetch for 30 s |
//! | `Retry-After` | lengthens that pause, to ten times the cooldown at most |
//! | `Cache-Control: max-age`, `Age` | shorten the hour, down to twice the cooldown |
//! | `ETag` | makes the next request conditional; 304 renews the hour |
//! | answer | 200 (or that 304), uncompressed, 512 KiB, 100 keys |
//! | redirects | never followed |
//! | `http:` | loopback alone |
//! | a set without one usable key | a failed fetch |
//! | a new set | replaces the old one whole |
//!
//! [`Lookup::UnknownKey`] says that a set fetched less than a cooldown ago lacks the key:
//! give up. [`Lookup::Unavailable`] says that this could not be found out: try again.
//!
//! # Which keys of a set are used
//!
//! - What cannot be read, is not for verifying (`use`, `key_ops`, `alg`, checked when
//!   present and never required) or fits no algorithm of the provider is skipped, and
//!   listed in the [`Report`] with the reason.
//! - Of a private key the public half is used, with a warning; the private bytes are
//!   dropped. A secret (`oct`) is never used.
//! - A `kid` is compared byte for byte. It names one key for each algorithm: the same key
//!   twice counts once, two different ones are ambiguous and both skipped.
//! - A token without `kid` is refused, unless [`Settings::allow_missing_kid`] is set and
//!   the set has exactly one usable key.
//!
//! # Events
//!
//! Through `tracing`: each good fetch and each skipped key (info), each failed request, a
//! published private key, stale keys in use, none of use left, and a last-known-good file
//! of no use (warn), unknown `kid`s (debug: strangers choose how often). Never key bytes,
//! never credentials; what comes from outside is escaped.
//!
//! # Example
//!
//! ```
//! use countersign_jwks::testing::ScriptedFetch;
//! use countersign_jwks::{Jwks, Lookup, Response};
//!
//! let endpoint = ScriptedFetch::new();
//! endpoint.otherwise(Response::new(200, br#"{"keys":[
//!     {"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
//! ]}"#.as_slice()));
//!
//! let jwks = Jwks::builder("https://id.example/jwks.json", countersign_ring::provider())
//!     .fetch(endpoint)
//!     .build()?;
//! let Lookup::Found(keys) = jwks.resolve(Some("2026")) else { panic!("it is there") };
//! assert!(keys.for_alg("EdDSA").is_some());
//! assert!(matches!(jwks.resolve(Some("1999")), Lookup::UnknownKey));
//! # Ok::<(), countersign_jwks::SettingsError>(())
//! ```
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod background;
mod builder;
mod client;
mod clock;
mod counters;
mod document;
mod endpoint;
mod endpoints;
mod fetch;
mod flight;
mod freshness;
mod pending;
mod report;
mod set;
mod settings;
mod shared;
mod state;
mod store;
mod template;
#[cfg(feature = "testing")]
pub mod testing;

pub use builder::Builder;
pub use client::{Jwks, Lookup};
pub use clock::{Clock, SystemClock};
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use endpoints::Endpoints;
pub use fetch::{
    Fetch, FetchError, FetchErrorKind, HttpFetch, HttpOptions, Proxy, Request, Response,
};
pub use pending::Pending;
pub use report::{KeyReport, Report};
pub use set::Keys;
pub use settings::{Settings, SettingsError};
pub use template::Template;
