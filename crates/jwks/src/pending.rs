//! Waiting for a fetch without blocking a thread: a future that any runtime can poll.

use alloc::sync::Arc;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use countersign_fetch::{FetchError, FetchErrorKind};

use crate::cache::KeyCache;
use crate::driver::Driver;

/// A look-up that needs a fetch first. As a future it is ready when a fetch has ended,
/// well or not, or was abandoned: then look up again.
///
/// It makes no fetch itself. The background thread does
/// ([`Builder::spawn`](crate::Builder::spawn)), or somebody who calls
/// [`Jwks::drive`](crate::Jwks::drive) or [`Jwks::resolve`](crate::Jwks::resolve);
/// without them it is never ready. The thread goes on while somebody waits, even if the last
/// [`Jwks`](crate::Jwks) is gone. Dropping it cancels nothing but the wait.
///
/// It has no timer. If a transport never returns, which its contract forbids, the fetch is
/// abandoned after twice [`Settings::total_deadline`](crate::Settings::total_deadline),
/// and the next [`Jwks::lookup`](crate::Jwks::lookup) that needs a fetch wakes all who wait.
///
/// Its output is an error if [`Settings::waiter_limit`](crate::Settings::waiter_limit)
/// others wait already.
#[must_use = "await it, or call `Jwks::resolve`"]
pub struct Pending {
    cache: Arc<KeyCache>,
    /// How many fetches had ended when the look-up was made.
    ended: u64,
    /// The place in the list of wakers.
    place: Option<u64>,
    /// Held so that the thread does not end before the fetch that is waited for.
    _driver: Option<Arc<Driver>>,
}

impl Pending {
    pub(crate) fn new(cache: Arc<KeyCache>, ended: u64, driver: Option<Arc<Driver>>) -> Self {
        Self {
            cache,
            ended,
            place: None,
            _driver: driver,
        }
    }

    fn is_over(&self) -> bool {
        self.cache.is_over(self.ended)
    }
}

impl Future for Pending {
    type Output = Result<(), FetchError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.is_over() {
            return Poll::Ready(Ok(()));
        }
        let place = self.cache.wakers.enlist(self.place, context.waker());
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
            self.cache.wakers.leave(place);
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
