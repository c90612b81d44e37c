//! Does the time to refuse a signature depend on where it is wrong?
//!
//! [`cases`] are pairs of inputs that an attacker would compare: a signature wrong in its first
//! byte and one wrong in its last, of every algorithm over every backend, and wrong tags that go
//! through the whole authenticator. With a secret (HMAC), a difference would let an attacker
//! guess a tag byte by byte (CVE-2015-10004). Without one (a public key verifies), a difference
//! is shown, but is not an error. As a control, an HMAC is compared byte by byte up to the first
//! difference: this leak must be seen.
//!
//! It is not part of any test run, because the results also depend on the machine.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // test code

mod cases;
pub mod welch;

pub use cases::{Case, Kind, Run, cases};

use core::hint::black_box;
use std::time::Instant;

/// With fewer rounds, a hundredth of them would show nothing.
pub const LEAST_ROUNDS: u32 = 10_000;

/// Measures both inputs of a case in random order, and returns t. If a difference is no error, a
/// hundredth of the rounds is enough: verifying with a public key is slow.
#[must_use]
pub fn measure(case: &Case, rounds: u32) -> f64 {
    // One run is too short to measure, so measure several at a time.
    let (rounds, batch) = match case.kind {
        Kind::Public => (rounds.div_euclid(100), 1),
        Kind::Control | Kind::Secret => (rounds, 8),
    };
    let [first, second] = &case.inputs;
    let mut measured = [Vec::new(), Vec::new()];
    // Put both inputs in the same place, because the place in memory changes the time too.
    let mut input = Vec::with_capacity(first.len().max(second.len()));
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..rounds {
        // xorshift: a random order, so that it can't coincide with periodic work of the machine.
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
