//! One request, as the tests of this crate send it.
#![allow(dead_code, clippy::unwrap_used, clippy::arithmetic_side_effects)] // each test file uses its own part

use std::time::Duration;

use countersign_fetch::{EndpointUrl, FetchError, HttpFetch, HttpOptions, Request, Response};

/// Short enough for a test, and long enough for a loaded machine to answer in time.
pub(crate) const PATIENT: Duration = Duration::from_secs(20);
pub(crate) const HASTY: Duration = Duration::from_millis(150);

/// The limit on bodies, in bytes.
pub(crate) const LIMIT: usize = 512 * 1024;

/// The settings of a request that differ from the default.
pub(crate) struct Get<'g> {
    pub(crate) timeout: Duration,
    pub(crate) limit: usize,
    pub(crate) etag: Option<&'g str>,
    pub(crate) allow_plain_http: bool,
    pub(crate) options: HttpOptions,
}

impl Default for Get<'_> {
    fn default() -> Self {
        Self {
            timeout: PATIENT,
            limit: LIMIT,
            etag: None,
            allow_plain_http: false,
            options: HttpOptions::default(),
        }
    }
}

impl Get<'_> {
    pub(crate) fn send(&self, url: &str) -> Result<Response, FetchError> {
        let endpoint = EndpointUrl::new(url, self.allow_plain_http).unwrap();
        let transport = HttpFetch::new(&self.options).unwrap();
        Request::new(&endpoint, self.timeout, self.limit)
            .if_none_match(self.etag)
            .send(&transport)
    }
}

/// The value doesn't matter.
pub(crate) fn good() -> String {
    r#"{"keys":[{"kty":"EC","kid":"a"}]}"#.into()
}

/// The extra time that a loaded machine may take.
pub(crate) const HASTY_AT_MOST: Duration = Duration::from_millis(150 + 1000);
