//! From a configuration to rules: keys are bound, expectations compiled.

use countersign_claims::{DecodeOptions, Expectation, MAX_LEEWAY, Pattern, Policy};
use countersign_keys::Key;
use countersign_signature::{KeyMaterial, Provider};
use regex::Regex;

use super::{Config, ConfigError, SecretText, TokenConfig};
use crate::{Authority, Issuer, Keyring, Rules, Trust, default_provider};

const CONNECTION: Section<'_> = Section("client.token");
const SUBSCRIPTION: Section<'_> = Section("client.subscription_token");

/// The least bits of an HMAC secret for the least of the algorithms, HS256.
const LEAST_SECRET_BITS: usize = 256;

/// What a configuration comes to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The rules for an [`Authenticator`](crate::Authenticator).
    pub rules: Rules,
    /// What works and should not stay so, a sentence each.
    pub warnings: Vec<String>,
}

impl Config {
    /// Binds the keys by the [default provider](default_provider) and compiles the rest.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a key or a regular expression does not hold, options
    /// contradict each other, or there is no key at all.
    pub fn setup(&self) -> Result<Setup, ConfigError> {
        self.setup_with(&default_provider())
    }

    /// As [`setup`](Self::setup), with algorithms of your own.
    ///
    /// # Errors
    ///
    /// As [`setup`](Self::setup).
    pub fn setup_with(&self, provider: &Provider) -> Result<Setup, ConfigError> {
        let mut warnings = self.notes.clone();
        let anonymous = !self.disallow_anonymous_connection_tokens;
        let connections = CONNECTION.trust(&self.token, provider, anonymous, &mut warnings)?;
        let subscriptions = match &self.subscription_token {
            Some(token) => SUBSCRIPTION.trust(token, provider, true, &mut warnings)?,
            // The same keys once more: that the user may not be empty concerns connections alone.
            None => CONNECTION.trust(&self.token, provider, true, &mut Vec::new())?,
        };
        let rules = Rules::new(connections).with_subscriptions(subscriptions);
        Ok(Setup {
            rules: if self.allow_anonymous_connect_without_token {
                rules.allow_no_token()
            } else {
                rules
            },
            warnings,
        })
    }

    /// What signs connection tokens that this configuration accepts: HS256 under
    /// `client.token.hmac_secret_key`, with the `iss` and `aud` that are expected.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no such secret.
    pub fn connection_issuer(&self) -> Result<Issuer, ConfigError> {
        CONNECTION.issuer(&self.token)
    }

    /// What signs subscription tokens that this configuration accepts.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no HMAC secret in the section that verifies them.
    pub fn subscription_issuer(&self) -> Result<Issuer, ConfigError> {
        match &self.subscription_token {
            Some(token) => SUBSCRIPTION.issuer(token),
            None => CONNECTION.issuer(&self.token),
        }
    }
}

/// A section of the configuration, by its path, for errors.
struct Section<'p>(&'p str);

impl Section<'_> {
    fn fault(&self, option: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::option(format!("{}.{option}", self.0), message)
    }

    fn trust(
        &self,
        token: &TokenConfig,
        provider: &Provider,
        anonymous: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Trust, ConfigError> {
        let mut trust = match self.authority(token, provider, anonymous, warnings)? {
            Some(authority) => Trust::from(authority),
            None if token.trusted_issuers.is_empty() => {
                return Err(ConfigError::option(
                    self.0,
                    "found no key; give hmac_secret_key, rsa_public_key, ecdsa_public_key, \
                     eddsa_public_key or jwks_public_endpoint",
                ));
            }
            None => Trust::nobody(),
        };
        for (index, issuer) in token.trusted_issuers.iter().enumerate() {
            let path = format!("{}.trusted_issuers[{index}]", self.0);
            let authority = Section(&path)
                .authority(issuer, provider, anonymous, warnings)?
                .ok_or_else(|| {
                    ConfigError::option(path, "found no key; a trusted issuer has its own")
                })?;
            trust = trust.and_issuer(issuer.issuer.clone().unwrap_or_default(), authority);
        }
        Ok(trust)
    }

    /// The authority of one table of options; `None` if it has no key.
    fn authority(
        &self,
        token: &TokenConfig,
        provider: &Provider,
        anonymous: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Authority>, ConfigError> {
        if token.jwks_public_endpoint.is_some() {
            return Err(self.fault(
                "jwks_public_endpoint",
                "keys from an endpoint are not supported yet; give the key itself",
            ));
        }
        let provider = self.provider(token, provider)?;
        let keyring = self.keyring(token, provider, warnings)?;
        if keyring.is_empty() {
            return Ok(None);
        }
        let mut reading = DecodeOptions::default();
        reading.user_id_claim.clone_from(&token.user_id_claim);
        let authority = Authority::new(keyring)
            .with_policy(self.policy(token, anonymous)?)
            .with_reading(reading);
        Ok(Some(match &token.typ {
            Some(typ) => authority.with_typ(typ),
            None => authority,
        }))
    }

    /// The provider, held to the algorithms that are listed.
    fn provider(&self, token: &TokenConfig, provider: &Provider) -> Result<Provider, ConfigError> {
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
        let listed = |name: &String, algorithm: &str| name == algorithm;
        let provider = provider.clone().only(|algorithm| {
            token.algorithms.iter().any(|name| {
                algorithm.name().is_spelled(name) || listed(name, algorithm.name().as_str())
            })
        });
        Ok(provider)
    }

    fn keyring(
        &self,
        token: &TokenConfig,
        provider: Provider,
        warnings: &mut Vec<String>,
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
            let Some(secret) = secret else { continue };
            let key = self.secret(option, secret)?;
            let bits = secret.expose().len().saturating_mul(8);
            if bits < LEAST_SECRET_BITS {
                warnings.push(format!(
                    "{}.{option} has {bits} bits; HS256 needs at least {LEAST_SECRET_BITS} \
                     (RFC 7518 section 3.2): whoever sees a token can find a short secret by trying",
                    self.0
                ));
            }
            let added = match until {
                Some(until) => keyring.with_until(&key, until),
                None => keyring.with(&key),
            };
            keyring = added.map_err(|error| self.fault(option, error.to_string()))?;
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
            .map_err(|error| self.fault(option, error.to_string()))?;
            if !is_kind(key.material()) {
                return Err(self.fault(
                    option,
                    format!("found {}; this option needs {needed}", key.material()),
                ));
            }
            keyring = keyring
                .with(&key)
                .map_err(|error| self.fault(option, error.to_string()))?;
        }
        Ok(keyring)
    }

    /// Short secrets are accepted, with a warning: the documentation's own example is "secret".
    fn secret(&self, option: &str, secret: &SecretText) -> Result<Key, ConfigError> {
        Key::secret(secret.expose().as_bytes())
            .map(Key::allow_short)
            .map_err(|error| self.fault(option, error.to_string()))
    }

    fn policy(&self, token: &TokenConfig, anonymous: bool) -> Result<Policy, ConfigError> {
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
        let mut policy = Policy::default();
        policy.leeway = token.leeway;
        policy.audience = self.expectation("audience", &token.audience, &token.audience_regex)?;
        policy.issuer = self.expectation("issuer", &token.issuer, &token.issuer_regex)?;
        policy.require_exp = token.require_exp;
        policy.max_age = token.max_age;
        policy.allow_anonymous = anonymous;
        Ok(policy)
    }

    fn expectation(
        &self,
        option: &str,
        exact: &Option<String>,
        regex: &Option<String>,
    ) -> Result<Expectation, ConfigError> {
        match (exact, regex) {
            (None, None) => Ok(Expectation::Any),
            (Some(exact), None) => Ok(Expectation::Exact(exact.clone())),
            (None, Some(regex)) => {
                let option = format!("{option}_regex");
                // Always the whole text: an expression that matches a part lets "xtesty" pass for "test".
                let whole = Regex::new(regex)
                    .and_then(|_| Regex::new(&format!(r"\A(?:{regex})\z")))
                    .map_err(|_| {
                        self.fault(&option, "found no regular expression of the crate `regex`")
                    })?;
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

    fn issuer(&self, token: &TokenConfig) -> Result<Issuer, ConfigError> {
        let secret = token.hmac_secret_key.as_ref().ok_or_else(|| {
            self.fault(
                "hmac_secret_key",
                "found none; tokens are signed with this secret here, \
                 or with a private key by `countersign jws sign`",
            )
        })?;
        let key = self.secret("hmac_secret_key", secret)?;
        let mut issuer = Issuer::new(&key, &default_provider())
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
