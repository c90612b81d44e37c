//! Other libraries, each in a program that answers line by line.

use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::lines::{Lines, is_wanted};

/// The running program of a library.
#[derive(Debug)]
pub struct Peer {
    lines: Lines,
}

/// The library's error when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

/// How to start a library, from its folder.
struct Start {
    name: &'static str,
    /// A folder or file that exists if it is installed.
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
        // PyJWT warns about short secrets, but these tests use the short secret of the
        // documentation.
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
    /// Every installed peer. Prints which ones are missing.
    ///
    /// # Panics
    ///
    /// If a peer that `cargo xtask test` has installed does not start.
    #[must_use]
    pub fn all() -> Vec<Self> {
        PEERS.iter().filter_map(Start::start).collect()
    }

    /// The peer's name, for messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.lines.name
    }

    /// A token over `claims`.
    pub fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Key,
        claims: &Value,
    ) -> Result<String, Refused> {
        let answer = self.lines.ask(&json!({
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
        let mut answer = self.lines.ask(&json!({
            "do": "verify", "alg": algorithm.name, "key": key.to_verify(), "token": token,
        }))?;
        Ok(answer["claims"].take())
    }
}

impl Start {
    fn start(&self) -> Option<Peer> {
        is_wanted(self.name, self.installed).then(|| Peer {
            lines: Lines::start(self.name, self.program, self.arguments),
        })
    }
}
