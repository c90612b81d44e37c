//! The client, as its callers see it.

use alloc::sync::Arc;
use core::time::Duration;

use countersign_fetch::{EndpointUrl, FetchError, FetchErrorKind};
use countersign_published_keys::{KidKeys, Report};
use countersign_signature::Provider;

use crate::cache::{Cached, KeyCache};
use crate::counters::Counters;
use crate::driver::Driver;
use crate::pending::Pending;
use crate::settings::Settings;

/// What the client has for a token.
#[derive(Debug)]
pub enum Lookup {
    /// The keys of this `kid`.
    Found(KidKeys),
    /// A fetch is needed first. Await it, or call [`Jwks::resolve`] where waiting is allowed.
    Pending(Pending),
    /// The endpoint has no key for this `kid`: a set fetched less than a cooldown ago lacks it.
    UnknownKey,
    /// The token names no `kid` and must:
    /// [`Settings::allow_missing_kid`] is off, or the set does not hold exactly one usable key.
    KidRequired,
    /// The keys could not be fetched, and nothing usable is held. Whether the key is
    /// known is not known: try again later.
    Unavailable(FetchError),
}

/// A fetch is needed first. So many have ended until now.
struct FetchNeeded {
    ended: u64,
}

/// The key set of one endpoint. A clone is another handle to the same set.
///
/// See the crate's page for an example.
#[derive(Clone, Debug)]
pub struct Jwks {
    cache: Arc<KeyCache>,
    /// Ends the background thread when the last handle is dropped.
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
    #[must_use]
    pub fn lookup(&self, kid: Option<&str>) -> Lookup {
        let ended = match self.first_look(kid) {
            Ok(found) => return found,
            Err(FetchNeeded { ended }) => ended,
        };
        self.cache.want();
        // The background thread is stuck in its transport, so this wait would never end.
        if let Some(error) = self.cache.abandon() {
            return Lookup::Unavailable(error);
        }
        let pending = Pending::new(self.cache.clone(), ended, self.driver.clone());
        Lookup::Pending(pending)
    }

    /// The same, and where a fetch is needed makes it on this thread, or waits for the one
    /// that is under way. Waits at most [`Settings::total_deadline`] for others. Never
    /// gives [`Lookup::Pending`].
    #[must_use]
    pub fn resolve(&self, kid: Option<&str>) -> Lookup {
        if let Ok(found) = self.first_look(kid) {
            return found;
        }
        match self.cache.begin(false) {
            // A fetch that failed may still leave keys to be used.
            Some(number) => drop(self.cache.run_fetch(number)),
            None => {
                if let Err(error) = self.cache.wait() {
                    return Lookup::Unavailable(error);
                }
            }
        }
        self.look(kid).unwrap_or_else(|FetchNeeded { .. }| {
            Lookup::Unavailable(FetchError::new(
                FetchErrorKind::Timeout,
                "the fetched keys went out of date before they were used",
            ))
        })
    }

    /// A look-up before any fetch was made for it.
    fn first_look(&self, kid: Option<&str>) -> Result<Lookup, FetchNeeded> {
        let found = self.look(kid);
        if matches!(found, Ok(Lookup::UnknownKey | Lookup::Unavailable(_))) {
            self.cache.tally.cooldown_hits.add();
        }
        found
    }

    fn look(&self, kid: Option<&str>) -> Result<Lookup, FetchNeeded> {
        match self.cache.look_up(kid) {
            Cached::Found(keys) => Ok(Lookup::Found(keys)),
            Cached::KidRequired => Ok(Lookup::KidRequired),
            Cached::UnknownKey => Ok(Lookup::UnknownKey),
            Cached::Unavailable(error) => Ok(Lookup::Unavailable(error)),
            Cached::FetchNeeded { ended } => Err(FetchNeeded { ended }),
        }
    }

    /// Makes the fetch that is due or wanted now, if there is one, on this thread. Gives
    /// the time until the next will be due. For callers without the background thread.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn drive(&self) -> Duration {
        self.cache.drive()
    }

    /// Fetches now, whatever the cooldown says, or waits for the fetch under way.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if that fetch failed, or ended so late that it had been abandoned;
    /// the last good set is then still held.
    pub fn refresh(&self) -> Result<(), FetchError> {
        match self.cache.begin(true) {
            Some(number) => self.cache.run_fetch(number),
            None => {
                self.cache.wait()?;
                let state = self.cache.state.load();
                state.error().cloned().map_or(Ok(()), Err)
            }
        }
    }

    /// The keys of the set that is held, used and skipped.
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

    /// The numbers, for a server to export.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let KeyCache { tally, clock, .. } = &*self.cache;
        let state = self.cache.state.load();
        let held = state.held();
        Counters {
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

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &EndpointUrl {
        &self.cache.endpoint
    }

    /// The algorithms that keys may be bound to: of those given, the ones that take no
    /// secret.
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
