//! Installs libraries of others, in pinned versions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{self, works};

/// A library of others, and how to install it.
pub(super) struct Peer {
    name: &'static str,
    /// The needed program that is missing on this machine, if any.
    missing: fn() -> Option<&'static str>,
    /// The folder that installing creates.
    installed: &'static str,
    /// The file that pins the versions.
    pins: &'static str,
    install: fn(&Path) -> Result<(), String>,
}

/// A peer that `requirements.txt` of a folder pins.
pub(super) const fn of_pip(name: &'static str) -> Peer {
    Peer {
        name,
        missing: python_is_missing,
        installed: ".venv",
        pins: "requirements.txt",
        install: install_by_pip,
    }
}

/// A peer that `package-lock.json` of a folder pins.
pub(super) const fn of_npm(name: &'static str) -> Peer {
    Peer {
        name,
        missing: node_is_missing,
        installed: "node_modules",
        pins: "package-lock.json",
        install: install_by_npm,
    }
}

/// Installs peers. Returns the names of those that are ready, the skipped ones with the reason,
/// and the failures.
pub(super) fn make_ready(
    peers: &[Peer],
    folder: &Path,
) -> (Vec<&'static str>, Vec<String>, Vec<String>) {
    let (mut ready, mut skipped, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for peer in peers {
        if let Some(missing) = (peer.missing)() {
            skipped.push(format!("{}: {missing} is not on this machine", peer.name));
        } else {
            match peer.make_ready(folder) {
                Ok(()) => ready.push(peer.name),
                Err(error) => failed.push(error),
            }
        }
    }
    (ready, skipped, failed)
}

impl Peer {
    /// Installs the peer, unless the pinned versions are installed already.
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

fn install_by_pip(folder: &Path) -> Result<(), String> {
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

/// The interpreter of the virtual environment. Windows has another path than other systems.
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

fn install_by_npm(folder: &Path) -> Result<(), String> {
    let mut npm = process::command(NPM, folder);
    process::run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// Windows finds a script only by its whole name.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
