//! Measures every case and shows t: `countersign-timing [ROUNDS]`. Exit 1 where time certainly
//! tells a secret, or where the control is not seen to leak.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use countersign_timing::welch::{CERTAIN, LIKELY};
use countersign_timing::{cases, measure};

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let rounds = rounds.unwrap_or(200_000);
    println!(
        "{rounds} measurements each; |t| below {LIKELY} is no difference, above {CERTAIN} a certain one\n"
    );
    println!("{:>9}  {:<24} case", "t", "verdict");
    let mut is_well = true;
    for case in cases() {
        let t = measure(&case, rounds);
        let verdict = match t.abs() {
            t if t < LIKELY && case.is_control => {
                is_well = false;
                "NOT SEEN TO LEAK"
            }
            t if t < LIKELY => "no difference",
            _ if case.is_control => "seen to leak, as it must",
            _ if !case.is_secret => "differs; no secret",
            t if t < CERTAIN => "likely; measure again",
            _ => {
                is_well = false;
                "LEAKS"
            }
        };
        println!("{t:>9.2}  {verdict:<24} {}", case.name);
    }
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
