//! The clients of the endpoints that a configuration names. Each endpoint has one client, even if
//! several sections name it.

use std::sync::Arc;

use countersign_fetch::{FetchError, HttpFetch, HttpOptions, Proxy, SettingsError};
use countersign_jwks::{Builder, FetchGroup, Jwks, LazyJwks};
use countersign_published_keys::Report;
use countersign_signature::{Algorithm, Provider};

use crate::KeyEndpoint;
use crate::config::secret::SecretText;
use crate::config::table::JwksConfig;

/// An endpoint that a configuration names, directly or by a template.
///
/// ```
/// use countersign::config::{Config, EndpointSource, Format};
///
/// let text = r#"{"token_jwks_issuer": "https://id.example", "token_audience": "chat"}"#;
/// let endpoints = Config::from_text(text, Format::Json, [])?.setup().endpoints()?;
/// assert_eq!(endpoints[0].source, EndpointSource::Issuer("https://id.example".into()));
/// # Ok::<(), countersign::config::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfiguredEndpoint {
    /// Where it is: the URL of a key set, or an issuer.
    pub source: EndpointSource,
    /// The settings for fetching its keys.
    pub jwks: JwksConfig,
    /// The algorithms that its keys may be used for.
    pub provider: Provider,
}

/// Where published keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointSource {
    /// A key set at this URL.
    KeySet(String),
    /// At the address in the discovery document of this issuer.
    Issuer(String),
}

impl EndpointSource {
    /// The URL, of the key set or of the issuer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::KeySet(url) | Self::Issuer(url) => url,
        }
    }

    fn builder(&self, provider: Provider) -> Builder {
        match self {
            Self::KeySet(url) => Jwks::builder(url, provider),
            Self::Issuer(issuer) => Jwks::builder_from_issuer(issuer, provider),
        }
    }
}

/// Which thread fetches keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetching {
    /// A thread for each endpoint, until the rules are dropped.
    InBackground,
    /// The caller that verifies a token fetches the keys, if it needs them.
    OnDemand,
}

/// The endpoints of one configuration.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    fetching: Fetching,
    known: Vec<Known>,
    transports: Vec<Transport>,
    /// The endpoints of the previous configuration, whose clients and transports are taken over.
    before: Vec<Known>,
    transports_before: Vec<Transport>,
}

#[derive(Clone, Debug)]
struct Known {
    source: EndpointSource,
    config: JwksConfig,
    provider: Provider,
    endpoint: KeyEndpoint,
}

/// The transport for all endpoints with the same options of TLS and proxy.
#[derive(Clone, Debug)]
struct Transport {
    options: HttpOptions,
    shared: Arc<HttpFetch>,
    /// A new version of a transport that was taken over: its files may have changed.
    renewed: Option<Arc<HttpFetch>>,
}

impl Endpoints {
    pub(super) fn new(fetching: Fetching) -> Self {
        Self {
            fetching,
            known: Vec::new(),
            transports: Vec::new(),
            before: Vec::new(),
            transports_before: Vec::new(),
        }
    }

    /// The same endpoint, fetched with these settings.
    pub(super) fn fetching(mut self, fetching: Fetching) -> Self {
        self.fetching = fetching;
        self
    }

    /// Begins without endpoints. `before` has the clients for endpoints that are configured as
    /// before.
    pub(super) fn after(self) -> Self {
        Self {
            before: self.known,
            transports_before: self.transports,
            ..Self::new(self.fetching)
        }
    }

    /// Call it after all endpoints were asked for. It makes the transports that were taken over use
    /// the files as they are now, and drops clients that nobody took over.
    pub(super) fn settle(mut self) -> Self {
        for transport in &mut self.transports {
            if let Some(renewed) = transport.renewed.take() {
                transport.shared.become_like(&renewed);
            }
        }
        Self {
            before: Vec::new(),
            transports_before: Vec::new(),
            ..self
        }
    }

    /// The endpoint. Its client is made when a token first needs it.
    pub(super) fn get(
        &mut self,
        source: EndpointSource,
        config: &JwksConfig,
        provider: &Provider,
        group: Option<&FetchGroup>,
    ) -> Result<KeyEndpoint, SettingsError> {
        let same = |known: &&Known| {
            let algorithms = known.provider.iter().map(Algorithm::name);
            known.source == source
                && known.config == *config
                && algorithms.eq(provider.iter().map(Algorithm::name))
        };
        if let Some(known) = self.known.iter().find(same) {
            return Ok(known.endpoint.clone());
        }
        // Do this also for an endpoint that is taken over, so that it uses the files as they are
        // now.
        let transport = self.transport(&config.http())?;
        let taken_over = self.before.iter().find(same);
        let endpoint = match taken_over {
            Some(known) => known.endpoint.clone(),
            None => {
                let mut builder = config.builder(&source, provider.clone()).fetch(transport);
                if let Some(group) = group {
                    builder = builder.group(group);
                }
                self.make(builder)?
            }
        };
        self.known.push(Known {
            source,
            config: config.clone(),
            provider: provider.clone(),
            endpoint: endpoint.clone(),
        });
        Ok(endpoint)
    }

    fn transport(&mut self, options: &HttpOptions) -> Result<Arc<HttpFetch>, SettingsError> {
        let alike = |known: &&Transport| known.options == *options;
        if let Some(known) = self.transports.iter().find(alike) {
            return Ok(known.shared.clone());
        }
        let made = Arc::new(HttpFetch::new(options)?);
        let (shared, renewed) = match self.transports_before.iter().find(alike) {
            Some(before) => (before.shared.clone(), Some(made)),
            None => (made, None),
        };
        self.transports.push(Transport {
            options: options.clone(),
            shared: shared.clone(),
            renewed,
        });
        Ok(shared)
    }

    fn make(&self, builder: Builder) -> Result<KeyEndpoint, SettingsError> {
        // Report a wrong URL or setting now, not when the first token comes.
        builder.clone().on_demand().build()?;
        let builder = match self.fetching {
            Fetching::InBackground => builder,
            Fetching::OnDemand => builder.on_demand(),
        };
        Ok(LazyJwks::new(builder).into())
    }

    pub(super) fn configured(self) -> Vec<ConfiguredEndpoint> {
        let configured = self.known.into_iter().map(|known| ConfiguredEndpoint {
            source: known.source,
            jwks: known.config,
            provider: known.provider,
        });
        configured.collect()
    }

    /// Whether another endpoint keeps its last good set in this file.
    pub(super) fn keeps_another(&self, source: &EndpointSource, file: &str) -> bool {
        self.known.iter().any(|known| {
            known.source != *source && known.config.last_known_good_file.as_deref() == Some(file)
        })
    }

    /// Makes the client now if keys are fetched in the background, so that the keys are there when
    /// the first token comes.
    pub(super) fn start(&self, endpoint: &KeyEndpoint) -> Result<(), SettingsError> {
        match self.fetching {
            Fetching::InBackground => endpoint.client().map(|_| ()),
            Fetching::OnDemand => Ok(()),
        }
    }
}

impl ConfiguredEndpoint {
    /// A key set at this URL, fetched with these options for these algorithms.
    #[must_use]
    pub fn key_set(url: impl Into<String>, jwks: JwksConfig, provider: Provider) -> Self {
        Self {
            source: EndpointSource::KeySet(url.into()),
            jwks,
            provider,
        }
    }

    /// Fetches the keys once, as a server with this configuration does, and reports each key, even
    /// if none can be used.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the URL, a setting or a file is refused; [`FetchError`] if
    /// no key set could be fetched.
    pub fn report(&self) -> Result<Result<Report, FetchError>, SettingsError> {
        let mut config = self.jwks.clone();
        // Inspecting a set must not write a file.
        config.last_known_good_file = None;
        let client = config
            .builder(&self.source, self.provider.clone())
            .http(config.http())
            .on_demand()
            .build()?;
        let fetched = client.refresh().map(|()| client.report());
        Ok(match fetched {
            Ok(report) => Ok(report.as_deref().cloned().unwrap_or_default()),
            // A server treats a set without a usable key as an error; here it is a result to show.
            Err(error) => client.rejected().as_deref().cloned().ok_or(error),
        })
    }
}

impl JwksConfig {
    fn builder(&self, source: &EndpointSource, provider: Provider) -> Builder {
        let builder = source.builder(provider).settings(self.settings.clone());
        match &self.last_known_good_file {
            Some(file) => builder.last_known_good(file),
            None => builder,
        }
    }

    fn http(&self) -> HttpOptions {
        let mut http = HttpOptions::default();
        http.ca_file = self.ca_file.as_ref().map(Into::into);
        http.client_certificate_file = self.client_certificate_file.as_ref().map(Into::into);
        http.client_key_file = self.client_key_file.as_ref().map(Into::into);
        http.proxy = match self.proxy.as_ref().map(SecretText::expose) {
            None => Proxy::None,
            Some("environment") => Proxy::Environment,
            Some(url) => Proxy::Url(url.into()),
        };
        if let Some(user_agent) = &self.user_agent {
            http.user_agent.clone_from(user_agent);
        }
        http.public_addresses_only = self.public_addresses_only;
        http
    }
}
