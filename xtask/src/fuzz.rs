//! `cargo xtask fuzz`: runs the targets of `tests/fuzz`, and keeps what they find.
//!
//! It takes the best engine that is installed and says which: libFuzzer by cargo-fuzz, on a
//! nightly toolchain or without a sanitizer on this one, or the loop of the crate itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::Failure;
use crate::{files, process};

const PACKAGE: &str = "countersign-fuzz";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    target: Option<String>,
    seconds: u32,
    replay: bool,
}

/// Fuzzes every target in turn, or the one that is named.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let wish = parse(arguments).map_err(Failure::Usage)?;
    let root = files::root();
    if wish.replay {
        let mut replay = process::cargo(&root);
        replay.args(["test", "--package", PACKAGE, "--test", "replay"]);
        return Ok(process::run(&mut replay)?);
    }
    let mut targets = targets(&root)?;
    if let Some(name) = &wish.target {
        if !targets.contains(name) {
            return Err(Failure::Usage(format!(
                "no target is called {name:?}; there are {}",
                targets.join(", ")
            )));
        }
        targets.retain(|target| target == name);
    }
    let engine = Engine::choose();
    println!("{}", engine.about());
    let broken: Vec<&String> = targets
        .iter()
        .filter(|target| {
            let outcome = engine.fuzz(&root, target, wish.seconds);
            outcome.inspect_err(|error| println!("{error}")).is_err()
        })
        .collect();
    match broken.len() {
        0 => Ok(()),
        count => Err(Failure::Failed(format!(
            "{count} of {} targets found something: {broken:?}",
            targets.len()
        ))),
    }
}

fn parse(arguments: &[String]) -> Result<Wish, String> {
    let mut wish = Wish {
        target: None,
        seconds: 60,
        replay: false,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--replay" => wish.replay = true,
            "--seconds" => {
                let number = words.next().map(|number| (number.parse(), number));
                wish.seconds = match number {
                    Some((Ok(seconds), _)) => seconds,
                    Some((Err(_), number)) => {
                        return Err(format!("{number:?} is no number of seconds"));
                    }
                    None => return Err("--seconds needs a number".to_owned()),
                };
            }
            option if option.starts_with('-') => {
                return Err(format!("fuzz has no option {option:?}"));
            }
            name if wish.target.is_none() => wish.target = Some(name.to_owned()),
            name => return Err(format!("one target at a time, found {name:?} too")),
        }
    }
    Ok(wish)
}

/// The names of the targets: each has a folder of inputs, which a test of theirs holds.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let corpus = root.join("tests/fuzz/corpus");
    let entries =
        fs::read_dir(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// cargo-fuzz on nightly.
    Nightly,
    /// cargo-fuzz on the toolchain at hand.
    Stable,
    /// The loop of the crate.
    Loop,
}

impl Engine {
    fn choose() -> Self {
        if !process::works("cargo", &["fuzz", "--version"]) {
            Self::Loop
        } else if process::works("cargo", &["+nightly", "--version"]) {
            Self::Nightly
        } else {
            Self::Stable
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Nightly => {
                "libFuzzer with AddressSanitizer, by cargo-fuzz on the nightly toolchain"
            }
            Self::Stable => {
                "libFuzzer without a sanitizer, by cargo-fuzz on this toolchain; \
                 `rustup toolchain install nightly` adds AddressSanitizer"
            }
            Self::Loop => {
                "random changes of the stored inputs, without coverage; `cargo install cargo-fuzz` \
                 (and a C++ compiler) adds libFuzzer, which learns"
            }
        }
    }

    /// Fuzzes one target.
    ///
    /// # Errors
    ///
    /// Something was found, or the engine does not run.
    fn fuzz(self, root: &Path, target: &str, seconds: u32) -> Result<(), String> {
        println!("\n== {target}, {seconds} s");
        if self == Self::Loop {
            return process::run(program(root).args([target, &seconds.to_string()]));
        }
        let learnt = root.join("target/fuzz/corpus").join(target);
        let found = root.join("target/fuzz/found").join(target);
        for folder in [&learnt, &found] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let mut fuzz = process::command("cargo", root);
        fuzz.env("COUNTERSIGN_FUZZ", target);
        if self == Self::Nightly {
            fuzz.env("RUSTUP_TOOLCHAIN", "nightly");
        }
        fuzz.args(["fuzz", "run", "--fuzz-dir", "tests/fuzz"]);
        if self == Self::Stable {
            fuzz.args(["--sanitizer", "none"]);
        }
        fuzz.args(["--target-dir", "target/fuzz/build", "fuzz"]);
        fuzz.args([&learnt, &root.join("tests/fuzz/corpus").join(target)]);
        fuzz.args(["--", "-max_len=4096", "-timeout=20", "-print_final_stats=1"]);
        fuzz.arg(format!("-max_total_time={seconds}"));
        fuzz.arg(format!("-artifact_prefix={}/", found.display()));
        let outcome = process::run(quick_to_build(&mut fuzz));
        for file in files_in(&found) {
            keep(root, target, &file)?;
        }
        outcome
    }
}

/// Makes what was found small and stores it among the inputs.
fn keep(root: &Path, target: &str, file: &Path) -> Result<(), String> {
    let path = file.to_string_lossy();
    let small = process::run(program(root).args(["--minimise", target, &path]));
    if small.is_err() {
        // It breaks nothing in the loop: too slow or too large, or the sanitizer's to say.
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let stored = root
            .join("tests/fuzz/corpus")
            .join(target)
            .join(format!("found-{name}"));
        fs::copy(file, &stored).map_err(|error| format!("{}: {error}", stored.display()))?;
        println!("kept as it is: {}", stored.display());
    }
    fs::remove_file(file).map_err(|error| format!("{path}: {error}"))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The crate's own program.
fn program(root: &Path) -> Command {
    let mut cargo = process::cargo(root);
    cargo.args(["run", "--quiet", "--release", "--package", PACKAGE]);
    cargo.args(["--target-dir", "target/fuzz/build", "--"]);
    quick_to_build(&mut cargo);
    cargo
}

/// Faults are worth more than speed: checks are on, and whole-program optimisation is off.
fn quick_to_build(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
}

#[cfg(test)]
mod tests {
    use super::{Wish, parse};

    fn call(words: &[&str]) -> Result<Wish, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse(&words)
    }

    #[test]
    fn a_target_a_time_and_the_replay_are_read() {
        let wish = call(&["claims", "--seconds", "600"]).unwrap();
        assert_eq!(
            (wish.target.as_deref(), wish.seconds),
            (Some("claims"), 600)
        );
        assert!(call(&["--replay"]).unwrap().replay);
        assert_eq!(call(&[]).unwrap().seconds, 60);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [
            &["--second", "1"][..],
            &["--seconds"],
            &["--seconds", "x"],
            &["a", "b"],
        ] {
            assert!(call(words).is_err(), "{words:?}");
        }
    }
}
