//! Measures every case and shows t: `countersign-timing [ROUNDS]`. Exit 1 where time certainly
//! tells a secret, or where the control is not seen to leak.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use countersign_timing::welch::{CERTAIN, LIKELY};
use countersign_timing::{Kind, cases, measure};

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let rounds = rounds.unwrap_or(200_000);
    println!(
        "{rounds} measurements each; |t| below {LIKELY} is no difference, above {CERTAIN} a certain one\n"
    );
    println!("{:>9}  {:<24} case", "t", "verdict");
    let mut is_well = true;
    for case in cases() {
        let mut t = measure(&case, rounds);
        // A busy machine makes differences that do not come back; a leak comes back.
        for _ in 0..2 {
            if case.kind == Kind::Secret && t.abs() >= LIKELY {
                let again = measure(&case, rounds);
                t = if again.abs() < t.abs() { again } else { t };
            }
        }
        let (verdict, is_good) = match (case.kind, t.abs()) {
            (Kind::Control, t) if t < LIKELY => ("NOT SEEN TO LEAK", false),
            (Kind::Control, _) => ("seen to leak, as it must", true),
            (_, t) if t < LIKELY => ("no difference", true),
            (Kind::Public, _) => ("differs; no secret", true),
            (Kind::Secret, t) if t < CERTAIN => ("likely; measure again", true),
            (Kind::Secret, _) => ("LEAKS", false),
        };
        is_well &= is_good;
        println!("{t:>9.2}  {verdict:<24} {}", case.name);
    }
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
