//! The seam between the client and what carries its requests.
//!
//! A transport only carries: which answers are accepted is decided in one place, for
//! every transport alike.

mod addresses;
mod error;
mod http;
mod options;
mod tls;

use core::fmt::Debug;
use core::time::Duration;

pub use error::{FetchError, FetchErrorKind};
pub use http::HttpFetch;
pub use options::{HttpOptions, Proxy};

use crate::Endpoint;

/// Carries one GET request to a key endpoint.
///
/// An implementation must return within [`Request::timeout`], read no more than
/// [`Request::body_limit`] bytes of body, follow no redirect, and send no
/// `Accept-Encoding`. If it panics, that is an error of this one fetch.
///
/// ```
/// use countersign_jwks::{Fetch, FetchError, Request, Response};
///
/// #[derive(Debug)]
/// struct Fixed;
///
/// impl Fetch for Fixed {
///     fn fetch(&self, _: &Request<'_>) -> Result<Response, FetchError> {
///         Ok(Response::new(200, br#"{"keys":[]}"#.as_slice()).with_header("etag", "\"1\""))
///     }
/// }
/// ```
pub trait Fetch: Debug + Send + Sync {
    /// Sends the request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if there was no whole answer. A status is no error here.
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError>;
}

/// One GET request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    endpoint: &'a Endpoint,
    etag: Option<&'a str>,
    timeout: Duration,
    body_limit: usize,
}

impl<'a> Request<'a> {
    /// A request.
    #[must_use]
    pub fn new(endpoint: &'a Endpoint, timeout: Duration, body_limit: usize) -> Self {
        Self {
            endpoint,
            etag: None,
            timeout,
            body_limit,
        }
    }

    /// The same request, conditional: the answer is 304 if the set still has this `ETag`.
    #[must_use]
    pub fn if_none_match(mut self, etag: Option<&'a str>) -> Self {
        self.etag = etag;
        self
    }

    /// Where to send it.
    #[must_use]
    pub fn endpoint(&self) -> &'a Endpoint {
        self.endpoint
    }

    /// The value for `If-None-Match` (RFC 9110 section 13.1.2).
    #[must_use]
    pub fn etag(&self) -> Option<&'a str> {
        self.etag
    }

    /// The time for everything, from name resolution to the last byte.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The largest body to read, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.body_limit
    }
}

/// The headers that mean something here.
const HEADERS: [&str; 5] = [
    "age",
    "cache-control",
    "content-encoding",
    "etag",
    "retry-after",
];

/// One whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Response {
    /// An answer with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The same with a header. Kept are `Age`, `Cache-Control`, `Content-Encoding`, `ETag`
    /// and `Retry-After`, in any letter case; others mean nothing here and are dropped.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some(name) = HEADERS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
        {
            self.headers.push((name, value.into()));
        }
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn with_body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Whether the body is in a coding other than its own (RFC 9110 section 8.4).
    pub(crate) fn is_encoded(&self) -> bool {
        self.header("content-encoding")
            .any(|coding| !coding.trim().eq_ignore_ascii_case("identity"))
    }

    /// The values of a header, named in lower case.
    pub(crate) fn header<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.headers
            .iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }
}
