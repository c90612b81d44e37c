//! The interop suite: our program together with libraries of others.
//!
//! Installs PyJWT, jose and oidc-provider into `tests/interop`, from the versions pinned there,
//! and runs the tests of that folder. Once installed, nothing here needs the network.

use std::path::Path;

use super::outcome::Outcome;
use super::peers::{self, Peer};
use super::programs;
use crate::process::{self, works};

const PYJWT: Peer = peers::of_pip("pyjwt");
const JOSE: Peer = peers::of_npm("jose");
const OIDC_PROVIDER: Peer = peers::of_npm("oidc-provider");

/// Installs missing peers, and runs the tests with all that are installed. If a peer can't be
/// installed, the tests of the others still run, and the failure is reported at the end.
pub(super) fn run(root: &Path) -> Outcome {
    if !works("openssl", &["version"]) {
        return Ok(vec![
            "everything: openssl, which makes the keys, is not on this machine".to_owned(),
        ]);
    }
    let folder = root.join("tests/interop");
    let (ready, skipped, mut failed) = peers::make_ready(&[PYJWT, JOSE, OIDC_PROVIDER], &folder);
    programs::build(root, "countersign")?;
    let mut tests = process::cargo(root);
    tests.args(["test", "--workspace", "--all-features", "--test", "interop"]);
    let mut runs = vec![tests];
    if !ready.is_empty() {
        // Gives the same altered tokens to the peers. It fails if a difference is new or gone.
        let suite = programs::build(root, "countersign-conformance")?;
        let mut suite = process::command(suite, root);
        suite.arg("peers");
        runs.push(suite);
    }
    // The tests fail if a peer that is named here is missing. Without the variable, they look for
    // peers themselves, and skip missing ones.
    for mut command in runs {
        failed.extend(process::run(command.env("COUNTERSIGN_INTEROP", ready.join(","))).err());
    }
    if failed.is_empty() {
        Ok(skipped)
    } else {
        Err(failed.join("\n"))
    }
}
