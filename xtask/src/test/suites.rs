//! The suites that need nothing but cargo.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use super::outcome::Outcome;
use crate::metadata::{Metadata, Target};
use crate::process::{self, cargo, output, run};
use crate::tidy;

/// Packages whose tests need other programs. They have their own suites, [`super::interop`] and
/// [`super::clients`].
const SUITES_OF_THEIR_OWN: [&str; 4] = [
    "--exclude",
    "countersign-interop",
    "--exclude",
    "countersign-clients",
];

/// A target without an operating system, and so without `std`.
const BARE: &str = "thumbv7em-none-eabihf";

/// Unit and integration tests, by `cargo nextest` where it is installed.
pub(super) fn tests(root: &Path) -> Outcome {
    let mut command = cargo(root);
    if output(cargo(root).args(["nextest", "--version"])).is_ok() {
        command.args(["nextest", "run"]);
    } else {
        command.args(["test", "--lib", "--bins", "--tests"]);
    }
    command.args(["--workspace", "--all-features", "--no-fail-fast"]);
    run(command.args(SUITES_OF_THEIR_OWN))?;
    Ok(Vec::new())
}

/// The examples in the documentation, which nextest does not run.
pub(super) fn docs(root: &Path) -> Outcome {
    let mut command = cargo(root);
    command.args(["test", "--doc", "--no-fail-fast"]);
    run(command.args(["--workspace", "--all-features"]))?;
    Ok(Vec::new())
}

/// Builds every example, and runs those of libraries, without arguments or input.
pub(super) fn examples(root: &Path) -> Outcome {
    let mut build = cargo(root);
    build.args(["build", "--examples", "--workspace", "--all-features"]);
    build
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let messages = output(&mut build)?;
    let libraries: Vec<String> = Metadata::read(root)?
        .members()
        .filter(|package| package.library().is_some())
        .map(|package| package.id.clone())
        .collect();
    for message in messages.lines() {
        let example = serde_json::from_str::<Artifact>(message).ok();
        let example = example.filter(|built| built.target.is("example"));
        let Some((built, program)) =
            example.and_then(|built| Some((built.package_id, built.executable?)))
        else {
            continue;
        };
        if libraries.contains(&built) {
            run(process::command(program, root).stdin(Stdio::null()))?;
        }
    }
    Ok(Vec::new())
}

/// Cargo's message about an artifact that it built. Its other messages lack these fields.
#[derive(Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    executable: Option<PathBuf>,
}

/// Builds every crate alone, so without the features that other crates turn on. A crate with
/// features is also built without them, and a `no_std` crate for a target without `std`.
pub(super) fn alone(root: &Path) -> Outcome {
    let check = |name: &str, options: &[&str]| {
        let mut command = cargo(root);
        run(command
            .args(["check", "--quiet", "--package", name])
            .args(options))
    };
    check_crates_of_facade(root)?;
    let metadata = Metadata::read(root)?;
    for package in metadata.members().filter(|package| package.is_for_users()) {
        check(&package.name, &[])?;
        if !package.features.is_empty() {
            check(&package.name, &["--no-default-features"])?;
        }
    }
    let mut rustc = process::command("rustc", root);
    let sysroot = output(rustc.args(["--print", "target-libdir", "--target", BARE]))?;
    if !Path::new(sysroot.trim()).exists() {
        return Ok(vec![format!(
            "no_std without std: rustup target {BARE} is not on this machine"
        )]);
    }
    for name in tidy::no_std_crates() {
        check(name, &["--no-default-features", "--target", BARE])?;
    }
    Ok(Vec::new())
}

/// The facade without its features has fewer crates than this.
const FACADE_CRATES: usize = 40;

/// Counts the crates that the facade depends on if none of its features is on.
fn check_crates_of_facade(root: &Path) -> Result<(), String> {
    let mut tree = cargo(root);
    tree.args(["tree", "--package", "countersign", "--no-default-features"]);
    tree.args(["--edges", "normal", "--prefix", "none"]);
    let count = crates_in(&output(&mut tree)?);
    if count < FACADE_CRATES {
        return Ok(());
    }
    Err(format!(
        "found {count} crates that countersign needs without features; fewer than \
         {FACADE_CRATES} are promised: see `cargo tree -p countersign --no-default-features -e normal`"
    ))
}

/// The different crates in the output of `cargo tree --prefix none`, which marks repeated ones.
fn crates_in(tree: &str) -> usize {
    let lines = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    let crates: BTreeSet<&str> = lines.filter(|line| !line.is_empty()).collect();
    crates.len()
}

/// Checks each feature of each crate alone, in addition to [`alone`]: no feature needs another one
/// that it doesn't turn on.
pub(super) fn each_feature(root: &Path) -> Outcome {
    let skipped = alone(root)?;
    let metadata = Metadata::read(root)?;
    for package in metadata.members().filter(|package| package.is_for_users()) {
        for feature in package.features.keys().filter(|name| *name != "default") {
            let mut command = cargo(root);
            command.args(["check", "--quiet", "--package", &package.name]);
            run(command.args(["--no-default-features", "--features", feature]))?;
        }
    }
    Ok(skipped)
}

#[cfg(test)]
mod tests {
    use super::crates_in;

    #[test]
    fn a_crate_counts_once() {
        let tree = "a v1.0.0 (/a)\nb v0.1.0\nc v0.2.0\nb v0.1.0 (*)\n\nb v0.2.0\n";
        assert_eq!(crates_in(tree), 4);
    }
}
