//! `cargo xtask fuzz`: runs the targets of `tests/fuzz`, and stores the inputs that break them.
//!
//! It uses the best engine that is installed, and says which: libFuzzer by cargo-fuzz, on a
//! nightly toolchain or without a sanitizer on this one, or the crate's own loop.

use core::num::NonZeroU32;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::{files, process};

const PACKAGE: &str = "countersign-fuzz";

/// The build folder. These builds have a sanitizer and optimisation, so they share nothing with
/// other builds.
const BUILD: &str = "target/fuzz/build";

/// The parsed command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    target: Option<String>,
    seconds: Option<NonZeroU32>,
    replay: bool,
}

/// Fuzzes every target in turn, or only the named one.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let options = parse(arguments).map_err(Failure::Usage)?;
    let root = files::root();
    let mut targets = targets(&root)?;
    if let Some(name) = &options.target {
        if !targets.contains(name) {
            return Err(Failure::Usage(format!(
                "no target is called {name:?}; there are {}",
                targets.join(", ")
            )));
        }
        targets.retain(|target| target == name);
    }
    if options.replay {
        return Ok(replay(&root, &targets)?);
    }
    let engine = Engine::choose();
    println!("{}", engine.about());
    let seconds = options.seconds.map_or(60, NonZeroU32::get);
    // Build first, so that a target that doesn't build isn't counted as a finding.
    process::run(&mut engine.build(&root, options.target.as_deref()))?;
    let broken: Vec<&String> = targets
        .iter()
        .filter(|target| {
            let outcome = engine.fuzz(&root, target, seconds);
            outcome.inspect_err(|error| println!("{error}")).is_err()
        })
        .collect();
    match broken.len() {
        0 => Ok(()),
        count => Err(Failure::Failed(format!(
            "{count} of {} targets found something, or did not run: {broken:?}",
            targets.len()
        ))),
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        target: None,
        seconds: None,
        replay: false,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--replay" => options.replay = true,
            "--seconds" => {
                let number = words.next().map(|number| (number.parse(), number));
                options.seconds = match number {
                    Some((Ok(seconds), _)) => Some(seconds),
                    Some((Err(_), number)) => {
                        return Err(format!("{number:?} is not a number of seconds"));
                    }
                    None => return Err("--seconds needs a number".to_owned()),
                };
            }
            option if option.starts_with('-') => {
                return Err(format!("fuzz has no option {option:?}"));
            }
            name if options.target.is_none() => options.target = Some(name.to_owned()),
            name => return Err(format!("one target at a time, found {name:?} too")),
        }
    }
    if options.replay && options.seconds.is_some() {
        return Err("--replay runs each stored input once; leave out --seconds".to_owned());
    }
    Ok(options)
}

/// The names of the targets. A test in `tests/fuzz` makes sure that each has a program.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("tests/fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file_names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = file_names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".rs")?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Runs the stored inputs as plain tests. It shows their names: if an input ends the whole
/// process, it is in the last test shown.
fn replay(root: &Path, targets: &[String]) -> Result<(), String> {
    const TEST: &str = "k1_every_stored_input_holds_what_its_target_promises";
    let replay = |how: &[&str]| {
        let mut replay = process::cargo(root);
        replay.args(["test", "--package", PACKAGE, "--lib", "--"]);
        replay.args(how).arg("--exact");
        replay.args(targets.iter().map(|target| format!("{TEST}::{target}")));
        replay
    };
    // The test runner ignores names that no test has, so count the tests.
    let list = process::output(&mut replay(&["--list"]))?;
    let found = list.lines().filter(|line| line.ends_with(": test")).count();
    if found != targets.len() {
        let wanted = targets.len();
        return Err(format!(
            "{found} tests replay the inputs of {wanted} targets"
        ));
    }
    process::run(&mut replay(&["--nocapture", "--test-threads=1"]))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// cargo-fuzz on nightly.
    Nightly,
    /// cargo-fuzz on the toolchain at hand.
    Stable,
    /// The crate's own loop.
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
                 (and a C++ compiler) adds libFuzzer, which is guided by coverage"
            }
        }
    }

    /// Builds every target, or only `target`. The loop has all targets in one program.
    fn build(self, root: &Path, target: Option<&str>) -> Command {
        if self == Self::Loop {
            return program(root, "build");
        }
        let mut build = self.cargo_fuzz(root, "build");
        build.args(target);
        build
    }

    fn cargo_fuzz(self, root: &Path, verb: &str) -> Command {
        let mut fuzz = process::command("cargo", root);
        if self == Self::Nightly {
            fuzz.env("RUSTUP_TOOLCHAIN", "nightly");
        }
        fuzz.args(["fuzz", verb, "--fuzz-dir", "tests/fuzz"]);
        if self == Self::Stable {
            fuzz.args(["--sanitizer", "none"]);
        }
        fuzz.args(["--codegen-units", "16", "--target-dir", BUILD]);
        quick_to_build(&mut fuzz);
        fuzz
    }

    /// Fuzzes one target.
    ///
    /// # Errors
    ///
    /// Something was found, or the engine does not run.
    fn fuzz(self, root: &Path, target: &str, seconds: u32) -> Result<(), String> {
        println!("\n== {target}, {seconds} s");
        if self == Self::Loop {
            let mut program = program(root, "run");
            return process::run(program.args(["--", target, &seconds.to_string()]));
        }
        let learnt = root.join("target/fuzz/corpus").join(target);
        let found = root.join("target/fuzz/found").join(target);
        for folder in [&learnt, &found] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let mut fuzz = self.cargo_fuzz(root, "run");
        fuzz.arg(target);
        fuzz.args([&learnt, &root.join("tests/fuzz/corpus").join(target)]);
        // Longer than a token may be.
        fuzz.args([
            "--",
            "-max_len=20000",
            "-timeout=20",
            "-print_final_stats=1",
        ]);
        let words = root.join(format!("tests/fuzz/dictionaries/{target}.dict"));
        if words.is_file() {
            fuzz.arg(format!("-dict={}", words.display()));
        }
        fuzz.arg(format!("-max_total_time={seconds}"));
        fuzz.arg(format!("-artifact_prefix={}/", found.display()));
        let outcome = process::run(&mut fuzz);
        for file in files_in(&found) {
            keep(root, target, &file)?;
        }
        outcome
    }
}

/// Minimises the input that was found, and stores it with the other inputs.
fn keep(root: &Path, target: &str, file: &Path) -> Result<(), String> {
    let path = file.to_string_lossy();
    let small = process::run(program(root, "run").args(["--", "--minimise", target, &path]));
    if small.is_err() {
        // The loop couldn't minimise it: only the sanitizer or the time limit finds the fault, or
        // the input ends the loop's process too, for example by a stack overflow.
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

/// A command that builds or runs the crate's own program.
fn program(root: &Path, verb: &str) -> Command {
    let mut cargo = process::cargo(root);
    cargo.args([verb, "--quiet", "--release", "--package", PACKAGE]);
    cargo.args(["--bin", PACKAGE, "--target-dir", BUILD]);
    quick_to_build(&mut cargo);
    cargo
}

/// Turns on checks, because finding faults matters more than speed, and turns off whole-program
/// optimisation.
fn quick_to_build(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;

    use super::{Options, parse};

    fn call(words: &[&str]) -> Result<Options, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse(&words)
    }

    #[test]
    fn a_target_a_time_and_the_replay_are_read() {
        let options = call(&["claims", "--seconds", "600"]).unwrap();
        assert_eq!(
            (options.target.as_deref(), options.seconds),
            (Some("claims"), NonZeroU32::new(600))
        );
        let options = call(&["--replay", "claims"]).unwrap();
        assert!(options.replay && options.target.is_some());
        assert_eq!(call(&[]).unwrap().seconds, None);
    }

    #[test]
    fn unknown_arguments_are_refused() {
        for words in [
            &["--second", "1"][..],
            &["--seconds"],
            &["--seconds", "x"],
            &["--seconds", "0"],
            &["a", "b"],
            &["--replay", "--seconds", "1"],
        ] {
            assert!(call(words).is_err(), "{words:?}");
        }
    }
}
