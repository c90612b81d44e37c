//! Runs the built program in a folder of its own, as its users run it.
#![allow(dead_code, unreachable_pub)] // Each file of tests uses its part.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// After this time the tests end a program that still runs.
const LONGEST_RUN: Duration = Duration::from_secs(300);

/// The algorithms, and whether they have key pairs.
pub const ALGORITHMS: [(&str, bool); 13] = [
    ("HS256", false),
    ("HS384", false),
    ("HS512", false),
    ("RS256", true),
    ("RS384", true),
    ("RS512", true),
    ("PS256", true),
    ("PS384", true),
    ("PS512", true),
    ("ES256", true),
    ("ES384", true),
    ("ES512", true),
    ("EdDSA", true),
];

/// A secret long enough for every algorithm.
pub const SECRET: &str = "sixty-four bytes of a secret, which is as long as SHA-512's hash";

/// An empty folder in which the program runs.
pub struct Place(TempDir);

/// The output of the program, and its exit status.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder whose config.json contains [`SECRET`] and these other options.
    pub fn configured(options: &str) -> Self {
        let place = Self::new();
        place.write("config.json", config(options));
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The program, without those variables of this process that have its prefix.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COUNTERSIGN_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, b"", &[])
    }

    pub fn pipe(&self, input: impl AsRef<[u8]>, arguments: &[&str]) -> Said {
        self.run_with(arguments, input.as_ref(), &[])
    }

    /// Runs the program, and checks that it doesn't panic and shows no token on standard error.
    pub fn run_with(&self, arguments: &[&str], input: &[u8], env: &[(&str, &str)]) -> Said {
        let mut child = self
            .command()
            .args(arguments)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end before it has read its input.
        let _ = child.stdin.take().unwrap().write_all(input);
        // A program that should have ended, such as a server, must not hold up the tests.
        let (ended, still_runs) = mpsc::channel::<()>();
        let id = child.id().to_string();
        let watchdog = thread::spawn(move || {
            if still_runs.recv_timeout(LONGEST_RUN) == Err(RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").arg(id).status();
            }
        });
        let output = child.wait_with_output().unwrap();
        drop(ended);
        watchdog.join().unwrap();
        let said = Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!said.err.contains("panicked"), "{arguments:?}: {said:?}");
        let input = String::from_utf8_lossy(input);
        let shown = arguments.iter().copied().chain(input.lines());
        for token in shown.filter(|it| it.len() > 24 && it.contains('.') && !it.contains('/')) {
            assert!(!said.err.contains(token), "{arguments:?}: {said:?}");
        }
        assert!(!said.err.contains(SECRET), "{arguments:?}: {said:?}");
        said
    }

    /// The token that `gentoken` makes with these flags.
    pub fn token(&self, flags: &[&str]) -> String {
        let said = self.run(&[&["gentoken", "-q"], flags].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.out.trim_end().to_owned()
    }

    /// A token with any payload, signed with [`SECRET`].
    pub fn signed(&self, payload: impl AsRef<[u8]>) -> String {
        self.write("the-secret", SECRET);
        let said = self.pipe(payload, &["jws", "sign", "--secret-file", "the-secret"]);
        assert_eq!(said.code, 0, "{said:?}");
        said.out.trim_end().to_owned()
    }
}

impl Said {
    /// The code of a refusal, which must be the only line on standard error.
    pub fn refusal(&self) -> &str {
        assert_eq!(self.code, 1, "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        self.err.split_once(": ").unwrap().0
    }

    /// The objects on standard output, one on each line.
    pub fn json(&self) -> Vec<serde_json::Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A configuration with [`SECRET`] and these other options, as JSON.
pub fn config(options: &str) -> String {
    format!(r#"{{"token_hmac_secret_key": "{SECRET}"{options}}}"#)
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// The text with each run of digits as `N`.
pub fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if !character.is_ascii_digit() {
            out.push(character);
        } else if !out.ends_with('N') {
            out.push('N');
        }
    }
    out
}
