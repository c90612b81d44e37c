//! The tasks that wait for a fetch: a bounded list of wakers.

use alloc::collections::BTreeMap;
use core::panic::AssertUnwindSafe;
use core::task::Waker;
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The tasks to wake when a fetch ends, at most as many as the limit.
#[derive(Debug)]
pub(crate) struct Wakers {
    limit: usize,
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    next: u64,
    /// When the first of them came.
    since: Option<Instant>,
    wakers: BTreeMap<u64, Waker>,
}

impl Wakers {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            list: Mutex::default(),
        }
    }

    /// Puts a waker on the list, at the given place if it is still taken. Returns the place, or
    /// `None` if the list is full.
    pub(crate) fn enlist(&self, place: Option<u64>, waker: &Waker) -> Option<u64> {
        // Declared first, so that it is dropped after the lock: dropping a waker can drop its
        // task, and a `Pending` in that task comes back here to leave.
        let _replaced;
        let mut list = self.lock();
        if let Some(place) = place
            && let Some(known) = list.wakers.get_mut(&place)
        {
            _replaced = core::mem::replace(known, waker.clone());
            return Some(place);
        }
        if list.wakers.len() >= self.limit {
            return None;
        }
        if list.wakers.is_empty() {
            list.since = Some(Instant::now());
        }
        let place = list.next;
        list.next = place.wrapping_add(1);
        list.wakers.insert(place, waker.clone());
        Some(place)
    }

    pub(crate) fn leave(&self, place: u64) {
        // The lock is released before the waker is dropped: see `enlist`.
        let _waker = self.lock().wakers.remove(&place);
    }

    pub(crate) fn wake_all(&self) {
        // Woken outside the lock: a waker may run its task at once.
        let woken = core::mem::take(&mut self.lock().wakers);
        for waker in woken.into_values() {
            // Wakers come from any runtime. If one panics, the others must still be woken.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }

    /// Whether a task has waited for this long.
    pub(crate) fn is_overdue(&self, limit: Duration) -> bool {
        let list = self.lock();
        !list.wakers.is_empty() && list.since.is_some_and(|since| since.elapsed() >= limit)
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().wakers.len()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
