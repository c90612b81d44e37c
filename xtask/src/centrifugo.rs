//! Centrifugo as a program, in the one version that this project is compared with. `go` installs
//! it below `target/`; once it is installed, nothing here needs the network.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process::{self, works};

const MODULE: &str = "github.com/centrifugal/centrifugo/v6";
/// `tests/conformance/src/centrifugo/running.rs` has the version too.
const VERSION: &str = "v6.9.1";

/// How the program is built.
#[derive(Clone, Copy)]
pub(crate) enum Build {
    /// Built in 40 % less time, but slow to run and hard to debug: to compare its behaviour.
    Quick,
    /// Built as its users build it: to measure it.
    Optimised,
}

const QUICK_FLAGS: [&str; 6] = [
    "-p",
    "2",
    "-trimpath",
    "-gcflags=all=-N -l -dwarf=false",
    "-ldflags=-s -w",
    "-buildvcs=false",
];

/// Why there is no Centrifugo.
pub(crate) const NO_GO: &str = "go is not on this machine, and it builds Centrifugo";

/// The program, which `go` installs if it is missing; `None` if `go` is not on this machine.
pub(crate) fn installed(root: &Path, build: Build) -> Result<Option<PathBuf>, String> {
    let program = program(root, build);
    if !program.exists() {
        if !is_go_here() {
            return Ok(None);
        }
        process::run(with_install(&mut process::command("go", root), root, build))?;
    }
    Ok(Some(program))
}

/// Begins to install it at the lowest priority, unless it is installed or can't be.
pub(crate) fn install_ahead(root: &Path) -> Option<Child> {
    let build = Build::Quick;
    if program(root, build).exists() || !is_go_here() {
        return None;
    }
    let mut go = if works("nice", &["true"]) {
        let mut nice = process::command("nice", root);
        nice.args(["-n", "19", "go"]);
        nice
    } else {
        process::command("go", root)
    };
    // If this fails, `installed` fails in the same way, and says why.
    let quiet = go.stdin(Stdio::null()).stdout(Stdio::null());
    let quiet = quiet.stderr(Stdio::null());
    with_install(quiet, root, build).spawn().ok()
}

fn is_go_here() -> bool {
    works("go", &["version"])
}

fn folder(root: &Path, build: Build) -> PathBuf {
    let folder = root.join("target/centrifugo").join(VERSION);
    match build {
        Build::Quick => folder,
        Build::Optimised => folder.join("optimised"),
    }
}

fn program(root: &Path, build: Build) -> PathBuf {
    folder(root, build).join(format!("centrifugo{}", env::consts::EXE_SUFFIX))
}

fn with_install<'c>(go: &'c mut Command, root: &Path, build: Build) -> &'c mut Command {
    go.arg("install");
    if let Build::Quick = build {
        go.args(QUICK_FLAGS);
    }
    go.arg(format!("{MODULE}@{VERSION}"))
        .env("CGO_ENABLED", "0")
        .env("GOBIN", folder(root, build))
}
