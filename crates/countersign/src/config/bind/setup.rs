//! From a configuration to rules and issuers.

use countersign_signature::Provider;

use super::clients::{ConfiguredEndpoint, Endpoints, Fetching};
use super::section::Section;
use super::trust::Binder;
use crate::config::error::ConfigError;
use crate::config::table::Config;
use crate::{Issuer, IssuerBuilder, Rules, Trust, default_provider};

const CONNECTION: &str = "client.token";
const SUBSCRIPTION: &str = "client.subscription_token";

/// What a configuration comes to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The rules for an [`Authenticator`](crate::Authenticator).
    pub rules: Rules,
    /// What works and should not stay so, a sentence each.
    pub warnings: Vec<String>,
    provider: Provider,
    endpoints: Endpoints,
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
        self.set_up(provider, Endpoints::new(Fetching::InBackground))
    }

    /// As the setup `before`, by the same algorithms, for a reload: an endpoint that is
    /// configured as before keeps its client, so that no key is forgotten that may be
    /// unavailable just now.
    ///
    /// ```
    /// use countersign::Authenticator;
    /// use countersign::config::{Config, Format};
    ///
    /// let read = |text| Config::from_text(text, Format::Json, []);
    /// let setup = read(r#"{"token_jwks_public_endpoint": "https://id.example/certs"}"#)?.setup_on_demand()?;
    /// let authenticator = Authenticator::new(setup.rules.clone());
    ///
    /// let changed = r#"{"token_jwks_public_endpoint": "https://id.example/certs", "token_audience": "chat"}"#;
    /// let setup = read(changed)?.setup_after(&setup)?;
    /// authenticator.reload(setup.rules.clone());
    /// # Ok::<(), countersign::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`setup`](Self::setup).
    pub fn setup_after(&self, before: &Setup) -> Result<Setup, ConfigError> {
        self.set_up(&before.provider, before.endpoints.clone().after())
    }

    /// As [`setup`](Self::setup) for a program that ends soon: keys are fetched from an
    /// endpoint when a token needs them, by whoever verifies it, and by no thread.
    ///
    /// # Errors
    ///
    /// As [`setup`](Self::setup).
    pub fn setup_on_demand(&self) -> Result<Setup, ConfigError> {
        self.set_up(&default_provider(), Endpoints::new(Fetching::OnDemand))
    }

    /// The endpoints that keys are fetched from, of all sections and trusted issuers, each once for
    /// the same options.
    ///
    /// # Errors
    ///
    /// As [`setup`](Self::setup).
    pub fn endpoints(&self) -> Result<Vec<ConfiguredEndpoint>, ConfigError> {
        self.endpoints_with(&default_provider())
    }

    /// As [`endpoints`](Self::endpoints), with algorithms of your own.
    ///
    /// # Errors
    ///
    /// As [`setup`](Self::setup).
    pub fn endpoints_with(
        &self,
        provider: &Provider,
    ) -> Result<Vec<ConfiguredEndpoint>, ConfigError> {
        let (binder, ..) = self.bind(provider, Endpoints::new(Fetching::OnDemand))?;
        Ok(binder.endpoints.configured())
    }

    /// Binds both kinds of token: connections, then subscriptions.
    fn bind<'p>(
        &self,
        provider: &'p Provider,
        endpoints: Endpoints,
    ) -> Result<(Binder<'p>, Trust, Trust), ConfigError> {
        let mut binder = Binder {
            provider,
            endpoints,
            warnings: self.notes.clone(),
        };
        let anonymous = !self.disallow_anonymous_connection_tokens;
        let connections = binder.trust(Section::new(CONNECTION, &self.token), anonymous)?;
        // Perhaps the same once more: that the user may not be empty concerns connections alone.
        let subscriptions = binder.trust(self.subscriptions(), true)?;
        Ok((binder, connections, subscriptions))
    }

    fn set_up(&self, provider: &Provider, endpoints: Endpoints) -> Result<Setup, ConfigError> {
        let (binder, connections, subscriptions) = self.bind(provider, endpoints)?;
        let mut warnings = Vec::new();
        for warning in binder.warnings {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        let mut rules = Rules::new(connections)
            .subscriptions(subscriptions)
            .map_err(|error| ConfigError::option(SUBSCRIPTION, error.to_string()))?;
        if let Some(bytes) = self.token_size_limit {
            rules = rules.token_limit(bytes);
        }
        Ok(Setup {
            rules: if self.allow_anonymous_connect_without_token {
                rules.allow_no_token()
            } else {
                rules
            },
            warnings,
            provider: provider.clone(),
            endpoints: binder.endpoints.settle(),
        })
    }

    /// What signs connection tokens that this configuration accepts: HS256, or the first
    /// of HS256 to HS512 that `algorithms` lists, under `client.token.hmac_secret_key`,
    /// with the `iss` and `aud` that are expected. A token that this configuration would
    /// refuse, such as one without the `exp` that `require_exp` asks for, is not made.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no such secret.
    pub fn connection_issuer(&self) -> Result<Issuer, ConfigError> {
        self.configure_connection_issuer(Issuer::builder())
    }

    /// What signs subscription tokens that this configuration accepts.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if there is no HMAC secret in the section that verifies them.
    pub fn subscription_issuer(&self) -> Result<Issuer, ConfigError> {
        self.configure_subscription_issuer(Issuer::builder())
    }

    /// An issuer of connection tokens that this configuration accepts, with a key of your
    /// own, or with an `iss` or `aud` that an `_regex` expects: what the builder is given
    /// counts, and the configuration adds the rest.
    ///
    /// ```
    /// use countersign::config::{Config, Format};
    /// use countersign::{Issuer, generate_key};
    ///
    /// let text = r#"{"token_jwks_public_endpoint": "https://id.example/certs", "token_issuer": "id"}"#;
    /// let config = Config::from_text(text, Format::Json, [])?;
    /// let builder = Issuer::builder().key(generate_key("ES256")?);
    /// let token = config.configure_connection_issuer(builder)?.connection("42").sign()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if neither has a key, the key cannot sign, or `user_id_claim` names a
    /// claim that is not for users.
    pub fn configure_connection_issuer(
        &self,
        builder: IssuerBuilder,
    ) -> Result<Issuer, ConfigError> {
        let section = Section::new(CONNECTION, &self.token);
        let anonymous = !self.disallow_anonymous_connection_tokens;
        section.issuer(builder, anonymous, self.token_size_limit)
    }

    /// As [`configure_connection_issuer`](Self::configure_connection_issuer), for
    /// subscription tokens.
    ///
    /// # Errors
    ///
    /// As [`configure_connection_issuer`](Self::configure_connection_issuer).
    pub fn configure_subscription_issuer(
        &self,
        builder: IssuerBuilder,
    ) -> Result<Issuer, ConfigError> {
        let section = self.subscriptions();
        section.issuer(builder, true, self.token_size_limit)
    }

    /// The section that verifies subscription tokens.
    fn subscriptions(&self) -> Section<'_> {
        match &self.subscription_token {
            Some(token) => Section::new(SUBSCRIPTION, token),
            None => Section::new(CONNECTION, &self.token),
        }
    }
}
