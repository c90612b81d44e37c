//! The look-up of audiences that are expected exactly.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

/// For each exact audience, the place of the first entry that expects it.
///
/// The text that is looked up comes from a token whose signature isn't verified. So the hash of the
/// map has a random key, and takes time. Before a text is hashed, one bit is read. It is not set for
/// most texts that are no audience.
#[derive(Clone)]
pub(crate) struct ExactAudiences {
    places: HashMap<String, usize>,
    /// The [bit](Self::bit) of each audience.
    bits: Box<[u64; WORDS]>,
    /// A random number, so that nobody can choose texts with the bit of an audience.
    factor: u64,
}

/// 4096 bits: with 300 audiences, 7 of 100 other texts have the bit of one of them.
const WORDS: usize = 64;

impl ExactAudiences {
    pub(crate) fn new() -> Self {
        Self {
            places: HashMap::new(),
            bits: Box::new([0; WORDS]),
            factor: RandomState::new().hash_one(0) | 1,
        }
    }

    /// Adds an audience. The first place counts.
    pub(crate) fn add(&mut self, audience: &str, place: usize) {
        self.places.entry(audience.to_owned()).or_insert(place);
        let (word, bit) = self.bit(audience);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    pub(crate) fn get(&self, text: &str) -> Option<usize> {
        let (word, bit) = self.bit(text);
        if self.bits.get(word)? & bit == 0 {
            return None;
        }
        self.places.get(text).copied()
    }

    /// The index of a word, and one of its bits: computed from the length and both ends of a text.
    fn bit(&self, text: &str) -> (usize, u64) {
        let bytes = text.as_bytes();
        let ends = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => {
                u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
            }
            _ => bytes
                .iter()
                .fold(0, |ends, byte| (ends << 8) | u64::from(*byte)),
        };
        let length = u64::try_from(bytes.len()).unwrap_or_default();
        // The highest bits of a product depend on all bits of its factors. With one product alone,
        // some random factors would give many similar texts the same bit.
        let product = (ends ^ length).wrapping_mul(self.factor);
        let hash = (product ^ (product >> 32)).wrapping_mul(self.factor) >> 52;
        let word = usize::try_from(hash / 64).unwrap_or_default();
        (word, 1 << (hash % 64))
    }
}

/// Shows the audiences. The bits and the factor say nothing to a reader.
impl fmt::Debug for ExactAudiences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.places.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::ExactAudiences;

    #[test]
    fn each_audience_of_any_length_is_found_and_no_other_text() {
        let mut audiences = ExactAudiences::new();
        let text = |length: usize, letter| format!("{}{letter}", "é".repeat(length));
        let lengths = || (0..40).filter(|length| length % 3 != 0);
        for (place, length) in lengths().enumerate() {
            audiences.add(&text(length, 'a'), place);
            audiences.add(&text(length, 'a'), 1000);
        }
        audiences.add("", 2000);
        for (place, length) in lengths().enumerate() {
            assert_eq!(audiences.get(&text(length, 'a')), Some(place));
            assert_eq!(audiences.get(&text(length, 'b')), None);
        }
        assert_eq!(audiences.get(""), Some(2000));
        for length in (0..40).step_by(3) {
            assert_eq!(audiences.get(&text(length, 'a')), None);
        }
    }

    #[test]
    fn few_other_texts_have_the_bit_of_an_audience() {
        let mut audiences = ExactAudiences::new();
        for number in 0..300 {
            audiences.add(&format!("chat-x-{number:03}"), number);
        }
        let others = (0..1000).map(|number| format!("chat-A-{number:03}"));
        let is_set = |text: &String| {
            let (word, bit) = audiences.bit(text);
            audiences.bits[word] & bit != 0
        };
        assert!(others.filter(is_set).count() < 300);
    }
}
