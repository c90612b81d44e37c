//! Named groups of `issuer_regex` and `audience_regex`, which fill placeholders.

use regex::Regex;

use crate::hints::{Claim, IssuerAndAudience};

/// A placeholder, and the expression whose group of this name fills it.
#[derive(Clone, Debug)]
pub(crate) struct ClaimGroup {
    pub(crate) name: String,
    pub(crate) claim: Claim,
    /// Matches the whole text.
    pub(crate) expression: Regex,
}

impl ClaimGroup {
    /// The text for the placeholder: from `iss`, or from the first `aud` that matches.
    ///
    /// # Errors
    ///
    /// The claim that doesn't match.
    pub(crate) fn value(&self, claims: &impl IssuerAndAudience) -> Result<String, Claim> {
        let mut value = None;
        let mut capture = |text: &str| {
            let captures = self.expression.captures(text);
            let group = captures.as_ref().and_then(|found| found.name(&self.name));
            value = group.map(|group| group.as_str().to_owned());
            value.is_some()
        };
        match self.claim {
            Claim::Issuer => claims.issuer().is_some_and(&mut capture),
            Claim::Audience => claims.any_audience(&mut capture),
        };
        value.ok_or(self.claim)
    }
}
