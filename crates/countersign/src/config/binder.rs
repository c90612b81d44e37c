//! Binds the keys of a configuration and compiles what it expects of claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_claims::{DecodeOptions, Expectation, MAX_LEEWAY, Pattern, Policy};
use countersign_jwks::{self as jwks, SettingsError};
use countersign_keys::{Key, KeyError};
use countersign_signature::{AlgorithmName, KeyMaterial, Provider};
use regex::Regex;

use super::endpoint::Endpoints;
use super::table::TOKEN_OPTIONS;
use super::{ConfigError, SecretText, TokenConfig, template};
use crate::key_source::{Claim, Group, Template};
use crate::{Authority, Issuer, Keyring, Keys, Trust, default_provider, now, short_secret};

/// The claims that say something else than who the user is.
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

/// What is shared while the sections of one configuration are bound.
pub(super) struct Binder<'b> {
    pub(super) provider: &'b Provider,
    pub(super) endpoints: Endpoints,
    pub(super) warnings: Vec<String>,
}

impl Binder<'_> {
    /// The trust of one section; an empty user passes if `anonymous`.
    pub(super) fn trust(
        &mut self,
        section: Section<'_>,
        anonymous: bool,
    ) -> Result<Trust, ConfigError> {
        let token = section.token;
        let mut trust = match self.authority(section, anonymous)? {
            Some(authority) => Trust::from(authority),
            None if token.trusted_issuers.is_empty() => {
                return Err(ConfigError::option(
                    section.path,
                    "found no key; give hmac_secret_key, rsa_public_key, ecdsa_public_key, \
                     eddsa_public_key or jwks_public_endpoint",
                ));
            }
            None => {
                // They would hold for nobody, and be thought to hold for all.
                let mut rest = token.clone();
                rest.trusted_issuers = Vec::new();
                if rest != TokenConfig::default() {
                    return Err(ConfigError::option(
                        section.path,
                        "found options beside `trusted_issuers`, and no key that they are for; \
                         give each trusted issuer its own",
                    ));
                }
                Trust::nobody()
            }
        };
        for (index, issuer) in token.trusted_issuers.iter().enumerate() {
            let path = format!("{}[{index}]", section.name("trusted_issuers"));
            let authority = self.authority(Section::new(&path, issuer), anonymous)?;
            let authority = authority.ok_or_else(|| {
                ConfigError::option(&path, "found no key; a trusted issuer has its own")
            })?;
            if let Some(earlier) = token
                .trusted_issuers
                .iter()
                .take(index)
                .position(|earlier| {
                    earlier.issuer == issuer.issuer && !is_told_apart(earlier, issuer)
                })
            {
                return Err(ConfigError::option(
                    format!("{path}.issuer"),
                    format!(
                        "found the issuer of trusted_issuers[{earlier}] again, whose keys would be \
                         taken for every token; give both an `audience` of their own"
                    ),
                ));
            }
            if token.issuer.is_some() && token.issuer == issuer.issuer {
                return Err(ConfigError::option(
                    format!("{path}.issuer"),
                    format!(
                        "found the `issuer` of {}, whose own keys would never be asked; give that \
                         issuer its keys in one of the two places",
                        section.path
                    ),
                ));
            }
            trust = trust.and_issuer(issuer.issuer.clone().unwrap_or_default(), authority);
        }
        Ok(trust)
    }

    /// The authority of one table of options; `None` if it has no key.
    fn authority(
        &mut self,
        section: Section<'_>,
        anonymous: bool,
    ) -> Result<Option<Authority>, ConfigError> {
        let token = section.token;
        let provider = section.provider(self.provider)?;
        // Without an endpoint too: the option was given to be used one day.
        let settings = token.jwks.settings.check();
        settings.map_err(|error| section.jwks_fault(&error))?;
        let keys = match &token.jwks_public_endpoint {
            Some(url) => self.published_keys(section, url, &provider)?,
            None => {
                let keyring = self.keyring(section, provider)?;
                if keyring.is_empty() {
                    return Ok(None);
                }
                keyring.into()
            }
        };
        let mut reading = DecodeOptions::default();
        reading.user_id_claim = section.user_id_claim()?;
        let authority = Authority::new(keys)
            .with_policy(section.policy(anonymous)?)
            .with_reading(reading);
        Ok(Some(match &token.typ {
            Some(typ) => authority.with_typ(typ),
            None => authority,
        }))
    }

    fn published_keys(
        &mut self,
        section: Section<'_>,
        url: &str,
        provider: &Provider,
    ) -> Result<Keys, ConfigError> {
        let token = section.token;
        let fault = |error: &SettingsError| section.jwks_fault(error);
        let statics = [
            token.hmac_secret_key.is_some() || token.hmac_previous_secret_key.is_some(),
            token.rsa_public_key.is_some(),
            token.ecdsa_public_key.is_some(),
            token.eddsa_public_key.is_some(),
        ];
        if statics.contains(&true) {
            self.warnings.push(format!(
                "{} is set: the secrets and keys beside it are not consulted",
                section.name("jwks_public_endpoint")
            ));
        }
        let template = jwks::Template::new(url, token.jwks.settings.allow_plain_http)
            .map_err(|error| fault(&error))?;
        let mut names: Vec<&str> = Vec::new();
        for name in template.names() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            if let Some(file) = &token.jwks.last_known_good_file
                && self.endpoints.keeps_another(url, file)
            {
                return Err(section.fault(
                    "jwks_last_known_good_file",
                    "it keeps the keys of another endpoint already; give each its own file",
                ));
            }
            let endpoint = self
                .endpoints
                .get(url, &token.jwks, provider)
                .and_then(|endpoint| self.endpoints.start(&endpoint).map(|()| endpoint))
                .map_err(|error| fault(&error))?;
            return Ok(Keys::Endpoint(endpoint));
        }
        if token.jwks.last_known_good_file.is_some() {
            return Err(section.fault(
                "jwks_last_known_good_file",
                "it keeps the keys of one endpoint; a template stands for several",
            ));
        }
        let mut groups = Vec::new();
        let mut values = Vec::new();
        for name in names {
            let (claim, expression, strings) = section.group(name)?;
            groups.push(Group {
                name: name.to_owned(),
                claim,
                expression,
            });
            values.push((name.to_owned(), strings));
        }
        let mut endpoints = BTreeMap::new();
        let each = template::endpoints(&template, &values)
            .map_err(|message| section.fault("jwks_public_endpoint", message))?;
        for (picked, endpoint) in each {
            let endpoint = self.endpoints.get(endpoint.as_str(), &token.jwks, provider);
            endpoints.insert(picked, endpoint.map_err(|error| fault(&error))?);
        }
        Ok(Keys::Templated(Arc::new(Template::new(groups, endpoints))))
    }

    fn keyring(
        &mut self,
        section: Section<'_>,
        provider: Provider,
    ) -> Result<Keyring, ConfigError> {
        let token = section.token;
        let mut keyring = Keyring::new(provider);
        let secrets = [
            ("hmac_secret_key", &token.hmac_secret_key, None),
            (
                "hmac_previous_secret_key",
                &token.hmac_previous_secret_key,
                token.hmac_previous_secret_key_valid_until,
            ),
        ];
        for (option, secret, until) in secrets {
            let Some(secret) = secret else {
                if until.is_some() {
                    return Err(section.fault(
                        &format!("{option}_valid_until"),
                        format!("found no {option} that it could end; give it or remove this"),
                    ));
                }
                continue;
            };
            let key = section.secret(option, secret)?;
            if let Some(warning) = short_secret(&key, section.hmac_algorithm()) {
                self.warnings
                    .push(format!("{}: {warning}", section.name(option)));
            }
            if until.is_some_and(|until| until < now()) {
                self.warnings.push(format!(
                    "{}_valid_until has passed: no token under that secret is accepted",
                    section.name(option)
                ));
            }
            let added = match until {
                Some(until) => keyring.with_until(&key, until),
                None => keyring.with(&key),
            };
            keyring = added.map_err(|error| self.unbound(section, option, &key, &error))?;
        }
        type IsKind = fn(&KeyMaterial<'_>) -> bool;
        let public: [(&str, &Option<String>, &str, IsKind); 3] = [
            (
                "rsa_public_key",
                &token.rsa_public_key,
                "an RSA key",
                |key| matches!(key, KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_)),
            ),
            (
                "ecdsa_public_key",
                &token.ecdsa_public_key,
                "an elliptic-curve key",
                |key| matches!(key, KeyMaterial::EcPublic(_) | KeyMaterial::EcPrivate(_)),
            ),
            (
                "eddsa_public_key",
                &token.eddsa_public_key,
                "an Ed25519 key",
                |key| matches!(key, KeyMaterial::OkpPublic(_) | KeyMaterial::OkpPrivate(_)),
            ),
        ];
        for (option, text, needed, is_kind) in public {
            let Some(text) = text else { continue };
            let key = if text.trim_start().starts_with('{') {
                Key::from_jwk(text.as_bytes())
            } else {
                Key::from_pem(text)
            }
            .map_err(|error| section.fault(option, error.to_string()))?;
            if !is_kind(key.material()) {
                return Err(section.fault(
                    option,
                    format!("found {}; this option needs {needed}", key.material()),
                ));
            }
            keyring = keyring
                .with(&key)
                .map_err(|error| self.unbound(section, option, &key, &error))?;
        }
        Ok(keyring)
    }

    /// A key that no algorithm takes, or none of those that are listed.
    fn unbound(
        &self,
        section: Section<'_>,
        option: &str,
        key: &Key,
        error: &KeyError,
    ) -> ConfigError {
        let listed = !section.token.algorithms.is_empty();
        let fitting = listed.then(|| key.verifiers(self.provider).ok()).flatten();
        let Some(fitting) = fitting else {
            return section.fault(option, error.to_string());
        };
        let names: Vec<&str> = fitting.iter().map(|it| it.algorithm().as_str()).collect();
        section.fault(
            option,
            format!(
                "found {}, and `{}` lists none of {}; add one or remove this",
                key.material(),
                section.name("algorithms"),
                names.join(", ")
            ),
        )
    }
}

/// Whether a token can lead past `earlier` to `later`, of the same issuer: by its audience alone.
fn is_told_apart(earlier: &TokenConfig, later: &TokenConfig) -> bool {
    let audience = |token: &TokenConfig| (token.audience.clone(), token.audience_regex.clone());
    audience(earlier) != (None, None) && audience(earlier) != audience(later)
}

/// A table of options, and its path, for errors.
#[derive(Clone, Copy)]
pub(super) struct Section<'p> {
    path: &'p str,
    token: &'p TokenConfig,
}

impl<'p> Section<'p> {
    pub(super) fn new(path: &'p str, token: &'p TokenConfig) -> Self {
        Self { path, token }
    }

    /// What to call an option: the name under which it was given, else that of v6.
    fn name(self, option: &str) -> String {
        let given = self.token.given.0.get(option).cloned();
        given.unwrap_or_else(|| format!("{}.{option}", self.path))
    }

    fn fault(self, option: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::option(self.name(option), message)
    }

    /// A fault of one of the options `jwks_…`, or of the endpoint itself.
    fn jwks_fault(self, error: &SettingsError) -> ConfigError {
        let of_jwks = |name: &&str| name.strip_prefix("jwks_") == error.setting();
        let named = TOKEN_OPTIONS.iter().map(|option| option.name).find(of_jwks);
        let option = error.setting().and(named).unwrap_or("jwks_public_endpoint");
        self.fault(option, error.to_string())
    }

    /// The algorithm whose hash a secret must not be shorter than: the greatest of those
    /// that are listed. Where any may be used it is HS256, by which tokens are signed.
    fn hmac_algorithm(self) -> AlgorithmName {
        [AlgorithmName::HS512, AlgorithmName::HS384]
            .into_iter()
            .find(|name| self.token.algorithms.iter().any(|it| name.is_spelled(it)))
            .unwrap_or(AlgorithmName::HS256)
    }

    fn user_id_claim(self) -> Result<Option<String>, ConfigError> {
        let claim = &self.token.user_id_claim;
        if let Some(claim) = claim.as_deref().filter(|claim| NO_USER.contains(claim)) {
            return Err(self.fault(
                "user_id_claim",
                format!("found `{claim}`, which says something else; name a claim of the user"),
            ));
        }
        Ok(claim.clone())
    }

    /// The provider, held to the algorithms that are listed.
    fn provider(self, provider: &Provider) -> Result<Provider, ConfigError> {
        let mut named = self.token.algorithms.iter();
        if let Some(unknown) = named.find(|name| provider.get(name).is_none()) {
            let known: Vec<&str> = provider.iter().map(|it| it.name().as_str()).collect();
            return Err(self.fault(
                "algorithms",
                format!("found {unknown:?}; the algorithms are {}", known.join(", ")),
            ));
        }
        Ok(self.listed(provider.clone()))
    }

    /// The algorithms of `provider` that `algorithms` lists, if it lists any.
    fn listed(self, provider: Provider) -> Provider {
        let names = &self.token.algorithms;
        let is_listed = |name: AlgorithmName| names.iter().any(|it| name.is_spelled(it));
        provider.only(|algorithm| names.is_empty() || is_listed(algorithm.name()))
    }

    /// Short secrets are accepted, with a warning: the documentation's own example is "secret".
    fn secret(self, option: &str, secret: &SecretText) -> Result<Key, ConfigError> {
        Key::secret(secret.expose().as_bytes())
            .map(Key::allow_short)
            .map_err(|error| self.fault(option, error.to_string()))
    }

    fn policy(self, anonymous: bool) -> Result<Policy, ConfigError> {
        let token = self.token;
        if token.max_age.is_some_and(|age| age.is_zero()) {
            return Err(self.fault(
                "max_age",
                "found 0, by which every token would soon be too old",
            ));
        }
        if token.leeway > MAX_LEEWAY {
            return Err(self.fault(
                "leeway",
                format!(
                    "found {} s; at most {} s make up for clocks that disagree",
                    token.leeway.as_secs(),
                    MAX_LEEWAY.as_secs()
                ),
            ));
        }
        Ok(Policy {
            leeway: token.leeway,
            audience: self.expectation("audience", &token.audience, &token.audience_regex)?,
            issuer: self.expectation("issuer", &token.issuer, &token.issuer_regex)?,
            require_exp: token.require_exp,
            max_age: token.max_age,
            allow_anonymous: anonymous,
        })
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
                    move |text| whole.is_match(text),
                )))
            }
            (Some(_), Some(_)) => Err(self.fault(
                option,
                format!("found `{option}_regex` too; give one of them"),
            )),
        }
    }

    /// The expression whose group of this name fills a placeholder.
    fn group(self, name: &str) -> Result<(Claim, Regex, BTreeSet<String>), ConfigError> {
        let token = self.token;
        let expressions = [
            (Claim::Issuer, "issuer_regex", &token.issuer_regex),
            (Claim::Audience, "audience_regex", &token.audience_regex),
        ];
        for (claim, option, expression) in expressions {
            let Some(expression) = expression else {
                continue;
            };
            let whole = self.whole(option, expression)?;
            if let Some(strings) = template::strings_of_group(expression, name) {
                let strings = strings.map_err(|fault| {
                    self.fault(
                        option,
                        format!(
                            "the group `{name}` fills a placeholder of jwks_public_endpoint: {fault}"
                        ),
                    )
                })?;
                return Ok((claim, whole, strings));
            }
        }
        Err(self.fault(
            "jwks_public_endpoint",
            format!(
                "found the placeholder `{name}`; issuer_regex or audience_regex must have a \
                 group of this name, such as (?P<{name}>a|b)"
            ),
        ))
    }

    /// Always the whole text: an expression that matches a part lets "xtesty" pass for "test".
    fn whole(self, option: &str, expression: &str) -> Result<Regex, ConfigError> {
        // By itself first: `a)|(?:b` is one only between the parentheses.
        Regex::new(expression)
            .and_then(|_| Regex::new(&format!(r"\A(?:{expression})\z")))
            .map_err(|error| self.fault(option, template::fault(expression, &error)))
    }

    pub(super) fn issuer(self) -> Result<Issuer, ConfigError> {
        let token = self.token;
        if token.jwks_public_endpoint.is_some() {
            return Err(self.fault(
                "jwks_public_endpoint",
                "tokens are verified by the keys published there; \
                 sign with the private key that belongs to one of them",
            ));
        }
        let secret = token.hmac_secret_key.as_ref().ok_or_else(|| {
            self.fault(
                "hmac_secret_key",
                "found none; tokens are signed with this secret here, \
                 or with a private key by `countersign gentoken --key`",
            )
        })?;
        let key = self.secret("hmac_secret_key", secret)?;
        // An algorithm of somebody else's signs nothing by a secret.
        let provider = self.listed(default_provider());
        let mut accepted = ["HS256", "HS384", "HS512"]
            .into_iter()
            .filter(|alg| provider.get(alg).is_some());
        let alg = accepted.next().ok_or_else(|| {
            self.fault(
                "algorithms",
                "found none of HS256, HS384, HS512; a secret signs by one of them",
            )
        })?;
        let issuer = Issuer::with_algorithm(&key, &provider, alg)
            .map_err(|error| self.fault("hmac_secret_key", error.to_string()))?;
        self.configure(issuer)
    }

    /// With what is expected of the claims and the header here.
    pub(super) fn configure(self, mut issuer: Issuer) -> Result<Issuer, ConfigError> {
        let token = self.token;
        if let Some(name) = &token.issuer {
            issuer = issuer.with_iss(name);
        }
        if let Some(audience) = &token.audience {
            issuer = issuer.with_aud(audience);
        }
        if let Some(claim) = self.user_id_claim()? {
            issuer = issuer.with_user_id_claim(claim);
        }
        if let Some(typ) = &token.typ {
            issuer = issuer.with_typ(typ);
        }
        Ok(issuer)
    }
}
