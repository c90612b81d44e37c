//! Whether a verification may wait for keys, and how it stops without a result.

use crate::error::Error;

#[cfg(feature = "jwks")]
pub use countersign_jwks::Pending;

/// Whether a verification may wait for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitMode {
    /// Fetch keys, or wait for a fetch under way.
    Wait,
    /// Stop with [`VerifyStop::Pending`] instead.
    Never,
}

/// Awaits the fetch.
///
/// # Errors
///
/// [`Error::KeysUnavailable`] if the fetch failed, or no thread makes it.
#[cfg(feature = "jwks")]
pub(crate) async fn fetched(pending: Pending) -> Result<(), Error> {
    pending.await.map_err(keys_unavailable)
}

#[cfg(not(feature = "jwks"))]
pub(crate) async fn fetched(pending: Pending) -> Result<(), Error> {
    pending.await;
    Ok(())
}

/// Makes the error for keys that could not be fetched.
// By value, for use in `map_err`.
#[allow(clippy::needless_pass_by_value)]
#[cfg(feature = "jwks")]
pub(crate) fn keys_unavailable(unavailable: countersign_jwks::KeysUnavailable) -> Error {
    Error::KeysUnavailable {
        reason: unavailable.to_string(),
        retry_after: unavailable.retry_after(),
    }
}

/// Why a verification stopped before it accepted the token.
pub(crate) enum VerifyStop {
    Refused(Error),
    /// A fetch of keys is needed first.
    #[cfg_attr(not(feature = "jwks"), expect(dead_code))]
    Pending(Pending),
}

impl VerifyStop {
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Refused(error) => error,
            // A verification that waits never returns `Pending`.
            Self::Pending(_) => Self::out_of_date(),
        }
    }

    /// The error for keys that were fetched, but were out of date before they could be used.
    pub(crate) fn out_of_date() -> Error {
        Error::KeysUnavailable {
            reason: "the fetched keys went out of date before they were used".into(),
            retry_after: None,
        }
    }
}

impl From<Error> for VerifyStop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Replaces a fetch if the feature `jwks` is off. No value of this type can exist.
#[cfg(not(feature = "jwks"))]
#[derive(Debug)]
pub enum Pending {}

#[cfg(not(feature = "jwks"))]
impl Future for Pending {
    type Output = ();

    fn poll(
        self: core::pin::Pin<&mut Self>,
        _: &mut core::task::Context<'_>,
    ) -> core::task::Poll<Self::Output> {
        match *self {}
    }
}
