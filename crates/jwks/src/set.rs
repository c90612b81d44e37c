//! One key set, ready to verify with: replaced whole, never changed.

use alloc::sync::Arc;
use core::ops::Deref;

use countersign_signature::Verifier;

use crate::Report;

/// The keys of one `kid`: at most one for each algorithm.
///
/// Each was checked and bound to its algorithm when the set was loaded. A token's `alg`
/// selects among them by equality.
#[derive(Clone, Debug)]
pub struct Keys {
    verifiers: Arc<[Arc<dyn Verifier>]>,
}

impl Keys {
    pub(crate) fn new(verifiers: impl IntoIterator<Item = Arc<dyn Verifier>>) -> Self {
        Self {
            verifiers: verifiers.into_iter().collect(),
        }
    }

    /// The key whose algorithm a header's `alg` names.
    #[must_use]
    pub fn for_alg(&self, alg: &str) -> Option<&Arc<dyn Verifier>> {
        self.iter()
            .find(|verifier| verifier.algorithm().is_spelled(alg))
    }
}

impl Deref for Keys {
    type Target = [Arc<dyn Verifier>];

    fn deref(&self) -> &Self::Target {
        &self.verifiers
    }
}

/// One whole key set.
#[derive(Debug)]
pub(crate) struct Set {
    /// Sorted by `kid`, each once.
    by_kid: Box<[(Box<str>, Keys)]>,
    /// The one usable key, if there is exactly one.
    only: Option<Keys>,
    report: Arc<Report>,
}

/// What a set has for a token.
#[derive(Debug)]
pub(crate) enum Find<'s> {
    Keys(&'s Keys),
    /// The token names no key, and the set or the settings need it to.
    KidRequired,
    Missing,
}

impl Set {
    /// `by_kid` holds each `kid` once; `only` is there if the set has one usable key.
    pub(crate) fn new(
        mut by_kid: Vec<(Box<str>, Keys)>,
        only: Option<Keys>,
        report: Report,
    ) -> Self {
        by_kid.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self {
            by_kid: by_kid.into(),
            only,
            report: Arc::new(report),
        }
    }

    /// The keys of exactly this `kid`, byte for byte; without one, the only key of the set.
    pub(crate) fn find(&self, kid: Option<&str>) -> Find<'_> {
        match (kid, &self.only) {
            (Some(kid), _) => self
                .by_kid
                .binary_search_by(|(known, _)| known.as_ref().cmp(kid))
                .ok()
                .and_then(|at| self.by_kid.get(at))
                .map_or(Find::Missing, |(_, keys)| Find::Keys(keys)),
            (None, Some(only)) => Find::Keys(only),
            (None, None) => Find::KidRequired,
        }
    }

    pub(crate) fn report(&self) -> &Arc<Report> {
        &self.report
    }
}
