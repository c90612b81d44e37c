//! Which slots of one level hold entries: a bit for each, and a bit for each word of those.

/// Bits of a time that one level looks at: two levels of 64 bits.
pub(super) const BITS: u32 = 12;
/// Slots of one level.
pub(super) const SLOTS: u32 = 1 << BITS;

#[derive(Clone, Debug)]
pub(super) struct Occupied {
    words: [u64; 64],
    /// Which words are not zero.
    summary: u64,
}

impl Occupied {
    pub(super) const fn none() -> Self {
        Self {
            words: [0; 64],
            summary: 0,
        }
    }

    pub(super) fn insert(&mut self, slot: u32) {
        let (word, bit) = (slot / 64, slot % 64);
        if let Some(bits) = self.words.get_mut(word as usize) {
            *bits |= 1 << bit;
            self.summary |= 1 << word;
        }
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let (word, bit) = (slot / 64, slot % 64);
        if let Some(bits) = self.words.get_mut(word as usize) {
            *bits &= !(1 << bit);
            if *bits == 0 {
                self.summary &= !(1 << word);
            }
        }
    }

    /// The first occupied slot from this one on, in a ring.
    pub(super) fn next(&self, slot: u32) -> Option<u32> {
        self.first_from(slot).or_else(|| self.first_from(0))
    }

    /// The first occupied slot that is not before this one.
    fn first_from(&self, slot: u32) -> Option<u32> {
        let (word, bit) = (slot / 64, slot % 64);
        let bits = self.words.get(word as usize)? & (u64::MAX << bit);
        if bits != 0 {
            return Some(
                word.saturating_mul(64)
                    .saturating_add(bits.trailing_zeros()),
            );
        }
        let later = u64::MAX.checked_shl(word.saturating_add(1)).unwrap_or(0);
        let word = (self.summary & later).trailing_zeros();
        let bits = self.words.get(word as usize)?;
        Some(
            word.saturating_mul(64)
                .saturating_add(bits.trailing_zeros()),
        )
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Occupied, SLOTS};

    #[test]
    fn the_next_slot_is_found_from_every_slot() {
        let sets: [&[u32]; 6] = [
            &[],
            &[0],
            &[SLOTS - 1],
            &[63, 64],
            &[5, 700, 4032],
            &[64, 4095],
        ];
        for slots in sets {
            let mut occupied = Occupied::none();
            slots.iter().for_each(|slot| occupied.insert(*slot));
            for from in 0..SLOTS {
                let ahead = slots.iter().find(|slot| **slot >= from);
                assert_eq!(
                    occupied.next(from),
                    ahead.or(slots.first()).copied(),
                    "{from}"
                );
            }
            let in_order: Vec<u32> = core::iter::from_fn(|| {
                let slot = occupied.next(0)?;
                occupied.remove(slot);
                Some(slot)
            })
            .collect();
            assert_eq!(in_order, slots);
        }
    }
}
