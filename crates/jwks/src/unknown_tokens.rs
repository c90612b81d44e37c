//! Remembers when tokens of unknown keys were first shown, in a limited number of keyed hashes.
//!
//! A `kid` is certainly unknown if a fetch that began after its token was first shown has brought
//! no such key. Strangers choose the tokens, so the memory has a fixed size, and its hash a key
//! that they can't know.

use alloc::collections::VecDeque;
use core::fmt;
use core::hash::BuildHasher as _;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most tokens that are remembered. When there are more, the oldest is forgotten.
const LIMIT: usize = 16_384;

/// The memory of one endpoint, or of all endpoints of a template together.
#[derive(Default)]
pub(crate) struct UnknownTokens {
    /// Its key is random.
    hasher: RandomState,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    /// By hash: how many fetches had begun when the token was first shown.
    first: HashMap<u64, u64>,
    /// The hashes, oldest first.
    order: VecDeque<u64>,
}

impl UnknownTokens {
    /// How many fetches had begun when this token was first shown to this endpoint: `begun`, if
    /// that is now.
    pub(crate) fn first_shown(&self, endpoint: &str, token: &[u8], begun: u64) -> u64 {
        let hash = self.hasher.hash_one((endpoint, token));
        let mut shown = self.lock();
        if let Some(first) = shown.first.get(&hash) {
            return *first;
        }
        if shown.order.len() >= LIMIT
            && let Some(oldest) = shown.order.pop_front()
        {
            shown.first.remove(&oldest);
        }
        shown.order.push_back(hash);
        shown.first.insert(hash, begun);
        begun
    }

    /// Forgets everything, and gives the memory back.
    pub(crate) fn clear(&self) {
        *self.lock() = Shown::default();
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for UnknownTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j2_the_memory_has_a_limit_and_forgets_the_oldest_token() {
        let tokens = UnknownTokens::default();
        let shown = |number: usize, begun| tokens.first_shown("e", &number.to_le_bytes(), begun);
        for number in 0..LIMIT {
            assert_eq!(shown(number, 1), 1);
        }
        assert_eq!(shown(0, 2), 1);
        assert_eq!(shown(LIMIT, 2), 2);
        assert_eq!(tokens.lock().first.len(), LIMIT);
        assert_eq!(shown(1, 3), 1);
        assert_eq!(shown(0, 3), 3, "the oldest was forgotten");
        tokens.clear();
        assert_eq!(shown(5, 4), 4);
    }

    #[test]
    fn j5_a_token_that_one_endpoint_saw_is_new_to_another() {
        let tokens = UnknownTokens::default();
        assert_eq!(tokens.first_shown("a", b"token", 1), 1);
        assert_eq!(tokens.first_shown("b", b"token", 2), 2);
    }
}
