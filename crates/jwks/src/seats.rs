//! The callers that block until a fetch ends: at most as many as the settings allow.

use core::sync::atomic::{AtomicUsize, Ordering};

/// Counts the callers that block now.
#[derive(Debug, Default)]
pub(crate) struct Seats(AtomicUsize);

/// The place of one caller, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat<'s>(&'s AtomicUsize);

impl Seats {
    /// A place, unless `limit` callers block already.
    pub(crate) fn take(&self, limit: usize) -> Option<Seat<'_>> {
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < limit).then(|| taken.saturating_add(1))
            })
            .ok()
            .map(|_| Seat(&self.0))
    }

    pub(crate) fn taken(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
