//! The trusted entries of one issuer, and the choice among them by the `aud` of a token.
//!
//! This is done before the signature is verified, so its cost must not grow with the number of
//! entries: exact audiences are looked up in one map, and only one entry may expect a pattern.

use countersign_claims::{Expectation, Pattern};

use crate::exact_audiences::ExactAudiences;
use crate::hints::IssuerAndAudience;

/// The entries of one issuer, by their places in the list of all.
#[derive(Clone, Debug)]
pub(crate) struct Candidates {
    count: usize,
    first: usize,
    /// The first entry that expects no audience.
    open: Option<usize>,
    exact: ExactAudiences,
    /// The entry that expects a pattern.
    pattern: Option<(usize, Pattern)>,
    has_second_pattern: bool,
}

impl Candidates {
    /// One entry, at `place`.
    pub(crate) fn new(place: usize, audience: &Expectation) -> Self {
        let mut only = Self {
            count: 0,
            first: place,
            open: None,
            exact: ExactAudiences::new(),
            pattern: None,
            has_second_pattern: false,
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
            Expectation::Exact(text) => self.exact.add(text, place),
            Expectation::Matches(_) if self.pattern.is_some() => self.has_second_pattern = true,
            Expectation::Matches(pattern) => self.pattern = Some((place, pattern.clone())),
        }
    }

    /// Whether `aud` decides among several entries.
    pub(crate) fn are_several(&self) -> bool {
        self.count > 1
    }

    /// Whether two entries expect a pattern. Each pattern would be tried on each element.
    pub(crate) fn has_second_pattern(&self) -> bool {
        self.has_second_pattern
    }

    /// The place of the first entry whose audience matches, or else of the first entry.
    pub(crate) fn pick(&self, claims: &impl IssuerAndAudience) -> usize {
        if !self.are_several() {
            return self.first;
        }
        let mut fits = self.open;
        // One pass, because reading an element costs more than looking it up.
        claims.any_audience(&mut |audience| {
            let exact = self.exact.get(audience);
            fits = [fits, exact].into_iter().flatten().min();
            if let Some((place, pattern)) = &self.pattern
                && fits.is_none_or(|before| *place < before)
                && pattern.matches(audience)
            {
                fits = Some(*place);
            }
            false
        });
        fits.unwrap_or(self.first)
    }
}
