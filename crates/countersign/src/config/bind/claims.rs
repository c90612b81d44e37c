//! The requirements of a section for claims, and the claim that names the user.

use countersign_claims::{DecodeOptions, Expectation, Limits, MAX_LEEWAY, Pattern, Policy};
use regex::Regex;

use super::section::Section;
use super::template;
use super::whole_match;
use crate::UserPrefix;
use crate::config::error::ConfigError;

/// Claims that have another meaning, so that no user can be read from them.
const NO_USER: &[&str] = &[
    "exp",
    "nbf",
    "iat",
    "iss",
    "aud",
    "info",
    "b64info",
    "meta",
    "channel",
    "channels",
    "subs",
    "expire_at",
    "client",
    "eto",
    "data",
    "b64data",
    "override",
];

impl Section<'_> {
    /// The options for reading claims.
    pub(super) fn reading(self, limits: Limits) -> Result<DecodeOptions, ConfigError> {
        let claim = &self.token.user_id_claim;
        if let Some(claim) = claim
            && NO_USER.contains(&claim.as_str())
        {
            return Err(self.fault(
                "user_id_claim",
                format!("found `{claim}`, which has another meaning; name a claim of the user"),
            ));
        }
        let mut reading = DecodeOptions::default();
        reading.user_id_claim.clone_from(claim);
        reading.limits = limits;
        Ok(reading)
    }

    pub(super) fn user_prefix(self) -> Result<Option<UserPrefix>, ConfigError> {
        let token = self.token;
        let Some(text) = &token.user_prefix else {
            return Ok(None);
        };
        let issuer_regex = token.issuer_regex.as_deref();
        let prefix = UserPrefix::with_groups(text, issuer_regex, token.audience_regex.as_deref());
        match prefix {
            Ok(prefix) => Ok(Some(prefix)),
            Err(error) => Err(self.fault("user_prefix", error.to_string())),
        }
    }

    pub(super) fn policy(self, anonymous: bool) -> Result<Policy, ConfigError> {
        let token = self.token;
        if token.max_age.is_some_and(|age| age.is_zero()) {
            return Err(self.fault(
                "max_age",
                "found 0, so every token would be too old; give a time such as \"1h\"",
            ));
        }
        if token.leeway > MAX_LEEWAY {
            return Err(self.fault(
                "leeway",
                format!(
                    "found {} s; at most {} s are allowed",
                    token.leeway.as_secs(),
                    MAX_LEEWAY.as_secs()
                ),
            ));
        }
        let mut policy = Policy::default();
        policy.leeway = token.leeway;
        policy.audience = self.expectation("audience", &token.audience, &token.audience_regex)?;
        policy.issuer = self.issuer_expectation()?;
        policy.require_exp = token.require_exp;
        policy.max_age = token.max_age;
        policy.allow_anonymous = anonymous;
        Ok(policy)
    }

    fn issuer_expectation(self) -> Result<Expectation, ConfigError> {
        let token = self.token;
        let Some(of_keys) = &token.jwks_issuer else {
            return self.expectation("issuer", &token.issuer, &token.issuer_regex);
        };
        let others = [
            ("issuer", token.issuer.as_ref().filter(|it| *it != of_keys)),
            ("issuer_regex", token.issuer_regex.as_ref()),
        ];
        if let Some((option, _)) = others.iter().find(|(_, given)| given.is_some()) {
            return Err(self.fault(
                option,
                format!(
                    "found it beside `{}`, whose keys are only for tokens with exactly that `iss`; \
                     remove it",
                    self.name("jwks_issuer")
                ),
            ));
        }
        Ok(Expectation::Exact(of_keys.clone()))
    }

    fn expectation(
        self,
        option: &str,
        exact: &Option<String>,
        regex: &Option<String>,
    ) -> Result<Expectation, ConfigError> {
        match (exact, regex) {
            (None, None) => Ok(Expectation::Any),
            (Some(exact), None) => Ok(Expectation::Exact(exact.clone())),
            (None, Some(regex)) => {
                let whole = self.whole(&format!("{option}_regex"), regex)?;
                Ok(Expectation::Matches(Pattern::new(
                    regex.clone(),
                    whole_match::matcher(whole),
                )))
            }
            (Some(_), Some(_)) => Err(self.fault(
                option,
                format!("found `{option}_regex` too; give one of them"),
            )),
        }
    }

    /// An expression must match the whole text: if a part were enough, "test" would let "xtesty"
    /// pass.
    pub(super) fn whole(self, option: &str, expression: &str) -> Result<Regex, ConfigError> {
        // Compile it alone first: `a)|(?:b` is only valid between our parentheses.
        Regex::new(expression)
            .and_then(|_| Regex::new(&format!(r"\A(?:{expression})\z")))
            .map_err(|error| self.fault(option, template::fault(expression, &error)))
    }
}
