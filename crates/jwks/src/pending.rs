//! Waiting for a fetch without a thread: a future that any runtime can poll.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::fmt;
use core::panic::AssertUnwindSafe;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::panic::catch_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::background::Driver;
use crate::shared::Shared;
use crate::{FetchError, FetchErrorKind};

/// A look-up that needs a fetch first. As a future it is ready when a fetch has ended,
/// well or not, or was given up: then look up again.
///
/// It makes no fetch itself. The background thread does
/// ([`Builder::spawn`](crate::Builder::spawn)), or somebody who calls
/// [`Jwks::drive`](crate::Jwks::drive) or [`Jwks::resolve`](crate::Jwks::resolve);
/// without them it is never ready. The thread goes on for as long as somebody waits, be
/// the last [`Jwks`](crate::Jwks) gone or not. Dropping it cancels nothing but the wait.
///
/// It keeps no time of its own. If a transport never returns, which its contract forbids,
/// the fetch is given up after twice [`Settings::total_deadline`](crate::Settings::total_deadline),
/// and the next [`Jwks::lookup`](crate::Jwks::lookup) that needs a fetch wakes all who wait.
///
/// Its output is an error if [`Settings::waiter_limit`](crate::Settings::waiter_limit)
/// others wait already.
#[must_use = "await it, or call `Jwks::resolve`"]
pub struct Pending {
    shared: Arc<Shared>,
    /// How many fetches had ended when the look-up was made.
    landings: u64,
    /// The place in the waiting list.
    place: Option<u64>,
    /// Held so that the thread does not end before the fetch that is waited for.
    driver: Option<Arc<Driver>>,
}

impl Pending {
    pub(crate) fn new(shared: Arc<Shared>, landings: u64) -> Self {
        Self {
            shared,
            landings,
            place: None,
            driver: None,
        }
    }

    /// Keeps the thread going until the fetch has ended.
    pub(crate) fn keep(&mut self, driver: Option<&Arc<Driver>>) {
        self.driver = driver.cloned();
    }

    fn is_over(&self) -> bool {
        self.shared.is_over(self.landings)
    }
}

impl Future for Pending {
    type Output = Result<(), FetchError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.is_over() {
            return Poll::Ready(Ok(()));
        }
        let place = self.shared.wakers.enlist(self.place, context.waker());
        match place {
            Some(place) => self.place = Some(place),
            None => {
                return Poll::Ready(Err(FetchError::new(
                    FetchErrorKind::TooManyWaiting,
                    "found too many callers waiting for the keys already; try again",
                )));
            }
        }
        // The fetch may have ended before the waker was on the list.
        if self.is_over() {
            return Poll::Ready(Ok(()));
        }
        Poll::Pending
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.shared.wakers.leave(place);
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// Who is to be woken when a fetch has ended: never more than the limit.
#[derive(Debug)]
pub(crate) struct Wakers {
    limit: usize,
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    next: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl Wakers {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            list: Mutex::default(),
        }
    }

    /// A place on the list, the one given if it is still there.
    fn enlist(&self, place: Option<u64>, waker: &Waker) -> Option<u64> {
        // Declared first, and so dropped behind the lock: with a waker its task may go,
        // and a `Pending` that it holds comes here to leave.
        let _before;
        let mut list = self.lock();
        if let Some(place) = place
            && let Some(known) = list.wakers.get_mut(&place)
        {
            _before = core::mem::replace(known, waker.clone());
            return Some(place);
        }
        if list.wakers.len() >= self.limit {
            return None;
        }
        let place = list.next;
        list.next = place.wrapping_add(1);
        list.wakers.insert(place, waker.clone());
        Some(place)
    }

    fn leave(&self, place: u64) {
        // The lock is let go before the waker: see `enlist`.
        let _waker = self.lock().wakers.remove(&place);
    }

    pub(crate) fn wake_all(&self) {
        // Woken outside the lock: a waker may run its task on the spot.
        let woken = core::mem::take(&mut self.lock().wakers);
        for waker in woken.into_values() {
            // A waker is whatever a runtime made it: if one panics, the next is woken all
            // the same, and so are this fetch's other duties.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().wakers.len()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
