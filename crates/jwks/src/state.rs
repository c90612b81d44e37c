//! The state machine: what is known, what may be answered, when to fetch.
//!
//! A state is a value. Readers decide from it without a lock; an event makes the next
//! one. The time and the outcome of a fetch come in as arguments: there is no clock, no
//! transport, no thread and no wait in here. It remembers no `kid` that no set has held, so
//! invented ones cannot make it grow.

use alloc::sync::Arc;
use core::time::Duration;

use countersign_fetch::{FetchError, FetchErrorKind};
use countersign_published_keys::{KidKeys, KidMatch, PublishedKeys, Report};

use crate::settings::Settings;

/// What the client knows. All times are those of its clock.
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
}

/// The last good set.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) set: Arc<PublishedKeys>,
    /// The set as the last-known-good file holds it, if there is one. It belongs to `etag` and
    /// `fetched_at`: a 304 renews all three together.
    pub(crate) text: Option<Arc<str>>,
    pub(crate) etag: Option<Arc<str>>,
    /// When its request was sent: a key removed later is in no later answer.
    pub(crate) fetched_at: Duration,
    pub(crate) life: Duration,
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
}

/// What happens to a state.
#[derive(Debug)]
pub(crate) enum Event {
    /// A set was read from the last-known-good file.
    Restored(Held),
    /// A fetch is needed. `forced`: even during the cooldown.
    Wanted { forced: bool },
    /// The fetch of this number has ended.
    Ended { number: u64, outcome: Outcome },
}

/// How a fetch ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// With a set. `spread` (0 to 255) is where in its window the refresh begins.
    Loaded { held: Held, spread: u8 },
    /// The set that is held is still the current one.
    NotModified {
        fetched_at: Duration,
        life: Duration,
        spread: u8,
    },
    /// Without one. `pause`: what the server asked for. `rejected`: the keys of an answer
    /// none of which can be used.
    Failed {
        error: FetchError,
        pause: Option<Duration>,
        rejected: Option<Arc<Report>>,
    },
}

/// What is answered to one look-up.
#[derive(Debug)]
pub(crate) enum Answer<'s> {
    Found { keys: &'s KidKeys, is_stale: bool },
    KidRequired,
    Pending,
    UnknownKey,
    Unavailable(FetchError),
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

            // One fetch at a time, unless its transport broke its promise to time out.
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
        }
    }

    fn end(&self, outcome: Outcome, now: Duration, settings: &Settings) -> Self {
        let mut rejected = None;
        let (held, latest) = match (outcome, &self.held) {
            (Outcome::Loaded { held, spread }, _) => {
                let latest = succeeded(&held, spread, now, settings);
                (Some(held), latest)
            }
            (
                Outcome::NotModified {
                    fetched_at,
                    life,
                    spread,
                },
                Some(held),
            ) => {
                let held = Held {
                    fetched_at,
                    life,
                    ..held.clone()
                };
                let latest = succeeded(&held, spread, now, settings);
                (Some(held), latest)
            }
            (Outcome::NotModified { .. }, None) => {
                let error = FetchError::new(
                    FetchErrorKind::Status(304),
                    "found status 304, but no set was held; 200 is needed",
                );
                (None, failed(error, None, now, settings))
            }
            // A failed fetch never removes the last good set.
            (
                Outcome::Failed {
                    error,
                    pause,
                    rejected: keys,
                },
                held,
            ) => {
                rejected = keys;
                (held.clone(), failed(error, pause, now, settings))
            }
        };
        let error = match &latest {
            Latest::Failed(failure) => Some(failure.error.clone()),
            Latest::Never | Latest::InFlight { .. } | Latest::Succeeded { .. } => None,
        };
        Self {
            held,
            latest,
            begun: self.begun,
            ended: self.ended.wrapping_add(1),
            error,
            rejected,
        }
    }

    /// What a token with this `kid` is told.
    pub(crate) fn look_up(
        &self,
        kid: Option<&str>,
        now: Duration,
        settings: &Settings,
    ) -> Answer<'_> {
        // No fetch could help a token that names no key.
        if kid.is_none() && !settings.allow_missing_kid {
            return Answer::KidRequired;
        }
        let usable = self.usable(now, settings);
        if let Some(held) = usable {
            match held.set.find(kid) {
                KidMatch::Keys(keys) => {
                    let is_stale = !held.is_fresh(now);
                    return Answer::Found { keys, is_stale };
                }
                KidMatch::KidRequired => return Answer::KidRequired,
                KidMatch::Missing => {}
            }
        }
        match (&self.latest, usable) {
            (Latest::Never, _) => Answer::Pending,
            (Latest::InFlight { .. }, _) => match self.abandoned(now, settings) {
                Some(failure) if now < failure.quiet_until => Answer::Unavailable(failure.error),
                _ => Answer::Pending,
            },
            // A fetch less than a cooldown ago did not bring the key.
            (Latest::Succeeded { quiet_until, .. }, Some(_)) if now < *quiet_until => {
                Answer::UnknownKey
            }
            (Latest::Succeeded { .. }, _) => Answer::Pending,
            // The last fetch failed, so the key may exist.
            (Latest::Failed(failure), _) if now < failure.quiet_until => {
                Answer::Unavailable(failure.error.clone())
            }
            (Latest::Failed(_), _) => Answer::Pending,
        }
    }

    /// The set, if it may be used now: fresh, or stale while the endpoint fails.
    pub(crate) fn usable(&self, now: Duration, settings: &Settings) -> Option<&Held> {
        let held = self.held.as_ref()?;
        let usable = held.is_fresh(now)
            || (now < held.fresh_until().saturating_add(settings.stale_if_error)
                && self.is_failing(now, settings));
        usable.then_some(held)
    }

    /// Whether the latest fetch failed recently. The next one is due at the end of the pause;
    /// the failure counts for one cooldown more, so that the next one has time to end.
    fn is_failing(&self, now: Duration, settings: &Settings) -> bool {
        match &self.latest {
            Latest::Never | Latest::Succeeded { .. } => false,
            Latest::InFlight { after, .. } => {
                after.is_some() || self.abandoned(now, settings).is_some()
            }
            Latest::Failed(failure) => now < failure.quiet_until.saturating_add(settings.cooldown),
        }
    }

    /// Whether a fetch may begin. After a good one, only the end of its set ends the pause early.
    fn may_start(&self, now: Duration, settings: &Settings) -> bool {
        match &self.latest {
            Latest::Never => true,
            Latest::InFlight { .. } => self
                .abandoned(now, settings)
                .is_some_and(|failure| now >= failure.quiet_until),
            Latest::Succeeded { quiet_until, .. } => {
                now >= *quiet_until || !self.held.as_ref().is_some_and(|held| held.is_fresh(now))
            }
            Latest::Failed(failure) => now >= failure.quiet_until,
        }
    }

    /// When a fetch is due without anybody asking.
    pub(crate) fn due_at(&self, settings: &Settings) -> Duration {
        match &self.latest {
            Latest::Never => Duration::ZERO,
            Latest::InFlight { since, .. } => since
                .saturating_add(in_flight_limit(settings))
                .saturating_add(settings.cooldown),
            Latest::Succeeded {
                quiet_until,
                refresh_at,
            } => (*refresh_at).max(*quiet_until),
            Latest::Failed(failure) => failure.quiet_until,
        }
    }

    /// The failure that counts for a fetch whose transport did not return in time.
    fn abandoned(&self, now: Duration, settings: &Settings) -> Option<Failure> {
        match &self.latest {
            Latest::InFlight { since, .. } => {
                let abandoned_at = since.saturating_add(in_flight_limit(settings));
                (now >= abandoned_at).then(|| Failure {
                    error: FetchError::new(
                        FetchErrorKind::Timeout,
                        "the transport did not return within its deadline",
                    ),
                    quiet_until: abandoned_at.saturating_add(settings.cooldown),
                })
            }
            Latest::Never | Latest::Succeeded { .. } | Latest::Failed(_) => None,
        }
    }

    /// The error of the fetch under way, if its transport did not return in time.
    pub(crate) fn abandoned_error(&self, now: Duration, settings: &Settings) -> Option<FetchError> {
        self.abandoned(now, settings).map(|failure| failure.error)
    }

    /// The number of the fetch under way.
    pub(crate) fn in_flight(&self) -> Option<u64> {
        matches!(self.latest, Latest::InFlight { .. }).then_some(self.begun)
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
        quiet_until: now.saturating_add(settings.cooldown),
        refresh_at: held.fresh_until().saturating_sub(ahead),
    }
}

fn failed(
    error: FetchError,
    pause: Option<Duration>,
    now: Duration,
    settings: &Settings,
) -> Latest {
    // The server may ask for a longer pause, but cannot choose how long keys are missing.
    let pause = pause
        .unwrap_or_default()
        .min(settings.cooldown.saturating_mul(10))
        .max(settings.cooldown);
    Latest::Failed(Failure {
        error,
        quiet_until: now.saturating_add(pause),
    })
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
