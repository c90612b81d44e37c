//! The settings and their limits.

use core::time::Duration;

use countersign_fetch::SettingsError;

/// How a key set is fetched and how long it is trusted. Most programs should keep the defaults.
///
/// ```
/// use std::time::Duration;
/// use countersign_jwks::Settings;
///
/// let mut settings = Settings::default();
/// assert_eq!(settings.removed_key_trusted_at_most(), Duration::from_secs(2 * 3600));
///
/// settings.stale_if_error = Duration::ZERO;
/// assert_eq!(settings.removed_key_trusted_at_most(), Duration::from_secs(3600));
/// assert!(settings.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How long a set is fresh, counted from the moment its request was sent and not
    /// from its last use. At least twice the [`cooldown`](Self::cooldown), and twice the
    /// [`total_deadline`](Self::total_deadline): with less, a set could end before the next
    /// fetch may begin. Default: 1 h.
    pub time_to_live: Duration,
    /// How long past its freshness the last good set is used while the endpoint fails.
    /// Zero: not at all. Default: 1 h.
    pub stale_if_error: Duration,
    /// How long before the end of its freshness a set is fetched anew in the background.
    /// The exact moment is spread over the first half of this time, so that many
    /// servers do not ask at once; it is never more than half of the freshness.
    /// Default: 5 min.
    pub refresh_ahead: Duration,
    /// The time after a failed fetch before the next one. While no usable keys are held it is
    /// shorter: look-ups may cause the next fetch after 1 s, and without them the thread
    /// tries after 1, 2, 4 … s, up to this time. Default: 30 s.
    pub cooldown: Duration,
    /// The time after a good fetch in which an unknown `kid` causes no other. It may be shorter
    /// than [`cooldown`](Self::cooldown). Default: the same.
    pub unknown_key_cooldown: Option<Duration>,
    /// An answer that caches on the way have held for at least the longest life is a failed
    /// fetch (`Age`, RFC 9111 section 5.1), because it would prolong the trust in a removed
    /// key. With a value here, answers up to this age are accepted, and
    /// [`removed_key_trusted_at_most`](Self::removed_key_trusted_at_most) is longer. In a
    /// configuration: `jwks_accept_age_up_to`. Default: none.
    pub accept_age_up_to: Option<Duration>,
    /// A client that was not used for this long fetches nothing more until it is used again, and
    /// keeps only its last set. Default: 2 h.
    pub idle_after: Duration,
    /// The time that one request has, from name resolution to the last byte. An attempt is one
    /// request, or two with an issuer: for its document and for its set. Default: 1 s.
    pub attempt_timeout: Duration,
    /// The time limit of one fetch with all its attempts, and of a caller's wait for it. Default: 3
    /// s.
    pub total_deadline: Duration,
    /// How often a failed attempt is repeated after a timeout, a broken connection or a status of
    /// 500 and above. A status of 4xx, a redirect or a body that is not a key set is never retried.
    /// Default: 1.
    pub retries: u32,
    /// The largest body that is read, in bytes. Default: 512 KiB.
    pub body_limit: usize,
    /// The most keys that one set may hold, usable or not. Default: 100.
    pub key_limit: usize,
    /// How many callers may wait for one fetch at once; for further callers the keys are
    /// unavailable. Callers that block and callers that await are counted separately. Default:
    /// 1024.
    pub waiter_limit: usize,
    /// `Cache-Control: max-age` always shortens [`time_to_live`](Self::time_to_live), down to the
    /// smallest permitted value. With a value here it also lengthens it, up to that value. Default:
    /// none.
    pub cache_control_may_lengthen_to: Option<Duration>,
    /// Whether a token without `kid` may be checked against a set that holds exactly one
    /// usable key. Default: no.
    pub allow_missing_kid: bool,
    /// Whether `http:` is allowed for hosts other than loopback ones. An attacker on the network
    /// can then replace the keys. Default: no.
    pub allow_plain_http: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_to_live: Duration::from_secs(3600),
            stale_if_error: Duration::from_secs(3600),
            refresh_ahead: Duration::from_secs(300),
            cooldown: Duration::from_secs(30),
            unknown_key_cooldown: None,
            accept_age_up_to: None,
            idle_after: Duration::from_secs(2 * 3600),
            attempt_timeout: Duration::from_secs(1),
            total_deadline: Duration::from_secs(3),
            retries: 1,
            body_limit: 512 * 1024,
            key_limit: 100,
            waiter_limit: 1024,
            cache_control_may_lengthen_to: None,
            allow_missing_kid: false,
            allow_plain_http: false,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Settings {
    /// The longest time that a key stays trusted after it was removed from the endpoint:
    /// `max(time_to_live, cache_control_may_lengthen_to) + stale_if_error`.
    ///
    /// The second part only applies if the endpoint fails all that time. If
    /// [`accept_age_up_to`](Self::accept_age_up_to) and twice the longest cooldown or deadline
    /// together exceed the first part, they count instead of it.
    ///
    /// A cache on the way that stores responses but sends no `Age` adds an unknown time.
    #[must_use]
    pub fn removed_key_trusted_at_most(&self) -> Duration {
        let aged = self
            .accept_age_up_to
            .map_or(Duration::ZERO, |age| age.saturating_add(self.least_life()));
        self.longest_life()
            .max(aged)
            .saturating_add(self.stale_if_error)
    }

    /// Checks that each value is within its bounds.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the setting, what was found and what is needed.
    pub fn check(&self) -> Result<(), SettingsError> {
        let second = Duration::from_secs(1);
        let instant = Duration::from_millis(1);
        let minutes = Duration::from_secs(300);
        let year = DAY.saturating_mul(365);
        for (name, found, least, most) in [
            ("time_to_live", self.time_to_live, second, year),
            ("stale_if_error", self.stale_if_error, Duration::ZERO, year),
            ("refresh_ahead", self.refresh_ahead, Duration::ZERO, year),
            // Without a cooldown every token with an invented `kid` would be a request.
            ("cooldown", self.cooldown, second, DAY),
            (
                "unknown_key_cooldown",
                self.unknown_key_pause(),
                second,
                DAY,
            ),
            ("idle_after", self.idle_after, second, year),
            (
                "accept_age_up_to",
                self.accept_age_up_to.unwrap_or_default(),
                Duration::ZERO,
                year,
            ),
            ("attempt_timeout", self.attempt_timeout, instant, minutes),
            (
                "total_deadline",
                self.total_deadline,
                self.attempt_timeout,
                minutes,
            ),
            (
                "cache_control_may_lengthen_to",
                self.longest_life(),
                second,
                year,
            ),
        ] {
            if found < least || found > most {
                let sentence =
                    format!("found `{name}` of {found:?}; it must be from {least:?} to {most:?}");
                return Err(SettingsError::of(name, sentence));
            }
        }
        if self.time_to_live < self.least_life() {
            let sentence = format!(
                "found `time_to_live` of {:?} with `cooldown` of {:?}, `unknown_key_cooldown` of {:?} \
                 and `total_deadline` of {:?}; it must be at least twice each of them",
                self.time_to_live,
                self.cooldown,
                self.unknown_key_pause(),
                self.total_deadline
            );
            return Err(SettingsError::of("time_to_live", sentence));
        }
        for (name, found, most) in [
            ("body_limit", self.body_limit, 16 * 1024 * 1024),
            ("key_limit", self.key_limit, 1000),
            ("waiter_limit", self.waiter_limit, 1_000_000),
        ] {
            if found == 0 || found > most {
                let sentence = format!("found `{name}` of {found}; it must be from 1 to {most}");
                return Err(SettingsError::of(name, sentence));
            }
        }
        if self.retries > 10 {
            let sentence = format!(
                "found `retries` of {}; it must be from 0 to 10",
                self.retries
            );
            return Err(SettingsError::of("retries", sentence));
        }
        Ok(())
    }

    /// The shortest life of a set: the next fetch may begin a cooldown after the last one
    /// has ended, which took the total deadline at most, and each has its half of this.
    pub(crate) fn least_life(&self) -> Duration {
        self.cooldown
            .max(self.unknown_key_pause())
            .max(self.total_deadline)
            .saturating_mul(2)
    }

    /// The time after a good fetch in which an unknown `kid` causes no other.
    pub(crate) fn unknown_key_pause(&self) -> Duration {
        self.unknown_key_cooldown.unwrap_or(self.cooldown)
    }

    pub(crate) fn longest_life(&self) -> Duration {
        self.cache_control_may_lengthen_to
            .map_or(self.time_to_live, |longest| longest.max(self.time_to_live))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_bounds() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn a_setting_out_of_bounds_is_refused_by_name() {
        let change = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().unwrap_err()
        };
        for (name, error) in [
            ("time_to_live", change(|s| s.time_to_live = Duration::ZERO)),
            ("time_to_live", change(|s| s.time_to_live = Duration::MAX)),
            (
                "time_to_live",
                change(|s| s.time_to_live = Duration::from_secs(59)),
            ),
            (
                "time_to_live",
                change(|s| {
                    s.time_to_live = Duration::from_secs(119);
                    s.total_deadline = Duration::from_secs(60);
                }),
            ),
            ("cooldown", change(|s| s.cooldown = Duration::ZERO)),
            (
                "attempt_timeout",
                change(|s| s.attempt_timeout = Duration::ZERO),
            ),
            (
                "total_deadline",
                change(|s| s.total_deadline = Duration::from_millis(999)),
            ),
            (
                "stale_if_error",
                change(|s| s.stale_if_error = Duration::MAX),
            ),
            (
                "cache_control_may_lengthen_to",
                change(|s| s.cache_control_may_lengthen_to = Some(Duration::MAX)),
            ),
            ("body_limit", change(|s| s.body_limit = 0)),
            ("body_limit", change(|s| s.body_limit = usize::MAX)),
            ("key_limit", change(|s| s.key_limit = 0)),
            ("waiter_limit", change(|s| s.waiter_limit = 0)),
            ("retries", change(|s| s.retries = 11)),
        ] {
            assert!(error.to_string().contains(name), "{error}");
            assert_eq!(error.setting(), Some(name));
        }
    }

    #[test]
    fn the_largest_values_are_within_their_bounds() {
        let settings = Settings {
            time_to_live: DAY * 365,
            stale_if_error: DAY * 365,
            refresh_ahead: DAY * 365,
            cooldown: Duration::from_secs(86_400),
            attempt_timeout: Duration::from_secs(300),
            total_deadline: Duration::from_secs(300),
            cache_control_may_lengthen_to: Some(DAY * 365),
            body_limit: 16 * 1024 * 1024,
            key_limit: 1000,
            waiter_limit: 1_000_000,
            retries: 10,
            ..Settings::default()
        };
        assert_eq!(settings.check(), Ok(()));
        let over = Settings {
            cooldown: Duration::from_secs(86_401),
            ..settings
        };
        assert_eq!(over.check().unwrap_err().setting(), Some("cooldown"));
    }

    #[test]
    fn a_life_of_twice_the_cooldown_and_the_deadline_is_enough() {
        let second = Duration::from_secs(1);
        let settings = Settings {
            time_to_live: Duration::from_secs(2),
            cooldown: second,
            total_deadline: second,
            ..Settings::default()
        };
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn a_removed_key_is_trusted_for_the_longest_life_and_the_stale_limit() {
        let mut settings = Settings {
            cache_control_may_lengthen_to: Some(DAY),
            ..Settings::default()
        };
        assert_eq!(
            settings.removed_key_trusted_at_most(),
            DAY + Duration::from_secs(3600)
        );
        settings.cache_control_may_lengthen_to = Some(Duration::from_secs(60));
        assert_eq!(
            settings.removed_key_trusted_at_most(),
            Duration::from_secs(7200)
        );
    }
}
