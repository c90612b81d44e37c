//! The state machine: what is known, what may be answered, when to fetch.
//!
//! A state is a value. Readers decide from it without a lock; an event makes the next
//! one. The time and the outcome of a fetch come in as arguments: there is no clock, no
//! transport, no thread and no wait in here. It knows nothing of a `kid` that it does
//! not hold, so that no number of invented ones makes it grow.

use alloc::sync::Arc;
use core::time::Duration;

use crate::set::{Find, Set};
use crate::{FetchError, FetchErrorKind, Keys, Settings};

/// What the client knows. All times are those of its clock.
#[derive(Clone, Debug)]
pub(crate) struct State {
    held: Option<Held>,
    attempt: Attempt,
    /// How many flights have begun: the number of the latest.
    flights: u64,
    /// How many have ended.
    landings: u64,
    /// The error of the one that ended last, if it failed.
    error: Option<FetchError>,
}

/// The last good set.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) set: Arc<Set>,
    /// What the last-known-good file has of it, if there is one. It stands beside `etag` and
    /// `fetched_at` because a 304 says of all three that they belong together.
    pub(crate) text: Option<Arc<str>>,
    pub(crate) etag: Option<Arc<str>>,
    /// When its request was sent: a key removed later is in no later answer.
    pub(crate) fetched_at: Duration,
    pub(crate) life: Duration,
}

/// The latest fetch.
#[derive(Clone, Debug)]
enum Attempt {
    Never,
    Flying {
        since: Duration,
        /// The failure that went right before it, if one did.
        after: Option<Failure>,
    },
    Landed {
        quiet_until: Duration,
        refresh_at: Duration,
    },
    Failed(Failure),
}

#[derive(Clone, Debug)]
struct Failure {
    error: FetchError,
    /// Before then, no other fetch begins.
    quiet_until: Duration,
}

/// What happens to a state.
#[derive(Debug)]
pub(crate) enum Event {
    /// A set was read from the last-known-good file.
    Restored(Held),
    /// Somebody needs a fetch. `forced`: the cooldown does not hold it back.
    Wanted { forced: bool },
    /// The flight of this number has ended.
    Landed { flight: u64, outcome: Outcome },
}

/// How a flight ended.
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
    /// Without one. `pause`: the server asked for that much.
    Failed {
        error: FetchError,
        pause: Option<Duration>,
    },
}

/// What is answered to one look-up.
#[derive(Debug)]
pub(crate) enum Answer<'s> {
    Found { keys: &'s Keys, is_stale: bool },
    KidRequired,
    Pending,
    UnknownKey,
    Unavailable(FetchError),
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            held: None,
            attempt: Attempt::Never,
            flights: 0,
            landings: 0,
            error: None,
        }
    }

    /// The state after `event`, or `None` if the event changes nothing.
    pub(crate) fn next(&self, event: Event, now: Duration, settings: &Settings) -> Option<Self> {
        let is_latest = |flight: u64| flight == self.flights;
        match (&self.attempt, event) {
            // A set from the file stands until the first fetch has ended.
            (Attempt::Never, Event::Restored(held)) => Some(Self {
                held: Some(held),
                ..self.clone()
            }),
            (
                Attempt::Flying { .. } | Attempt::Landed { .. } | Attempt::Failed(_),
                Event::Restored(_),
            ) => None,

            // One flight at a time, unless its transport has broken its word on timeouts.
            (Attempt::Never, Event::Wanted { .. }) => Some(self.take_off(now, None)),
            (Attempt::Landed { .. }, Event::Wanted { forced }) => {
                (forced || self.may_start(now, settings)).then(|| self.take_off(now, None))
            }
            (Attempt::Failed(failure), Event::Wanted { forced }) => {
                (forced || self.may_start(now, settings)).then(|| {
                    let is_recent = self.is_failing(now, settings);
                    self.take_off(now, is_recent.then(|| failure.clone()))
                })
            }
            (Attempt::Flying { .. }, Event::Wanted { .. }) => self
                .may_start(now, settings)
                .then(|| self.take_off(now, self.abandoned(now, settings))),

            // Whose flight was given up, or never was, has no say any more.
            (Attempt::Flying { .. }, Event::Landed { flight, outcome }) => {
                is_latest(flight).then(|| self.land(outcome, now, settings))
            }
            (
                Attempt::Never | Attempt::Landed { .. } | Attempt::Failed(_),
                Event::Landed { .. },
            ) => None,
        }
    }

    fn take_off(&self, now: Duration, after: Option<Failure>) -> Self {
        Self {
            held: self.held.clone(),
            attempt: Attempt::Flying { since: now, after },
            flights: self.flights.wrapping_add(1),
            landings: self.landings,
            error: self.error.clone(),
        }
    }

    fn land(&self, outcome: Outcome, now: Duration, settings: &Settings) -> Self {
        let (held, attempt) = match (outcome, &self.held) {
            (Outcome::Loaded { held, spread }, _) => {
                let attempt = landed(&held, spread, now, settings);
                (Some(held), attempt)
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
                let attempt = landed(&held, spread, now, settings);
                (Some(held), attempt)
            }
            (Outcome::NotModified { .. }, None) => {
                let error = FetchError::new(
                    FetchErrorKind::Status(304),
                    "found status 304, but no set was held; 200 is needed",
                );
                (None, failed(error, None, now, settings))
            }
            // Whatever went wrong, the last good set stays, until its own end.
            (Outcome::Failed { error, pause }, held) => {
                (held.clone(), failed(error, pause, now, settings))
            }
        };
        let error = match &attempt {
            Attempt::Failed(failure) => Some(failure.error.clone()),
            Attempt::Never | Attempt::Flying { .. } | Attempt::Landed { .. } => None,
        };
        Self {
            held,
            attempt,
            flights: self.flights,
            landings: self.landings.wrapping_add(1),
            error,
        }
    }

    /// What a token with this `kid` is told.
    pub(crate) fn look_up(
        &self,
        kid: Option<&str>,
        now: Duration,
        settings: &Settings,
    ) -> Answer<'_> {
        // Whatever a fetch would bring, it is not for a token that names no key.
        if kid.is_none() && !settings.allow_missing_kid {
            return Answer::KidRequired;
        }
        let usable = self.usable(now, settings);
        if let Some(held) = usable {
            match held.set.find(kid) {
                Find::Keys(keys) => {
                    let is_stale = !held.is_fresh(now);
                    return Answer::Found { keys, is_stale };
                }
                Find::KidRequired => return Answer::KidRequired,
                Find::Missing => {}
            }
        }
        match (&self.attempt, usable) {
            (Attempt::Never, _) => Answer::Pending,
            (Attempt::Flying { .. }, _) => match self.abandoned(now, settings) {
                Some(failure) if now < failure.quiet_until => Answer::Unavailable(failure.error),
                _ => Answer::Pending,
            },
            // The set was confirmed less than a cooldown ago: the key is unknown for sure.
            (Attempt::Landed { quiet_until, .. }, Some(_)) if now < *quiet_until => {
                Answer::UnknownKey
            }
            (Attempt::Landed { .. }, _) => Answer::Pending,
            // The endpoint could not be asked: whether the key is unknown is unknown.
            (Attempt::Failed(failure), _) if now < failure.quiet_until => {
                Answer::Unavailable(failure.error.clone())
            }
            (Attempt::Failed(_), _) => Answer::Pending,
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

    /// Whether the latest fetch failed, and not so long ago that it says nothing any more:
    /// a background refresh follows at the end of the quiet, and has another cooldown for it.
    fn is_failing(&self, now: Duration, settings: &Settings) -> bool {
        match &self.attempt {
            Attempt::Never | Attempt::Landed { .. } => false,
            Attempt::Flying { after, .. } => {
                after.is_some() || self.abandoned(now, settings).is_some()
            }
            Attempt::Failed(failure) => now < failure.quiet_until.saturating_add(settings.cooldown),
        }
    }

    /// Whether a flight may begin. Only an expired set breaks the quiet after a good one.
    fn may_start(&self, now: Duration, settings: &Settings) -> bool {
        match &self.attempt {
            Attempt::Never => true,
            Attempt::Flying { .. } => self
                .abandoned(now, settings)
                .is_some_and(|failure| now >= failure.quiet_until),
            Attempt::Landed { quiet_until, .. } => {
                now >= *quiet_until || !self.held.as_ref().is_some_and(|held| held.is_fresh(now))
            }
            Attempt::Failed(failure) => now >= failure.quiet_until,
        }
    }

    /// When a flight should begin by itself.
    pub(crate) fn due_at(&self, settings: &Settings) -> Duration {
        match &self.attempt {
            Attempt::Never => Duration::ZERO,
            Attempt::Flying { since, .. } => since
                .saturating_add(patience(settings))
                .saturating_add(settings.cooldown),
            Attempt::Landed {
                quiet_until,
                refresh_at,
            } => (*refresh_at).max(*quiet_until),
            Attempt::Failed(failure) => failure.quiet_until,
        }
    }

    /// The failure that a flight is which its transport never ended.
    fn abandoned(&self, now: Duration, settings: &Settings) -> Option<Failure> {
        match &self.attempt {
            Attempt::Flying { since, .. } => {
                let given_up_at = since.saturating_add(patience(settings));
                (now >= given_up_at).then(|| Failure {
                    error: FetchError::new(
                        FetchErrorKind::Timeout,
                        "the transport did not return within its deadline",
                    ),
                    quiet_until: given_up_at.saturating_add(settings.cooldown),
                })
            }
            Attempt::Never | Attempt::Landed { .. } | Attempt::Failed(_) => None,
        }
    }

    /// The error of a flight in the air that its transport never ended.
    pub(crate) fn given_up(&self, now: Duration, settings: &Settings) -> Option<FetchError> {
        self.abandoned(now, settings).map(|failure| failure.error)
    }

    /// The number of the flight in the air.
    pub(crate) fn flying(&self) -> Option<u64> {
        matches!(self.attempt, Attempt::Flying { .. }).then_some(self.flights)
    }

    /// How many flights have ended.
    pub(crate) fn landings(&self) -> u64 {
        self.landings
    }

    /// The error of the flight that ended last, if it failed.
    pub(crate) fn error(&self) -> Option<&FetchError> {
        self.error.as_ref()
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

/// How long a flight is believed to be under way. Twice its deadline: a transport that
/// keeps its word is never given up.
fn patience(settings: &Settings) -> Duration {
    settings.total_deadline.saturating_mul(2)
}

fn landed(held: &Held, spread: u8, now: Duration, settings: &Settings) -> Attempt {
    let window = settings
        .refresh_ahead
        .min(held.life.checked_div(2).unwrap_or_default());
    let ahead = window.saturating_sub(
        window
            .saturating_mul(u32::from(spread))
            .checked_div(512)
            .unwrap_or_default(),
    );
    Attempt::Landed {
        quiet_until: now.saturating_add(settings.cooldown),
        refresh_at: held.fresh_until().saturating_sub(ahead),
    }
}

fn failed(
    error: FetchError,
    pause: Option<Duration>,
    now: Duration,
    settings: &Settings,
) -> Attempt {
    // The server may ask for a longer pause, but not for an outage of its choice.
    let pause = pause
        .unwrap_or_default()
        .min(settings.cooldown.saturating_mul(10))
        .max(settings.cooldown);
    Attempt::Failed(Failure {
        error,
        quiet_until: now.saturating_add(pause),
    })
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
