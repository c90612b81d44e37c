//! What wakes the background thread, and what ends it.
//!
//! The thread's own park token would not do: a transport may park the thread too, for example
//! in a channel, and consume our wake-up.

use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Wakeup {
    signals: Mutex<Signals>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Signals {
    woken: bool,
    stopped: bool,
}

impl Wakeup {
    /// Has the thread look again at what is due.
    pub(crate) fn wake(&self) {
        self.lock().woken = true;
        self.changed.notify_all();
    }

    /// Has the thread end.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// Waits until somebody wakes it or `rest` is over. False if the thread must end.
    pub(crate) fn wait(&self, rest: Duration) -> bool {
        let (mut signals, _) = self
            .changed
            .wait_timeout_while(self.lock(), rest, |signals| {
                !signals.woken && !signals.stopped
            })
            .unwrap_or_else(PoisonError::into_inner);
        signals.woken = false;
        !signals.stopped
    }

    fn lock(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
