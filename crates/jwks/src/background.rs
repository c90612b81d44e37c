//! The thread that fetches ahead and on demand.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::thread::{self, Thread};

use crate::shared::Shared;

/// The handle of the thread. Dropping it ends the thread, after the fetch under way.
#[derive(Debug)]
pub(crate) struct Driver {
    thread: Thread,
    stopped: Arc<AtomicBool>,
}

/// The shortest sleep, should a clock misbehave.
const BREATH: Duration = Duration::from_millis(10);
/// The sleep after a panic, which may well repeat itself.
const PAUSE: Duration = Duration::from_secs(1);

impl Driver {
    pub(crate) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = stopped.clone();
        let thread = thread::Builder::new().name("jwks".into()).spawn(move || {
            while !stop.load(Ordering::Acquire) {
                // What is passed in may panic: a clock, a waker, whoever takes the log.
                // Without this thread nobody would refresh the set until it ran out.
                let rest = catch_unwind(AssertUnwindSafe(|| shared.drive()));
                thread::park_timeout(rest.unwrap_or(PAUSE).max(BREATH));
            }
        })?;
        Ok(Self {
            thread: thread.thread().clone(),
            stopped,
        })
    }

    pub(crate) fn wake(&self) {
        self.thread.unpark();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
