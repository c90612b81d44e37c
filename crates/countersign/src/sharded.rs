//! A value for each group of threads, so that threads don't write to the same cache line.
//!
//! Two threads that count in one place, or clone one `Arc`, wait for each other's cache line
//! at every verification. With a place of their own they don't.

use core::sync::atomic::{AtomicUsize, Ordering};

/// How many groups there are. More threads than this share places, and still count right.
const SHARDS: usize = 8;

/// A value in cache lines of its own.
#[derive(Clone, Debug)]
#[repr(align(128))]
struct Padded<T>(T);

/// A value for each group of threads.
#[derive(Clone, Debug)]
pub(crate) struct Sharded<T> {
    first: Padded<T>,
    others: [Padded<T>; SHARDS - 1],
}

impl<T> Sharded<T> {
    pub(crate) fn new(make: impl Fn() -> T) -> Self {
        Self {
            first: Padded(make()),
            others: core::array::from_fn(|_| Padded(make())),
        }
    }

    /// The value for this thread.
    pub(crate) fn mine(&self) -> &T {
        let other = SHARD.with(|shard| self.others.get(*shard));
        &other.unwrap_or(&self.first).0
    }

    /// Any of the values, the same each time.
    pub(crate) fn first(&self) -> &T {
        &self.first.0
    }

    /// All values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let all = core::iter::once(&self.first).chain(&self.others);
        all.map(|padded| &padded.0)
    }
}

/// Deals threads out to the groups in turn.
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The group of this thread.
    static SHARD: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::{SHARDS, Sharded};

    #[test]
    fn consecutive_threads_use_different_shards() {
        let values = Sharded::new(|| 0_u8);
        let place = || core::ptr::from_ref(values.mine()).addr();
        let places: BTreeSet<usize> = thread::scope(|scope| {
            let threads: Vec<_> = (0..100).map(|_| scope.spawn(place)).collect();
            threads
                .into_iter()
                .filter_map(|it| it.join().ok())
                .collect()
        });
        assert_eq!(places.len(), SHARDS);
        assert_eq!(values.iter().count(), SHARDS);
        for (low, high) in places.iter().zip(places.iter().skip(1)) {
            assert!(high.abs_diff(*low) >= 128);
        }
    }
}
