//! Clients for the endpoints that a configuration names: one an endpoint, however
//! many sections name it.

use countersign_fetch::{FetchError, HttpOptions, Proxy, SettingsError};
use countersign_jwks::{Builder, FetchGroup, Jwks};
use countersign_published_keys::Report;
use countersign_signature::{Algorithm, Provider};

use crate::KeyEndpoint;
use crate::config::secret::SecretText;
use crate::config::table::JwksConfig;

/// An endpoint that a configuration names, or that a template in it stands for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfiguredEndpoint {
    /// Where it is.
    pub url: String,
    /// How its keys are fetched.
    pub jwks: JwksConfig,
    /// What they may be used for.
    pub provider: Provider,
}

/// Who fetches keys ahead of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetching {
    /// A thread for each endpoint, until the rules are dropped.
    InBackground,
    /// Whoever verifies a token that needs it.
    OnDemand,
}

/// The endpoints of one configuration.
#[derive(Clone, Debug)]
pub(super) struct Endpoints {
    fetching: Fetching,
    known: Vec<Known>,
    /// Those of the configuration before, from which clients are taken over.
    before: Vec<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    url: String,
    config: JwksConfig,
    provider: Provider,
    endpoint: KeyEndpoint,
    /// What its client is made by. Its transport is made already.
    builder: Builder,
}

impl Endpoints {
    pub(super) fn new(fetching: Fetching) -> Self {
        Self {
            fetching,
            known: Vec::new(),
            before: Vec::new(),
        }
    }

    /// The same, fetched so.
    pub(super) fn fetching(mut self, fetching: Fetching) -> Self {
        self.fetching = fetching;
        self
    }

    /// None yet, and the clients of these for those that are configured alike.
    pub(super) fn after(self) -> Self {
        Self {
            fetching: self.fetching,
            known: Vec::new(),
            before: self.known,
        }
    }

    /// As soon as every endpoint was asked for: lets go of clients that nobody took over.
    pub(super) fn settle(mut self) -> Self {
        self.before = Vec::new();
        self
    }

    /// The endpoint at `url`, whose client is made when a token first needs it.
    pub(super) fn get(
        &mut self,
        url: &str,
        config: &JwksConfig,
        provider: &Provider,
        group: Option<&FetchGroup>,
    ) -> Result<KeyEndpoint, SettingsError> {
        let alike = |known: &&Known| {
            let algorithms = known.provider.iter().map(Algorithm::name);
            known.config == *config && algorithms.eq(provider.iter().map(Algorithm::name))
        };
        let same = |known: &&Known| known.url == url && alike(known);
        if let Some(known) = self.known.iter().find(same) {
            return Ok(known.endpoint.clone());
        }
        // Endpoints with the same options share one transport.
        let builder = match self.known.iter().find(alike) {
            Some(known) => known.builder.clone().url(url),
            None => builder(url, config, provider.clone()).share_transport()?,
        };
        let taken_over = self.before.iter().find(same);
        let endpoint = match taken_over {
            Some(known) => known.endpoint.clone(),
            None => self.make(match group {
                Some(group) => builder.clone().group(group),
                None => builder.clone(),
            })?,
        };
        self.known.push(Known {
            url: url.into(),
            config: config.clone(),
            provider: provider.clone(),
            endpoint: endpoint.clone(),
            builder,
        });
        Ok(endpoint)
    }

    fn make(&self, builder: Builder) -> Result<KeyEndpoint, SettingsError> {
        // A wrong URL, setting or file is told now, not when the first token comes.
        let algorithms = builder.clone().on_demand().build()?.provider().clone();
        let fetching = self.fetching;
        Ok(KeyEndpoint::new(algorithms, move || match fetching {
            Fetching::InBackground => builder.clone().build(),
            Fetching::OnDemand => builder.clone().on_demand().build(),
        }))
    }

    pub(super) fn configured(self) -> Vec<ConfiguredEndpoint> {
        let configured = self.known.into_iter().map(|known| ConfiguredEndpoint {
            url: known.url,
            jwks: known.config,
            provider: known.provider,
        });
        configured.collect()
    }

    /// Whether an endpoint at another URL keeps its last good set in this file.
    pub(super) fn keeps_another(&self, url: &str, file: &str) -> bool {
        self.known.iter().any(|known| {
            known.url != url && known.config.last_known_good_file.as_deref() == Some(file)
        })
    }

    /// Makes a client at once if keys are to be fetched in the background, so that they
    /// are there when the first token comes.
    pub(super) fn start(&self, endpoint: &KeyEndpoint) -> Result<(), SettingsError> {
        match self.fetching {
            Fetching::InBackground => endpoint.client().map(|_| ()),
            Fetching::OnDemand => Ok(()),
        }
    }
}

impl JwksConfig {
    /// Fetches the keys at `url` once, as a server with this configuration does for these
    /// algorithms, and tells what it makes of each, usable keys or none.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the URL, a setting or a file is refused; [`FetchError`] if
    /// no key set could be fetched.
    pub fn report(
        &self,
        url: &str,
        provider: &Provider,
    ) -> Result<Result<Report, FetchError>, SettingsError> {
        // Without the last-known-good file: to look is not to write.
        let client = Jwks::builder(url, provider.clone())
            .settings(self.settings.clone())
            .http(self.http())
            .on_demand()
            .build()?;
        let fetched = client.refresh().map(|()| client.report());
        Ok(match fetched {
            Ok(report) => Ok(report.as_deref().cloned().unwrap_or_default()),
            // A set without a usable key is an error to a server; here it is what to show.
            Err(error) => client.rejected().as_deref().cloned().ok_or(error),
        })
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

fn builder(url: &str, config: &JwksConfig, provider: Provider) -> Builder {
    let builder = Jwks::builder(url, provider)
        .settings(config.settings.clone())
        .http(config.http());
    match &config.last_known_good_file {
        Some(file) => builder.last_known_good(file),
        None => builder,
    }
}
