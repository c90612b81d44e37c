//! The clients suite: the server against real clients of Centrifugo.
//!
//! Installs the clients into `tests/clients`, from the versions pinned there, and runs the tests
//! of that folder. Once installed, nothing here needs the network.

use std::path::Path;

use super::outcome::Outcome;
use super::peers::{self, Peer};
use super::programs;
use crate::centrifugo::{self, Build};
use crate::process;

const OF_NPM: Peer = peers::of_npm("centrifuge");
/// `centrifuge-python`, and PyJWT, which signs the tokens for all clients.
const OF_PIP: Peer = peers::of_pip("pyjwt");

/// Installs missing clients, and runs the scenarios with all that are installed. Compares with
/// Centrifugo where `go` can install it.
pub(super) fn run(root: &Path) -> Outcome {
    let folder = root.join("tests/clients");
    let (ready, mut skipped, mut failed) = peers::make_ready(&[OF_NPM, OF_PIP], &folder);
    programs::build(root, "countersign")?;
    let mut tests = process::cargo(root);
    tests.args(["test", "--workspace", "--all-features", "--test", "clients"]);
    // The tests fail if a client that is named here is missing. Without the variable, they look
    // for clients themselves, and skip missing ones.
    tests.env("COUNTERSIGN_CLIENTS", ready.join(","));
    match centrifugo::installed(root, Build::Quick) {
        Ok(Some(program)) => {
            tests.env("COUNTERSIGN_CENTRIFUGO", program);
        }
        Ok(None) => skipped.push(format!("side by side: {}", centrifugo::NO_GO)),
        Err(error) => failed.push(error),
    }
    failed.extend(process::run(&mut tests).err());
    if failed.is_empty() {
        Ok(skipped)
    } else {
        Err(failed.join("\n"))
    }
}
