//! Numbers for a server to export.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use countersign_fetch::FetchErrorKind;

/// What has happened since the client was made, and the state of its set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksCounters {
    /// Requests by result: `ok`, `not_modified`, or the word of a [`FetchErrorKind`]. The two
    /// requests of an issuer, for its document and its set, count as one. Results that never
    /// occurred are left out.
    pub fetches: Vec<(&'static str, u64)>,
    /// The age of the set, counted from its request; `None` without a set.
    pub age: Option<Duration>,
    /// Keys of the set that are used.
    pub keys_used: usize,
    /// Keys of the set that are skipped.
    pub keys_skipped: usize,
    /// Look-ups of a `kid` that the set does not have, whether the answer was certain or not.
    pub unknown_kids: u64,
    /// Look-ups that failed at once, without a fetch, because the last one is less than a
    /// cooldown ago. A look-up after an awaited fetch counts too.
    pub cooldown_hits: u64,
    /// Look-ups answered from a set past its freshness while the endpoint fails.
    pub stale_hits: u64,
    /// Callers that wait for a fetch now.
    pub waiters: usize,
}

/// Every result, in the order of [`JwksCounters::fetches`].
const RESULTS: [&str; 18] = [
    "ok",
    "not_modified",
    "timeout",
    "resolve",
    "connection",
    "tls",
    "protocol",
    "redirect",
    "status",
    "encoded",
    "too_large",
    "document",
    "no_usable_key",
    "refused",
    "panicked",
    "too_many_waiting",
    "too_old",
    "other",
];

/// The counting parts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    results: [AtomicU64; RESULTS.len()],
    pub(crate) unknown_kids: Count,
    pub(crate) cooldown_hits: Count,
    pub(crate) stale_hits: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    /// Counts one request by its result: `ok`, `not_modified` or an error.
    pub(crate) fn fetched(&self, result: Result<&'static str, FetchErrorKind>) {
        let word = result.unwrap_or_else(FetchErrorKind::as_str);
        for (known, count) in RESULTS.iter().zip(&self.results) {
            if *known == word {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn fetches(&self) -> Vec<(&'static str, u64)> {
        RESULTS
            .iter()
            .zip(&self.results)
            .map(|(word, count)| (*word, count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}
