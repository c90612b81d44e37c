//! A clock that stands still, for tests. Feature `testing`.
//!
//! Clones share one time: keep one, give the other to the client. The scripted transport that
//! goes with it is `countersign_fetch::testing::ScriptedFetch`.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use crate::clock::Clock;

/// A clock that only the test moves.
///
/// ```
/// use std::time::Duration;
/// use countersign_jwks::{Clock, testing::ManualClock};
///
/// let clock = ManualClock::at(Duration::from_secs(1_700_000_000));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), Duration::from_secs(1_700_000_060));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    nanoseconds: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that shows this time since the Unix epoch, which must be below 584 years.
    #[must_use]
    pub fn at(now: Duration) -> Self {
        Self {
            nanoseconds: Arc::new(AtomicU64::new(nanoseconds(now))),
        }
    }

    /// Moves it forward, for all clones.
    pub fn advance(&self, by: Duration) {
        self.nanoseconds
            .fetch_add(nanoseconds(by), Ordering::SeqCst);
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::SeqCst))
    }
}
