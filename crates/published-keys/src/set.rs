//! One published key set, ready for verifying. A set is never changed, only replaced as a whole.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Deref;

use countersign_keys::KeySet;
use countersign_signature::{Provider, Verifier};

use crate::bind::{self, Bound};
use crate::report::{KeyReport, Report};

/// The keys of one `kid`: at most one for each algorithm.
///
/// Each was checked and bound to its algorithm when the set was loaded. A token's `alg`
/// selects among them by equality.
#[derive(Clone, Debug)]
pub struct KidKeys {
    verifiers: Arc<[Arc<dyn Verifier>]>,
}

impl KidKeys {
    pub(crate) fn new(verifiers: impl IntoIterator<Item = Arc<dyn Verifier>>) -> Self {
        Self {
            verifiers: verifiers.into_iter().collect(),
        }
    }

    /// The key for the algorithm that a header's `alg` names.
    #[must_use]
    pub fn for_alg(&self, alg: &str) -> Option<&Arc<dyn Verifier>> {
        self.iter()
            .find(|verifier| verifier.algorithm().is_spelled(alg))
    }
}

impl Deref for KidKeys {
    type Target = [Arc<dyn Verifier>];

    fn deref(&self) -> &Self::Target {
        &self.verifiers
    }
}

/// The keys of one published JWK Set that may verify tokens, and a report on all of them.
///
/// See the crate's page for the rules and an example.
#[derive(Debug)]
pub struct PublishedKeys {
    /// Sorted by `kid`; each `kid` is there once.
    by_kid: Box<[(Box<str>, KidKeys)]>,
    /// The one usable key, if there is exactly one and tokens may lack a `kid`.
    only: Option<KidKeys>,
    report: Arc<Report>,
}

/// The keys that a set has for a token.
#[derive(Debug)]
pub enum KidMatch<'s> {
    /// The keys with the token's `kid`; for a token without `kid`, the only usable key of the
    /// set.
    Keys(&'s KidKeys),
    /// The token has no `kid`. This is not allowed, or the set doesn't have exactly one usable
    /// key.
    KidRequired,
    /// The set has no key with the token's `kid`.
    Missing,
}

impl PublishedKeys {
    /// Binds the keys of `set` to those algorithms of `provider` that they fit.
    ///
    /// `allow_missing_kid`: whether a token without `kid` may be checked against a set that
    /// holds exactly one usable key.
    #[must_use]
    pub fn new(set: KeySet, provider: &Provider, allow_missing_kid: bool) -> Self {
        let Bound { by_kid, only, rows } = bind::bind(set, provider, allow_missing_kid);
        // The map is sorted by `kid` already.
        let by_kid = by_kid
            .into_iter()
            .map(|(kid, verifiers)| (kid.into(), KidKeys::new(verifiers)))
            .collect();
        Self {
            by_kid,
            only: only.map(KidKeys::new),
            report: Arc::new(Report::new(rows)),
        }
    }

    /// The keys with exactly this `kid`, byte for byte; for `None`, the only usable key of the
    /// set.
    #[must_use]
    pub fn find(&self, kid: Option<&str>) -> KidMatch<'_> {
        match (kid, &self.only) {
            (Some(kid), _) => self
                .by_kid
                .binary_search_by(|(known, _)| known.as_ref().cmp(kid))
                .ok()
                .and_then(|at| self.by_kid.get(at))
                .map_or(KidMatch::Missing, |(_, keys)| KidMatch::Keys(keys)),
            (None, Some(only)) => KidMatch::Keys(only),
            (None, None) => KidMatch::KidRequired,
        }
    }

    /// The `kid`s that tokens can name, in order.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.by_kid.iter().map(|(kid, _)| kid.as_ref())
    }

    /// Adds to the report a key that a stored copy of the set lacks, at its place in the
    /// document. Add them in the order of their places. No token can name it.
    ///
    /// ```
    /// use countersign_keys::KeySet;
    /// use countersign_published_keys::{KeyReport, PublishedKeys};
    ///
    /// let stored = KeySet::from_json(br#"{"keys":[
    ///     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    /// ]}"#)?;
    /// let mut keys = PublishedKeys::new(stored, &countersign_ring::provider(), false);
    /// let secret = KeyReport::left_out(Some("2".into()), None, None, "it is a secret".into());
    /// keys.report_left_out(0, secret);
    /// keys.report_private(1);
    /// let report = keys.report();
    /// assert_eq!((report.used(), report.skipped()), (1, 1));
    /// assert!(report.keys()[1].is_private());
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    pub fn report_left_out(&mut self, index: usize, key: KeyReport) {
        Arc::make_mut(&mut self.report).insert(index, key);
    }

    /// Adds to the report that the key at this place was published with its private half,
    /// which a stored copy of the set no longer tells.
    pub fn report_private(&mut self, index: usize) {
        Arc::make_mut(&mut self.report).mark_private(index);
    }

    /// Every key of the set, used or skipped.
    #[must_use]
    pub fn report(&self) -> &Arc<Report> {
        &self.report
    }
}
