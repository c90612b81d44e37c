//! A JWKS client: which keys of an endpoint (RFC 7517) are trusted now, and for how long.
//!
//! - [`Jwks`]: the client, of a key set's URL ([`Jwks::builder`]) or of an OpenID Connect issuer
//!   ([`Jwks::from_issuer`]). [`lookup`](Jwks::lookup) never waits; [`resolve`](Jwks::resolve)
//!   may. Threads that all clients of a process share fetch ahead of time: one that schedules,
//!   and at most 8 that fetch; [`FetchGroup`] bounds those of a template.
//! - [`Settings`]: times and limits.
//! - [`Clock`] is the time, and [`Builder::fetch`] sets the transport. You can provide both.
//! - [`TemplateClients`]: one client for each value of a placeholder. [`LazyJwks`]: a client that
//!   is made when it is first needed.
//! - [`inspect`]: the report on a document, without fetching.
//! - [`Jwks::report`] and [`JwksCounters`]: the keys of the set, and what has happened.
//!
//! It fetches with `countersign-fetch`, and `countersign-published-keys` decides which keys of a
//! set are used. A [`Provider`](countersign_signature::Provider) binds them when a set is loaded,
//! never for a token. It sees no claims, and knows no backend.
//!
//! # What it does
//!
//! | behaviour | default |
//! |---|---|
//! | time to live | 1 h from the request, however often the set is used |
//! | attempts | GET, 1 s each, one retry, not after 4xx; 3 s in all |
//! | refresh ahead | from 5 min before the end, spread over half of that |
//! | unknown `kid` | one fetch for all waiting callers, and then none for 30 s |
//! | failed fetch | the last good set for at most 1 h more, and no other fetch for 30 s |
//! | no usable keys | the next fetch after 1, 2, 4 … s up to 30 s; after 1 s if a look-up needs it |
//! | not used for 2 h | nothing is fetched until it is used again |
//! | `Age` of the longest life | a failed fetch, unless [`Settings::accept_age_up_to`] allows it |
//! | `Retry-After` | lengthens that pause, to ten times the cooldown at most |
//! | `Cache-Control: max-age`, `Age` | shorten the hour, down to twice the cooldown |
//! | `ETag` | makes the next request conditional; 304 renews the hour |
//! | answer | 200 (or that 304), uncompressed, 512 KiB, 100 keys |
//! | redirects | never followed |
//! | `http:` | only to loopback |
//! | an issuer | its discovery document and its set are read in one fetch; the shorter life of the two counts |
//! | a set without a usable key | a failed fetch |
//! | a new set | replaces the old one as a whole |
//!
//! [`Lookup::UnknownKey`] is certain: a new token is needed. [`Lookup::Unavailable`] means that the
//! answer isn't known yet, and says when to try again.
//!
//! # Events
//!
//! Through `tracing`: each good fetch and each skipped key (info); each failed request, a
//! published private key, stale keys in use, no usable keys left, and a last-known-good file
//! that is not used (warn); unknown `kid`s (debug, because forged tokens can cause any number).
//! Never key bytes, never credentials; text from outside is escaped.
//!
//! # Example
//!
//! ```
//! use countersign_fetch::Response;
//! use countersign_fetch::testing::ScriptedFetch;
//! use countersign_jwks::{Jwks, Lookup};
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
//! // The key may be newer than the set, and the cooldown forbids a fetch now.
//! let Lookup::Unavailable(unavailable) = jwks.resolve(Some("1999")) else { panic!("no key") };
//! assert!(unavailable.retry_after().is_some());
//! # Ok::<(), countersign_fetch::SettingsError>(())
//! ```
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod attempt;
mod builder;
mod cache;
mod client;
mod clock;
mod counters;
mod discovery;
mod driver;
mod freshness;
mod group;
mod kept;
mod lazy;
mod log;
mod pending;
mod pool;
mod query;
mod seats;
mod settings;
mod state;
mod store;
mod template_clients;
#[cfg(feature = "testing")]
pub mod testing;
mod unavailable;
mod unknown_tokens;
mod wakers;

pub use attempt::inspect;
pub use builder::Builder;
pub use client::{Jwks, Lookup};
pub use clock::{Clock, SystemClock};
pub use counters::JwksCounters;
pub use group::FetchGroup;
pub use lazy::LazyJwks;
pub use pending::{Pending, Ready};
pub use settings::Settings;
pub use template_clients::TemplateClients;
pub use unavailable::KeysUnavailable;
