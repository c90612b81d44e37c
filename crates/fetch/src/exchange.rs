//! One GET request and its answer, and which answers are accepted.
//!
//! A transport only carries bytes. This module decides which answers are accepted, for every
//! transport.

use alloc::sync::Arc;
use core::fmt::{self, Debug};
use core::time::Duration;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use crate::error::{FetchError, FetchErrorKind};
use crate::url::EndpointUrl;

/// Carries one GET request to a key endpoint.
///
/// An implementation must return within [`Request::timeout`], read no more than
/// [`Request::body_limit`] bytes of body, follow no redirect, and send no
/// `Accept-Encoding`. A caller should treat a panic in it as an error of that one fetch.
///
/// ```
/// use countersign_fetch::{Fetch, FetchError, Request, Response};
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
    /// Sends the request and reads the whole answer, with any status.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if there was no whole answer. No status is an error here.
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError>;
}

impl<T: Fetch + ?Sized> Fetch for Arc<T> {
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError> {
        T::fetch(self, request)
    }
}

/// One GET request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    endpoint: &'a EndpointUrl,
    etag: Option<&'a str>,
    timeout: Duration,
    body_limit: usize,
}

impl<'a> Request<'a> {
    /// A request.
    #[must_use]
    pub fn new(endpoint: &'a EndpointUrl, timeout: Duration, body_limit: usize) -> Self {
        Self {
            endpoint,
            etag: None,
            timeout,
            body_limit,
        }
    }

    /// The same request, but conditional: the answer is 304 if the set still has this `ETag`. An
    /// `ETag` that is not printable ASCII, or is longer than 256 bytes, is left out (RFC 9110
    /// section 8.8.3).
    #[must_use]
    pub fn if_none_match(mut self, etag: Option<&'a str>) -> Self {
        self.etag = etag.filter(|etag| is_sendable(etag));
        self
    }

    /// The URL to request.
    #[must_use]
    pub fn endpoint(&self) -> &'a EndpointUrl {
        self.endpoint
    }

    /// The value for `If-None-Match` (RFC 9110 section 13.1.2).
    #[must_use]
    pub fn etag(&self) -> Option<&'a str> {
        self.etag
    }

    /// The time limit for everything, from name resolution to the last byte.
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

impl Request<'_> {
    /// Sends the request through `transport`, and accepts or refuses the answer. Status 200 is
    /// accepted, and 304 if the request is conditional. The body must be within the limit. Some
    /// object stores send gzip without being asked; it is decoded, and must then also be within the
    /// limit. A redirect is refused and never followed.
    ///
    /// ```
    /// use countersign_fetch::testing::ScriptedFetch;
    /// use countersign_fetch::{EndpointUrl, FetchErrorKind, Request, Response};
    /// use std::time::Duration;
    ///
    /// let endpoint = EndpointUrl::new("https://keys.example/", false)?;
    /// let request = Request::new(&endpoint, Duration::from_secs(1), 1024);
    /// let script = ScriptedFetch::new();
    /// script.then(Response::new(301, ""));
    /// let error = request.send(&script).unwrap_err();
    /// assert_eq!(error.kind(), FetchErrorKind::Redirect(301));
    /// # Ok::<(), countersign_fetch::SettingsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FetchError`] of the transport, or for an answer that is not accepted; with
    /// [`FetchError::retry_after`] if the server asked for a pause.
    pub fn send(&self, transport: &dyn Fetch) -> Result<Response, FetchError> {
        let response = transport.fetch(self)?;
        match response.status() {
            200 => {}
            304 if self.etag.is_some() => return Ok(response),
            status @ 300..=399 if status != 304 => {
                return Err(FetchError::new(
                    FetchErrorKind::Redirect(status),
                    format!("found status {status}, a redirect; configure the URL it leads to"),
                ));
            }
            status => {
                let error = FetchError::new(
                    FetchErrorKind::Status(status),
                    format!("found status {status}; 200 is needed"),
                );
                return Err(error.with_retry_after(response.retry_after()));
            }
        }
        if response.body().len() > self.body_limit {
            return Err(FetchError::too_large(self.body_limit));
        }
        match response.coding() {
            Coding::Identity => Ok(response),
            Coding::Gzip => {
                let body = gunzip(response.body(), self.body_limit)?;
                Ok(response.with_body(body))
            }
            Coding::Other => Err(FetchError::new(
                FetchErrorKind::Encoded,
                "found a compressed body, which was not asked for; send it uncompressed, \
                 or compressed by gzip",
            )),
        }
    }
}

/// Whether an `ETag` can be sent back: short, and printable ASCII.
fn is_sendable(etag: &str) -> bool {
    !etag.is_empty() && etag.len() <= 256 && etag.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The headers that are used here.
const HEADERS: [&str; 5] = [
    "age",
    "cache-control",
    "content-encoding",
    "etag",
    "retry-after",
];

/// One whole answer.
///
/// `Debug` shows the length of the body, and nothing of its content: it may have a private key by
/// mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
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

    /// The same with a header. Only `Age`, `Cache-Control`, `Content-Encoding`, `ETag` and
    /// `Retry-After` are kept, in any letter case; others are dropped.
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

    /// The encoding of the body (RFC 9110 section 8.4).
    pub(crate) fn coding(&self) -> Coding {
        let mut found = Coding::Identity;
        for coding in self.header("content-encoding") {
            found = match (coding.trim().to_ascii_lowercase().as_str(), found) {
                ("identity", found) => found,
                ("gzip" | "x-gzip", Coding::Identity) => Coding::Gzip,
                _ => Coding::Other,
            };
        }
        found
    }

    /// The `ETag`, if a request can send it back (see [`Request::if_none_match`]).
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        let etag = self.header("etag").next()?.trim();
        is_sendable(etag).then_some(etag)
    }

    /// The pause that the server asks for, if it is a number of seconds. A `Retry-After` with a
    /// date is ignored.
    fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after").filter_map(seconds).max()
    }

    /// The values of a header, named in lower case.
    pub fn header<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.headers
            .iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    /// An encoding that is not decoded, or several encodings.
    Other,
}

/// Decodes a body, and no more of it than the limit allows.
fn gunzip(body: &[u8], limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut decoded = Vec::new();
    // Read one byte more than allowed, to notice a body that is too long.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(body)
        .take(most)
        .read_to_end(&mut decoded)
        .map_err(|_| {
            FetchError::new(
                FetchErrorKind::Encoded,
                "found a body that is marked as gzip but isn't gzip, or is cut short",
            )
        })?;
    if decoded.len() > limit {
        return Err(FetchError::too_large(limit));
    }
    Ok(decoded)
}

/// A number of seconds. A number that is too large becomes the largest one (RFC 9111 section
/// 1.2.2).
///
/// ```
/// assert_eq!(countersign_fetch::seconds(" 60"), Some(std::time::Duration::from_secs(60)));
/// assert_eq!(countersign_fetch::seconds("-1"), None);
/// ```
#[must_use]
pub fn seconds(value: &str) -> Option<Duration> {
    let value = value.trim();
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i8_retry_after_is_a_number_of_seconds() {
        for (header, pause) in [
            ("120", Some(120)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
            ("-1", None),
        ] {
            let response = Response::new(503, "").with_header("Retry-After", header);
            assert_eq!(response.retry_after(), pause.map(Duration::from_secs));
        }
    }
}
