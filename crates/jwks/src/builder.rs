//! Putting a client together.

use alloc::sync::Arc;
use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;

use countersign_signature::Provider;

use crate::background::Driver;
use crate::client::Shared;
use crate::{
    Clock, Endpoint, Fetch, HttpFetch, HttpOptions, Jwks, Settings, SettingsError, SystemClock,
};

/// Puts a [`Jwks`] together. Made by [`Jwks::builder`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing before `build` or `spawn`"]
pub struct Builder {
    url: String,
    provider: Provider,
    settings: Settings,
    http: HttpOptions,
    fetch: Option<Arc<dyn Fetch>>,
    clock: Option<Arc<dyn Clock>>,
}

impl Builder {
    pub(crate) fn new(url: String, provider: Provider) -> Self {
        Self {
            url,
            provider,
            settings: Settings::default(),
            http: HttpOptions::default(),
            fetch: None,
            clock: None,
        }
    }

    /// Other settings than the defaults.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How the default transport reaches the endpoint.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// A transport of your own, instead of [`HttpFetch`].
    pub fn fetch(mut self, fetch: impl Fetch + 'static) -> Self {
        self.fetch = Some(Arc::new(fetch));
        self
    }

    /// A clock of your own, instead of [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The client without a thread: fetches are made by whoever calls [`Jwks::resolve`]
    /// or [`Jwks::drive`]. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the URL, a setting or a file is refused.
    pub fn build(self) -> Result<Jwks, SettingsError> {
        Ok(Jwks::new(Arc::new(self.shared()?), None))
    }

    /// The client with a thread of its own, which fetches at once, then ahead of time, and
    /// whenever a look-up needs it. It ends when the last handle is dropped.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), and if the system gives no thread.
    pub fn spawn(self) -> Result<Jwks, SettingsError> {
        let shared = Arc::new(self.shared()?);
        let driver = Driver::start(shared.clone())
            .map_err(|error| SettingsError::new(format!("no thread could be started: {error}")))?;
        Ok(Jwks::new(shared, Some(driver)))
    }

    fn shared(self) -> Result<Shared, SettingsError> {
        self.settings.check()?;
        let endpoint = Endpoint::new(&self.url, self.settings.allow_plain_http)?;
        let fetch = match self.fetch {
            Some(fetch) => fetch,
            None => Arc::new(HttpFetch::new(&self.http)?),
        };
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        Ok(Shared::new(
            endpoint,
            self.settings,
            self.provider,
            fetch,
            clock,
            spread(),
        ))
    }
}

/// Where in its window this client refreshes: another place in every process.
fn spread() -> u8 {
    let [first, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    first
}
