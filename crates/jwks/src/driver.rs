//! The thread that fetches ahead of time and on demand.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::thread;

use crate::cache::KeyCache;

/// The handle of the thread. Dropping it ends the thread, after the fetch under way.
#[derive(Debug)]
pub(crate) struct Driver {
    cache: Arc<KeyCache>,
}

/// The shortest sleep, in case a clock misbehaves.
const SHORTEST_REST: Duration = Duration::from_millis(10);
/// The sleep after a panic, which may well repeat itself.
const REST_AFTER_PANIC: Duration = Duration::from_secs(1);

impl Driver {
    pub(crate) fn start(cache: Arc<KeyCache>) -> io::Result<Self> {
        let driver = Self {
            cache: cache.clone(),
        };
        thread::Builder::new().name("jwks".into()).spawn(move || {
            let mut rest = Duration::ZERO;
            while cache.wakeup.wait(rest) {
                // The caller's clock or log subscriber may panic. The thread must survive:
                // without it nobody would refresh the set before it ends.
                rest = catch_unwind(AssertUnwindSafe(|| cache.drive()))
                    .unwrap_or(REST_AFTER_PANIC)
                    .max(SHORTEST_REST);
            }
        })?;
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.cache.wakeup.stop();
    }
}
