//! Putting a client together.

use alloc::sync::Arc;
use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::path::PathBuf;

use countersign_signature::Provider;

use crate::background::Driver;
use crate::shared::Shared;
use crate::store::Store;
use crate::{
    Clock, Endpoint, Endpoints, Fetch, HttpFetch, HttpOptions, Jwks, Settings, SettingsError,
    SystemClock, Template,
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
    last_known_good: Option<PathBuf>,
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
            last_known_good: None,
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

    /// Keeps the last good set in this file, so that a restart during an outage still
    /// verifies. It is replaced atomically, readable by its owner alone, and holds public
    /// keys. The set's age goes on counting from its fetch, by the wall clock
    /// ([`Clock::wall`]). A file that is damaged, of another endpoint, from the future,
    /// writable by others or made by somebody else than who runs the program, root or
    /// the owner of its folder is passed over with a warning.
    pub fn last_known_good(mut self, path: impl Into<PathBuf>) -> Self {
        self.last_known_good = Some(path.into());
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

    /// The same for every endpoint of a template: the URL that the builder was made with may
    /// hold placeholders such as `{{realm}}`. At most `limit` endpoints come to be.
    /// A last-known-good file gets a suffix of its own for each.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_each(self, limit: usize) -> Result<Endpoints, SettingsError> {
        self.each(false, limit)
    }

    /// The same, with a thread for each endpoint.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn spawn_each(self, limit: usize) -> Result<Endpoints, SettingsError> {
        self.each(true, limit)
    }

    fn each(mut self, has_threads: bool, limit: usize) -> Result<Endpoints, SettingsError> {
        self.settings.check()?;
        let template = Template::new(&self.url, self.settings.allow_plain_http)?;
        // All clients share one transport, and so the files that it has read.
        self.fetch = Some(self.transport()?);
        Ok(Endpoints::new(template, self, has_threads, limit))
    }

    /// The same builder for one endpoint of the template.
    pub(crate) fn at(mut self, endpoint: &Endpoint) -> Self {
        self.url = endpoint.as_str().to_owned();
        self.last_known_good = self.last_known_good.map(|path| {
            let digest = ring::digest::digest(&ring::digest::SHA256, self.url.as_bytes());
            let mut name = path.into_os_string();
            name.push(".");
            for byte in digest.as_ref().iter().take(8) {
                name.push(format!("{byte:02x}"));
            }
            name.into()
        });
        self
    }

    fn transport(&self) -> Result<Arc<dyn Fetch>, SettingsError> {
        Ok(match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => Arc::new(HttpFetch::new(&self.http)?),
        })
    }

    fn shared(self) -> Result<Shared, SettingsError> {
        self.settings.check()?;
        let endpoint = Endpoint::new(&self.url, self.settings.allow_plain_http)?;
        let fetch = self.transport()?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let shared = Shared::new(
            endpoint,
            self.settings,
            // No published key is a secret, so that no token by one costs a look-up.
            self.provider.for_key_pairs(),
            fetch,
            clock,
            self.last_known_good.map(Store::new),
            spread(),
        );
        shared.restore();
        Ok(shared)
    }
}

/// Where in its window this client refreshes: another place in every process.
fn spread() -> u8 {
    let [first, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    first
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::spread;

    #[test]
    fn clients_refresh_at_different_places_of_their_window() {
        let places: BTreeSet<u8> = (0..64).map(|_| spread()).collect();
        assert!(places.len() > 8, "{places:?}");
    }
}
