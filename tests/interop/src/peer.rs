//! Other people's libraries, each behind a program that answers line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::promised;

/// A library that is running.
#[derive(Debug)]
pub struct Peer {
    name: &'static str,
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What the library said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

/// How to start a library, from its folder.
struct Start {
    name: &'static str,
    /// What installing it makes.
    installed: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const PYTHON: &str = if cfg!(windows) {
    ".venv/Scripts/python.exe"
} else {
    ".venv/bin/python3"
};

const PEERS: [Start; 2] = [
    Start {
        name: "pyjwt",
        installed: PYTHON,
        program: PYTHON,
        // PyJWT warns of short secrets; that we accept the documentation's is the point.
        arguments: &["-W", "ignore", "peer.py"],
    },
    Start {
        name: "jose",
        installed: "node_modules/jose",
        program: "node",
        arguments: &["peer.mjs"],
    },
];

impl Peer {
    /// Every peer that is here; says which is not.
    ///
    /// # Panics
    ///
    /// If a peer does not start that `cargo xtask test` has made ready.
    #[must_use]
    pub fn all() -> Vec<Self> {
        PEERS.iter().filter_map(Start::start).collect()
    }

    /// The peer's name, for messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A token over `claims`.
    pub fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Key,
        claims: &Value,
    ) -> Result<String, Refused> {
        let answer = self.ask(&json!({
            "do": "sign", "alg": algorithm.name, "key": key.to_sign(), "claims": claims,
        }))?;
        Ok(answer["token"].as_str().unwrap().to_owned())
    }

    /// The claims of `token`, if the library accepts it.
    pub fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &Key,
        token: &str,
    ) -> Result<Value, Refused> {
        let mut answer = self.ask(&json!({
            "do": "verify", "alg": algorithm.name, "key": key.to_verify(), "token": token,
        }))?;
        Ok(answer["claims"].take())
    }

    fn ask(&mut self, command: &Value) -> Result<Value, Refused> {
        let commands = self.commands.as_mut().unwrap();
        writeln!(commands, "{command}").unwrap();
        commands.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} answered {line:?}: {error}", self.name));
        match answer["error"].as_str() {
            Some(reason) => Err(Refused(reason.to_owned())),
            None => Ok(answer),
        }
    }
}

impl Start {
    fn start(&self) -> Option<Peer> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let wanted = match promised() {
            Some(ready) => ready.split(',').any(|name| name == self.name),
            None => folder.join(self.installed).exists(),
        };
        if !wanted {
            eprintln!(
                "skipped: {} is not installed in {}",
                self.name,
                folder.display()
            );
            return None;
        }
        let mut child = Command::new(self.program)
            .args(self.arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} did not start: {error}", self.name));
        Some(Peer {
            name: self.name,
            commands: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends the program.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}
