//! Conversion from and to the clock's own type.

extern crate std;

use core::time::Duration;
use std::time::SystemTime;

use crate::unix_time::UnixTime;

/// Exact to the nanosecond, also before 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use countersign_time::UnixTime;
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
fn farthest<T>(mut start: T, step: impl Fn(&T, Duration) -> Option<T>) -> T {
    for bit in (0..u64::BITS).rev() {
        if let Some(next) = step(&start, Duration::from_secs(1 << bit)) {
            start = next;
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::farthest;

    #[test]
    fn a_clock_of_fewer_bits_stops_at_its_last_second() {
        let step = |now: &u64, span: core::time::Duration| {
            let next = now.checked_add(span.as_secs())?;
            (next <= 1_000_003).then_some(next)
        };
        assert_eq!(farthest(7, step), 1_000_003);
    }
}
