//! The names of one object, to find duplicates.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;

/// How many names are kept without allocating.
const FEW: usize = 16;

/// The names of one object so far.
///
/// The first few names without escapes are kept as places in the text and need no allocation. The
/// others go into an ordered set, so that an attacker can't choose names that make the search slow.
pub(crate) struct Names<'a> {
    /// Where these names begin. Each ends at the next quote.
    few: [u32; FEW],
    count: usize,
    many: Option<BTreeSet<Cow<'a, str>>>,
    /// The [`mark`]s of all names so far. A name whose mark is new is new too, so it needs no
    /// comparison. This is true for most names.
    marks: u64,
}

impl<'a> Names<'a> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self {
            few: [0; FEW],
            count: 0,
            many: None,
            marks: 0,
        }
    }

    /// Adds a name. False if it is there already. If it has no escapes, it begins at `start` in
    /// `text`.
    #[inline]
    #[expect(clippy::ptr_arg, reason = "a borrowed name is kept without a copy")]
    pub(crate) fn insert(&mut self, name: &Cow<'a, str>, start: usize, text: &str) -> bool {
        let mark = mark(name);
        if self.marks & mark != 0 && self.contains(name, text) {
            return false;
        }
        self.marks |= mark;
        match (name, u32::try_from(start), self.few.get_mut(self.count)) {
            (Cow::Borrowed(_), Ok(start), Some(place)) => {
                *place = start;
                self.count = self.count.wrapping_add(1);
            }
            _ => self.insert_into_set(name.clone()),
        }
        true
    }

    #[cold]
    fn insert_into_set(&mut self, name: Cow<'a, str>) {
        self.many.get_or_insert_default().insert(name);
    }

    /// Whether the name is there. Few names need this comparison: see [`marks`](Self::marks).
    #[cold]
    fn contains(&self, name: &str, text: &str) -> bool {
        let few = self.few.get(..self.count).unwrap_or_default();
        let is_same = |start: &u32| {
            let place = usize::try_from(*start).unwrap_or(usize::MAX);
            let behind = text.get(place..).and_then(|text| text.strip_prefix(name));
            behind.is_some_and(|behind| behind.starts_with('"'))
        };
        // A name that contains a quote was written with escapes, so it can only be in the set.
        // `is_same` would compare it with text behind the end of a kept name.
        (!name.contains('"') && few.iter().any(is_same))
            || self.many.as_ref().is_some_and(|many| many.contains(name))
    }
}

/// One bit of 64, computed from the length of the name and its first and last byte. Equal names
/// have equal marks.
#[inline]
fn mark(name: &str) -> u64 {
    let first = name.as_bytes().first().copied().unwrap_or_default();
    let last = name.as_bytes().last().copied().unwrap_or_default();
    let length = u32::from(name.len().to_le_bytes()[0]);
    let mixed = u32::from(first) ^ u32::from(last).wrapping_mul(5) ^ length.wrapping_mul(11);
    // `wrapping_shl` takes the shift modulo 64.
    1_u64.wrapping_shl(mixed)
}
