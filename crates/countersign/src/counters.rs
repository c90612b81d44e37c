//! Counts verifications by their results, for a server to export.
//!
//! Counting costs one atomic addition for each verification: no lock and no allocation. Counts
//! exist only for configured names, so tokens can't make them grow.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::code::Code;
use crate::sharded::Sharded;

/// The kinds of token, by the methods of [`Authenticator`](crate::Authenticator) that verify
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerificationKind {
    /// A connection token.
    Connection,
    /// A subscription token.
    Subscription,
    /// Any other JWT.
    Token,
}

impl VerificationKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Connection, Self::Subscription, Self::Token];

    /// The kind as one word, such as `connection`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Subscription => "subscription",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for VerificationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What an [`Authenticator`](crate::Authenticator) has counted since it was made:
/// [`Authenticator::counters`](crate::Authenticator::counters) takes it.
///
/// All numbers only grow, except those that describe the present state of a key endpoint. An
/// authority that a reload removes is no longer counted, and starts at 0 when it comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// The number of verifications for each result. Results that never occurred are left out.
    pub verifications: Vec<VerificationCount>,
    /// The endpoints that keys are fetched from now, if their clients have started.
    #[cfg(feature = "jwks")]
    pub endpoints: Vec<EndpointCounters>,
}

/// The number of verifications of one kind, by one authority, with one result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerificationCount {
    /// The kind of token.
    pub kind: VerificationKind,
    /// The configured name of the authority that the token led to; `None` if it led to none,
    /// because it could not be read, its issuer isn't trusted, or no token was shown.
    pub authority: Option<String>,
    /// Why it was refused; `None` if it was accepted.
    pub code: Option<Code>,
    /// How many there were.
    pub count: u64,
}

/// The counters of one key endpoint.
#[cfg(feature = "jwks")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointCounters {
    /// Its URL, without credentials.
    pub endpoint: String,
    /// What its client has counted.
    pub counters: countersign_jwks::JwksCounters,
}

/// One place for "accepted", and one for each code.
const RESULTS: usize = Code::ALL.len() + 1;

/// Counts the verdicts on the tokens of one authority.
#[derive(Debug)]
pub(crate) struct Tally {
    shards: Sharded<Counts>,
}

/// The counts, by kind of token and result.
type Counts = [[AtomicU64; RESULTS]; VerificationKind::ALL.len()];

impl Default for Tally {
    fn default() -> Self {
        let zeros =
            || [const { [const { AtomicU64::new(0) }; RESULTS] }; VerificationKind::ALL.len()];
        Self {
            shards: Sharded::new(zeros),
        }
    }
}

impl Tally {
    /// Counts one verdict; `refused` says why the token was refused, if it was.
    pub(crate) fn add(&self, kind: VerificationKind, refused: Option<Code>) {
        // Both enums are declared in the order of their `ALL`.
        let result = refused.map_or(0, |code| (code as usize).saturating_add(1));
        let results = self.shards.mine().get(kind as usize);
        if let Some(count) = results.and_then(|results| results.get(result)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The count of all threads for one kind and one result.
    fn sum(&self, kind: usize, result: usize) -> u64 {
        let shards = self.shards.iter();
        let counts = shards.filter_map(|counts| counts.get(kind)?.get(result));
        counts.fold(0, |sum, count| {
            sum.saturating_add(count.load(Ordering::Relaxed))
        })
    }

    /// The results that were counted at least once, for the authority of this name.
    fn counts(&self, authority: Option<&str>) -> impl Iterator<Item = VerificationCount> {
        let results = || core::iter::once(None).chain(Code::ALL.iter().copied().map(Some));
        let kinds = VerificationKind::ALL.iter().enumerate();
        let counts = kinds.flat_map(move |(at, kind)| {
            let results = results().enumerate();
            results.map(move |(result, code)| (*kind, code, self.sum(at, result)))
        });
        let counted = counts.filter(|(_, _, count)| *count > 0);
        counted.map(move |(kind, code, count)| VerificationCount {
            kind,
            authority: authority.map(String::from),
            code,
            count,
        })
    }
}

/// The tallies of one authenticator, kept over reloads.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    /// For tokens that lead to no authority.
    nobody: Arc<Tally>,
    by_name: BTreeMap<String, Arc<Tally>>,
}

impl Tallies {
    /// The tally for tokens that lead to no authority.
    pub(crate) fn nobody(&self) -> Arc<Tally> {
        self.nobody.clone()
    }

    /// The tally of the authority with this name. If there is none, it is made.
    pub(crate) fn of(&mut self, name: &str) -> Arc<Tally> {
        self.by_name.entry(name.to_owned()).or_default().clone()
    }

    /// Forgets the authorities with other names.
    pub(crate) fn keep_only(&mut self, names: &BTreeSet<String>) {
        self.by_name.retain(|name, _| names.contains(name));
    }

    pub(crate) fn counts(&self) -> Vec<VerificationCount> {
        let named = self.by_name.iter();
        let named = named.flat_map(|(name, tally)| tally.counts(Some(name)));
        self.nobody.counts(None).chain(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_and_code_has_its_own_counter() {
        let tally = Tally::default();
        for kind in VerificationKind::ALL {
            for code in Code::ALL.iter().copied().map(Some).chain([None]) {
                tally.add(*kind, code);
                let seen = tally.counts(Some("a"));
                let seen = seen.filter(|it| it.kind == *kind && it.code == code);
                assert_eq!(seen.map(|it| it.count).collect::<Vec<_>>(), [1]);
            }
        }
        assert!(tally.counts(None).all(|it| it.count == 1));
        assert_eq!(tally.counts(None).count(), 3 * RESULTS);
    }
}
