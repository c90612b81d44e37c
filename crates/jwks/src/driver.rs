//! Connects one endpoint with the threads that fetch: they fetch for it while a handle of its
//! client exists.

use alloc::sync::Arc;
use core::sync::atomic::AtomicUsize;
use std::io;

use crate::cache::KeyCache;
use crate::group::FetchGroup;
use crate::pool::{Place, Scheduled, Tick};

/// The handle. When the last one is dropped, nothing more is fetched; a fetch under way ends.
#[derive(Debug)]
pub(crate) struct Driver {
    place: Place,
}

impl Driver {
    pub(crate) fn start(cache: Arc<KeyCache>) -> io::Result<Self> {
        let place = Place::take(cache)?;
        Ok(Self { place })
    }

    /// Makes a thread look at this endpoint.
    pub(crate) fn wake(&self) {
        self.place.wake();
    }

    /// Whether the threads are in this process.
    pub(crate) fn is_alive(&self) -> bool {
        self.place.is_alive()
    }
}

impl Scheduled for KeyCache {
    fn tick(&self) -> Tick {
        self.release_if_idle();
        Tick {
            fetch: self.is_due(),
            rest: self.rest(),
        }
    }

    fn waits(&self) {
        self.abandon();
        // A fetch that waits for a thread has not begun, so nothing else ends these waits. Each
        // waiting caller has a deadline, and checks it when it is woken.
        if self
            .wakers
            .is_overdue(self.settings.total_deadline.saturating_mul(2))
        {
            self.wake_all();
        }
    }

    fn fetch(&self) {
        self.drive();
    }

    fn group(&self) -> Option<&AtomicUsize> {
        self.group.as_ref().map(FetchGroup::fetching)
    }
}
