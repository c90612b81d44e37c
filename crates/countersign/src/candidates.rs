//! The trusted entries of one issuer, and which of them the `aud` of a token picks.
//!
//! This is done before the signature is verified, so its cost must not grow with the number of
//! entries: exact audiences are looked up in one map, and patterns, which must be tried one by
//! one, are few.

use std::collections::BTreeMap;

use countersign_claims::{Expectation, Pattern};

use crate::hints::IssuerAndAudience;

/// The most entries of one issuer that may expect a pattern of `aud`.
pub(crate) const MAX_PATTERNS: usize = 8;

/// The entries of one issuer, by their places in the list of all.
#[derive(Clone, Debug)]
pub(crate) struct Candidates {
    count: usize,
    first: usize,
    /// The first that expects no audience.
    open: Option<usize>,
    /// By an exact audience, the first that expects it.
    exact: BTreeMap<String, usize>,
    /// Those that expect a pattern, in order.
    patterns: Vec<(usize, Pattern)>,
}

impl Candidates {
    /// One entry, at `place`.
    pub(crate) fn new(place: usize, audience: &Expectation) -> Self {
        let mut only = Self {
            count: 0,
            first: place,
            open: None,
            exact: BTreeMap::new(),
            patterns: Vec::new(),
        };
        only.add(place, audience);
        only
    }

    /// One more entry, behind the others.
    pub(crate) fn add(&mut self, place: usize, audience: &Expectation) {
        self.count = self.count.saturating_add(1);
        match audience {
            Expectation::Any => {
                self.open.get_or_insert(place);
            }
            Expectation::Exact(text) => {
                self.exact.entry(text.clone()).or_insert(place);
            }
            Expectation::Matches(pattern) => self.patterns.push((place, pattern.clone())),
        }
    }

    /// Whether `aud` decides between several entries.
    pub(crate) fn are_several(&self) -> bool {
        self.count > 1
    }

    pub(crate) fn has_too_many_patterns(&self) -> bool {
        self.are_several() && self.patterns.len() > MAX_PATTERNS
    }

    /// The place of the first entry whose audience fits, else that of the first entry.
    pub(crate) fn pick(&self, claims: &impl IssuerAndAudience) -> usize {
        if !self.are_several() {
            return self.first;
        }
        let mut fits = self.open;
        claims.any_audience(&mut |audience| {
            if let Some(place) = self.exact.get(audience) {
                fits = Some(fits.map_or(*place, |before| before.min(*place)));
            }
            false
        });
        for (place, pattern) in &self.patterns {
            if fits.is_some_and(|before| before < *place) {
                break;
            }
            if claims.any_audience(&mut |audience| pattern.matches(audience)) {
                fits = Some(*place);
                break;
            }
        }
        fits.unwrap_or(self.first)
    }
}
