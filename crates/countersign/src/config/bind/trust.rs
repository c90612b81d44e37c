//! The authorities that the sections of a configuration trust.

use countersign_claims::Limits;
use countersign_signature::Provider;

use super::clients::Endpoints;
use super::published_keys::{expected_keys, published_keys};
use super::section::Section;
use super::static_keys::keyring;
use crate::config::error::ConfigError;
use crate::config::table::TokenConfig;
use crate::{Authority, BuildError, Keyring, Trust};

/// The state that is shared while the sections of one configuration are bound.
pub(super) struct Binder<'b> {
    pub(super) provider: &'b Provider,
    pub(super) use_of_keys: UseOfKeys,
    pub(super) limits: Limits,
    pub(super) endpoints: Endpoints,
    pub(super) warnings: Vec<String>,
}

/// The purpose for which keys are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UseOfKeys {
    /// A server verifies with them.
    Verify,
    /// An issuer checks its own tokens with the secret of the section. Endpoints are not contacted.
    CheckIssued,
    /// An issuer has a key of its own, which the server need not have yet. Only algorithms are
    /// checked.
    Algorithms,
}

impl Binder<'_> {
    /// The trust of one section. If `anonymous`, an empty user is accepted.
    pub(super) fn trust(
        &mut self,
        section: Section<'_>,
        anonymous: bool,
    ) -> Result<Trust, ConfigError> {
        let token = section.token;
        let mut trust = match self.authority(section, anonymous)? {
            Some(authority) => Trust::builder().any_issuer(authority),
            None if token.trusted_issuers.is_empty() => {
                return Err(section.fault_of_all(no_key(
                    token,
                    "give hmac_secret_key, rsa_public_key, ecdsa_public_key, eddsa_public_key, \
                     jwks_public_endpoint or jwks_issuer",
                )));
            }
            None => {
                check_nothing_beside_trusted_issuers(section)?;
                Trust::builder()
            }
        };
        check_restrictions_reach_all(section)?;
        for (index, issuer) in token.trusted_issuers.iter().enumerate() {
            let path = format!("{}[{index}]", section.name("trusted_issuers"));
            let entry = section.trusted_issuer(&path, issuer);
            let Some(authority) = self.authority(entry, anonymous)? else {
                return Err(entry.fault_of_all(no_key(issuer, "a trusted issuer has its own")));
            };
            check_can_be_picked(section, index, entry)?;
            trust = trust.issuer(issuer.exact_issuer().unwrap_or_default(), authority);
        }
        let trust = trust.build();
        trust.map_err(|error| untrusted(section, &error))
    }

    /// The authority of one table of options; `None` if it has no key.
    fn authority(
        &mut self,
        section: Section<'_>,
        anonymous: bool,
    ) -> Result<Option<Authority>, ConfigError> {
        let token = section.token;
        if self.use_of_keys == UseOfKeys::Verify {
            section.check_algorithms(self.provider)?;
        }
        // Check these options even without an endpoint, because they were set to be used later.
        if let Err(error) = token.jwks.settings.check() {
            return Err(section.jwks_fault(&error));
        }
        let published = match self.use_of_keys {
            UseOfKeys::CheckIssued | UseOfKeys::Algorithms => expected_keys(section, self.provider),
            UseOfKeys::Verify => published_keys(
                section,
                self.provider,
                &mut self.endpoints,
                &mut self.warnings,
            )?,
        };
        let keys = match published {
            Some(keys) => keys,
            None => {
                let keyring = keyring(section, self.provider, &mut self.warnings)?;
                let is_for_own_key = self.use_of_keys == UseOfKeys::Algorithms;
                if keyring.is_empty() && !(is_for_own_key && token.trusted_issuers.is_empty()) {
                    return Ok(None);
                }
                if is_for_own_key {
                    Keyring::new(section.listed(self.provider.clone())).into()
                } else {
                    keyring.into()
                }
            }
        };
        let mut authority = Authority::builder()
            .policy(section.policy(anonymous)?)
            .reading(section.reading(self.limits)?);
        if let Some(name) = &token.name {
            authority = authority.name(name);
        }
        if let Some(typ) = &token.typ {
            authority = authority.typ(typ);
        }
        if let Some(prefix) = section.user_prefix()? {
            authority = authority.user_prefix(prefix);
        }
        match authority.build_with(keys) {
            Ok(authority) => Ok(Some(authority)),
            Err(error) => Err(section.fault_of_all(error.to_string())),
        }
    }
}

/// Refuses options of a section that has no key of its own: they look global but would have
/// no effect.
fn check_nothing_beside_trusted_issuers(section: Section<'_>) -> Result<(), ConfigError> {
    let mut rest = section.token.clone();
    rest.trusted_issuers = Vec::new();
    if rest == TokenConfig::default() {
        return Ok(());
    }
    Err(section.fault_of_all(
        "found options that have no effect, because this section has no key of its own; give \
         them to each entry of `trusted_issuers`",
    ))
}

/// Refuses a restriction of the section that an entry of `trusted_issuers` lacks: it looks global,
/// but would apply only to the section's own keys.
fn check_restrictions_reach_all(section: Section<'_>) -> Result<(), ConfigError> {
    const RESTRICTIONS: &[&[&str]] = &[
        &["audience", "audience_regex"],
        &["algorithms"],
        &["require_exp"],
        &["max_age"],
        &["typ"],
    ];
    let token = section.token;
    for options in RESTRICTIONS {
        let is_given = |token: &TokenConfig, option: &str| token.origin.names.contains_key(option);
        let Some(option) = options.iter().find(|option| is_given(token, option)) else {
            continue;
        };
        let mut lacking = Vec::new();
        for (index, entry) in token.trusted_issuers.iter().enumerate() {
            if !options.iter().any(|option| is_given(entry, option)) {
                lacking.push(format!("`{}[{index}]`", section.name("trusted_issuers")));
            }
        }
        if !lacking.is_empty() {
            return Err(section.fault(
                option,
                format!(
                    "this applies only to the section's own keys, so {} would accept tokens without \
                     it; give each of these entries an `{option}` of its own",
                    lacking.join(", ")
                ),
            ));
        }
    }
    Ok(())
}

/// Why the entries of a section can't be trusted together.
fn untrusted(section: Section<'_>, error: &BuildError) -> ConfigError {
    if let BuildError::NameMissing { issuer } = error {
        for (index, entry) in section.token.trusted_issuers.iter().enumerate() {
            if entry.exact_issuer() == Some(issuer) && entry.name.is_none() {
                let path = format!("{}[{index}]", section.name("trusted_issuers"));
                return section
                    .trusted_issuer(&path, entry)
                    .fault("name", error.to_string());
            }
        }
    }
    section.fault_of_all(error.to_string())
}

/// The error for a section without a key. It names the options that look misplaced, and the options
/// for keys that are empty.
fn no_key(token: &TokenConfig, advice: &str) -> String {
    /// More would make the message hard to read.
    const SHOWN: usize = 3;
    let empty = &token.origin.empty_keys;
    let misplaced = &token.origin.misplaced;
    if empty.is_empty() && !misplaced.is_empty() {
        let mut message = String::from("found no key");
        for (found, wanted) in misplaced.iter().take(SHOWN) {
            message += &format!("; `{found}` is not read there, it belongs at `{wanted}`");
        }
        if let more @ 1.. = misplaced.len().saturating_sub(SHOWN) {
            message += &format!("; {more} more options look misplaced");
        }
        return message;
    }
    if empty.is_empty() {
        return format!("found no key; {advice}");
    }
    let names = empty.join("`, `");
    format!("found no key, because `{names}` is empty; {advice}")
}

/// Refuses a trusted issuer whose tokens always lead to another entry.
fn check_can_be_picked(
    section: Section<'_>,
    index: usize,
    entry: Section<'_>,
) -> Result<(), ConfigError> {
    let token = section.token;
    let (issuer, option) = (entry.token.exact_issuer(), issuer_option(entry.token));
    for (earlier_index, earlier) in token.trusted_issuers.iter().take(index).enumerate() {
        if earlier.exact_issuer() == issuer && !is_told_apart(earlier, entry.token) {
            return Err(entry.fault(
                option,
                format!(
                    "found the issuer of trusted_issuers[{earlier_index}] again, whose keys would \
                     be taken for every token; give both an `audience` of their own"
                ),
            ));
        }
    }
    if token.exact_issuer().is_some() && token.exact_issuer() == issuer {
        return Err(entry.fault(
            option,
            format!(
                "found `{}` again, whose own keys would never be asked; give that issuer its \
                 keys in one of the two places",
                section.name(issuer_option(token))
            ),
        ));
    }
    Ok(())
}

/// The option that names the exact issuer.
fn issuer_option(token: &TokenConfig) -> &'static str {
    match token.issuer {
        Some(_) => "issuer",
        None => "jwks_issuer",
    }
}

/// Whether a token can skip `earlier` and reach `later`, which has the same issuer. Only its
/// audience can do that.
fn is_told_apart(earlier: &TokenConfig, later: &TokenConfig) -> bool {
    let audience = |token: &TokenConfig| (token.audience.clone(), token.audience_regex.clone());
    audience(earlier) != (None, None) && audience(earlier) != audience(later)
}
