//! The sources of time.
//!
//! Ages are counted by a clock that never steps back. The wall clock, which may step, is read
//! only for the last-known-good file, because the next process shares no other clock.

use core::fmt::Debug;
use core::time::Duration;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A source of time since the Unix epoch (1970-01-01T00:00:00Z) that never steps back.
///
/// ```
/// use std::time::Duration;
/// use countersign_jwks::Clock;
///
/// /// Stands still.
/// #[derive(Debug)]
/// struct Noon;
///
/// impl Clock for Noon {
///     fn now(&self) -> Duration {
///         Duration::from_secs(1_700_000_000)
///     }
/// }
/// ```
pub trait Clock: Debug + Send + Sync {
    /// The time now. A later call never returns less.
    fn now(&self) -> Duration;

    /// The time now by the wall clock, which may step. The last-known-good file is dated by
    /// it. By default the same as [`now`](Self::now).
    fn wall(&self) -> Duration {
        self.now()
    }
}

/// The machine's clocks: the wall clock when this was made, and the monotonic one from then on.
///
/// A wall clock that is set back later can therefore not lengthen the life of a key.
/// On Linux the monotonic clock stands still while the machine is suspended.
///
/// ```
/// use countersign_jwks::{Clock, SystemClock};
///
/// let clock = SystemClock::new();
/// assert!(clock.now() <= clock.now());
/// ```
#[derive(Clone, Debug)]
pub struct SystemClock {
    epoch_at_origin: Duration,
    origin: Instant,
}

impl SystemClock {
    /// A clock that starts from the wall clock's time.
    #[must_use]
    pub fn new() -> Self {
        Self {
            epoch_at_origin: wall(),
            origin: Instant::now(),
        }
    }
}

fn wall() -> Duration {
    // A time before 1970 counts as 1970.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.epoch_at_origin.saturating_add(self.origin.elapsed())
    }

    fn wall(&self) -> Duration {
        wall()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_has_the_time_of_the_system() {
        let before = wall();
        assert!(before > Duration::from_secs(1_700_000_000), "{before:?}");
        let clock = SystemClock::new();
        // Two readings are compared, so a correction of the clock between them does no harm.
        let apart = |time: Duration| time.abs_diff(wall());
        assert!(apart(clock.now()) < Duration::from_secs(60));
        assert!(apart(clock.wall()) < Duration::from_secs(60));
    }
}
