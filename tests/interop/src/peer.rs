//! Other people's libraries, each behind a program that answers line by line.

use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::key::Key;
use crate::lines::{Lines, is_wanted};

/// A library that is running.
#[derive(Debug)]
pub struct Peer {
    lines: Lines,
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
