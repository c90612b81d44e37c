//! The state machine: which keys are known, the answer to a look-up, and when to fetch.
//!
//! A state is a value. Readers use it without a lock; an event makes the next state. The time and
//! the result of a fetch are arguments: this module has no clock, no transport, no thread and no
//! wait. It remembers only `kid`s that a set had, so invented ones cannot make it grow.

use alloc::sync::Arc;
use core::time::Duration;

use countersign_fetch::{FetchError, FetchErrorKind};
use countersign_published_keys::{KidMatch, PublishedKeys, Report};

use crate::discovery::Discovered;
use crate::kept::KeptSet;
use crate::settings::Settings;

mod answer;

pub(crate) use answer::Answer;

/// The knowledge of the client. All times are those of its clock.
#[derive(Clone, Debug)]
pub(crate) struct State {
    held: Option<Held>,
    latest: Latest,
    /// How many fetches have begun: the number of the latest.
    begun: u64,
    /// How many fetches have ended.
    ended: u64,
    /// The error of the fetch that ended last, if it failed.
    error: Option<FetchError>,
    /// The keys of the latest answer, if none of them could be used.
    rejected: Option<Arc<Report>>,
    /// `kid`s that an earlier set had and the present one lacks, latest last.
    retired: Arc<[Box<str>]>,
    /// How many fetches have failed since a set was usable.
    failures_without_keys: u32,
}

/// The most retired `kid`s that are remembered.
const MOST_RETIRED: usize = 1000;

/// The last good set.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) set: Arc<PublishedKeys>,
    /// The set in the form of the last-known-good file, if there is a file. It belongs to `etag`
    /// and `fetched_at`: a 304 renews all three together.
    pub(crate) kept: Option<Arc<KeptSet>>,
    /// Where an issuer's discovery document said that the set is, if it was asked.
    pub(crate) discovered: Option<Discovered>,
    pub(crate) etag: Option<Arc<str>>,
    /// When its request was sent: a key removed later is in no later answer.
    pub(crate) fetched_at: Duration,
    pub(crate) life: Duration,
    /// The number of the fetch that brought or confirmed it; 0 if it is from the file.
    pub(crate) confirmed_by: u64,
}

/// The latest fetch.
#[derive(Clone, Debug)]
enum Latest {
    Never,
    InFlight {
        since: Duration,
        /// The failure right before it, if there was one.
        after: Option<Failure>,
    },
    Succeeded {
        quiet_until: Duration,
        refresh_at: Duration,
    },
    Failed(Failure),
}

#[derive(Clone, Debug)]
struct Failure {
    error: FetchError,
    /// No other fetch begins before this time.
    quiet_until: Duration,
    /// When the next fetch is due without a look-up.
    due_at: Duration,
}

/// An event that may change a state.
#[derive(Debug)]
pub(crate) enum Event {
    /// A set was read from the last-known-good file.
    Restored(Held),
    /// A fetch is needed. `forced`: even during the cooldown.
    Wanted { forced: bool },
    /// The fetch of this number has ended.
    Ended { number: u64, outcome: Outcome },
}

/// The result of a fetch.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It brought a set. `spread` (0 to 255) is the moment in its window at which the refresh
    /// begins.
    Loaded { held: Held, spread: u8 },
    /// The held set is still the current one.
    NotModified {
        discovered: Option<Discovered>,
        fetched_at: Duration,
        life: Duration,
        spread: u8,
    },
    /// It failed. `pause`: the pause that the server asked for. `rejected`: the keys of an answer
    /// of which none can be used.
    Failed {
        error: FetchError,
        pause: Option<Duration>,
        rejected: Option<Arc<Report>>,
    },
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            held: None,
            latest: Latest::Never,
            begun: 0,
            ended: 0,
            error: None,
            rejected: None,
            retired: Arc::default(),
            failures_without_keys: 0,
        }
    }

    /// The state after `event`, or `None` if the event changes nothing.
    pub(crate) fn next(&self, event: Event, now: Duration, settings: &Settings) -> Option<Self> {
        let is_latest = |number: u64| number == self.begun;
        match (&self.latest, event) {
            // A set from the file counts only before the first fetch.
            (Latest::Never, Event::Restored(held)) => Some(Self {
                held: Some(held),
                ..self.clone()
            }),
            (
                Latest::InFlight { .. } | Latest::Succeeded { .. } | Latest::Failed(_),
                Event::Restored(_),
            ) => None,

            // One fetch at a time, unless its transport did not return in time.
            (Latest::Never, Event::Wanted { .. }) => Some(self.begin(now, None)),
            (Latest::Succeeded { .. }, Event::Wanted { forced }) => {
                (forced || self.may_start(now, settings)).then(|| self.begin(now, None))
            }
            (Latest::Failed(failure), Event::Wanted { forced }) => {
                (forced || self.may_start(now, settings)).then(|| {
                    let is_recent = self.is_failing(now, settings);
                    self.begin(now, is_recent.then(|| failure.clone()))
                })
            }
            (Latest::InFlight { .. }, Event::Wanted { .. }) => self
                .may_start(now, settings)
                .then(|| self.begin(now, self.abandoned(now, settings))),

            // Ignore results of abandoned fetches.
            (Latest::InFlight { .. }, Event::Ended { number, outcome }) => {
                is_latest(number).then(|| self.end(outcome, now, settings))
            }
            (Latest::Never | Latest::Succeeded { .. } | Latest::Failed(_), Event::Ended { .. }) => {
                None
            }
        }
    }

    fn begin(&self, now: Duration, after: Option<Failure>) -> Self {
        Self {
            held: self.held.clone(),
            latest: Latest::InFlight { since: now, after },
            begun: self.begun.wrapping_add(1),
            ended: self.ended,
            error: self.error.clone(),
            rejected: self.rejected.clone(),
            retired: self.retired.clone(),
            failures_without_keys: self.failures_without_keys,
        }
    }

    fn end(&self, outcome: Outcome, now: Duration, settings: &Settings) -> Self {
        let mut next = Self {
            ended: self.ended.wrapping_add(1),
            error: None,
            rejected: None,
            failures_without_keys: 0,
            ..self.clone()
        };
        let (error, pause) = match (outcome, &self.held) {
            (Outcome::Loaded { held, spread }, before) => {
                if let Some(before) = before {
                    next.retired = retired(&self.retired, &before.set, &held.set);
                }
                let held = Held {
                    confirmed_by: self.begun,
                    ..held
                };
                next.latest = succeeded(&held, spread, now, settings);
                next.held = Some(held);
                return next;
            }
            (
                Outcome::NotModified {
                    discovered,
                    fetched_at,
                    life,
                    spread,
                },
                Some(held),
            ) => {
                let held = Held {
                    discovered,
                    fetched_at,
                    life,
                    confirmed_by: self.begun,
                    ..held.clone()
                };
                next.latest = succeeded(&held, spread, now, settings);
                next.held = Some(held);
                return next;
            }
            (Outcome::NotModified { .. }, None) => {
                let error = FetchError::new(
                    FetchErrorKind::Status(304),
                    "found status 304, but no set was held; 200 is needed",
                );
                (error, None)
            }
            // A failed fetch never removes the last good set.
            (
                Outcome::Failed {
                    error,
                    pause,
                    rejected,
                },
                _,
            ) => {
                next.rejected = rejected;
                (error, pause)
            }
        };
        let has_keys = self.usable_while_failing(now, settings).is_some();
        if !has_keys {
            next.failures_without_keys = self.failures_without_keys.saturating_add(1);
        }
        next.latest = Latest::Failed(failed(
            error.clone(),
            pause,
            next.failures_without_keys,
            now,
            settings,
        ));
        next.error = Some(error);
        next
    }

    /// The number of the fetch under way.
    pub(crate) fn in_flight(&self) -> Option<u64> {
        matches!(self.latest, Latest::InFlight { .. }).then_some(self.begun)
    }

    /// How many fetches have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// How many fetches have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.ended
    }

    /// The error of the fetch that ended last, if it failed.
    pub(crate) fn error(&self) -> Option<&FetchError> {
        self.error.as_ref()
    }

    /// The keys of the latest answer, if none of them could be used.
    pub(crate) fn rejected(&self) -> Option<&Arc<Report>> {
        self.rejected.as_ref()
    }

    pub(crate) fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }
}

impl Held {
    fn fresh_until(&self) -> Duration {
        self.fetched_at.saturating_add(self.life)
    }

    pub(crate) fn is_fresh(&self, now: Duration) -> bool {
        now < self.fresh_until()
    }
}

/// How long a fetch counts as under way. Twice its deadline: a fetch whose transport keeps
/// its promise is never abandoned.
fn in_flight_limit(settings: &Settings) -> Duration {
    settings.total_deadline.saturating_mul(2)
}

fn succeeded(held: &Held, spread: u8, now: Duration, settings: &Settings) -> Latest {
    let window = settings
        .refresh_ahead
        .min(held.life.checked_div(2).unwrap_or_default());
    let ahead = window.saturating_sub(
        window
            .saturating_mul(u32::from(spread))
            .checked_div(512)
            .unwrap_or_default(),
    );
    Latest::Succeeded {
        quiet_until: now.saturating_add(settings.unknown_key_pause()),
        refresh_at: held.fresh_until().saturating_sub(ahead),
    }
}

/// The pauses after a failed fetch. `without_keys`: how many fetches have failed since a set
/// was usable; 0 if one is usable now.
fn failed(
    error: FetchError,
    asked: Option<Duration>,
    without_keys: u32,
    now: Duration,
    settings: &Settings,
) -> Failure {
    // The server may ask for a longer pause, but cannot choose how long keys are missing.
    let asked = asked
        .unwrap_or_default()
        .min(settings.cooldown.saturating_mul(10));
    // While every token is refused, recovery must be quick: 1 s, 2 s, 4 s … up to the cooldown, and
    // after 1 s if a caller asks.
    let (quiet, due) = match without_keys.checked_sub(1) {
        None => (settings.cooldown, settings.cooldown),
        Some(before) => {
            let backoff = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(before));
            (FIRST_RETRY, backoff)
        }
    };
    let end = |pause: Duration| now.saturating_add(pause.min(settings.cooldown).max(asked));
    Failure {
        error,
        quiet_until: end(quiet),
        due_at: end(due),
    }
}

/// The first pause after a failed fetch while no keys are usable.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// The `kid`s that were retired before or are in `before`, and are not in `after`.
fn retired(known: &[Box<str>], before: &PublishedKeys, after: &PublishedKeys) -> Arc<[Box<str>]> {
    let mut retired: Vec<Box<str>> = known.to_vec();
    for kid in before.kids() {
        if !retired.iter().any(|it| **it == *kid) {
            retired.push(kid.into());
        }
    }
    retired.retain(|kid| matches!(after.find(Some(kid)), KidMatch::Missing));
    let surplus = retired.len().saturating_sub(MOST_RETIRED);
    retired.drain(..surplus);
    retired.into()
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
