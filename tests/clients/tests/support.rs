//! Shared by the tests: the program, the installed clients, and processes that end with their test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

/// The clients that `cargo xtask test` has installed, separated by commas. Without the variable,
/// the tests look for clients themselves, and skip missing ones.
const READY: &str = "COUNTERSIGN_CLIENTS";

pub(crate) const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

pub(crate) const PYTHON: &str = if cfg!(windows) {
    ".venv/Scripts/python.exe"
} else {
    ".venv/bin/python3"
};

/// Whether a player's library is installed, or must be.
pub(crate) fn is_ready(player: &str, installed: &str) -> bool {
    let promised = std::env::var(READY).ok();
    let is_ready = match &promised {
        Some(ready) => ready.split(',').any(|name| name == player),
        None => Path::new(FOLDER).join(installed).exists(),
    };
    if !is_ready {
        eprintln!("skipped: {player} is not installed in {FOLDER}");
    }
    is_ready
}

/// The built program, in the target folder of this test.
pub(crate) fn program() -> Option<PathBuf> {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap();
    let path = built.join(format!("countersign{}", std::env::consts::EXE_SUFFIX));
    let is_here = path.is_file();
    assert!(
        is_here || std::env::var(READY).is_err(),
        "{} has gone",
        path.display()
    );
    if !is_here {
        eprintln!("skipped: build the program first: cargo build --package countersign-cli");
    }
    is_here.then_some(path)
}

/// A process that is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    _input: Option<ChildStdin>,
    pub(crate) first_line: String,
}

impl Running {
    /// Starts it, and waits for its first line of output.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .current_dir(FOLDER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first_line = lines.next().unwrap().unwrap();
        // Read and drop its later output, so that it never waits for a reader.
        thread::spawn(move || lines.for_each(drop));
        Self {
            _input: child.stdin.take(),
            child,
            first_line,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The URL in `{"listening":"ws://…"}`.
pub(crate) fn listening(line: &str) -> String {
    let url = line.split('"').find(|part| part.starts_with("ws://"));
    url.unwrap_or_else(|| panic!("{line}")).to_owned()
}
