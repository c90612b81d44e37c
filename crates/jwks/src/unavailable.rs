//! Why a token could not be checked now, and when to try again.

use core::time::Duration;
use core::{error, fmt};

use countersign_fetch::{FetchError, FetchErrorKind};

/// No answer: it is not known whether the token's key exists. Try again.
///
/// ```
/// use countersign_fetch::testing::ScriptedFetch;
/// use countersign_jwks::{Jwks, Lookup};
///
/// // Every request fails.
/// let jwks = Jwks::builder("https://id.example/jwks.json", countersign_ring::provider())
///     .fetch(ScriptedFetch::new())
///     .on_demand()
///     .build()?;
/// let Lookup::Unavailable(unavailable) = jwks.resolve(Some("2026")) else { panic!("no keys") };
/// assert!(unavailable.retry_after().is_some());
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysUnavailable {
    error: Option<FetchError>,
    retry_after: Option<Duration>,
}

impl KeysUnavailable {
    /// The keys could not be fetched.
    pub(crate) fn failed(error: FetchError, retry_after: Duration) -> Self {
        Self {
            error: Some(error),
            retry_after: Some(retry_after),
        }
    }

    /// The key may be newer than the set that is held, and the cooldown forbids a fetch.
    pub(crate) fn may_be_newer(retry_after: Duration) -> Self {
        Self {
            error: None,
            retry_after: Some(retry_after),
        }
    }

    /// No thread fetches these keys, so waiting would not end.
    pub(crate) fn not_driven() -> Self {
        Self {
            error: Some(FetchError::new(
                FetchErrorKind::NotDriven,
                "no thread of this process fetches the keys: the client was built with \
                 `on_demand`, or the process was forked after it was built; call \
                 `Jwks::resolve`, or build the client in this process",
            )),
            retry_after: None,
        }
    }

    /// The time after which trying again can help; `None` if waiting doesn't help.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Why the keys could not be fetched; `None` if they were, and the token's key may be newer.
    #[must_use]
    pub fn fetch_error(&self) -> Option<&FetchError> {
        self.error.as_ref()
    }
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => f.write_str(
                "found a kid that the fetched keys lack; they are fetched again after a pause",
            ),
        }
    }
}

impl error::Error for KeysUnavailable {}
