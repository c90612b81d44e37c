//! Why a fetch failed, and why options are refused.

use core::time::Duration;
use core::{error, fmt};

/// Why a fetch failed, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// There was no whole answer in time.
    Timeout,
    /// The host has no address.
    Resolve,
    /// No connection could be made, or it broke.
    Connection,
    /// The server's certificate was refused, or TLS failed otherwise.
    Tls,
    /// The answer was not HTTP.
    Protocol,
    /// The answer was a redirect with this status. Redirects are never followed.
    Redirect(u16),
    /// The answer had a status that is not accepted.
    Status(u16),
    /// The body was compressed in another way than gzip, or its gzip data is damaged.
    Encoded,
    /// The body was larger than the limit.
    TooLarge,
    /// The body was not a JWK Set, or one of too many keys.
    Document,
    /// The set had no key that can be used.
    NoUsableKey,
    /// The transport refused to send the request.
    Refused,
    /// The transport panicked.
    Panicked,
    /// Too many callers were already waiting.
    TooManyWaiting,
    /// No thread makes the fetch that the caller waited for.
    NotDriven,
    /// The answer came from a cache that had kept it for too long.
    TooOld,
    /// Anything else, from a transport of your own.
    Other,
}

impl FetchErrorKind {
    /// A word for counters and logs, such as `timeout`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Resolve => "resolve",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Redirect(_) => "redirect",
            Self::Status(_) => "status",
            Self::Encoded => "encoded",
            Self::TooLarge => "too_large",
            Self::Document => "document",
            Self::NoUsableKey => "no_usable_key",
            Self::Refused => "refused",
            Self::Panicked => "panicked",
            Self::TooManyWaiting => "too_many_waiting",
            Self::NotDriven => "not_driven",
            Self::TooOld => "too_old",
            Self::Other => "other",
        }
    }

    /// Whether the same request may succeed a moment later: after a timeout, a broken
    /// connection or a status of 500 and above.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::Timeout
            | Self::Resolve
            | Self::Connection
            | Self::Protocol
            | Self::Panicked
            | Self::Other => true,
            Self::Status(status) => status >= 500,
            Self::Tls
            | Self::Redirect(_)
            | Self::Encoded
            | Self::TooLarge
            | Self::Document
            | Self::NoUsableKey
            | Self::Refused
            | Self::TooManyWaiting
            | Self::NotDriven
            | Self::TooOld => false,
        }
    }
}

/// Why a fetch failed: what was found, and what is needed.
///
/// It shows no credentials and no bytes of the answer.
///
/// ```
/// use countersign_fetch::{FetchError, FetchErrorKind};
///
/// let error = FetchError::new(FetchErrorKind::Timeout, "no answer within 1s");
/// assert_eq!(error.kind().as_str(), "timeout");
/// assert_eq!(error.to_string(), "no answer within 1s");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    kind: FetchErrorKind,
    sentence: Box<str>,
    retry_after: Option<Duration>,
}

impl FetchError {
    /// An error. `sentence` must show no credentials.
    #[must_use]
    pub fn new(kind: FetchErrorKind, sentence: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
            retry_after: None,
        }
    }

    /// The same error, with the pause that the server asked for.
    #[must_use]
    pub fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.retry_after = pause;
        self
    }

    /// The same error, with `place` before its sentence to say which of several requests failed.
    /// `place` must show no credentials.
    ///
    /// ```
    /// use countersign_fetch::{FetchError, FetchErrorKind};
    ///
    /// let error = FetchError::new(FetchErrorKind::Status(404), "found status 404; 200 is needed");
    /// let error = error.within("key set https://id.example/certs");
    /// assert!(error.to_string().starts_with("key set https://id.example/certs: found"));
    /// ```
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.sentence = format!("{place}: {}", self.sentence).into();
        self
    }

    /// The error for a body of more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            FetchErrorKind::TooLarge,
            format!("found a body of more than {limit} bytes; send less or raise the limit"),
        )
    }

    /// Why, for programs.
    #[must_use]
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }

    /// The pause that the server asked for (`Retry-After`, RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl error::Error for FetchError {}

/// A setting, a URL or a file that was refused when a client was made: what was found, and
/// what is needed. It shows no credentials.
///
/// ```
/// use countersign_fetch::EndpointUrl;
///
/// let error = EndpointUrl::new("ftp://keys.example/", false).unwrap_err();
/// assert_eq!(error.to_string(), "found another scheme in the JWKS endpoint; https: is needed");
/// assert_eq!(error.setting(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    setting: Option<&'static str>,
    sentence: Box<str>,
}

impl SettingsError {
    /// The error of a URL or a file that no setting names. `sentence` must show no credentials.
    #[must_use]
    pub fn new(sentence: impl Into<Box<str>>) -> Self {
        Self {
            setting: None,
            sentence: sentence.into(),
        }
    }

    /// The error of one setting. `sentence` must show no credentials.
    #[must_use]
    pub fn of(setting: &'static str, sentence: impl Into<Box<str>>) -> Self {
        Self {
            setting: Some(setting),
            sentence: sentence.into(),
        }
    }

    /// The field of [`HttpOptions`](crate::HttpOptions), or of another crate's settings, at
    /// fault; `None` if it is the URL of the endpoint or a file that no setting names.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        self.setting
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl error::Error for SettingsError {}
