//! What all handles of a client share: a snapshot for readers, one flight at a time for
//! writers.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use countersign_signature::Provider;

use crate::background::Bell;
use crate::counters::Tally;
use crate::flight::Flight;
use crate::pending::{Pending, Wakers};
use crate::state::{Answer, Event, State};
use crate::store::Store;
use crate::{Clock, Endpoint, Fetch, FetchError, FetchErrorKind, Lookup, Settings};

/// What all handles and the background thread share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) endpoint: Endpoint,
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
    landed: Condvar,
    pub(crate) wakers: Wakers,
    waiters: AtomicUsize,
    wanted: AtomicBool,
    /// Wakes the thread, where there is one.
    pub(crate) bell: Bell,
}

impl Shared {
    pub(crate) fn new(
        endpoint: Endpoint,
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
            landed: Condvar::new(),
            waiters: AtomicUsize::new(0),
            wanted: AtomicBool::new(false),
            bell: Bell::default(),
        }
    }

    pub(crate) fn look_up(self: &Arc<Self>, kid: Option<&str>) -> Lookup {
        let now = self.clock.now();
        let state = self.state.load();
        match state.look_up(kid, now, &self.settings) {
            Answer::Found { keys, is_stale } => {
                if is_stale {
                    self.tally.stale_hits.add();
                }
                Lookup::Found(keys.clone())
            }
            Answer::KidRequired => Lookup::KidRequired,
            Answer::Pending => Lookup::Pending(Pending::new(self.clone(), state.landings())),
            Answer::UnknownKey => {
                self.tally.unknown_kids.add();
                // Strangers choose how often this happens: not a line for every log.
                tracing::debug!(endpoint = %self.endpoint, kid = ?kid, "unknown kid");
                Lookup::UnknownKey
            }
            Answer::Unavailable(error) => {
                tracing::debug!(endpoint = %self.endpoint, kid = ?kid, "keys unavailable");
                if state.flying().is_some() {
                    self.give_up();
                }
                Lookup::Unavailable(error)
            }
        }
    }

    /// Remembers that a look-up needs a fetch, and has the thread make it.
    pub(crate) fn want(&self) {
        self.wanted.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// How many callers wait now, blocked or polling.
    pub(crate) fn waiting(&self) -> usize {
        self.waiters
            .load(Ordering::Relaxed)
            .saturating_add(self.wakers.len())
    }

    pub(crate) fn drive(&self) -> Duration {
        let wanted = self.wanted.swap(false, Ordering::AcqRel);
        let due_at = self.state.load().due_at(&self.settings);
        if (wanted || self.clock.now() >= due_at)
            && let Some(flight) = self.take_off(false)
        {
            // How it ended is in the state, and in the log.
            let _ = self.fly(flight);
        }
        self.state
            .load()
            .due_at(&self.settings)
            .saturating_sub(self.clock.now())
    }

    /// The number of a flight that the caller has to make, if one may begin.
    pub(crate) fn take_off(&self, forced: bool) -> Option<u64> {
        let turn = self.lock();
        self.apply(&turn, Event::Wanted { forced })?.flying()
    }

    /// Makes this flight. Its error is that of this flight alone.
    pub(crate) fn fly(&self, flight: u64) -> Result<(), FetchError> {
        let etag = self.state.load().held().and_then(|held| held.etag.clone());
        let outcome = Flight {
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
        let next = self.apply(&turn, Event::Landed { flight, outcome });
        drop(turn);
        self.landed.notify_all();
        self.wakers.wake_all();
        // Whoever has made it, the thread's next one may be due sooner than it thought.
        self.bell.ring();
        let Some(state) = next else {
            return Err(FetchError::new(
                FetchErrorKind::Timeout,
                "the fetch ended after it had been given up, and was not used",
            ));
        };
        self.tell(&state);
        if let Some(error) = state.error() {
            return Err(error.clone());
        }
        self.save(&state);
        Ok(())
    }

    /// The error of a flight that its transport never ended. Who waits for it is told too:
    /// nobody else would wake them.
    pub(crate) fn give_up(&self) -> Option<FetchError> {
        let error = self.given_up()?;
        self.wakers.wake_all();
        Some(error)
    }

    fn given_up(&self) -> Option<FetchError> {
        let state = self.state.load();
        state.given_up(self.clock.now(), &self.settings)
    }

    /// Whether a wait that began after this many landings has an end.
    pub(crate) fn is_over(&self, landings: u64) -> bool {
        self.state.load().landings() != landings || self.given_up().is_some()
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
            && let Err(error) = store.save(&self.endpoint, state.landings(), held, &*self.clock)
        {
            tracing::warn!(endpoint = %self.endpoint, error = %error, "last-known-good file not written");
        }
    }

    /// Waits until the flight under way has landed, if there is one. How it ended is in
    /// the state.
    pub(crate) fn wait(&self) -> Result<(), FetchError> {
        let Some(_seat) = Seat::take(&self.waiters, self.settings.waiter_limit) else {
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
        let landings = self.state.load().landings();
        if self.state.load().flying().is_none() {
            return Ok(());
        }
        // A flight that is given up lands no more, and the next one does in its place.
        while self.state.load().landings() == landings {
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
                .landed
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

    /// Logs what a flight has changed.
    fn tell(&self, state: &State) {
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
                tracing::warn!(endpoint = %self.endpoint, error = %error, age = ?age, "no keys of use are held: tokens are refused until the endpoint answers");
            }
        }
    }
}

/// One of the places for waiting callers.
struct Seat<'w>(&'w AtomicUsize);

impl<'w> Seat<'w> {
    fn take(waiters: &'w AtomicUsize, limit: usize) -> Option<Self> {
        waiters
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |waiting| {
                (waiting < limit).then(|| waiting.saturating_add(1))
            })
            .ok()
            .map(|_| Self(waiters))
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
