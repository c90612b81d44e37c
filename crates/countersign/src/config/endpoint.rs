//! Clients for the endpoints that a configuration names: one an endpoint, however
//! many sections name it.

use countersign_jwks::{Builder, HttpOptions, Jwks, Proxy, SettingsError};
use countersign_signature::Provider;

use super::JwksConfig;
use crate::provider::for_published_keys;
use crate::{Endpoint, default_provider};

/// Who fetches keys ahead of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetching {
    /// A thread for each endpoint, until the rules are dropped.
    InBackground,
    /// Whoever verifies a token that needs it.
    OnDemand,
}

/// The endpoints of one configuration.
pub(super) struct Endpoints {
    fetching: Fetching,
    known: Vec<(String, JwksConfig, Vec<String>, Endpoint)>,
}

impl Endpoints {
    pub(super) fn new(fetching: Fetching) -> Self {
        Self {
            fetching,
            known: Vec::new(),
        }
    }

    /// The endpoint at `url`, whose client is made when a token first needs it.
    pub(super) fn get(
        &mut self,
        url: &str,
        config: &JwksConfig,
        provider: &Provider,
    ) -> Result<Endpoint, SettingsError> {
        let provider = for_published_keys(provider);
        let algorithms: Vec<String> = provider.iter().map(|it| it.name().to_string()).collect();
        let same =
            |(known, by, for_algorithms, _): &&(String, JwksConfig, Vec<String>, Endpoint)| {
                known == url && by == config && *for_algorithms == algorithms
            };
        if let Some((.., endpoint)) = self.known.iter().find(same) {
            return Ok(endpoint.clone());
        }
        let builder = builder(url, config, provider);
        // A wrong URL, setting or file is told now, not when the first token comes.
        builder.clone().build()?;
        let fetching = self.fetching;
        let endpoint = Endpoint::new(move || match fetching {
            Fetching::InBackground => builder.spawn(),
            Fetching::OnDemand => builder.build(),
        });
        let entry = (url.into(), config.clone(), algorithms, endpoint.clone());
        self.known.push(entry);
        Ok(endpoint)
    }

    /// Makes a client at once if keys are to be fetched in the background, so that they
    /// are there when the first token comes.
    pub(super) fn start(&self, endpoint: &Endpoint) -> Result<(), SettingsError> {
        match self.fetching {
            Fetching::InBackground => endpoint.client().map(|_| ()).map_err(Clone::clone),
            Fetching::OnDemand => Ok(()),
        }
    }
}

impl JwksConfig {
    /// A client for the endpoint at `url`, as a server with this configuration has it,
    /// but without a thread: it fetches when it is asked to.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the URL, a setting or a file is refused.
    pub fn client(&self, url: &str) -> Result<Jwks, SettingsError> {
        builder(url, self, for_published_keys(&default_provider())).build()
    }
}

fn builder(url: &str, config: &JwksConfig, provider: Provider) -> Builder {
    let mut http = HttpOptions::default();
    http.ca_file = config.ca_file.as_ref().map(Into::into);
    http.client_certificate_file = config.client_certificate_file.as_ref().map(Into::into);
    http.client_key_file = config.client_key_file.as_ref().map(Into::into);
    http.proxy = match config.proxy.as_ref().map(super::SecretText::expose) {
        None => Proxy::None,
        Some("environment") => Proxy::Environment,
        Some(url) => Proxy::Url(url.into()),
    };
    if let Some(user_agent) = &config.user_agent {
        http.user_agent.clone_from(user_agent);
    }
    http.public_addresses_only = config.public_addresses_only;
    let builder = Jwks::builder(url, provider)
        .settings(config.settings.clone())
        .http(http);
    match &config.last_known_good_file {
        Some(file) => builder.last_known_good(file),
        None => builder,
    }
}
