//! Endpoints that share limits on the work that unverified tokens can cause.

use alloc::sync::Arc;
use core::sync::atomic::AtomicUsize;

use crate::unknown_tokens::UnknownTokens;

/// Endpoints that unverified tokens can choose, such as those of one template. Together they have
/// at most four fetches at a time, and one memory of tokens with unknown keys. A clone is the
/// same group.
///
/// ```
/// use countersign_jwks::{FetchGroup, Jwks};
///
/// let group = FetchGroup::new();
/// for realm in ["north", "south"] {
///     let url = format!("https://id.example/{realm}/certs");
///     let _client = Jwks::builder(url, countersign_ring::provider())
///         .group(&group)
///         .on_demand()
///         .build()?;
/// }
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FetchGroup {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    fetching: AtomicUsize,
    unknown: UnknownTokens,
}

impl FetchGroup {
    /// A group without an endpoint.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many threads fetch for it now.
    pub(crate) fn fetching(&self) -> &AtomicUsize {
        &self.shared.fetching
    }

    pub(crate) fn unknown(&self) -> &UnknownTokens {
        &self.shared.unknown
    }
}
