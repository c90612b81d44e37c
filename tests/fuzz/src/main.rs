//! Fuzzes one target without libFuzzer, with the loop of [`countersign_fuzz::mutate`]:
//! `countersign-fuzz TARGET SECONDS`, `--minimise TARGET FILE` or `--list`.
#![forbid(unsafe_code)]

use core::time::Duration;
use std::path::Path;
use std::process::ExitCode;

use countersign_fuzz::{TARGETS, mutate, target};

fn main() -> ExitCode {
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
            (_, Err(_)) => Err(format!("{seconds:?} is not a number of seconds")),
        },
        _ => Err(
            "usage: countersign-fuzz TARGET SECONDS | --minimise TARGET FILE | --list".to_owned(),
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
