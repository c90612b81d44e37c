//! A real OpenID Connect provider on loopback.

use serde_json::json;

use crate::lines::{Lines, is_wanted};

/// oidc-provider for node, running.
#[derive(Debug)]
pub struct OidcProvider {
    lines: Lines,
    issuer: String,
}

impl OidcProvider {
    /// The `aud` of its tokens.
    pub const AUDIENCE: &str = "https://chat.example";
    /// The `sub` of its tokens: the application that they are issued to.
    pub const USER: &str = "backend";

    /// A provider with a key for each of these algorithms; None where it is not installed.
    ///
    /// # Panics
    ///
    /// If it does not start although `cargo xtask test` has made it ready.
    #[must_use]
    pub fn start(algorithms: &[&str]) -> Option<Self> {
        if !is_wanted("oidc-provider", "node_modules/oidc-provider") {
            return None;
        }
        let mut lines = Lines::start("oidc-provider", "node", &["provider.mjs"]);
        let answer = lines.ask(&json!({ "do": "start", "algs": algorithms }));
        let issuer = answer.unwrap()["issuer"].as_str().unwrap().to_owned();
        Some(Self { lines, issuer })
    }

    /// Its issuer, as it spells it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// An access token that is signed by this algorithm, from its token endpoint.
    pub fn token(&mut self, algorithm: &str) -> String {
        let answer = self.lines.ask(&json!({ "do": "token", "alg": algorithm }));
        answer.unwrap()["token"].as_str().unwrap().to_owned()
    }

    /// Signs by new keys from now on; the old ones stay published, if they are kept.
    pub fn rotate(&mut self, keep: bool) {
        let answer = self.lines.ask(&json!({ "do": "rotate", "keep": keep }));
        answer.unwrap();
    }
}
