//! The answer of a state to a look-up, and when a fetch may begin.

use core::time::Duration;

use countersign_fetch::{FetchError, FetchErrorKind};
use countersign_published_keys::{KidKeys, KidMatch};

use super::{Failure, Held, Latest, State, in_flight_limit};
use crate::settings::Settings;

/// The answer to one look-up.
#[derive(Debug)]
pub(crate) enum Answer<'s> {
    Found {
        keys: &'s KidKeys,
        is_stale: bool,
    },
    KidRequired,
    /// A fetch is needed, and may begin or is under way.
    Pending,
    /// The set lacks the `kid`, and no fetch may begin for `wait`.
    Missing {
        /// Whether an earlier set had the `kid`.
        is_retired: bool,
        /// The number of the fetch that the set is known by.
        confirmed_by: u64,
        wait: Duration,
        /// The error of the latest fetch, if it failed.
        error: Option<FetchError>,
    },
    /// No set is usable, and no fetch may begin for `wait`.
    Unavailable {
        error: FetchError,
        wait: Duration,
    },
}

impl State {
    /// The answer for a token with this `kid`.
    pub(crate) fn look_up(
        &self,
        kid: Option<&str>,
        now: Duration,
        settings: &Settings,
    ) -> Answer<'_> {
        // A fetch can't help if the token has no `kid`.
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
        let Some((wait, error)) = self.pause(now, settings) else {
            return Answer::Pending;
        };
        match (usable, error) {
            (Some(held), error) => Answer::Missing {
                is_retired: kid.is_some_and(|kid| self.retired.iter().any(|it| **it == *kid)),
                confirmed_by: held.confirmed_by,
                wait,
                error,
            },
            (None, Some(error)) => Answer::Unavailable { error, wait },
            // The set has ended since, so a fetch may begin.
            (None, None) => Answer::Pending,
        }
    }

    /// How long no fetch may begin, and the error of the latest one if it failed. `None` if one
    /// may begin or is under way.
    fn pause(&self, now: Duration, settings: &Settings) -> Option<(Duration, Option<FetchError>)> {
        let (until, error) = match &self.latest {
            Latest::Never => return None,
            Latest::InFlight { .. } => {
                let failure = self.abandoned(now, settings)?;
                (failure.quiet_until, Some(failure.error))
            }
            Latest::Succeeded { quiet_until, .. } => (*quiet_until, None),
            Latest::Failed(failure) => (failure.quiet_until, Some(failure.error.clone())),
        };
        let wait = until.checked_sub(now).filter(|wait| !wait.is_zero())?;
        Some((wait, error))
    }

    /// The set, if it may be used now: fresh, or stale while the endpoint fails.
    pub(crate) fn usable(&self, now: Duration, settings: &Settings) -> Option<&Held> {
        let held = self.held.as_ref()?;
        if held.is_fresh(now) {
            return Some(held);
        }
        self.usable_while_failing(now, settings)
            .filter(|_| self.is_failing(now, settings))
    }

    /// The set, if it may be used while the endpoint fails.
    pub(super) fn usable_while_failing(&self, now: Duration, settings: &Settings) -> Option<&Held> {
        let held = self.held.as_ref()?;
        let until = held.fresh_until().saturating_add(settings.stale_if_error);
        (now < until).then_some(held)
    }

    /// Whether the latest fetch failed recently. The next one is due at the end of the pause;
    /// the failure counts for one cooldown more, so that the next one has time to end.
    pub(super) fn is_failing(&self, now: Duration, settings: &Settings) -> bool {
        match &self.latest {
            Latest::Never | Latest::Succeeded { .. } => false,
            Latest::InFlight { after, .. } => {
                after.is_some() || self.abandoned(now, settings).is_some()
            }
            Latest::Failed(failure) => now < failure.quiet_until.saturating_add(settings.cooldown),
        }
    }

    /// Whether a fetch may begin. After a good one, only the end of its set ends the pause early.
    pub(crate) fn may_start(&self, now: Duration, settings: &Settings) -> bool {
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

    /// When a fetch is due without a look-up.
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
            Latest::Failed(failure) => failure.due_at,
        }
    }

    /// The failure that counts for a fetch whose transport did not return in time.
    pub(super) fn abandoned(&self, now: Duration, settings: &Settings) -> Option<Failure> {
        match &self.latest {
            Latest::InFlight { since, .. } => {
                let abandoned_at = since.saturating_add(in_flight_limit(settings));
                (now >= abandoned_at).then(|| Failure {
                    error: FetchError::new(
                        FetchErrorKind::Timeout,
                        "the transport did not return within its deadline",
                    ),
                    quiet_until: abandoned_at.saturating_add(settings.cooldown),
                    due_at: abandoned_at.saturating_add(settings.cooldown),
                })
            }
            Latest::Never | Latest::Succeeded { .. } | Latest::Failed(_) => None,
        }
    }

    /// The error of the fetch under way, if its transport did not return in time.
    pub(crate) fn abandoned_error(&self, now: Duration, settings: &Settings) -> Option<FetchError> {
        self.abandoned(now, settings).map(|failure| failure.error)
    }
}
