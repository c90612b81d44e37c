//! Waiting without blocking a thread: futures that any runtime can poll.

use alloc::sync::Arc;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::time::Instant;

use crate::cache::KeyCache;
use crate::driver::Driver;
use crate::unavailable::KeysUnavailable;

/// A look-up that needs a fetch first. As a future it is ready when a fetch has ended, whether it
/// succeeded or not, or was abandoned. Then look up again.
///
/// It makes no fetch itself: a thread of the process does, even if the last [`Jwks`](crate::Jwks)
/// is dropped meanwhile. It always ends: with an error if no fetch has ended within twice
/// [`Settings::total_deadline`](crate::Settings::total_deadline). If no thread fetches, because the
/// client was built with [`Builder::on_demand`](crate::Builder::on_demand) or the process was
/// forked afterwards, it ends at once with an error that says so. Dropping it only cancels the
/// wait.
///
/// Its output is also an error if [`Settings::waiter_limit`](crate::Settings::waiter_limit) other
/// callers are already waiting.
#[must_use = "await it, or call `Jwks::resolve`"]
pub struct Pending {
    waiting: Waiting,
    /// How many fetches had ended when the look-up was made.
    ended: u64,
    until: Instant,
}

impl Pending {
    pub(crate) fn new(cache: Arc<KeyCache>, ended: u64, driver: Option<Arc<Driver>>) -> Self {
        let patience = cache.settings.total_deadline.saturating_mul(2);
        let now = Instant::now();
        Self {
            ended,
            until: now.checked_add(patience).unwrap_or(now),
            waiting: Waiting::new(cache, driver),
        }
    }
}

impl Future for Pending {
    type Output = Result<(), KeysUnavailable>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            waiting,
            ended,
            until,
        } = &mut *self;
        let (ended, until) = (*ended, *until);
        waiting.poll(context, |cache| {
            if cache.is_over(ended) {
                Some(Ok(()))
            } else if Instant::now() >= until {
                Some(Err(cache.waited_too_long()))
            } else {
                None
            }
        })
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}

/// Ready as soon as the client holds usable keys. Made by [`Jwks::ready`](crate::Jwks::ready).
///
/// It waits as long as the endpoint fails: wrap it in your runtime's timeout if you prefer to start
/// without keys. Its output is an error if no thread fetches the keys, or too many callers are
/// already waiting.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Ready {
    waiting: Waiting,
}

impl Ready {
    pub(crate) fn new(cache: Arc<KeyCache>, driver: Option<Arc<Driver>>) -> Self {
        Self {
            waiting: Waiting::new(cache, driver),
        }
    }
}

impl Future for Ready {
    type Output = Result<(), KeysUnavailable>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting
            .poll(context, |cache| cache.is_ready().then_some(Ok(())))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// A place in the list of wakers, while it is needed.
struct Waiting {
    cache: Arc<KeyCache>,
    place: Option<u64>,
    /// Keeps the fetches going while a caller waits.
    driver: Option<Arc<Driver>>,
}

type Output = Result<(), KeysUnavailable>;

impl Waiting {
    fn new(cache: Arc<KeyCache>, driver: Option<Arc<Driver>>) -> Self {
        Self {
            cache,
            place: None,
            driver,
        }
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
        outcome: impl Fn(&KeyCache) -> Option<Output>,
    ) -> Poll<Output> {
        if let Some(outcome) = outcome(&self.cache) {
            return Poll::Ready(outcome);
        }
        if !self.driver.as_ref().is_some_and(|driver| driver.is_alive()) {
            return Poll::Ready(Err(KeysUnavailable::not_driven()));
        }
        match self.cache.wakers.enlist(self.place, context.waker()) {
            Some(place) => self.place = Some(place),
            None => return Poll::Ready(Err(self.cache.too_many_waiting())),
        }
        // A fetch may have ended before the waker was on the list.
        match outcome(&self.cache) {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.cache.wakers.leave(place);
        }
    }
}
