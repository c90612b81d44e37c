//! Builds a client.

use alloc::sync::Arc;
use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::path::PathBuf;

use countersign_fetch::{EndpointUrl, Fetch, HttpFetch, HttpOptions, SettingsError};
use countersign_signature::Provider;

use crate::cache::KeyCache;
use crate::client::Jwks;
use crate::clock::{Clock, SystemClock};
use crate::discovery::Issuer;
use crate::driver::Driver;
use crate::group::FetchGroup;
use crate::settings::Settings;
use crate::store::Store;

/// Builds a [`Jwks`]. Made by [`Jwks::builder`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing before `build`"]
pub struct Builder {
    /// The URL of the key set, or of the issuer.
    pub(crate) url: String,
    from_issuer: bool,
    provider: Provider,
    pub(crate) settings: Settings,
    http: HttpOptions,
    pub(crate) fetch: Option<Arc<dyn Fetch>>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    last_known_good: Option<PathBuf>,
    group: Option<FetchGroup>,
    on_demand: bool,
}

impl Jwks {
    /// A builder for the set at this URL. `provider` has the algorithms to which keys may be
    /// bound.
    pub fn builder(url: impl Into<String>, provider: Provider) -> Builder {
        Builder {
            url: url.into(),
            from_issuer: false,
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

    /// The client of an issuer's key set, like [`builder_from_issuer`](Self::builder_from_issuer)
    /// with the default settings.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn from_issuer(
        issuer: impl Into<String>,
        provider: Provider,
    ) -> Result<Self, SettingsError> {
        Self::builder_from_issuer(issuer, provider).build()
    }

    /// A builder for the key set of an OpenID Connect issuer, such as `https://id.example`. Each
    /// fetch reads the issuer's `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0
    /// section 4) and then the set at its `jwks_uri`, within one
    /// [`total_deadline`](Settings::total_deadline).
    ///
    /// The document must name exactly this issuer, and its `jwks_uri` must be an [`EndpointUrl`],
    /// over TLS if the issuer is. **Accept only tokens whose `iss` is [`Jwks::issuer`]**, byte
    /// for byte: these keys may not verify tokens of another issuer.
    ///
    /// ```
    /// use countersign_fetch::Response;
    /// use countersign_fetch::testing::ScriptedFetch;
    /// use countersign_jwks::{Jwks, Lookup};
    ///
    /// let script = ScriptedFetch::new();
    /// script.then(Response::new(200, br#"{
    ///     "issuer": "https://id.example", "jwks_uri": "https://id.example/certs"
    /// }"#.as_slice()));
    /// script.then(Response::new(200, br#"{"keys":[
    ///     {"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    /// ]}"#.as_slice()));
    /// let jwks = Jwks::builder_from_issuer("https://id.example", countersign_ring::provider())
    ///     .fetch(script)
    ///     .build()?;
    /// assert!(matches!(jwks.resolve(Some("2026")), Lookup::Found(_)));
    /// assert_eq!(jwks.issuer(), Some("https://id.example"));
    /// # Ok::<(), countersign_fetch::SettingsError>(())
    /// ```
    pub fn builder_from_issuer(issuer: impl Into<String>, provider: Provider) -> Builder {
        Builder {
            from_issuer: true,
            ..Self::builder(issuer, provider)
        }
    }
}

impl Builder {
    /// The issuer whose discovery document is read, if there is one.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.from_issuer.then_some(self.url.as_str())
    }

    /// The given algorithms, to which keys may be bound.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Replaces the default settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How the default transport reaches the endpoint.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Your own transport, instead of an [`HttpFetch`] for this client alone. Clients that share a
    /// transport in an `Arc` read its files and the system's root certificates only once.
    pub fn fetch(mut self, fetch: impl Fetch + 'static) -> Self {
        self.fetch = Some(Arc::new(fetch));
        self
    }

    /// Your own clock, instead of [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Keeps the last good set in this file, so that a restart during an outage still verifies.
    /// It is replaced atomically, only its owner can read it, and it contains only public keys.
    /// The set's age still counts from its fetch, by the wall clock ([`Clock::wall`]). These
    /// files are ignored with a warning: a file that is damaged, of another endpoint, from the
    /// future, or writable by others, and a file whose owner is neither the user who runs the
    /// program, nor root, nor the owner of its folder.
    ///
    /// Outside Unix, owner and permissions are not checked, because the standard library does not
    /// tell them: there, put the file into a folder that nobody else can write to.
    pub fn last_known_good(mut self, path: impl Into<PathBuf>) -> Self {
        self.last_known_good = Some(path.into());
        self
    }

    /// The endpoints that share a budget with this one.
    pub fn group(mut self, group: &FetchGroup) -> Self {
        self.group = Some(group.clone());
        self
    }

    /// Starts no thread that fetches. Only calls of [`Jwks::resolve`], [`Jwks::refresh`] or
    /// [`Jwks::drive`] fetch, on the thread of the caller.
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
    /// [`SettingsError`] if the URL, a setting or a file is refused, or if no thread can be
    /// started.
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
        let plain_http = self.settings.allow_plain_http;
        let issuer = match self.issuer() {
            Some(issuer) => Some(Issuer::new(issuer, plain_http)?),
            None => None,
        };
        let endpoint = match &issuer {
            Some(issuer) => issuer.document().clone(),
            None => EndpointUrl::new(&self.url, plain_http)?,
        };
        let fetch = self.transport()?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let mut cache = KeyCache::new(
            endpoint,
            self.settings,
            // Published keys are never secrets, so algorithms that take secrets are left out.
            self.provider.for_key_pairs(),
            fetch,
            clock,
            self.last_known_good.map(Store::new),
            spread(),
        );
        cache.issuer = issuer;
        cache.group = self.group;
        cache.restore();
        Ok(cache)
    }
}

/// The moment in its window at which this client refreshes: different in every process.
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
