//! The interop suite: our program against other people's.
//!
//! Installs PyJWT and jose into `tests/interop`, from the versions pinned there,
//! and runs the tests of that folder. Once installed, nothing here needs the network.

use std::path::Path;

use super::outcome::Outcome;
use super::peers::{self, Peer};
use crate::process::{self, works};

const PYJWT: Peer = peers::of_pip("pyjwt");
const JOSE: Peer = peers::of_npm("jose");

/// Installs what is not yet, and runs the tests against the peers that are there: also where
/// installing another failed, which is told in the end.
pub(super) fn run(root: &Path) -> Outcome {
    if !works("openssl", &["version"]) {
        return Ok(vec![
            "everything: openssl is not on this machine, and it makes the keys".to_owned(),
        ]);
    }
    let folder = root.join("tests/interop");
    let (ready, skipped, mut failed) = peers::make_ready(&[PYJWT, JOSE], &folder);
    process::run(process::cargo(root).args(["build", "--package", "countersign-cli"]))?;
    let mut tests = process::cargo(root);
    tests.args(["test", "--package", "countersign-interop", "--no-fail-fast"]);
    let mut runs = vec![tests];
    if !ready.is_empty() {
        // The same bent tokens through the peers: a difference that is new, or gone, fails.
        let mut suite = process::cargo(root);
        suite.args(["run", "--quiet", "--package", "countersign-conformance"]);
        suite.args(["--", "peers"]);
        runs.push(suite);
    }
    // A peer named here that does not answer fails; without the variable the tests look for
    // themselves and skip.
    for mut command in runs {
        failed.extend(process::run(command.env("COUNTERSIGN_INTEROP", ready.join(","))).err());
    }
    if failed.is_empty() {
        Ok(skipped)
    } else {
        Err(failed.join("\n"))
    }
}
