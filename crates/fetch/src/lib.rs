//! One bounded GET of public key material: which URLs, in how much time and memory, over
//! which TLS.
//!
//! - [`EndpointUrl`] and [`UrlTemplate`]: which URLs are fetched, and which values may be
//!   filled into one.
//! - [`Request`], [`Response`] and [`Fetch`]: one request, its answer, and the transport between
//!   them, which may be yours. [`Request::send`] decides which answers are accepted.
//! - [`HttpFetch`] and [`HttpOptions`]: the default transport, ureq with rustls over *ring*.
//! - [`FetchError`] and [`SettingsError`]: what went wrong.
//!
//! # What it does
//!
//! | behaviour | |
//! |---|---|
//! | URLs | `https:`, and `http:` for loopback names, or for all if that is allowed |
//! | time | one deadline for name resolution, proxy, TLS, headers and body together |
//! | threads | up to 8 in a process resolve names; nothing else is started |
//! | body | up to a limit; the rest of a longer one is not read. No compression is asked for, but gzip is decoded, up to the same limit |
//! | redirects | refused, never followed |
//! | certificates | verified against the system's roots, or a CA file |
//! | proxy | none, unless one is configured; the environment is read only if you say so |
//! | plain `http:` | to this machine alone and through no proxy, unless it is allowed |
//! | caches on the way | asked to revalidate: `Cache-Control: max-age=0` |
//!
//! It relies on ureq for HTTP/1.1 and on rustls for TLS. It never reads what a body says, and
//! knows nothing of keys or tokens.
//!
//! # Example
//!
//! ```
//! use countersign_fetch::{EndpointUrl, HttpFetch, HttpOptions, Request};
//! use std::time::Duration;
//!
//! let transport = HttpFetch::new(&HttpOptions::default())?;
//! let endpoint = EndpointUrl::new("http://127.0.0.1:9/jwks.json", false)?;
//! let request = Request::new(&endpoint, Duration::from_secs(1), 512 * 1024);
//! match request.send(&transport) {
//!     Ok(answer) => println!("{} bytes", answer.body().len()),
//!     Err(error) => println!("{}: {error}", error.kind().as_str()),
//! }
//! # Ok::<(), countersign_fetch::SettingsError>(())
//! ```
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod addresses;
mod deadline;
mod error;
mod exchange;
mod http;
mod options;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod url;

pub use error::{FetchError, FetchErrorKind, SettingsError};
pub use exchange::{Fetch, Request, Response, seconds};
pub use http::HttpFetch;
pub use options::{HttpOptions, Proxy};
pub use template::UrlTemplate;
pub use url::EndpointUrl;
