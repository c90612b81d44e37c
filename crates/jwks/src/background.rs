//! The thread that fetches ahead and on demand.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::shared::Shared;

/// What wakes the thread, and what ends it.
///
/// The thread's own park token would not do: a transport may wait by it as well, in a
/// channel for one, and use up the word that was meant for here.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Rung {
    woken: bool,
    stopped: bool,
}

impl Bell {
    /// Has the thread look again what is due.
    pub(crate) fn ring(&self) {
        self.lock().woken = true;
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Waits until it is rung or `rest` is over. False: the thread is to end.
    fn wait(&self, rest: Duration) -> bool {
        let (mut rung, _) = self
            .changed
            .wait_timeout_while(self.lock(), rest, |rung| !rung.woken && !rung.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        rung.woken = false;
        !rung.stopped
    }

    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle of the thread. Dropping it ends the thread, after the fetch under way.
#[derive(Debug)]
pub(crate) struct Driver {
    shared: Arc<Shared>,
}

/// The shortest sleep, should a clock misbehave.
const BREATH: Duration = Duration::from_millis(10);
/// The sleep after a panic, which may well repeat itself.
const PAUSE: Duration = Duration::from_secs(1);

impl Driver {
    pub(crate) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let driver = Self {
            shared: shared.clone(),
        };
        thread::Builder::new().name("jwks".into()).spawn(move || {
            let mut rest = Duration::ZERO;
            while shared.bell.wait(rest) {
                // What is passed in may panic: a clock, whoever takes the log.
                // Without this thread nobody would refresh the set until it ran out.
                rest = catch_unwind(AssertUnwindSafe(|| shared.drive()))
                    .unwrap_or(PAUSE)
                    .max(BREATH);
            }
        })?;
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.bell.stop();
    }
}
