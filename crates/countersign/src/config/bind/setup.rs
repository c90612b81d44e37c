//! Turns a configuration into rules and issuers.

use countersign_claims::Limits;
use countersign_signature::Provider;

use super::clients::{ConfiguredEndpoint, Endpoints, Fetching};
use super::section::Section;
use super::trust::{Binder, UseOfKeys};
use crate::config::error::ConfigError;
use crate::config::table::Config;
use crate::{Issuer, IssuerBuilder, Rules, Trust, VerificationKind, default_provider};

const CONNECTION: &str = "client.token";
const SUBSCRIPTION: &str = "client.subscription_token";

/// The result of a configuration: rules and issuers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The rules for an [`Authenticator`](crate::Authenticator).
    pub rules: Rules,
    provider: Provider,
    endpoints: Endpoints,
}

/// A [`Setup`] and its warnings about options that work but should be corrected. Choose what
/// happens to the warnings.
#[derive(Clone, Debug)]
#[must_use = "report its warnings, or ignore them in so many words"]
pub struct CheckedSetup {
    setup: Setup,
    warnings: Vec<String>,
}

impl CheckedSetup {
    /// The warnings, a sentence each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Gives each warning to `report`, then the setup.
    pub fn report(self, mut report: impl FnMut(&str)) -> Setup {
        for warning in &self.warnings {
            report(warning);
        }
        self.setup
    }

    /// The setup and its warnings.
    #[must_use]
    pub fn into_parts(self) -> (Setup, Vec<String>) {
        (self.setup, self.warnings)
    }

    /// The setup without its warnings.
    #[must_use]
    pub fn ignore_warnings(self) -> Setup {
        self.setup
    }
}

/// Makes a [`Setup`] from a [`Config`].
#[derive(Clone, Debug)]
#[must_use = "`build` ends it"]
pub struct SetupBuilder<'c> {
    config: &'c Config,
    provider: Provider,
    endpoints: Endpoints,
}

impl<'c> SetupBuilder<'c> {
    /// Binds keys to these algorithms instead of [`default_provider`].
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = provider;
        self
    }

    /// For a program that ends soon: keys are fetched from an endpoint when a token needs
    /// them, by the thread that verifies it. Otherwise a thread fetches them ahead of time.
    pub fn on_demand(mut self) -> Self {
        self.endpoints = self.endpoints.fetching(Fetching::OnDemand);
        self
    }

    /// For a reload: binds keys by the algorithms of the setup `before`, and fetches them as
    /// it does. An endpoint that is configured as before keeps its client, so that no key is
    /// forgotten that may be unavailable just now. Two setups that are in use at the same time,
    /// such as those of tokens for two purposes, share their clients in this way too.
    ///
    /// ```
    /// use countersign::Authenticator;
    /// use countersign::config::{Config, Format};
    ///
    /// let read = |text| Config::from_text(text, Format::Json, []);
    /// let log = |warning: &str| eprintln!("warning: {warning}");
    ///
    /// let config = read(r#"{"token_jwks_public_endpoint": "https://id.example/certs"}"#)?;
    /// let setup = config.setup().on_demand().build()?.report(log);
    /// let authenticator = Authenticator::new(setup.rules.clone());
    ///
    /// let changed = r#"{"token_jwks_public_endpoint": "https://id.example/certs", "token_audience": "chat"}"#;
    /// let setup = read(changed)?.setup().after(&setup).build()?.report(log);
    /// authenticator.reload(setup.rules.clone());
    /// # Ok::<(), countersign::config::ConfigError>(())
    /// ```
    pub fn after(mut self, before: &Setup) -> Self {
        self.provider = before.provider.clone();
        self.endpoints = before.endpoints.clone().after();
        self
    }

    /// Binds the keys and compiles the rest.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a key or a regular expression is not valid, if options contradict each
    /// other, or if there is no key.
    pub fn build(self) -> Result<CheckedSetup, ConfigError> {
        let config = self.config;
        let bound = bind(config, &self.provider, UseOfKeys::Verify, self.endpoints)?;
        let rules = config.rules(bound.connections, bound.subscriptions)?;
        let mut warnings: Vec<String> = Vec::new();
        for warning in bound.warnings {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        let setup = Setup {
            rules,
            provider: self.provider,
            endpoints: bound.endpoints.settle(),
        };
        Ok(CheckedSetup { setup, warnings })
    }

    /// The endpoints that keys would be fetched from, of all sections and trusted issuers. The same
    /// endpoint with the same options is there only once. None is contacted.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn endpoints(self) -> Result<Vec<ConfiguredEndpoint>, ConfigError> {
        let endpoints = Endpoints::new(Fetching::OnDemand);
        let bound = bind(self.config, &self.provider, UseOfKeys::Verify, endpoints)?;
        Ok(bound.endpoints.configured())
    }
}

/// The two kinds of token of one configuration, bound.
struct Bound {
    connections: Trust,
    subscriptions: Trust,
    endpoints: Endpoints,
    warnings: Vec<String>,
}

fn bind(
    config: &Config,
    provider: &Provider,
    use_of_keys: UseOfKeys,
    endpoints: Endpoints,
) -> Result<Bound, ConfigError> {
    let mut binder = Binder {
        provider,
        use_of_keys,
        limits: config.limits(),
        endpoints,
        warnings: config.notes.clone(),
    };
    let anonymous = !config.disallow_anonymous_connection_tokens;
    let connections = binder.trust(config.connections(), anonymous)?;
    // This may be the same section again: whether the user may be empty concerns only connections.
    let subscriptions = binder.trust(config.subscriptions(), true)?;
    Ok(Bound {
        connections,
        subscriptions,
        endpoints: binder.endpoints,
        warnings: binder.warnings,
    })
}

impl Config {
    /// Begins a setup, which binds keys by [`default_provider`] and fetches published keys
    /// by a thread, ahead of time.
    pub fn setup(&self) -> SetupBuilder<'_> {
        SetupBuilder {
            config: self,
            provider: default_provider(),
            endpoints: Endpoints::new(Fetching::InBackground),
        }
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(channels) = self.token_channel_limit {
            limits.channels = channels;
        }
        if let Some(bytes) = self.channel_max_length {
            limits.channel_bytes = bytes;
        }
        limits
    }

    /// The section that verifies connection tokens.
    fn connections(&self) -> Section<'_> {
        Section::new(CONNECTION, &self.token, self.file.as_deref())
    }

    /// The section that verifies subscription tokens.
    fn subscriptions(&self) -> Section<'_> {
        match &self.subscription_token {
            Some(token) => Section::new(SUBSCRIPTION, token, self.file.as_deref()),
            None => self.connections(),
        }
    }

    /// What signs connection tokens that this configuration accepts: HS256, or the first
    /// of HS256 to HS512 that `algorithms` lists, under `client.token.hmac_secret_key`,
    /// with the `iss` and `aud` that are expected. A token that this configuration would
    /// refuse, such as one without the `exp` that `require_exp` asks for, is not made.
    ///
    /// It is the issuer of the section itself. For an entry of `trusted_issuers`, build an
    /// [`Issuer`] with the `iss` and `aud` of the entry.
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
    /// A key of your own need not be in the configuration, but the server must have its public
    /// half.
    ///
    /// ```
    /// use countersign::config::{Config, Format};
    /// use countersign::{Issuer, generate_key};
    ///
    /// let text = r#"{"token_jwks_public_endpoint": "https://id.example/certs", "token_issuer": "id"}"#;
    /// let config = Config::from_text(text, Format::Json, [])?;
    /// let builder = Issuer::builder().key(generate_key("ES256")?.with_kid("2026"));
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
        self.configure_issuer(self.connections(), builder, VerificationKind::Connection)
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
        self.configure_issuer(
            self.subscriptions(),
            builder,
            VerificationKind::Subscription,
        )
    }

    fn configure_issuer(
        &self,
        section: Section<'_>,
        mut builder: IssuerBuilder,
        kind: VerificationKind,
    ) -> Result<Issuer, ConfigError> {
        let algorithms = builder.algorithms();
        let has_own_key = builder.has_key();
        let mut use_of_keys = UseOfKeys::Algorithms;
        if !has_own_key {
            builder = section.with_secret(builder)?;
            use_of_keys = UseOfKeys::CheckIssued;
        }
        // The parts of a server's rules that an issuer can know.
        let endpoints = Endpoints::new(Fetching::OnDemand);
        let bound = bind(self, &algorithms, use_of_keys, endpoints)?;
        let rules = self.rules(bound.connections, bound.subscriptions)?;
        let limit = rules.token_limit;
        let builder = builder.token_limit(limit).accepted_by_rules(rules, kind);
        builder.build().map_err(|error| {
            if has_own_key {
                section.fault_of_all(error.to_string())
            } else {
                section.fault("hmac_secret_key", error.to_string())
            }
        })
    }

    fn rules(&self, connections: Trust, subscriptions: Trust) -> Result<Rules, ConfigError> {
        let mut rules = Rules::new(connections)
            .subscriptions(subscriptions)
            .map_err(|error| self.subscriptions().fault_of_all(error.to_string()))?;
        if let Some(bytes) = self.token_size_limit {
            rules = rules.token_limit(bytes);
        }
        if self.allow_anonymous_connect_without_token {
            rules = rules.allow_no_token();
        }
        Ok(rules)
    }
}
