//! Measures every case and shows t: `countersign-timing [ROUNDS]`. Exit 1: time certainly reveals
//! a secret, or the leak of the control was not seen. Exit 2: ROUNDS is not a number, or too
//! small to measure anything.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use countersign_timing::welch::{CERTAIN, LIKELY};
use countersign_timing::{Kind, LEAST_ROUNDS, cases, measure};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = match rounds(&arguments) {
        Ok(rounds) => rounds,
        Err(reason) => {
            eprintln!("error: {reason}");
            return ExitCode::from(2);
        }
    };
    println!(
        "{rounds} measurements each; |t| below {LIKELY} is no difference, above {CERTAIN} a certain one\n"
    );
    println!("{:>9}  {:<24} case", "t", "verdict");
    let mut is_well = true;
    for case in cases() {
        let mut t = measure(&case, rounds);
        // Measure again: a difference by a busy machine disappears, but a leak stays.
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

fn rounds(arguments: &[String]) -> Result<u32, String> {
    match arguments {
        [] => Ok(200_000),
        [word] => match word.parse() {
            Ok(rounds) if rounds >= LEAST_ROUNDS => Ok(rounds),
            _ => Err(format!(
                "{word:?} is not a number of at least {LEAST_ROUNDS}"
            )),
        },
        _ => Err(format!(
            "expected one number of rounds, found {arguments:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::rounds;

    #[test]
    fn too_few_rounds_are_refused() {
        let call = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            rounds(&words)
        };
        assert_eq!(call(&[]), Ok(200_000));
        assert_eq!(call(&["10000"]), Ok(10_000));
        for words in [
            &["0"][..],
            &["9999"],
            &["-1"],
            &["x"],
            &[""],
            &["20000", "1"],
        ] {
            assert!(call(words).is_err(), "{words:?}");
        }
    }
}
