//! The centrifugo suite: a Centrifugo 6 that runs, beside what we know of it.
//!
//! Installs its program by `go install` below `target/`, in one pinned version, and asks it about
//! each row of `tests/conformance/data/centrifugo.txt` that its commands can show. Once
//! installed, nothing here needs the network.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::outcome::Outcome;
use crate::process::{self, works};

const MODULE: &str = "github.com/centrifugal/centrifugo/v6";
/// The version that the rows are about; `tests/conformance/src/centrifugo/running.rs` has it too.
const VERSION: &str = "v6.9.1";

/// Builds without what makes the program fast or easy to debug: that takes 40 % less time.
const QUICKLY: [&str; 6] = [
    "-p",
    "2",
    "-trimpath",
    "-gcflags=all=-N -l -dwarf=false",
    "-ldflags=-s -w",
    "-buildvcs=false",
];

/// Begins to install it, at the lowest priority: other suites leave enough time for that.
pub(super) fn start(root: &Path) -> Option<Child> {
    if program(root).exists() || !is_go_here() {
        return None;
    }
    let mut go = if works("nice", &["true"]) {
        let mut nice = process::command("nice", root);
        nice.args(["-n", "19", "go"]);
        nice
    } else {
        process::command("go", root)
    };
    // The suite tells what is wrong with it, if anything is.
    let quiet = go.stdin(Stdio::null()).stdout(Stdio::null());
    with_install(quiet.stderr(Stdio::null()), root).spawn().ok()
}

/// Installs it unless it is installed, and asks it about each row: about one case of those that
/// end alike.
pub(super) fn run(root: &Path) -> Outcome {
    ask(root, |suite| {
        suite.env("COUNTERSIGN_CENTRIFUGO_BRIEF", "1");
    })
}

/// The same about every case.
pub(super) fn run_whole(root: &Path) -> Outcome {
    ask(root, |_| {})
}

fn ask(root: &Path, choose: impl Fn(&mut Command)) -> Outcome {
    let program = program(root);
    if !program.exists() {
        if !is_go_here() {
            return Ok(vec![
                "everything: go is not on this machine, and it builds Centrifugo".to_owned(),
            ]);
        }
        process::run(with_install(&mut process::command("go", root), root))?;
    }
    let mut suite = process::cargo(root);
    suite.args(["run", "--quiet", "--package", "countersign-conformance"]);
    suite.args(["--", "centrifugo-6"]);
    suite.env("COUNTERSIGN_CENTRIFUGO", program);
    choose(&mut suite);
    process::run(&mut suite)?;
    Ok(Vec::new())
}

fn is_go_here() -> bool {
    works("go", &["version"])
}

fn folder(root: &Path) -> PathBuf {
    root.join("target/centrifugo").join(VERSION)
}

fn program(root: &Path) -> PathBuf {
    folder(root).join(format!("centrifugo{}", env::consts::EXE_SUFFIX))
}

fn with_install<'c>(go: &'c mut Command, root: &Path) -> &'c mut Command {
    go.arg("install")
        .args(QUICKLY)
        .arg(format!("{MODULE}@{VERSION}"))
        .env("CGO_ENABLED", "0")
        .env("GOBIN", folder(root))
}
