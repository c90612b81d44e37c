//! Binds the keys of a configuration and compiles what it expects of claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_claims::{DecodeOptions, Expectation, MAX_LEEWAY, Pattern, Policy};
use countersign_jwks as jwks;
use countersign_keys::Key;
use countersign_signature::{AlgorithmName, KeyMaterial, Provider};
use regex::Regex;

use super::endpoint::Endpoints;
use super::{ConfigError, SecretText, TokenConfig, template};
use crate::key_source::{Claim, Group, Template};
use crate::{Authority, Issuer, Keyring, Keys, Trust, default_provider};

/// The least bits of an HMAC secret for the least of the algorithms, HS256.
const LEAST_SECRET_BITS: usize = 256;

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
        token: &TokenConfig,
        anonymous: bool,
    ) -> Result<Trust, ConfigError> {
        let mut trust = match self.authority(section, token, anonymous)? {
            Some(authority) => Trust::from(authority),
            None if token.trusted_issuers.is_empty() => {
                return Err(ConfigError::option(
                    section.0,
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
                        section.0,
                        "found options beside `trusted_issuers`, and no key that they are for; \
                         give each trusted issuer its own",
                    ));
                }
                Trust::nobody()
            }
        };
        for (index, issuer) in token.trusted_issuers.iter().enumerate() {
            let path = format!("{}.trusted_issuers[{index}]", section.0);
            let authority = self.authority(Section(&path), issuer, anonymous)?;
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
            trust = trust.and_issuer(issuer.issuer.clone().unwrap_or_default(), authority);
        }
        Ok(trust)
    }

    /// The authority of one table of options; `None` if it has no key.
    fn authority(
        &mut self,
        section: Section<'_>,
        token: &TokenConfig,
        anonymous: bool,
    ) -> Result<Option<Authority>, ConfigError> {
        let provider = section.provider(token, self.provider)?;
        let keys = match &token.jwks_public_endpoint {
            Some(url) => self.published_keys(section, token, url, &provider)?,
            None => {
                let keyring = self.keyring(section, token, provider)?;
                if keyring.is_empty() {
                    return Ok(None);
                }
                keyring.into()
            }
        };
        let mut reading = DecodeOptions::default();
        reading.user_id_claim.clone_from(&token.user_id_claim);
        let authority = Authority::new(keys)
            .with_policy(section.policy(token, anonymous)?)
            .with_reading(reading);
        Ok(Some(match &token.typ {
            Some(typ) => authority.with_typ(typ),
            None => authority,
        }))
    }

    fn published_keys(
        &mut self,
        section: Section<'_>,
        token: &TokenConfig,
        url: &str,
        provider: &Provider,
    ) -> Result<Keys, ConfigError> {
        let fault = |message: String| section.fault("jwks_public_endpoint", message);
        let statics = [
            token.hmac_secret_key.is_some() || token.hmac_previous_secret_key.is_some(),
            token.rsa_public_key.is_some(),
            token.ecdsa_public_key.is_some(),
            token.eddsa_public_key.is_some(),
        ];
        if statics.contains(&true) {
            self.warnings.push(format!(
                "{}.jwks_public_endpoint is set: the secrets and keys beside it are not consulted",
                section.0
            ));
        }
        let template = jwks::Template::new(url, token.jwks.settings.allow_plain_http)
            .map_err(|error| fault(error.to_string()))?;
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
                .map_err(|error| fault(error.to_string()))?;
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
            let (claim, expression, strings) = section.group(token, name)?;
            groups.push(Group {
                name: name.to_owned(),
                claim,
                expression,
            });
            values.push((name.to_owned(), strings));
        }
        let mut endpoints = BTreeMap::new();
        for (picked, endpoint) in template::endpoints(&template, &values).map_err(fault)? {
            let endpoint = self.endpoints.get(endpoint.as_str(), &token.jwks, provider);
            endpoints.insert(picked, endpoint.map_err(|error| fault(error.to_string()))?);
        }
        Ok(Keys::Templated(Arc::new(Template::new(groups, endpoints))))
    }

    fn keyring(
        &mut self,
        section: Section<'_>,
        token: &TokenConfig,
        provider: Provider,
    ) -> Result<Keyring, ConfigError> {
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
            let bits = secret.expose().len().saturating_mul(8);
            if bits < LEAST_SECRET_BITS {
                self.warnings.push(format!(
                    "{}.{option} has {bits} bits; HS256 needs at least {LEAST_SECRET_BITS} \
                     (RFC 7518 section 3.2): whoever sees a token can find a short secret by trying",
                    section.0
                ));
            }
            let added = match until {
                Some(until) => keyring.with_until(&key, until),
                None => keyring.with(&key),
            };
            keyring = added.map_err(|error| section.fault(option, error.to_string()))?;
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
                .map_err(|error| section.fault(option, error.to_string()))?;
        }
        Ok(keyring)
    }
}

/// Whether a token can lead past `earlier` to `later`, of the same issuer: by its audience alone.
fn is_told_apart(earlier: &TokenConfig, later: &TokenConfig) -> bool {
    let audience = |token: &TokenConfig| (token.audience.clone(), token.audience_regex.clone());
    audience(earlier) != (None, None) && audience(earlier) != audience(later)
}

/// A section of the configuration, by its path, for errors.
#[derive(Clone, Copy)]
pub(super) struct Section<'p>(pub(super) &'p str);

impl Section<'_> {
    fn fault(self, option: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::option(format!("{}.{option}", self.0), message)
    }

    /// The provider, held to the algorithms that are listed.
    fn provider(self, token: &TokenConfig, provider: &Provider) -> Result<Provider, ConfigError> {
        if token.algorithms.is_empty() {
            return Ok(provider.clone());
        }
        if let Some(unknown) = token
            .algorithms
            .iter()
            .find(|name| provider.get(name).is_none())
        {
            let known: Vec<&str> = provider.iter().map(|it| it.name().as_str()).collect();
            return Err(self.fault(
                "algorithms",
                format!("found {unknown:?}; the algorithms are {}", known.join(", ")),
            ));
        }
        let listed = |name: AlgorithmName| token.algorithms.iter().any(|it| name.is_spelled(it));
        Ok(provider.clone().only(|algorithm| listed(algorithm.name())))
    }

    /// Short secrets are accepted, with a warning: the documentation's own example is "secret".
    fn secret(self, option: &str, secret: &SecretText) -> Result<Key, ConfigError> {
        Key::secret(secret.expose().as_bytes())
            .map(Key::allow_short)
            .map_err(|error| self.fault(option, error.to_string()))
    }

    fn policy(self, token: &TokenConfig, anonymous: bool) -> Result<Policy, ConfigError> {
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
    fn group(
        self,
        token: &TokenConfig,
        name: &str,
    ) -> Result<(Claim, Regex, BTreeSet<String>), ConfigError> {
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
            .map_err(|_| {
                self.fault(
                    option,
                    "found no regular expression of the crate `regex`, or one that compiles to \
                     more than 10 MiB",
                )
            })
    }

    pub(super) fn issuer(self, token: &TokenConfig) -> Result<Issuer, ConfigError> {
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
        let provider = self.provider(token, &default_provider())?;
        let mut accepted = ["HS256", "HS384", "HS512"]
            .into_iter()
            .filter(|alg| provider.get(alg).is_some());
        let alg = accepted.next().unwrap_or("HS256");
        let mut issuer = Issuer::with_algorithm(&key, &provider, alg)
            .map_err(|error| self.fault("hmac_secret_key", error.to_string()))?;
        if let Some(name) = &token.issuer {
            issuer = issuer.with_iss(name);
        }
        if let Some(audience) = &token.audience {
            issuer = issuer.with_aud(audience);
        }
        if let Some(claim) = &token.user_id_claim {
            issuer = issuer.with_user_id_claim(claim);
        }
        if let Some(typ) = &token.typ {
            issuer = issuer.with_typ(typ);
        }
        Ok(issuer)
    }
}
