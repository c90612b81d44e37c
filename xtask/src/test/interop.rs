//! The interop suite: our program against other people's.
//!
//! Installs PyJWT and jose into `tests/interop`, from the versions pinned there,
//! and runs the tests of that folder. Once installed, nothing here needs the network.

use std::fs;
use std::path::{Path, PathBuf};

use super::outcome::Outcome;
use crate::process::{self, works};

/// One library of other people's, and what it takes to have it here.
struct Peer {
    name: &'static str,
    /// What is not on this machine.
    missing: fn() -> Option<&'static str>,
    /// The folder that installing makes.
    installed: &'static str,
    /// The file that pins the versions.
    pins: &'static str,
    install: fn(&Path) -> Result<(), String>,
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "pyjwt",
        missing: python_is_missing,
        installed: ".venv",
        pins: "requirements.txt",
        install: install_pyjwt,
    },
    Peer {
        name: "jose",
        missing: node_is_missing,
        installed: "node_modules",
        pins: "package-lock.json",
        install: install_jose,
    },
];

/// Installs what is not yet, and runs the tests against the peers that are there: also where
/// installing another failed, which is told in the end.
pub(super) fn run(root: &Path) -> Outcome {
    if !works("openssl", &["version"]) {
        return Ok(vec![
            "everything: openssl is not on this machine, and it makes the keys".to_owned(),
        ]);
    }
    let folder = root.join("tests/interop");
    let mut ready = Vec::new();
    let mut skipped = Vec::new();
    let mut failed = Vec::new();
    for peer in &PEERS {
        if let Some(missing) = (peer.missing)() {
            skipped.push(format!("{}: {missing} is not on this machine", peer.name));
        } else {
            match peer.make_ready(&folder) {
                Ok(()) => ready.push(peer.name),
                Err(error) => failed.push(error),
            }
        }
    }
    process::run(process::cargo(root).args(["build", "--package", "countersign-cli"]))?;
    let mut tests = process::cargo(root);
    tests.args(["test", "--package", "countersign-interop", "--no-fail-fast"]);
    let mut runs = vec![tests];
    if !ready.is_empty() {
        // The same bent tokens through the peers: a difference that is new, or gone, fails.
        let mut suite = process::cargo(root);
        suite.args(["run", "--quiet", "--package", "countersign-conformance"]);
        suite.args(["--", "peers"]);
        runs.push(suite);
    }
    // A peer named here that does not answer fails; without the variable the tests look for
    // themselves and skip.
    for mut command in runs {
        failed.extend(process::run(command.env("COUNTERSIGN_INTEROP", ready.join(","))).err());
    }
    if failed.is_empty() {
        Ok(skipped)
    } else {
        Err(failed.join("\n"))
    }
}

impl Peer {
    /// Installs the peer, unless it is there in the very versions that are pinned.
    fn make_ready(&self, folder: &Path) -> Result<(), String> {
        let pins = folder.join(self.pins);
        let pinned =
            fs::read_to_string(&pins).map_err(|error| format!("{}: {error}", pins.display()))?;
        let stamp = folder.join(self.installed).join("installed-from");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
            return Ok(());
        }
        (self.install)(folder)?;
        fs::write(&stamp, pinned).map_err(|error| format!("{}: {error}", stamp.display()))
    }
}

fn python_is_missing() -> Option<&'static str> {
    if !works("python3", &["--version"]) {
        Some("python3")
    } else if !works("python3", &["-c", "import ensurepip, venv"]) {
        Some("python3's venv module")
    } else {
        None
    }
}

fn install_pyjwt(folder: &Path) -> Result<(), String> {
    process::run(process::command("python3", folder).args(["-m", "venv", "--clear", ".venv"]))?;
    let mut pip = process::command(python(folder), folder);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    process::run(pip.args(["--requirement", "requirements.txt"]))
}

/// The interpreter of the virtual environment, as Windows and everyone else place it.
fn python(folder: &Path) -> PathBuf {
    let place = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python3"
    };
    folder.join(".venv").join(place)
}

fn node_is_missing() -> Option<&'static str> {
    let npm_is_missing = || (!works(NPM, &["--version"])).then_some("npm");
    if works("node", &["--version"]) {
        npm_is_missing()
    } else {
        Some("node")
    }
}

fn install_jose(folder: &Path) -> Result<(), String> {
    let mut npm = process::command(NPM, folder);
    process::run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// Windows finds a script by its whole name alone.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
