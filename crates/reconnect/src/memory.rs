//! A set of hashes of a fixed size.
//!
//! The hash chooses one of many small groups, each behind a lock of its own. So two threads
//! rarely meet, and no look-up walks far. In a full group the oldest hash makes room.
//! Hashes are compared by `==`: they are no secret, and whoever can make a token with a
//! given hash has broken SHA-256.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) type Hash = [u8; 32];

/// The hashes of one group.
const GROUP: usize = 8;

pub(crate) struct Memory {
    groups: Box<[Mutex<Group>]>,
}

#[derive(Default)]
struct Group {
    /// All of zeros means empty: nobody knows an input with such a hash.
    hashes: [Hash; GROUP],
    oldest: usize,
}

impl Memory {
    /// A memory for `capacity` hashes, rounded up to whole groups, whose number is a power of two.
    pub(crate) fn new(capacity: usize) -> Self {
        let groups = capacity.div_ceil(GROUP).next_power_of_two();
        Self {
            groups: (0..groups).map(|_| Mutex::default()).collect(),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.groups.len().saturating_mul(GROUP)
    }

    pub(crate) fn contains(&self, hash: &Hash) -> bool {
        self.group(hash)
            .is_some_and(|group| group.hashes.contains(hash))
    }

    pub(crate) fn insert(&self, hash: Hash) {
        let Some(mut group) = self.group(&hash) else {
            return;
        };
        // Two threads may have verified the same token.
        if group.hashes.contains(&hash) {
            return;
        }
        let oldest = group.oldest;
        if let Some(slot) = group.hashes.get_mut(oldest) {
            *slot = hash;
        }
        group.oldest = oldest.wrapping_add(1) % GROUP;
    }

    /// The group of a hash. Nothing panics while it holds the lock, so a poisoned lock is
    /// taken like any other.
    fn group(&self, hash: &Hash) -> Option<MutexGuard<'_, Group>> {
        let (first, _) = hash.split_first_chunk()?;
        let at = u32::from_le_bytes(*first) as usize & self.groups.len().wrapping_sub(1);
        let group = self.groups.get(at)?;
        Some(group.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
