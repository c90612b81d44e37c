//! The keys of one endpoint: a snapshot for readers, one fetch at a time for writers.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use countersign_fetch::{EndpointUrl, Fetch, FetchError, FetchErrorKind};
use countersign_published_keys::KidKeys;
use countersign_signature::Provider;

use crate::attempt::Attempts;
use crate::clock::Clock;
use crate::counters::Tally;
use crate::seats::Seats;
use crate::settings::Settings;
use crate::state::{Answer, Event, State};
use crate::store::Store;
use crate::wakers::Wakers;
use crate::wakeup::Wakeup;

/// What all handles of a client and its background thread share.
#[derive(Debug)]
pub(crate) struct KeyCache {
    pub(crate) endpoint: EndpointUrl,
    pub(crate) settings: Settings,
    pub(crate) provider: Provider,
    pub(crate) fetch: Arc<dyn Fetch>,
    pub(crate) clock: Arc<dyn Clock>,
    store: Option<Store>,
    pub(crate) tally: Tally,
    pub(crate) spread: u8,
    pub(crate) state: ArcSwap<State>,
    /// Held while one state is exchanged for the next; readers never take it.
    turn: Mutex<()>,
    /// Told whenever a fetch ends, for callers that block.
    fetch_ended: Condvar,
    pub(crate) wakers: Wakers,
    seats: Seats,
    wanted: AtomicBool,
    /// Wakes the background thread, where there is one.
    pub(crate) wakeup: Wakeup,
}

/// What the cache has for a token.
pub(crate) enum Cached {
    Found(KidKeys),
    KidRequired,
    UnknownKey,
    Unavailable(FetchError),
    /// A fetch is needed. So many have ended until now.
    FetchNeeded {
        ended: u64,
    },
}

impl KeyCache {
    pub(crate) fn new(
        endpoint: EndpointUrl,
        settings: Settings,
        provider: Provider,
        fetch: Arc<dyn Fetch>,
        clock: Arc<dyn Clock>,
        store: Option<Store>,
        spread: u8,
    ) -> Self {
        Self {
            wakers: Wakers::new(settings.waiter_limit),
            endpoint,
            settings,
            provider,
            fetch,
            clock,
            store,
            tally: Tally::default(),
            spread,
            state: ArcSwap::from_pointee(State::new()),
            turn: Mutex::new(()),
            fetch_ended: Condvar::new(),
            seats: Seats::default(),
            wanted: AtomicBool::new(false),
            wakeup: Wakeup::default(),
        }
    }

    pub(crate) fn look_up(&self, kid: Option<&str>) -> Cached {
        let now = self.clock.now();
        let state = self.state.load();
        match state.look_up(kid, now, &self.settings) {
            Answer::Found { keys, is_stale } => {
                if is_stale {
                    self.tally.stale_hits.add();
                }
                Cached::Found(keys.clone())
            }
            Answer::KidRequired => Cached::KidRequired,
            Answer::Pending => Cached::FetchNeeded {
                ended: state.ended(),
            },
            Answer::UnknownKey => {
                self.tally.unknown_kids.add();
                // Anybody can cause this with forged tokens, so it is not logged by default.
                tracing::debug!(endpoint = %self.endpoint, kid = ?kid, "unknown kid");
                Cached::UnknownKey
            }
            Answer::Unavailable(error) => {
                tracing::debug!(endpoint = %self.endpoint, kid = ?kid, "keys unavailable");
                if state.in_flight().is_some() {
                    self.abandon();
                }
                Cached::Unavailable(error)
            }
        }
    }

    /// Remembers that a look-up needs a fetch, and has the thread make it.
    pub(crate) fn want(&self) {
        self.wanted.store(true, Ordering::Release);
        self.wakeup.wake();
    }

    /// How many callers wait now, blocked or polling.
    pub(crate) fn waiting(&self) -> usize {
        self.seats.taken().saturating_add(self.wakers.len())
    }

    pub(crate) fn drive(&self) -> Duration {
        let wanted = self.wanted.swap(false, Ordering::AcqRel);
        let due_at = self.state.load().due_at(&self.settings);
        if (wanted || self.clock.now() >= due_at)
            && let Some(number) = self.begin(false)
        {
            // The outcome is in the state, and in the log.
            let _ = self.run_fetch(number);
        }
        self.state
            .load()
            .due_at(&self.settings)
            .saturating_sub(self.clock.now())
    }

    /// The number of a fetch that the caller has to make, if one may begin.
    pub(crate) fn begin(&self, forced: bool) -> Option<u64> {
        let turn = self.lock();
        self.apply(&turn, Event::Wanted { forced })?.in_flight()
    }

    /// Makes the fetch of this number. The error is that of this fetch alone.
    pub(crate) fn run_fetch(&self, number: u64) -> Result<(), FetchError> {
        let etag = self.state.load().held().and_then(|held| held.etag.clone());
        let outcome = Attempts {
            endpoint: &self.endpoint,
            settings: &self.settings,
            provider: &self.provider,
            fetch: &*self.fetch,
            clock: &*self.clock,
            tally: &self.tally,
            etag,
            spread: self.spread,
            keeps_text: self.store.is_some(),
        }
        .run();
        let turn = self.lock();
        let next = self.apply(&turn, Event::Ended { number, outcome });
        drop(turn);
        self.fetch_ended.notify_all();
        self.wakers.wake_all();
        // The background thread's next fetch may now be due sooner than it expects.
        self.wakeup.wake();
        let Some(state) = next else {
            return Err(FetchError::new(
                FetchErrorKind::Timeout,
                "the fetch ended after it had been abandoned, and was not used",
            ));
        };
        self.log_outcome(&state);
        if let Some(error) = state.error() {
            return Err(error.clone());
        }
        self.save(&state);
        Ok(())
    }

    /// The error of a fetch whose transport did not return in time. Wakes those who wait for
    /// it: nothing else would.
    pub(crate) fn abandon(&self) -> Option<FetchError> {
        let error = self.abandoned_error()?;
        self.wakers.wake_all();
        Some(error)
    }

    fn abandoned_error(&self) -> Option<FetchError> {
        let state = self.state.load();
        state.abandoned_error(self.clock.now(), &self.settings)
    }

    /// Whether a wait is over that began when this many fetches had ended.
    pub(crate) fn is_over(&self, ended: u64) -> bool {
        self.state.load().ended() != ended || self.abandoned_error().is_some()
    }

    /// Begins with the set of the last-known-good file, if there is one of use.
    pub(crate) fn restore(&self) {
        let Some(store) = &self.store else { return };
        let now = self.clock.now();
        match store.load(&self.endpoint, &self.provider, &self.settings, &*self.clock) {
            Ok(None) => {}
            Ok(Some(held)) => {
                tracing::info!(endpoint = %self.endpoint, age = ?now.saturating_sub(held.fetched_at), "last-known-good keys read");
                let turn = self.lock();
                self.apply(&turn, Event::Restored(held));
            }
            Err(error) => {
                tracing::warn!(endpoint = %self.endpoint, error = %error, "last-known-good file not used");
            }
        }
    }

    fn save(&self, state: &State) {
        if let (Some(store), Some(held)) = (&self.store, state.held())
            && let Err(error) = store.save(&self.endpoint, state.ended(), held, &*self.clock)
        {
            tracing::warn!(endpoint = %self.endpoint, error = %error, "last-known-good file not written");
        }
    }

    /// Waits until the fetch under way has ended, if there is one. Its outcome is in the
    /// state.
    pub(crate) fn wait(&self) -> Result<(), FetchError> {
        let Some(_seat) = self.seats.take(self.settings.waiter_limit) else {
            return Err(FetchError::new(
                FetchErrorKind::TooManyWaiting,
                format!(
                    "found {} callers waiting for the keys already; try again",
                    self.settings.waiter_limit
                ),
            ));
        };
        let began_at = Instant::now();
        let mut turn = self.lock();
        let ended = self.state.load().ended();
        if self.state.load().in_flight().is_none() {
            return Ok(());
        }
        // An abandoned fetch never counts as ended; the fetch that follows it does.
        while self.state.load().ended() == ended {
            let left = self
                .settings
                .total_deadline
                .saturating_sub(began_at.elapsed());
            if left.is_zero() {
                return Err(FetchError::new(
                    FetchErrorKind::Timeout,
                    format!(
                        "the fetch under way did not end within {:?}",
                        self.settings.total_deadline
                    ),
                ));
            }
            (turn, _) = self
                .fetch_ended
                .wait_timeout(turn, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Exchanges the state for the next one, if `event` makes one.
    fn apply(&self, _turn: &MutexGuard<'_, ()>, event: Event) -> Option<Arc<State>> {
        let state = self.state.load();
        let next = Arc::new(state.next(event, self.clock.now(), &self.settings)?);
        self.state.store(next.clone());
        Some(next)
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        // It guards no data that a panic could leave half-written.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs what a fetch has changed.
    fn log_outcome(&self, state: &State) {
        let Some(held) = state.held() else { return };
        let now = self.clock.now();
        let age = now.saturating_sub(held.fetched_at);
        let report = held.set.report();
        match state.error() {
            None => {
                tracing::info!(endpoint = %self.endpoint, used = report.used(), skipped = report.skipped(), life = ?held.life, "JWKS fetched");
                for key in report.keys() {
                    if let Some(reason) = key.skipped() {
                        tracing::info!(endpoint = %self.endpoint, kid = ?key.kid(), reason, "key skipped");
                    }
                    if key.is_private() {
                        tracing::warn!(endpoint = %self.endpoint, kid = ?key.kid(), "the endpoint publishes a private key: replace it, whoever reads it can sign");
                    }
                }
            }
            Some(_) if held.is_fresh(now) => {}
            Some(error) if state.usable(now, &self.settings).is_some() => {
                tracing::warn!(endpoint = %self.endpoint, error = %error, age = ?age, "stale keys in use until the endpoint answers or the stale limit is reached");
            }
            Some(error) => {
                tracing::warn!(endpoint = %self.endpoint, error = %error, age = ?age, "no usable keys are held: tokens are refused until the endpoint answers");
            }
        }
    }
}
