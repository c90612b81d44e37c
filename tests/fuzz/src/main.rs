//! Fuzzes one target. Under cargo-fuzz this is libFuzzer, and the variable `COUNTERSIGN_FUZZ`
//! names the target; otherwise it is the loop of [`countersign_fuzz::mutate`]:
//! `fuzz TARGET SECONDS`, `fuzz --minimise TARGET FILE` or `fuzz --list`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod under_libfuzzer {
    use std::sync::LazyLock;

    use countersign_fuzz::{Target, target};

    static CHOSEN: LazyLock<&'static Target> = LazyLock::new(|| {
        let name = std::env::var("COUNTERSIGN_FUZZ").unwrap_or_default();
        target(&name).unwrap_or_else(|| panic!("COUNTERSIGN_FUZZ names no target: {name:?}"))
    });

    libfuzzer_sys::fuzz_target!(|data: &[u8]| (CHOSEN.run)(data));
}

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    use core::time::Duration;
    use std::path::Path;
    use std::process::ExitCode;

    use countersign_fuzz::{TARGETS, mutate, target};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["--list"] => {
            for target in &TARGETS {
                println!("{:<14} {}", target.name, target.about);
            }
            return ExitCode::SUCCESS;
        }
        ["--minimise", name, file] => match target(name) {
            Some(target) => mutate::minimise_file(target, Path::new(file)),
            None => Err(format!("no target is called {name:?}")),
        },
        [name, seconds] => match (target(name), seconds.parse()) {
            (Some(target), Ok(seconds)) => mutate::run(target, Duration::from_secs(seconds)),
            (None, _) => Err(format!("no target is called {name:?}")),
            (_, Err(_)) => Err(format!("{seconds:?} is no number of seconds")),
        },
        _ => Err("usage: fuzz TARGET SECONDS | --minimise TARGET FILE | --list".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
