//! Putting a client together.

use alloc::sync::Arc;
use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::path::PathBuf;

use countersign_fetch::{EndpointUrl, Fetch, HttpFetch, HttpOptions, SettingsError};
use countersign_signature::Provider;

use crate::cache::KeyCache;
use crate::client::Jwks;
use crate::clock::{Clock, SystemClock};
use crate::driver::Driver;
use crate::group::FetchGroup;
use crate::settings::Settings;
use crate::store::Store;

/// Puts a [`Jwks`] together. Made by [`Jwks::builder`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing before `build`"]
pub struct Builder {
    pub(crate) url: String,
    provider: Provider,
    pub(crate) settings: Settings,
    http: HttpOptions,
    pub(crate) fetch: Option<Arc<dyn Fetch>>,
    clock: Option<Arc<dyn Clock>>,
    last_known_good: Option<PathBuf>,
    group: Option<FetchGroup>,
    on_demand: bool,
}

impl Jwks {
    /// A builder for the set at this URL. `provider` holds the algorithms that keys may
    /// be bound to.
    pub fn builder(url: impl Into<String>, provider: Provider) -> Builder {
        Builder {
            url: url.into(),
            provider,
            settings: Settings::default(),
            http: HttpOptions::default(),
            fetch: None,
            clock: None,
            last_known_good: None,
            group: None,
            on_demand: false,
        }
    }
}

impl Builder {
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

    /// Makes the default transport now, so that clones of this builder share it, and with it the
    /// files and root certificates that it has read.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if an option or a file of [`HttpOptions`] is refused.
    pub fn share_transport(mut self) -> Result<Self, SettingsError> {
        self.fetch = Some(self.transport()?);
        Ok(self)
    }

    /// Another URL.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
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

    /// The endpoints that share a budget with this one.
    pub fn group(mut self, group: &FetchGroup) -> Self {
        self.group = Some(group.clone());
        self
    }

    /// Leaves fetching to whoever calls [`Jwks::resolve`], [`Jwks::refresh`] or [`Jwks::drive`],
    /// on their own thread. Nothing is fetched before that.
    pub fn on_demand(mut self) -> Self {
        self.on_demand = true;
        self
    }

    /// The client. Unless it is [`on_demand`](Self::on_demand), threads that all clients of the
    /// process share fetch its keys at once, then ahead of time, and whenever a look-up needs
    /// it, until the last handle is dropped.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the URL, a setting or a file is refused, or the system gives no
    /// thread.
    pub fn build(self) -> Result<Jwks, SettingsError> {
        let on_demand = self.on_demand;
        let cache = Arc::new(self.cache()?);
        if on_demand {
            return Ok(Jwks::new(cache, None));
        }
        let driver = Driver::start(cache.clone())
            .map_err(|error| SettingsError::new(format!("no thread could be started: {error}")))?;
        Ok(Jwks::new(cache, Some(driver)))
    }

    /// The same builder for one endpoint of the template.
    pub(crate) fn at(mut self, endpoint: &EndpointUrl) -> Self {
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

    pub(crate) fn transport(&self) -> Result<Arc<dyn Fetch>, SettingsError> {
        Ok(match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => Arc::new(HttpFetch::new(&self.http)?),
        })
    }

    fn cache(self) -> Result<KeyCache, SettingsError> {
        self.settings.check()?;
        let endpoint = EndpointUrl::new(&self.url, self.settings.allow_plain_http)?;
        let fetch = self.transport()?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let mut cache = KeyCache::new(
            endpoint,
            self.settings,
            // No published key is a secret: algorithms with secrets are left out.
            self.provider.for_key_pairs(),
            fetch,
            clock,
            self.last_known_good.map(Store::new),
            spread(),
        );
        cache.group = self.group;
        cache.restore();
        Ok(cache)
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
