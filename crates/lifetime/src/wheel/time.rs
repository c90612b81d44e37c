//! The kinds of time that a wheel can follow, as milliseconds.

use core::time::Duration;

use countersign_time::UnixTime;

const NANOS_PER_MILLI: u32 = 1_000_000;

/// The first bit of an `i64`. Turning it over maps `i64` to `u64` in the same order.
const SIGN: u64 = 1 << 63;

/// A time that a [`Wheel`](crate::Wheel) can follow: [`UnixTime`] for a wall clock, [`Duration`]
/// since any fixed moment for a monotonic clock, or a type of your own.
///
/// A wheel counts milliseconds in a `u64`. Both ways of rounding must keep the order of times:
/// a later time never gives fewer milliseconds.
pub trait WheelTime: Copy {
    /// The last whole millisecond that is not after this time.
    fn floor_millis(self) -> u64;
    /// The first whole millisecond that is not before this time. A time that a `u64` cannot hold
    /// is `u64::MAX`.
    fn ceil_millis(self) -> u64;
    /// The time of a whole millisecond: the reverse of the other two.
    fn from_millis(millis: u64) -> Self;
}

/// Counted from the earliest time of 64 bits, so that times before 1970 are no special case.
impl WheelTime for UnixTime {
    fn floor_millis(self) -> u64 {
        signed_millis(self, self.subsec_nanos() / NANOS_PER_MILLI)
    }

    fn ceil_millis(self) -> u64 {
        signed_millis(self, self.subsec_nanos().div_ceil(NANOS_PER_MILLI))
    }

    fn from_millis(millis: u64) -> Self {
        let millis = (millis ^ SIGN).cast_signed();
        let rest = millis.rem_euclid(1000).unsigned_abs();
        Self::from_secs(millis.div_euclid(1000)).saturating_add(Duration::from_millis(rest))
    }
}

fn signed_millis(time: UnixTime, rest: u32) -> u64 {
    let seconds = time.as_secs().saturating_mul(1000);
    seconds.saturating_add(i64::from(rest)).cast_unsigned() ^ SIGN
}

impl WheelTime for Duration {
    fn floor_millis(self) -> u64 {
        unsigned_millis(self, self.subsec_millis())
    }

    fn ceil_millis(self) -> u64 {
        unsigned_millis(self, self.subsec_nanos().div_ceil(NANOS_PER_MILLI))
    }

    fn from_millis(millis: u64) -> Self {
        Self::from_millis(millis)
    }
}

fn unsigned_millis(time: Duration, rest: u32) -> u64 {
    let seconds = time.as_secs().saturating_mul(1000);
    seconds.saturating_add(u64::from(rest))
}
