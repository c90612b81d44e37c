//! Why the keys could not be fetched.

use core::{error, fmt};

/// Why a fetch failed, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The time for it ran out.
    Timeout,
    /// The host has no address.
    Resolve,
    /// No connection could be made, or it broke.
    Connection,
    /// The server's certificate was refused, or TLS failed otherwise.
    Tls,
    /// The answer was not HTTP.
    Protocol,
    /// The answer was a redirect, which is never followed: its status.
    Redirect(u16),
    /// The answer had a status that is not accepted.
    Status(u16),
    /// The body was compressed, which nobody asked for.
    Encoded,
    /// The body was larger than the limit.
    TooLarge,
    /// The body was not a JWK Set, or one of too many keys.
    Document,
    /// The set held no key that can be used.
    NoUsableKey,
    /// The transport refused to send the request.
    Refused,
    /// The transport panicked.
    Panicked,
    /// Too many callers were waiting already.
    TooManyWaiting,
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
            Self::Other => "other",
        }
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_worth_a_retry(self) -> bool {
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
            | Self::TooManyWaiting => false,
        }
    }
}

/// Why the keys could not be fetched: what was found, and what is needed.
///
/// It shows no credentials and no bytes of the answer.
///
/// ```
/// use countersign_jwks::{FetchError, FetchErrorKind};
///
/// let error = FetchError::new(FetchErrorKind::Timeout, "no answer within 1s");
/// assert_eq!(error.kind().as_str(), "timeout");
/// assert_eq!(error.to_string(), "no answer within 1s");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    kind: FetchErrorKind,
    sentence: Box<str>,
}

impl FetchError {
    /// An error. `sentence` must show no credentials.
    #[must_use]
    pub fn new(kind: FetchErrorKind, sentence: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
        }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
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
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl error::Error for FetchError {}
