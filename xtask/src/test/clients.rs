//! The clients suite: the server against real clients of Centrifugo.
//!
//! Installs the clients into `tests/clients`, from the versions pinned there, and runs the tests
//! of that folder. Once installed, nothing here needs the network.

use std::path::Path;

use super::outcome::Outcome;
use super::peers::{self, Peer};
use crate::process;

const OF_NPM: Peer = peers::of_npm("centrifuge");
/// `centrifuge-python`, and PyJWT, which signs the tokens of all.
const OF_PIP: Peer = peers::of_pip("pyjwt");

/// Installs what is not yet, and plays the scenarios with the clients that are there.
pub(super) fn run(root: &Path) -> Outcome {
    let folder = root.join("tests/clients");
    let (ready, skipped, mut failed) = peers::make_ready(&[OF_NPM, OF_PIP], &folder);
    process::run(process::cargo(root).args(["build", "--package", "countersign-cli"]))?;
    let mut tests = process::cargo(root);
    tests.args(["test", "--package", "countersign-clients", "--no-fail-fast"]);
    // A client named here that is not there fails; without the variable the tests look for
    // themselves and skip.
    tests.env("COUNTERSIGN_CLIENTS", ready.join(","));
    failed.extend(process::run(&mut tests).err());
    if failed.is_empty() {
        Ok(skipped)
    } else {
        Err(failed.join("\n"))
    }
}
