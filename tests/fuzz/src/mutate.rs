//! Fuzzes without libFuzzer: it changes stored inputs at random for a given time.
//!
//! It doesn't measure coverage, so it doesn't learn: it only finds faults near the corpus. Inputs
//! that break a promise are minimised and stored.

use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::time::Instant;

use crate::{Target, corpus};

/// The longest input. A token may have 16 KiB.
const LONGEST: usize = 20_000;

/// Fuzzes for `time`, and prints how many inputs were run.
///
/// # Errors
///
/// An input broke a promise. It was stored, and the error says where.
pub fn run(target: &Target, time: Duration) -> Result<(), String> {
    let stored: Vec<Vec<u8>> = corpus::inputs(target)
        .into_iter()
        .map(|(_, input)| input)
        .collect();
    let words = corpus::words(target);
    let mut random = Random::new(RandomState::new().build_hasher().finish());
    let start = Instant::now();
    let mut runs = 0_u64;
    while start.elapsed() < time {
        let input = changed(&stored, &words, &mut random);
        runs += 1;
        if !holds(target, &input) {
            let small = minimised(target, input);
            let path = corpus::keep(target, &small)?;
            return Err(format!(
                "{}: broken after {runs} inputs; kept as {}",
                target.name,
                path.display()
            ));
        }
    }
    println!(
        "{}: {runs} inputs in {:.0} s, nothing found",
        target.name,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Minimises the input in a file and stores it.
///
/// # Errors
///
/// The file cannot be read, or breaks no promise.
pub fn minimise_file(target: &Target, file: &Path) -> Result<(), String> {
    let input = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if holds(target, &input) {
        return Err(format!("{}: breaks nothing", file.display()));
    }
    let path = corpus::keep(target, &minimised(target, input))?;
    println!("{}: kept as {}", target.name, path.display());
    Ok(())
}

/// Whether an input breaks no promise.
fn holds(target: &Target, input: &[u8]) -> bool {
    panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok()
}

/// Removes all pieces that don't matter, from large to small, and sets bytes that don't matter to
/// zero.
fn minimised(target: &Target, mut input: Vec<u8>) -> Vec<u8> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let mut piece = (input.len() / 2).max(1);
    loop {
        let mut at = 0;
        while at < input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..(at + piece).min(input.len()));
            if holds(target, &shorter) {
                at += piece;
            } else {
                input = shorter;
            }
        }
        if piece == 1 {
            break;
        }
        piece /= 2;
    }
    for at in 0..input.len() {
        let was = core::mem::replace(&mut input[at], 0);
        if holds(target, &input) {
            input[at] = was;
        }
    }
    panic::set_hook(hook);
    input
}

/// An input of the corpus with a few changes.
fn changed(stored: &[Vec<u8>], words: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let pick = |random: &mut Random| match stored.len() {
        0 => Vec::new(),
        count => stored[random.below(count)].clone(),
    };
    let mut input = pick(random);
    for _ in 0..=random.below(6) {
        change(&mut input, words, &pick, random);
    }
    input.truncate(LONGEST);
    input
}

fn change(
    input: &mut Vec<u8>,
    words: &[Vec<u8>],
    pick: &dyn Fn(&mut Random) -> Vec<u8>,
    random: &mut Random,
) {
    let at = random.below(input.len() + 1);
    let end = (at + random.below(32)).min(input.len());
    match random.below(8) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => input[at] = random.byte(),
        2 => drop(input.drain(at..end)),
        3 => {
            let piece = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, piece);
        }
        4 => {
            let other = pick(random);
            let from = random.below(other.len() + 1);
            let to = (from + random.below(64)).min(other.len());
            input.splice(at..end, other[from..to].iter().copied());
        }
        5 if !words.is_empty() => {
            let word = &words[random.below(words.len())];
            input.splice(at..at, word.iter().copied());
        }
        6 => input.truncate(at),
        _ => input.insert(at, random.byte()),
    }
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::{Random, changed, minimised};
    use crate::Target;

    const BREAKS_ON_AB: Target = Target {
        name: "sample",
        about: "",
        run: |input| assert!(!input.windows(2).any(|pair| pair == b"ab")),
    };

    #[test]
    fn a_failing_input_is_made_as_small_as_possible() {
        let input = b"xxxxxxxxxxxxxxxabxxxxxx".to_vec();
        assert_eq!(minimised(&BREAKS_ON_AB, input), b"ab");
    }

    #[test]
    fn mutations_find_inputs_nearby() {
        let mut random = Random::new(1);
        let stored = [b"axb".to_vec()];
        let found = (0..10_000).any(|_| {
            let input = changed(&stored, &[b"ab".to_vec()], &mut random);
            input.windows(2).any(|pair| pair == b"ab")
        });
        assert!(found);
    }
}
