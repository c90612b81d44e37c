//! The client and its public interface.

use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use countersign_fetch::{EndpointUrl, FetchError, FetchErrorKind};
use countersign_published_keys::{KidKeys, Report};
use countersign_signature::Provider;

use crate::cache::KeyCache;
use crate::counters::JwksCounters;
use crate::discovery::Issuer;
use crate::driver::Driver;
use crate::pending::{Pending, Ready};
use crate::query::{Cached, FetchNeeded, Query, Shown};
use crate::settings::Settings;
use crate::unavailable::KeysUnavailable;

/// The result of a look-up.
#[derive(Debug)]
pub enum Lookup {
    /// The keys of this `kid`.
    Found(KidKeys),
    /// A fetch is needed first. Await it, or call [`Jwks::resolve`] if waiting is allowed.
    Pending(Pending),
    /// The endpoint has no key for this `kid`, for certain: an earlier set had it and the present
    /// one lacks it, or a fetch that began after the token was first shown did not bring it. The
    /// token's key was retired or never existed: a new token is needed.
    UnknownKey,
    /// The token names no `kid`, but must: [`Settings::allow_missing_kid`] is off, or the set does
    /// not have exactly one usable key.
    KidRequired,
    /// No result: the keys could not be fetched, or the key may be newer than the held set. Try
    /// again after [`KeysUnavailable::retry_after`].
    Unavailable(KeysUnavailable),
}

/// The key set of one endpoint. A clone is another handle to the same set.
///
/// See the crate's page for an example.
#[derive(Clone, Debug)]
pub struct Jwks {
    cache: Arc<KeyCache>,
    /// Nothing more is fetched when the last handle is dropped.
    driver: Option<Arc<Driver>>,
}

impl Jwks {
    pub(crate) fn new(cache: Arc<KeyCache>, driver: Option<Driver>) -> Self {
        Self {
            cache,
            driver: driver.map(Arc::new),
        }
    }

    /// The keys of a `kid`, byte for byte. Never waits for a fetch; where the key is found,
    /// takes no lock and allocates nothing.
    ///
    /// If you have the token, use [`lookup_for`](Self::lookup_for): it can be certain more often
    /// that the key is unknown. Nothing is remembered about a `kid` alone.
    #[must_use]
    pub fn lookup(&self, kid: Option<&str>) -> Lookup {
        self.lookup_query(by_kid(kid))
    }

    /// The same for a token: `token` is its whole text. If its key is not held, a keyed hash of the
    /// token is remembered, so that the answer is certain when it is shown again.
    #[must_use]
    pub fn lookup_for(&self, kid: Option<&str>, token: &[u8]) -> Lookup {
        self.lookup_query(Query {
            kid,
            shown: Shown::Token(token),
        })
    }

    /// The same as [`lookup`](Self::lookup), but if a fetch is needed it waits for at most
    /// [`Settings::total_deadline`]. A thread of the process makes the fetch, or this thread if
    /// there is none. It never returns [`Lookup::Pending`].
    #[must_use]
    pub fn resolve(&self, kid: Option<&str>) -> Lookup {
        self.resolve_query(by_kid(kid))
    }

    /// The same for a token, as [`lookup_for`](Self::lookup_for).
    #[must_use]
    pub fn resolve_for(&self, kid: Option<&str>, token: &[u8]) -> Lookup {
        self.resolve_query(Query {
            kid,
            shown: Shown::Token(token),
        })
    }

    fn lookup_query(&self, query: Query<'_>) -> Lookup {
        let ended = match self.first_look(query) {
            Ok(found) => return found,
            Err(needed) => needed.ended,
        };
        if let Some(driver) = self.living_driver() {
            // No other fetch can begin before the transport of this one returns.
            if let Some(error) = self.cache.abandon() {
                let pause = self.cache.settings.cooldown;
                return Lookup::Unavailable(KeysUnavailable::failed(error, pause));
            }
            self.want_fetch(driver, false);
        }
        let pending = Pending::new(self.cache.clone(), ended, self.driver.clone());
        Lookup::Pending(pending)
    }

    fn resolve_query(&self, query: Query<'_>) -> Lookup {
        let needed = match self.first_look(query) {
            Ok(found) => return found,
            Err(needed) => needed,
        };
        // After a failed fetch, the held keys may still be usable.
        if let Err(unavailable) = self.await_fetch(false, needed.ended) {
            return Lookup::Unavailable(unavailable);
        }
        let shown = match query.shown {
            Shown::Now => Shown::Before(needed.begun),
            known => known,
        };
        self.look(Query { shown, ..query }).unwrap_or_else(|_| {
            let error = FetchError::new(
                FetchErrorKind::Timeout,
                "the fetched keys went out of date before they were used",
            );
            Lookup::Unavailable(KeysUnavailable::failed(error, Duration::ZERO))
        })
    }

    /// Waits until a fetch has ended: one of a thread of the process, or else one that this
    /// thread makes or another caller is making. An error if none did in time.
    fn await_fetch(&self, forced: bool, ended: u64) -> Result<(), KeysUnavailable> {
        let now = Instant::now();
        let deadline = now.checked_add(self.cache.settings.total_deadline);
        if let Some(driver) = self.living_driver() {
            self.want_fetch(driver, forced);
        } else if let Some(number) = self.cache.begin(forced) {
            // The state has the result of the fetch.
            let _ = self.cache.run_fetch(number);
            return Ok(());
        }
        self.cache.wait(ended, deadline.unwrap_or(now))
    }

    /// Asks a thread to fetch. While a fetch is under way, the threads are not woken, because
    /// thousands of callers would wake them for nothing.
    fn want_fetch(&self, driver: &Driver, forced: bool) {
        self.cache.want(forced);
        if self.cache.is_due() {
            driver.wake();
        }
    }

    /// The driver of the threads that fetch, if they are in this process.
    fn living_driver(&self) -> Option<&Driver> {
        self.driver.as_deref().filter(|driver| driver.is_alive())
    }

    /// A look-up without a fetch.
    fn first_look(&self, query: Query<'_>) -> Result<Lookup, FetchNeeded> {
        let found = self.look(query);
        if matches!(found, Ok(Lookup::UnknownKey | Lookup::Unavailable(_))) {
            self.cache.tally.cooldown_hits.add();
        }
        found
    }

    fn look(&self, query: Query<'_>) -> Result<Lookup, FetchNeeded> {
        match self.cache.look_up(query) {
            Cached::Found(keys) => Ok(Lookup::Found(keys)),
            Cached::KidRequired => Ok(Lookup::KidRequired),
            Cached::UnknownKey => Ok(Lookup::UnknownKey),
            Cached::Unavailable(unavailable) => Ok(Lookup::Unavailable(unavailable)),
            Cached::FetchNeeded(needed) => Err(needed),
        }
    }

    /// Ready as soon as usable keys are held, for a server that needs them before it listens.
    pub fn ready(&self) -> Ready {
        Ready::new(self.cache.clone(), self.driver.clone())
    }

    /// Blocks until usable keys are held, but not for longer than `patience`. Without threads
    /// that fetch, this one does.
    ///
    /// # Errors
    ///
    /// [`KeysUnavailable`] if there are none in time.
    pub fn wait_ready(&self, patience: Duration) -> Result<(), KeysUnavailable> {
        let now = Instant::now();
        let deadline = now.checked_add(patience).unwrap_or(now);
        loop {
            if self.cache.is_ready() {
                return Ok(());
            }
            let ended = self.cache.state.load().ended();
            let waited = match self.living_driver() {
                Some(_) => self.cache.wait(ended, deadline),
                None => {
                    let rest = self.drive();
                    let left = deadline.saturating_duration_since(Instant::now());
                    if !self.cache.is_ready() {
                        std::thread::sleep(rest.min(left));
                    }
                    Ok(())
                }
            };
            if Instant::now() >= deadline && !self.cache.is_ready() {
                waited?;
                let state = self.cache.state.load();
                let error = state.error().cloned();
                return Err(match error {
                    Some(error) => KeysUnavailable::failed(error, self.cache.rest()),
                    None => self.cache.waited_too_long(),
                });
            }
        }
    }

    /// Makes the fetch that is due or wanted now, if there is one, on this thread. Returns the
    /// time until the next one is due. It is for clients without threads that fetch.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn drive(&self) -> Duration {
        self.cache.drive()
    }

    /// Fetches now, even during the cooldown, or waits for the fetch under way.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if that fetch failed, or ended so late that it had been abandoned;
    /// the last good set is then still held.
    pub fn refresh(&self) -> Result<(), FetchError> {
        if self.living_driver().is_none()
            && let Some(number) = self.cache.begin(true)
        {
            return self.cache.run_fetch(number);
        }
        let ended = self.cache.state.load().ended();
        self.await_fetch(true, ended).map_err(|unavailable| {
            let error = unavailable.fetch_error().cloned();
            error.unwrap_or_else(|| FetchError::new(FetchErrorKind::Timeout, "no fetch ended"))
        })?;
        let state = self.cache.state.load();
        state.error().cloned().map_or(Ok(()), Err)
    }

    /// The keys of the held set, used and skipped.
    #[must_use]
    pub fn report(&self) -> Option<Arc<Report>> {
        let state = self.cache.state.load();
        state.held().map(|held| held.set.report().clone())
    }

    /// The keys of the latest answer, if it was a key set and none of its keys could be used.
    /// Such an answer is a failed fetch.
    #[must_use]
    pub fn rejected(&self) -> Option<Arc<Report>> {
        self.cache.state.load().rejected().cloned()
    }

    /// The counters, for a server to export.
    #[must_use]
    pub fn counters(&self) -> JwksCounters {
        let KeyCache { tally, clock, .. } = &*self.cache;
        let state = self.cache.state.load();
        let held = state.held();
        JwksCounters {
            fetches: tally.fetches(),
            age: held.map(|held| clock.now().saturating_sub(held.fetched_at)),
            keys_used: held.map_or(0, |held| held.set.report().used()),
            keys_skipped: held.map_or(0, |held| held.set.report().skipped()),
            unknown_kids: tally.unknown_kids.get(),
            cooldown_hits: tally.cooldown_hits.get(),
            stale_hits: tally.stale_hits.get(),
            waiters: self.cache.waiting(),
        }
    }

    /// What is fetched first: the key set, or the discovery document of an issuer.
    #[must_use]
    pub fn endpoint(&self) -> &EndpointUrl {
        &self.cache.endpoint
    }

    /// The issuer whose discovery document says where the keys are, if the client was made from
    /// one. Its keys may only verify tokens with exactly this `iss`.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.cache.issuer.as_ref().map(Issuer::as_str)
    }

    /// The URL of the held set, from the issuer's discovery document; `None` without an issuer or
    /// a set.
    #[must_use]
    pub fn discovered(&self) -> Option<EndpointUrl> {
        let state = self.cache.state.load();
        let discovered = state.held()?.discovered.as_ref()?;
        Some(discovered.key_set.clone())
    }

    /// The algorithms to which keys may be bound: the given ones, without those that take
    /// secrets.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.cache.provider
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.cache.settings
    }
}

fn by_kid(kid: Option<&str>) -> Query<'_> {
    Query {
        kid,
        shown: Shown::Now,
    }
}
