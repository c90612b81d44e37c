//! The type and its saturating arithmetic.

use core::fmt;
use core::time::Duration;

use crate::numeric_date;

const NANOS_PER_SEC: u32 = 1_000_000_000;

/// Seconds and nanoseconds since the Unix epoch, without leap seconds: a NumericDate of RFC 7519
/// section 2. It may lie before the epoch.
///
/// Arithmetic saturates: [`UnixTime::MAX`] can stand for "never".
///
/// ```
/// use core::time::Duration;
/// use countersign_time::UnixTime;
///
/// let exp = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(exp.saturating_add(Duration::from_millis(500)).to_string(), "1700000000.5");
/// assert_eq!(UnixTime::MAX.saturating_add(Duration::from_secs(1)), UnixTime::MAX);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    secs: i64,
    /// Always less than one second, and added to `secs`, also before the epoch. So the derived
    /// order is the order in time.
    nanos: u32,
}

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self::from_secs(0);
    /// The earliest possible time, 292 billion years ago.
    pub const MIN: Self = Self::from_secs(i64::MIN);
    /// The latest possible time.
    pub const MAX: Self = Self {
        secs: i64::MAX,
        nanos: NANOS_PER_SEC - 1,
    };

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self { secs, nanos: 0 }
    }

    /// `secs` seconds since the epoch and `nanos` nanoseconds after that. If `nanos` is one
    /// second or more, it carries into the seconds, up to [`UnixTime::MAX`].
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
    /// Integers are exact. Fractions are kept to the nanosecond; digits after it are cut off,
    /// towards the epoch. `None` if the text is not a JSON number, or an `i64` can't hold the
    /// seconds.
    ///
    /// ```
    /// use countersign_time::UnixTime;
    ///
    /// assert_eq!(UnixTime::from_numeric_date("1.5e3"), Some(UnixTime::from_secs(1500)));
    /// assert_eq!(UnixTime::from_numeric_date("0.25"), Some(UnixTime::new(0, 250_000_000)));
    /// assert_eq!(UnixTime::from_numeric_date("1e308"), None);
    /// ```
    #[must_use]
    pub fn from_numeric_date(number: &str) -> Option<Self> {
        let (secs, nanos) = numeric_date::parse(number)?;
        Some(Self::new(secs, nanos))
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

    /// The time `duration` later, at most [`UnixTime::MAX`].
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let nanos = self.nanos.saturating_add(duration.subsec_nanos());
        match self.secs.checked_add_unsigned(duration.as_secs()) {
            Some(secs) => Self::new(secs, nanos),
            None => Self::MAX,
        }
    }

    /// The time `duration` earlier, at least [`UnixTime::MIN`].
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

    /// Whether this is probably a time in milliseconds that was written as seconds: from 10^12,
    /// which is the year 33658 in seconds and 2001 in milliseconds, to below 10^14.
    ///
    /// ```
    /// use countersign_time::UnixTime;
    ///
    /// assert!(UnixTime::from_secs(1_700_000_000_000).looks_like_milliseconds());
    /// assert!(!UnixTime::from_secs(1_700_000_000).looks_like_milliseconds());
    /// ```
    #[must_use]
    pub fn looks_like_milliseconds(self) -> bool {
        (1_000_000_000_000..100_000_000_000_000).contains(&self.secs)
    }

    /// The time from `earlier` to this; zero if this is not later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        if self <= earlier {
            return Duration::ZERO;
        }
        Duration::new(self.secs.abs_diff(earlier.secs), self.nanos)
            .saturating_sub(Duration::new(0, earlier.nanos))
    }
}

/// Seconds since the epoch as a decimal number, with a fraction if there is one. The text is a
/// JSON number too.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return write!(f, "{}", self.secs);
        }
        // Before the epoch, the fraction counts back from the next second: -1 s plus 0.75 s is
        // shown as -0.25.
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
