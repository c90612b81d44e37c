//! The keys of one endpoint: a snapshot for readers, one fetch at a time for writers.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use countersign_fetch::{EndpointUrl, Fetch, FetchError, FetchErrorKind};
use countersign_signature::Provider;

use crate::attempt::Attempts;
use crate::clock::Clock;
use crate::counters::Tally;
use crate::discovery::Issuer;
use crate::group::FetchGroup;
use crate::log;
use crate::query::{Cached, FetchNeeded, Query, Shown};
use crate::seats::Seats;
use crate::settings::Settings;
use crate::state::{Answer, Event, State};
use crate::store::{Source, Store};
use crate::unavailable::KeysUnavailable;
use crate::unknown_tokens::UnknownTokens;
use crate::wakers::Wakers;

/// The data that all handles of a client share with the threads that fetch.
#[derive(Debug)]
pub(crate) struct KeyCache {
    pub(crate) endpoint: EndpointUrl,
    /// The issuer whose discovery document is at `endpoint`; `None` if the key set itself is
    /// there.
    pub(crate) issuer: Option<Issuer>,
    pub(crate) settings: Settings,
    pub(crate) provider: Provider,
    pub(crate) fetch: Arc<dyn Fetch>,
    pub(crate) clock: Arc<dyn Clock>,
    store: Option<Store>,
    pub(crate) tally: Tally,
    pub(crate) spread: u8,
    pub(crate) state: ArcSwap<State>,
    /// Locked while the state is replaced by the next one. Readers never lock it.
    turn: Mutex<()>,
    /// Notified whenever a fetch ends, for callers that block.
    fetch_ended: Condvar,
    pub(crate) wakers: Wakers,
    seats: Seats,
    wanted: AtomicBool,
    /// Whether the fetch that is wanted may begin during the cooldown.
    forced: AtomicBool,
    /// The endpoints that share their budget with this one.
    pub(crate) group: Option<FetchGroup>,
    /// For this endpoint only, if it is in no group.
    unknown: UnknownTokens,
    /// When a look-up was last made, in seconds of the clock.
    used_at: AtomicU64,
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
            used_at: AtomicU64::new(clock.now().as_secs()),
            endpoint,
            issuer: None,
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
            forced: AtomicBool::new(false),
            group: None,
            unknown: UnknownTokens::default(),
        }
    }

    pub(crate) fn look_up(&self, query: Query<'_>) -> Cached {
        let now = self.clock.now();
        self.note_use(now);
        let state = self.state.load();
        match state.look_up(query.kid, now, &self.settings) {
            Answer::Found { keys, is_stale } => {
                if is_stale {
                    self.tally.stale_hits.add();
                }
                Cached::Found(keys.clone())
            }
            Answer::KidRequired => Cached::KidRequired,
            Answer::Pending => {
                let begun = state.begun();
                // Remember the token now, so that a fetch that begins later counts as later.
                self.first_shown(query, begun);
                Cached::FetchNeeded(FetchNeeded {
                    begun,
                    ended: state.ended(),
                })
            }
            Answer::Missing {
                is_retired,
                confirmed_by,
                wait,
                error,
            } => {
                self.tally.unknown_kids.add();
                // Anyone can cause this with forged tokens, so it is not logged by default.
                tracing::debug!(endpoint = %self.endpoint, kid = ?query.kid, "unknown kid");
                let first_shown = self.first_shown(query, state.begun());
                if is_retired || first_shown < confirmed_by {
                    return Cached::UnknownKey;
                }
                self.abandon();
                Cached::Unavailable(match error {
                    Some(error) => KeysUnavailable::failed(error, wait),
                    None => KeysUnavailable::may_be_newer(wait),
                })
            }
            Answer::Unavailable { error, wait } => {
                tracing::debug!(endpoint = %self.endpoint, kid = ?query.kid, "keys unavailable");
                self.abandon();
                Cached::Unavailable(KeysUnavailable::failed(error, wait))
            }
        }
    }

    /// How many fetches had begun when this token was first shown.
    fn first_shown(&self, query: Query<'_>, begun: u64) -> u64 {
        let token = match query.shown {
            Shown::Token(token) => token,
            Shown::Now => return begun,
            Shown::Before(earlier) => return earlier,
        };
        let tokens = self
            .group
            .as_ref()
            .map_or(&self.unknown, FetchGroup::unknown);
        tokens.first_shown(self.endpoint.as_str(), token, begun)
    }

    /// Remembers that the client is in use.
    fn note_use(&self, now: Duration) {
        // Read first: if every look-up wrote this cache line, all look-ups would be slower.
        if self.used_at.load(Ordering::Relaxed) != now.as_secs() {
            self.used_at.store(now.as_secs(), Ordering::Relaxed);
        }
    }

    fn is_idle(&self, now: Duration) -> bool {
        let used_at = Duration::from_secs(self.used_at.load(Ordering::Relaxed));
        now.saturating_sub(used_at) > self.settings.idle_after
    }

    /// Drops everything except the last set, if the client was not used for a while.
    pub(crate) fn release_if_idle(&self) {
        if self.is_idle(self.clock.now()) {
            self.unknown.clear();
        }
    }

    /// Remembers that a look-up needs a fetch, or that a caller asked for one.
    pub(crate) fn want(&self, forced: bool) {
        self.forced.fetch_or(forced, Ordering::AcqRel);
        self.wanted.store(true, Ordering::Release);
    }

    /// How many callers wait now, blocked or polling.
    pub(crate) fn waiting(&self) -> usize {
        self.seats.taken().saturating_add(self.wakers.len())
    }

    /// Whether a fetch should begin now.
    pub(crate) fn is_due(&self) -> bool {
        let now = self.clock.now();
        if self.wanted.load(Ordering::Acquire) {
            let forced = self.forced.load(Ordering::Acquire);
            let state = self.state.load();
            if forced || state.may_start(now, &self.settings) {
                return true;
            }
            // The wanted fetch has been made already, or is not allowed now.
            self.wanted.store(false, Ordering::Release);
        }
        now >= self.due_at(now)
    }

    /// The time until a fetch is due without a look-up.
    pub(crate) fn rest(&self) -> Duration {
        let now = self.clock.now();
        self.due_at(now).saturating_sub(now)
    }

    fn due_at(&self, now: Duration) -> Duration {
        if self.is_idle(now) {
            return now.saturating_add(IDLE_REST);
        }
        self.state.load().due_at(&self.settings)
    }

    pub(crate) fn drive(&self) -> Duration {
        if self.is_due() {
            self.wanted.store(false, Ordering::Release);
            let forced = self.forced.swap(false, Ordering::AcqRel);
            if let Some(number) = self.begin(forced) {
                // The outcome is in the state, and in the log.
                let _ = self.run_fetch(number);
            }
        }
        self.rest()
    }

    /// The number of a fetch that the caller has to make, if one may begin.
    pub(crate) fn begin(&self, forced: bool) -> Option<u64> {
        let turn = self.lock();
        self.apply(&turn, Event::Wanted { forced })?.in_flight()
    }

    /// Makes the fetch with this number. The error is only about this fetch.
    pub(crate) fn run_fetch(&self, number: u64) -> Result<(), FetchError> {
        let before = self.state.load_full();
        let outcome = Attempts {
            endpoint: &self.endpoint,
            issuer: self.issuer.as_ref(),
            settings: &self.settings,
            provider: &self.provider,
            fetch: &*self.fetch,
            clock: &*self.clock,
            tally: &self.tally,
            held: before.held(),
            spread: self.spread,
            keeps_text: self.store.is_some(),
        }
        .run();
        // This fetch serves all callers that wanted one until now.
        self.wanted.store(false, Ordering::Release);
        self.forced.store(false, Ordering::Release);
        let turn = self.lock();
        let next = self.apply(&turn, Event::Ended { number, outcome });
        drop(turn);
        self.wake_all();
        let Some(state) = next else {
            return Err(FetchError::new(
                FetchErrorKind::Timeout,
                "the fetch ended after it had been abandoned, and was not used",
            ));
        };
        log::outcome(&self.endpoint, &state, &self.settings, self.clock.now());
        if let Some(error) = state.error() {
            return Err(error.clone());
        }
        self.save(&state);
        Ok(())
    }

    /// The error of a fetch whose transport did not return in time. Wakes the callers that wait
    /// for it, because nothing else would.
    pub(crate) fn abandon(&self) -> Option<FetchError> {
        let error = self.abandoned_error()?;
        self.wake_all();
        Some(error)
    }

    /// Wakes all waiting callers, blocked or polling.
    pub(crate) fn wake_all(&self) {
        // Lock it, so that no caller is between reading the state and waiting.
        drop(self.lock());
        self.fetch_ended.notify_all();
        self.wakers.wake_all();
    }

    fn abandoned_error(&self) -> Option<FetchError> {
        let state = self.state.load();
        state.abandoned_error(self.clock.now(), &self.settings)
    }

    /// Whether keys are held that may be used now.
    pub(crate) fn is_ready(&self) -> bool {
        let state = self.state.load();
        state.usable(self.clock.now(), &self.settings).is_some()
    }

    /// Whether a wait is over that began after `ended` fetches had ended.
    pub(crate) fn is_over(&self, ended: u64) -> bool {
        self.state.load().ended() != ended || self.abandoned_error().is_some()
    }

    /// Begins with the set of the last-known-good file, if there is a usable one.
    pub(crate) fn restore(&self) {
        let Some(store) = &self.store else { return };
        let now = self.clock.now();
        let source = Source {
            endpoint: &self.endpoint,
            issuer: self.issuer.as_ref(),
        };
        match store.load(source, &self.provider, &self.settings, &*self.clock) {
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

    /// Waits until more than `ended` fetches have ended, or the one under way is abandoned, but
    /// not beyond `deadline`. The outcome is in the state.
    pub(crate) fn wait(&self, ended: u64, deadline: Instant) -> Result<(), KeysUnavailable> {
        let Some(_seat) = self.seats.take(self.settings.waiter_limit) else {
            return Err(self.too_many_waiting());
        };
        let mut turn = self.lock();
        while self.state.load().ended() == ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.waited_too_long());
            }
            (turn, _) = self
                .fetch_ended
                .wait_timeout(turn, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    pub(crate) fn too_many_waiting(&self) -> KeysUnavailable {
        let error = FetchError::new(
            FetchErrorKind::TooManyWaiting,
            format!(
                "found {} callers waiting for the keys already; try again",
                self.settings.waiter_limit
            ),
        );
        KeysUnavailable::failed(error, RETRY)
    }

    pub(crate) fn waited_too_long(&self) -> KeysUnavailable {
        let error = FetchError::new(
            FetchErrorKind::Timeout,
            format!(
                "no fetch of the keys ended within {:?}",
                self.settings.total_deadline
            ),
        );
        KeysUnavailable::failed(error, RETRY)
    }

    /// Replaces the state by the next one, if `event` changes it.
    fn apply(&self, _turn: &MutexGuard<'_, ()>, event: Event) -> Option<Arc<State>> {
        let state = self.state.load();
        let next = Arc::new(state.next(event, self.clock.now(), &self.settings)?);
        self.state.store(next.clone());
        Some(next)
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        // It guards no data that a panic could leave incomplete.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When to try again if a wait ended without a fetch.
const RETRY: Duration = Duration::from_secs(1);

/// How often an unused client checks whether it is used again.
const IDLE_REST: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use countersign_fetch::testing::ScriptedFetch;

    use super::*;
    use crate::pool::Scheduled as _;
    use crate::testing::ManualClock;

    #[test]
    fn j2_an_endpoint_that_nobody_uses_forgets_the_tokens_that_it_was_shown() {
        let clock = ManualClock::at(Duration::from_secs(1_700_000_000));
        let cache = KeyCache::new(
            EndpointUrl::new("https://keys.example/", false).unwrap(),
            Settings::default(),
            countersign_ring::provider(),
            Arc::new(ScriptedFetch::new()),
            Arc::new(clock.clone()),
            None,
            0,
        );
        let query = Query {
            kid: Some("a"),
            shown: Shown::Token(b"token"),
        };
        drop(cache.look_up(query));
        let idle_after = cache.settings.idle_after;
        // Asked anew, it would say that it was first shown when nine fetches had begun.
        let remembered = || {
            cache
                .unknown
                .first_shown(cache.endpoint.as_str(), b"token", 9)
                == 0
        };
        clock.advance(idle_after);
        cache.tick();
        assert!(remembered());
        clock.advance(Duration::from_secs(1));
        assert!(!cache.tick().fetch, "nobody uses it");
        assert!(!remembered());
    }
}
