//! The memory of a wheel: entries in one vector, with doubly linked lists through them.
//!
//! Links are in the entries, so that changing the link of a neighbour brings the whole neighbour into the
//! cache. It is often the next entry to look at.
//!
//! Links are indices of 32 bits. The lists are rings: each begins and ends at its head, so that an
//! entry can leave its list without knowing which one it is in. Entries are counted up from 0, and
//! heads down from `u32::MAX`: an index is never that of both.

use alloc::vec::Vec;
use core::num::NonZeroU32;

/// Ends the list of vacant entries: the head of list 0, and so never an entry.
const NONE: u32 = u32::MAX;

/// Names one entry while it exists. It never names a later entry in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    index: u32,
    generation: NonZeroU32,
}

impl Handle {
    pub(super) fn index(self) -> u32 {
        self.index
    }
}

#[derive(Clone, Copy, Debug)]
struct Link {
    prev: u32,
    next: u32,
}

#[derive(Clone, Debug)]
struct Entry<K> {
    /// The `next` of a vacant entry is the next vacant one.
    link: Link,
    deadline: u64,
    /// The generation of the entry's handle. No handle has the generation of a vacant entry yet.
    generation: NonZeroU32,
    key: K,
}

#[derive(Clone, Debug)]
pub(super) struct Entries<K> {
    entries: Vec<Entry<K>>,
    heads: Vec<Link>,
    /// The first vacant entry.
    vacant: u32,
    len: usize,
}

impl<K: Copy> Entries<K> {
    /// No entries, and so many lists.
    pub(super) fn new(lists: u32, capacity: usize) -> Self {
        let empty = |list| Link {
            prev: head(list),
            next: head(list),
        };
        Self {
            entries: Vec::with_capacity(capacity),
            heads: (0..lists).map(empty).collect(),
            vacant: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The entry that a handle names, if it is there: its index and deadline.
    pub(super) fn find(&self, handle: Handle) -> Option<(u32, u64)> {
        let entry = self.entry(handle.index)?;
        (entry.generation == handle.generation).then_some((handle.index, entry.deadline))
    }

    pub(super) fn key(&self, index: u32) -> Option<K> {
        Some(self.entry(index)?.key)
    }

    pub(super) fn deadline(&self, index: u32) -> Option<u64> {
        Some(self.entry(index)?.deadline)
    }

    pub(super) fn set_deadline(&mut self, index: u32, deadline: u64) {
        if let Some(entry) = self.entry_mut(index) {
            entry.deadline = deadline;
        }
    }

    /// Makes an entry that is in no list yet. `None`: there is no room for another.
    pub(super) fn add(&mut self, key: K, deadline: u64) -> Option<Handle> {
        let vacant = self.vacant;
        if let Some(entry) = self.entry_mut(vacant) {
            entry.deadline = deadline;
            entry.key = key;
            let generation = entry.generation;
            self.vacant = entry.link.next;
            self.len = self.len.saturating_add(1);
            return Some(Handle {
                index: vacant,
                generation,
            });
        }
        let index = u32::try_from(self.entries.len()).ok()?;
        // The indices at the upper end are those of the heads.
        if (head(index) as usize) < self.heads.len() {
            return None;
        }
        let generation = NonZeroU32::MIN;
        self.entries.push(Entry {
            link: Link {
                prev: NONE,
                next: NONE,
            },
            deadline,
            generation,
            key,
        });
        self.len = self.len.saturating_add(1);
        Some(Handle { index, generation })
    }

    /// Gives up an entry that is in no list any more. Its handle finds nothing from now on.
    pub(super) fn give_up(&mut self, index: u32) -> Option<K> {
        let vacant = self.vacant;
        let entry = self.entry_mut(index)?;
        let key = entry.key;
        // After 2^32 - 1 uses of one place it is left empty: no handle is ever given out twice.
        if let Some(generation) = entry.generation.checked_add(1) {
            entry.generation = generation;
            entry.link.next = vacant;
            self.vacant = index;
        }
        self.len = self.len.saturating_sub(1);
        Some(key)
    }

    /// The first entry of a list.
    pub(super) fn first(&self, list: u32) -> Option<u32> {
        let first = self.heads.get(list as usize)?.next;
        (first != head(list)).then_some(first)
    }

    /// The last entry of a list.
    pub(super) fn last(&self, list: u32) -> Option<u32> {
        let last = self.heads.get(list as usize)?.prev;
        (last != head(list)).then_some(last)
    }

    /// Puts an entry that is in no list at the end of one.
    pub(super) fn push(&mut self, list: u32, index: u32) {
        let Some(ends) = self.heads.get_mut(list as usize) else {
            return;
        };
        let last = core::mem::replace(&mut ends.prev, index);
        if let Some(entry) = self.entry_mut(index) {
            entry.link = Link {
                prev: last,
                next: head(list),
            };
        }
        self.set_next(last, index);
    }

    /// Takes an entry out of its list. `Some`: this list is empty now.
    pub(super) fn unlink(&mut self, index: u32) -> Option<u32> {
        let Link { prev, next } = self.entry(index)?.link;
        self.set_next(prev, next);
        self.set_prev(next, prev);
        // Only a head can be on both sides.
        (prev == next).then_some(head(prev))
    }

    /// Moves all entries of one list to the end of another, in one step.
    pub(super) fn append(&mut self, from: u32, to: u32) {
        let (Some(first), Some(last)) = (self.first(from), self.last(from)) else {
            return;
        };
        self.set_next(head(from), head(from));
        self.set_prev(head(from), head(from));
        let Some(ends) = self.heads.get_mut(to as usize) else {
            return;
        };
        let before = core::mem::replace(&mut ends.prev, last);
        self.set_next(before, first);
        self.set_prev(first, before);
        self.set_next(last, head(to));
    }

    fn entry(&self, index: u32) -> Option<&Entry<K>> {
        self.entries.get(index as usize)
    }

    fn entry_mut(&mut self, index: u32) -> Option<&mut Entry<K>> {
        self.entries.get_mut(index as usize)
    }

    fn link_mut(&mut self, index: u32) -> Option<&mut Link> {
        match self.entries.get_mut(index as usize) {
            Some(entry) => Some(&mut entry.link),
            None => self.heads.get_mut(head(index) as usize),
        }
    }

    fn set_next(&mut self, index: u32, next: u32) {
        if let Some(link) = self.link_mut(index) {
            link.next = next;
        }
    }

    fn set_prev(&mut self, index: u32, prev: u32) {
        if let Some(link) = self.link_mut(index) {
            link.prev = prev;
        }
    }
}

/// The index of a list's head, and the list of a head's index.
fn head(list: u32) -> u32 {
    !list
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;

    use super::Entries;

    #[test]
    fn a_slot_whose_handles_are_used_up_stays_empty() {
        let mut entries = Entries::new(1, 0);
        let first = entries.add("first", 0).unwrap();
        entries.entries[0].generation = NonZeroU32::MAX;
        entries.give_up(first.index());
        let second = entries.add("second", 0).unwrap();
        assert_eq!((second.index(), entries.len()), (1, 1));
    }
}
