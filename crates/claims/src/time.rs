//! A point in time, told by the caller and never by a clock of ours.

use core::fmt;
use core::time::Duration;

use crate::numeric_date;

const NANOS_PER_SEC: u32 = 1_000_000_000;

/// Seconds and nanoseconds since the Unix epoch, leap seconds not counted: what
/// RFC 7519 section 2 calls a NumericDate. It may lie before the epoch.
///
/// Arithmetic saturates: [`UnixTime::MAX`] is as good as "never".
///
/// ```
/// use core::time::Duration;
/// use countersign_claims::UnixTime;
///
/// let exp = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(exp.saturating_add(Duration::from_millis(500)).to_string(), "1700000000.5");
/// assert_eq!(UnixTime::MAX.saturating_add(Duration::from_secs(1)), UnixTime::MAX);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    secs: i64,
    /// Always below one second and counted forward, also before the epoch; so the
    /// derived order is the order in time.
    nanos: u32,
}

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self::from_secs(0);
    /// The earliest time there is, 292 billion years ago.
    pub const MIN: Self = Self::from_secs(i64::MIN);
    /// The latest time there is.
    pub const MAX: Self = Self {
        secs: i64::MAX,
        nanos: NANOS_PER_SEC - 1,
    };

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self { secs, nanos: 0 }
    }

    /// `secs` seconds since the epoch and `nanos` nanoseconds after that. More than
    /// 999,999,999 carry into the seconds, up to [`UnixTime::MAX`].
    #[must_use]
    pub const fn new(secs: i64, nanos: u32) -> Self {
        match secs.checked_add((nanos / NANOS_PER_SEC) as i64) {
            Some(secs) => Self {
                secs,
                nanos: nanos % NANOS_PER_SEC,
            },
            None => Self::MAX,
        }
    }

    /// Reads the text of a JSON number as a NumericDate (RFC 7519 section 2).
    ///
    /// Integers are exact; fractions and exponents are kept to the nanosecond and
    /// cut towards the epoch beyond it. `None`: not a JSON number, or more seconds
    /// than an `i64` holds.
    ///
    /// ```
    /// use countersign_claims::UnixTime;
    ///
    /// assert_eq!(UnixTime::from_numeric_date("1.5e3"), Some(UnixTime::from_secs(1500)));
    /// assert_eq!(UnixTime::from_numeric_date("0.25"), Some(UnixTime::new(0, 250_000_000)));
    /// assert_eq!(UnixTime::from_numeric_date("1e308"), None);
    /// ```
    #[must_use]
    pub fn from_numeric_date(number: &str) -> Option<Self> {
        numeric_date::parse(number)
    }

    /// Whole seconds since the epoch, rounded down (also before it).
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds after [`as_secs`](Self::as_secs), below 1,000,000,000.
    #[must_use]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// This much later, [`UnixTime::MAX`] at most.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let nanos = self.nanos.saturating_add(duration.subsec_nanos());
        match self.secs.checked_add_unsigned(duration.as_secs()) {
            Some(secs) => Self::new(secs, nanos),
            None => Self::MAX,
        }
    }

    /// This much earlier, [`UnixTime::MIN`] at least.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let (nanos, borrow) = match self.nanos.checked_sub(duration.subsec_nanos()) {
            Some(nanos) => (nanos, 0),
            None => (
                self.nanos
                    .saturating_add(NANOS_PER_SEC)
                    .saturating_sub(duration.subsec_nanos()),
                1,
            ),
        };
        self.secs
            .checked_sub_unsigned(duration.as_secs())
            .and_then(|secs| secs.checked_sub(borrow))
            .map_or(Self::MIN, |secs| Self { secs, nanos })
    }

    /// Whether this is more likely milliseconds that somebody took for seconds: it lies
    /// is 100,000,000,000 or more, which as seconds is the year 5138 and as milliseconds 1973.
    ///
    /// ```
    /// use countersign_claims::UnixTime;
    ///
    /// assert!(UnixTime::from_secs(1_700_000_000_000).looks_like_milliseconds());
    /// assert!(!UnixTime::from_secs(1_700_000_000).looks_like_milliseconds());
    /// ```
    #[must_use]
    pub fn looks_like_milliseconds(self) -> bool {
        (100_000_000_000..100_000_000_000_000).contains(&self.secs)
    }

    /// How long after `earlier` this is; zero if it is not.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        if self <= earlier {
            return Duration::ZERO;
        }
        Duration::new(self.secs.abs_diff(earlier.secs), self.nanos)
            .saturating_sub(Duration::new(0, earlier.nanos))
    }
}

#[cfg(feature = "std")]
mod system {
    //! Conversion from and to the clock's own type.

    use core::time::Duration;
    use std::time::SystemTime;

    use super::UnixTime;

    /// Exact to the nanosecond, before 1970 too.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign_claims::UnixTime;
    ///
    /// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
    /// assert_eq!(UnixTime::from(time), UnixTime::new(1, 500_000_000));
    /// assert_eq!(SystemTime::from(UnixTime::new(1, 500_000_000)), time);
    /// ```
    impl From<SystemTime> for UnixTime {
        fn from(time: SystemTime) -> Self {
            match time.duration_since(SystemTime::UNIX_EPOCH) {
                Ok(after) => Self::EPOCH.saturating_add(after),
                Err(before) => Self::EPOCH.saturating_sub(before.duration()),
            }
        }
    }

    /// A time that the platform's clock can't express becomes the nearest whole second that it
    /// can.
    impl From<UnixTime> for SystemTime {
        fn from(time: UnixTime) -> Self {
            let (span, step): (_, fn(&Self, Duration) -> Option<Self>) = if time < UnixTime::EPOCH {
                let before = UnixTime::EPOCH.saturating_duration_since(time);
                (before, Self::checked_sub)
            } else {
                let after = time.saturating_duration_since(UnixTime::EPOCH);
                (after, Self::checked_add)
            };
            step(&Self::UNIX_EPOCH, span).unwrap_or_else(|| farthest(Self::UNIX_EPOCH, step))
        }
    }

    /// The last whole second that `step` reaches from `start`.
    pub(super) fn farthest<T>(mut start: T, step: impl Fn(&T, Duration) -> Option<T>) -> T {
        for bit in (0..u64::BITS).rev() {
            if let Some(next) = step(&start, Duration::from_secs(1 << bit)) {
                start = next;
            }
        }
        start
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::system::farthest;

    #[test]
    fn a_clock_of_fewer_bits_stops_at_its_last_second() {
        let step = |now: &u64, span: core::time::Duration| {
            let next = now.checked_add(span.as_secs())?;
            (next <= 1_000_003).then_some(next)
        };
        assert_eq!(farthest(7, step), 1_000_003);
    }
}

/// Seconds since the epoch as a decimal number, with a fraction where there is one;
/// this is a JSON number too.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return write!(f, "{}", self.secs);
        }
        // Before the epoch the fraction counts from the next second: -1 s and 0.75 s is -0.25.
        let (sign, secs, mut fraction) = if self.secs < 0 {
            (
                "-",
                self.secs.saturating_add(1),
                NANOS_PER_SEC.saturating_sub(self.nanos),
            )
        } else {
            ("", self.secs, self.nanos)
        };
        let mut digits = 9_usize;
        while fraction % 10 == 0 {
            fraction /= 10;
            digits = digits.saturating_sub(1);
        }
        write!(f, "{sign}{}.{fraction:0digits$}", secs.unsigned_abs())
    }
}
