//! PyJWT and jose for node, where `cargo xtask test interop` installed them: each behind the
//! program of `tests/interop` that answers line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use super::corpus::Mutant;
use crate::cases::{parts, signature};
use crate::encoding::base64url;

/// How to start one.
pub(super) struct Peer {
    pub(super) name: &'static str,
    installed: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const PYTHON: &str = if cfg!(windows) {
    ".venv/Scripts/python.exe"
} else {
    ".venv/bin/python3"
};

pub(super) const PEERS: [Peer; 2] = [
    Peer {
        name: "pyjwt",
        installed: PYTHON,
        program: PYTHON,
        arguments: &["-W", "ignore", "peer.py"],
    },
    Peer {
        name: "jose",
        installed: "node_modules/jose",
        program: "node",
        arguments: &["peer.mjs"],
    },
];

impl Peer {
    /// Whether it accepts each token.
    pub(super) fn ask(&self, corpus: &[Mutant]) -> Result<Vec<bool>, String> {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../interop"));
        if !folder.join(self.installed).exists() {
            return Err("it is not installed; `cargo xtask test interop` does that".into());
        }
        self.converse(&folder, corpus)
            .map_err(|error| format!("it does not start: {error}"))
    }

    fn converse(&self, folder: &Path, corpus: &[Mutant]) -> std::io::Result<Vec<bool>> {
        let program = if self.program.contains('/') {
            folder.join(self.program)
        } else {
            self.program.into()
        };
        let mut child = Command::new(program)
            .args(self.arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut commands = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let answers = thread::scope(|scope| {
            // All questions at once, from another thread: neither side waits for the other.
            scope.spawn(move || {
                for mutant in corpus {
                    let key = key(mutant.alg);
                    let command = json!({
                        "do": "verify", "alg": mutant.alg, "key": key, "token": mutant.token,
                    });
                    if writeln!(commands, "{command}").is_err() {
                        return;
                    }
                }
            });
            answers
                .lines()
                // Claims that it accepts may be no JSON for us: half of a surrogate pair, NaN.
                .map(|line| Ok(!line?.starts_with(r#"{"error":"#)))
                .collect::<std::io::Result<Vec<bool>>>()
        });
        child.wait()?;
        let answers = answers?;
        if answers.len() == corpus.len() {
            Ok(answers)
        } else {
            Err(std::io::Error::other(format!(
                "{} answers to {} questions",
                answers.len(),
                corpus.len()
            )))
        }
    }
}

fn key(alg: &str) -> Value {
    let key = parts::key(signature::own_key(alg), false);
    if key.is_secret() {
        let secret = parts::get("hs.text").expect("a secret");
        json!({ "secret": base64url(secret) })
    } else {
        json!({ "pem": key.public_pem().expect("a public key") })
    }
}
