//! PyJWT and jose for node, if `cargo xtask test interop` has installed them. A program in
//! `tests/interop` runs each, and answers line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use super::corpus::Mutant;
use crate::cases::{parts, signature};
use crate::encoding::base64url;

/// How to start a peer.
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
    /// Whether the peer accepts each token; `None` if it is not installed. It is an error if an
    /// installed peer doesn't answer as its program should.
    pub(super) fn ask(&self, corpus: &[Mutant]) -> Option<Result<Vec<bool>, String>> {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../interop"));
        let is_installed = folder.join(self.installed).exists();
        is_installed.then(|| self.converse(&folder, corpus))
    }

    fn converse(&self, folder: &Path, corpus: &[Mutant]) -> Result<Vec<bool>, String> {
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
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.program))?;
        let mut commands = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let answers: Result<Vec<bool>, String> = thread::scope(|scope| {
            // Write all questions from another thread, so that neither side waits for the other.
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
            let lines = answers.lines();
            lines
                .map(|line| is_accepted(&line.map_err(|error| format!("no answer: {error}"))?))
                .collect()
        });
        let status = child.wait().map_err(|error| format!("no end: {error}"))?;
        let answers = answers?;
        if !status.success() {
            return Err(format!("{}: {status}", self.program));
        }
        if answers.len() == corpus.len() {
            Ok(answers)
        } else {
            let (found, asked) = (answers.len(), corpus.len());
            Err(format!("{found} answers to {asked} questions"))
        }
    }
}

/// Reads only the beginning: a peer may accept claims that we don't accept as JSON, such as a
/// lone surrogate or NaN.
fn is_accepted(answer: &str) -> Result<bool, String> {
    let is_accepted = answer.starts_with(r#"{"claims":"#);
    if is_accepted || answer.starts_with(r#"{"error":"#) {
        Ok(is_accepted)
    } else {
        Err(format!("its output is not an answer: {answer:?}"))
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

#[cfg(all(test, unix))]
mod tests {
    use super::{Mutant, Peer};

    /// The result of two questions to a shell script that is installed or not.
    fn ask(installed: &'static str, script: &'static str) -> Option<Result<Vec<bool>, String>> {
        let mutant = || Mutant {
            name: String::new(),
            alg: "HS256",
            token: String::new(),
        };
        let peer = Peer {
            name: "sample",
            installed,
            program: "sh",
            arguments: vec!["-c", script].leak(),
        };
        peer.ask(&[mutant(), mutant()])
    }

    #[test]
    fn a_peer_is_skipped_only_if_it_is_not_installed() {
        let good = r#"cat >/dev/null; echo '{"claims": {}}'; echo '{"error": "x"}'"#;
        assert_eq!(ask("peer.py", good), Some(Ok(vec![true, false])));
        assert_eq!(ask("no-such-file", good), None);
        for (script, told) in [
            ("cat >/dev/null; exit 1", "exit status: 1"),
            ("exit 0", "0 answers to 2"),
            ("read line; echo Traceback", "not an answer"),
            (r#"echo '{"claims":1}'; echo '{}'"#, "not an answer"),
            (r#"cat >/dev/null; echo '{"error":1}'"#, "1 answers"),
        ] {
            let said = ask("peer.py", script).unwrap().unwrap_err();
            assert!(said.contains(told), "{script}: {said}");
        }
    }
}
