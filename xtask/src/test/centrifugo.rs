//! The centrifugo suite: a Centrifugo 6 that runs, beside what we know of it.
//!
//! Asks its program about each row of `tests/conformance/data/centrifugo.txt` that its commands can
//! show.

use std::path::Path;
use std::process::{Child, Command};

use super::outcome::Outcome;
use super::programs;
use crate::centrifugo::{self, Build};
use crate::process;

/// Starts to install it: the other suites take long enough for that.
pub(super) fn start(root: &Path) -> Option<Child> {
    centrifugo::install_ahead(root)
}

/// Installs it unless it is installed, and asks it about each row. If cases of a row have the same
/// results, it is asked about one of them.
pub(super) fn run(root: &Path) -> Outcome {
    ask(root, |suite| {
        suite.env("COUNTERSIGN_CENTRIFUGO_BRIEF", "1");
    })
}

/// The same for every case.
pub(super) fn run_whole(root: &Path) -> Outcome {
    ask(root, |_| {})
}

fn ask(root: &Path, choose: impl Fn(&mut Command)) -> Outcome {
    let Some(program) = centrifugo::installed(root, Build::Quick)? else {
        return Ok(vec![format!("everything: {}", centrifugo::NO_GO)]);
    };
    let suite = programs::build(root, "countersign-conformance")?;
    let mut suite = process::command(suite, root);
    suite.arg("centrifugo-6");
    suite.env("COUNTERSIGN_CENTRIFUGO", program);
    choose(&mut suite);
    process::run(&mut suite)?;
    Ok(Vec::new())
}
