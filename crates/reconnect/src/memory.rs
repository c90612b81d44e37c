//! A set of hashes of a fixed size.
//!
//! The hash selects one of many small groups, each with its own lock. So two threads rarely wait
//! for each other, and a look-up compares few hashes. In a full group a new hash replaces the
//! oldest one. Hashes are compared by `==`, which takes a time that depends on them. This is
//! safe: they are not secret, and making a token with a given hash would break SHA-256.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) type Hash = [u8; 32];

/// The number of hashes in one group.
const GROUP: usize = 8;

pub(crate) struct Memory {
    groups: Box<[Mutex<Group>]>,
}

#[derive(Default)]
struct Group {
    /// A hash of only zeros marks an empty place. No input with such a hash is known.
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

    /// The group of a hash. No code panics while it holds the lock, so a poisoned lock can be
    /// used like any other.
    fn group(&self, hash: &Hash) -> Option<MutexGuard<'_, Group>> {
        let (first, _) = hash.split_first_chunk()?;
        let at = u32::from_le_bytes(*first) as usize & self.groups.len().wrapping_sub(1);
        let group = self.groups.get(at)?;
        Some(group.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
