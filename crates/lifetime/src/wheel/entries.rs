//! The memory of a wheel: entries in one vector, and doubly linked lists through them.
//!
//! Links are indices of 32 bits. The lists are rings: each begins and ends at its head, so that an
//! entry can leave its list without knowing which one it is in. A head is counted down from
//! `u32::MAX`, an entry up from 0; neither can be taken for the other.

use alloc::vec::Vec;
use core::num::NonZeroU32;

/// Ends the list of vacant entries. It is the head of list 0, and so never an entry.
const NONE: u32 = u32::MAX;

/// Names one entry while it is there. It is of no use for a later entry in the same place.
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
    deadline: u64,
    /// In a vacant entry, `next` is the next vacant one.
    link: Link,
    /// That of the handle. A vacant entry has the generation of no handle yet.
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
        let heads = (0..lists).map(|list| Link {
            prev: head(list),
            next: head(list),
        });
        Self {
            entries: Vec::with_capacity(capacity),
            heads: heads.collect(),
            vacant: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The entry that a handle names, if it is there.
    pub(super) fn find(&self, handle: Handle) -> Option<u32> {
        let entry = self.entry(handle.index)?;
        (entry.generation == handle.generation).then_some(handle.index)
    }

    pub(super) fn key(&self, index: u32) -> Option<K> {
        Some(self.entry(index)?.key)
    }

    pub(super) fn deadline(&self, index: u32) -> Option<u64> {
        Some(self.entry(index)?.deadline)
    }

    pub(super) fn set_deadline(&mut self, index: u32, deadline: u64) {
        if let Some(entry) = self.entries.get_mut(position(index)) {
            entry.deadline = deadline;
        }
    }

    /// Makes an entry that is in no list yet. `None`: there is no room for another.
    pub(super) fn add(&mut self, key: K, deadline: u64) -> Option<Handle> {
        let vacant = self.vacant;
        if let Some(entry) = self.entries.get_mut(position(vacant)) {
            self.vacant = entry.link.next;
            self.len = self.len.saturating_add(1);
            entry.deadline = deadline;
            entry.key = key;
            return Some(Handle {
                index: vacant,
                generation: entry.generation,
            });
        }
        let index = u32::try_from(self.entries.len()).ok()?;
        if position(index) >= position(NONE).saturating_sub(self.heads.len()) {
            return None;
        }
        let generation = NonZeroU32::MIN;
        self.entries.push(Entry {
            deadline,
            link: Link {
                prev: NONE,
                next: NONE,
            },
            generation,
            key,
        });
        self.len = self.len.saturating_add(1);
        Some(Handle { index, generation })
    }

    /// Gives up an entry that is in no list any more. Its handle finds nothing from now on.
    pub(super) fn give_up(&mut self, index: u32) {
        let Some(entry) = self.entries.get_mut(position(index)) else {
            return;
        };
        self.len = self.len.saturating_sub(1);
        // After 2^32 - 1 uses of one place it is left empty: no handle is ever given out twice.
        if let Some(generation) = entry.generation.checked_add(1) {
            entry.generation = generation;
            entry.link.next = self.vacant;
            self.vacant = index;
        }
    }

    /// The first entry of a list.
    pub(super) fn first(&self, list: u32) -> Option<u32> {
        let first = self.heads.get(list as usize)?.next;
        (first != head(list)).then_some(first)
    }

    /// Puts an entry that is in no list at the end of one.
    pub(super) fn push(&mut self, list: u32, index: u32) {
        let head = head(list);
        let Some(last) = self
            .link_mut(head)
            .map(|link| core::mem::replace(&mut link.prev, index))
        else {
            return;
        };
        if let Some(link) = self.link_mut(index) {
            *link = Link {
                prev: last,
                next: head,
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
        (prev == next).then_some(!prev)
    }

    /// Moves all entries of one list to the end of another, in one step.
    pub(super) fn append(&mut self, from: u32, to: u32) {
        let Some(&Link { prev, next }) = self.heads.get(from as usize) else {
            return;
        };
        if next == head(from) {
            return;
        }
        self.set_next(head(from), head(from));
        self.set_prev(head(from), head(from));
        let Some(last) = self
            .link_mut(head(to))
            .map(|link| core::mem::replace(&mut link.prev, prev))
        else {
            return;
        };
        self.set_next(last, next);
        self.set_prev(next, last);
        self.set_next(prev, head(to));
    }

    fn entry(&self, index: u32) -> Option<&Entry<K>> {
        self.entries.get(position(index))
    }

    fn link_mut(&mut self, index: u32) -> Option<&mut Link> {
        match self.entries.get_mut(position(index)) {
            Some(entry) => Some(&mut entry.link),
            None => self.heads.get_mut(position(!index)),
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

/// The link index of a list's head.
fn head(list: u32) -> u32 {
    !list
}

/// Where an index lies in a vector.
fn position(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
