//! The only place that reads the clock.

use std::time::SystemTime;

use countersign_time::UnixTime;

/// The time of the system's clock.
#[must_use]
pub fn now() -> UnixTime {
    SystemTime::now().into()
}
