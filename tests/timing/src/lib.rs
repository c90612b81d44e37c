//! Does the time that a wrong signature takes tell where it is wrong?
//!
//! [`cases`] are pairs of inputs that an attacker would compare: a signature wrong in its first
//! byte and one wrong in its last, of every algorithm over every backend, and the ways of a wrong
//! tag through the whole authenticator. Where there is a secret (HMAC), a difference would let a
//! tag be guessed byte by byte (CVE-2015-10004); where there is none (a public key verifies), it
//! is shown and not judged. An HMAC that is compared byte by byte, up to the first difference, shows
//! that such a leak would be seen.
//!
//! It is no part of any test run: what it measures is the machine too.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // test code

mod cases;
pub mod welch;

pub use cases::{Case, Kind, Run, cases};

use core::hint::black_box;
use std::time::Instant;

/// With fewer rounds, a hundredth of them tells nothing.
pub const LEAST_ROUNDS: u32 = 10_000;

/// Measures both inputs of a case in random order and gives t. Where nothing is judged, a
/// hundredth of the rounds shows enough: verifying under a public key is slow.
#[must_use]
pub fn measure(case: &Case, rounds: u32) -> f64 {
    // So short a time is measured several times over.
    let (rounds, batch) = match case.kind {
        Kind::Public => (rounds.div_euclid(100), 1),
        Kind::Control | Kind::Secret => (rounds, 8),
    };
    let [first, second] = &case.inputs;
    let mut measured = [Vec::new(), Vec::new()];
    // Both inputs stand in the same place: where bytes lie in memory makes a difference, too.
    let mut input = Vec::with_capacity(first.len().max(second.len()));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..rounds {
        // xorshift: which class comes next must not follow a rhythm of the machine.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let is_second = random & 1 == 1;
        input.clear();
        input.extend_from_slice(if is_second { second } else { first });
        let start = Instant::now();
        for _ in 0..batch {
            black_box((case.run)(black_box(&input)));
        }
        let time = start.elapsed().as_secs_f64();
        // The first tenth warms caches and branch predictors.
        if round > rounds.div_euclid(10) {
            let [first, second] = &mut measured;
            if is_second { second } else { first }.push(time);
        }
    }
    let [first, second] = measured;
    welch::t(&first, &second)
}
