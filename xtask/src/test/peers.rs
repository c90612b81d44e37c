//! Other people's programs: what it takes to have them here, in the versions that are pinned.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{self, works};

/// One library of other people's, and what it takes to have it here.
pub(super) struct Peer {
    name: &'static str,
    /// What is not on this machine.
    missing: fn() -> Option<&'static str>,
    /// The folder that installing makes.
    installed: &'static str,
    /// The file that pins the versions.
    pins: &'static str,
    install: fn(&Path) -> Result<(), String>,
}

/// What `requirements.txt` of a folder pins.
pub(super) const fn of_pip(name: &'static str) -> Peer {
    Peer {
        name,
        missing: python_is_missing,
        installed: ".venv",
        pins: "requirements.txt",
        install: install_by_pip,
    }
}

/// What `package-lock.json` of a folder pins.
pub(super) const fn of_npm(name: &'static str) -> Peer {
    Peer {
        name,
        missing: node_is_missing,
        installed: "node_modules",
        pins: "package-lock.json",
        install: install_by_npm,
    }
}

/// Installs peers: the names of those that are ready, what is skipped and why, what failed.
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

fn install_by_npm(folder: &Path) -> Result<(), String> {
    let mut npm = process::command(NPM, folder);
    process::run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// Windows finds a script by its whole name alone.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
