//! The client, as its callers see it.

use alloc::sync::Arc;
use core::time::Duration;

use countersign_signature::Provider;

use crate::background::Driver;
use crate::pending::Pending;
use crate::shared::Shared;
use crate::{Builder, Counters, Endpoint, FetchError, FetchErrorKind, Keys, Report, Settings};

/// What the client has for a token.
#[derive(Debug)]
pub enum Lookup {
    /// The keys of this `kid`.
    Found(Keys),
    /// A fetch is needed first. Await it, or call [`Jwks::resolve`] where waiting is allowed.
    Pending(Pending),
    /// The endpoint has no key for this `kid`: a set fetched less than a cooldown ago lacks it.
    UnknownKey,
    /// The token names no `kid`, and needs to: the setting for it is off, or the set does
    /// not hold exactly one usable key.
    KidRequired,
    /// The keys could not be fetched, and nothing usable is held. Whether the key is
    /// known is not known: try again later.
    Unavailable(FetchError),
}

/// The key set of one endpoint. A clone is another handle to the same set.
///
/// See the crate's page for an example.
#[derive(Clone, Debug)]
pub struct Jwks {
    shared: Arc<Shared>,
    /// Stops the background thread when the last handle goes.
    driver: Option<Arc<Driver>>,
}

impl Jwks {
    /// A builder for the set at this URL. `provider` holds the algorithms that keys may
    /// be bound to.
    pub fn builder(url: impl Into<String>, provider: Provider) -> Builder {
        Builder::new(url.into(), provider)
    }

    pub(crate) fn new(shared: Arc<Shared>, driver: Option<Driver>) -> Self {
        Self {
            shared,
            driver: driver.map(Arc::new),
        }
    }

    /// The keys of a `kid`, byte for byte. Never waits for a fetch; where the key is found,
    /// takes no lock and allocates nothing.
    #[must_use]
    pub fn lookup(&self, kid: Option<&str>) -> Lookup {
        let mut found = self.first_look(kid);
        if let Lookup::Pending(pending) = &mut found {
            self.shared.want();
            // The thread is held up by its transport: whoever waits would wait for good.
            if let Some(error) = self.shared.give_up() {
                return Lookup::Unavailable(error);
            }
            pending.keep(self.driver.as_ref());
        }
        found
    }

    /// The same, and where a fetch is needed makes it on this thread, or waits for the one
    /// that is under way. Waits at most [`Settings::total_deadline`] for others. Never
    /// gives [`Lookup::Pending`].
    #[must_use]
    pub fn resolve(&self, kid: Option<&str>) -> Lookup {
        match self.first_look(kid) {
            Lookup::Pending(_) => {}
            found => return found,
        }
        match self.shared.take_off(false) {
            // A fetch that failed may still leave keys to be used.
            Some(flight) => drop(self.shared.fly(flight)),
            None => {
                if let Err(error) = self.shared.wait() {
                    return Lookup::Unavailable(error);
                }
            }
        }
        match self.shared.look_up(kid) {
            Lookup::Pending(_) => Lookup::Unavailable(FetchError::new(
                FetchErrorKind::Timeout,
                "the fetched keys went out of date before they were used",
            )),
            found => found,
        }
    }

    /// A look-up that no fetch went before.
    fn first_look(&self, kid: Option<&str>) -> Lookup {
        let found = self.shared.look_up(kid);
        if matches!(found, Lookup::UnknownKey | Lookup::Unavailable(_)) {
            self.shared.tally.cooldown_hits.add();
        }
        found
    }

    /// Makes the fetch that is due or wanted now, if there is one, on this thread. Gives
    /// the time until the next will be due. For callers without the background thread.
    #[expect(clippy::must_use_candidate, reason = "called for what it does")]
    pub fn drive(&self) -> Duration {
        self.shared.drive()
    }

    /// Fetches now, whatever the cooldown says, or waits for the fetch under way.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if that fetch failed, or came back so late that it had been given up;
    /// the last good set is then still held.
    pub fn refresh(&self) -> Result<(), FetchError> {
        match self.shared.take_off(true) {
            Some(flight) => self.shared.fly(flight),
            None => {
                self.shared.wait()?;
                let state = self.shared.state.load();
                state.error().cloned().map_or(Ok(()), Err)
            }
        }
    }

    /// The keys of the set that is held, used and skipped.
    #[must_use]
    pub fn report(&self) -> Option<Arc<Report>> {
        let state = self.shared.state.load();
        state.held().map(|held| held.set.report().clone())
    }

    /// The numbers, for a server to export.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let Shared { tally, clock, .. } = &*self.shared;
        let state = self.shared.state.load();
        let held = state.held();
        Counters {
            fetches: tally.fetches(),
            age: held.map(|held| clock.now().saturating_sub(held.fetched_at)),
            keys_used: held.map_or(0, |held| held.set.report().used()),
            keys_skipped: held.map_or(0, |held| held.set.report().skipped()),
            unknown_kids: tally.unknown_kids.get(),
            cooldown_hits: tally.cooldown_hits.get(),
            stale_hits: tally.stale_hits.get(),
            waiters: self.shared.waiting(),
        }
    }

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// The algorithms that keys may be bound to: of those given, the ones that take no
    /// secret.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.shared.provider
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }
}
