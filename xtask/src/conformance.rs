//! `cargo xtask conformance`: checks every backend and the layers above with vectors, cases and
//! peers. The suite is the crate in `tests/conformance`.

use crate::failure::Failure;
use crate::files;
use crate::process::cargo;

/// Builds the suite and runs it with these arguments.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let mut command = cargo(&files::root());
    command.args([
        "run",
        "--quiet",
        "--package",
        "countersign-conformance",
        "--",
    ]);
    // Not `process::run`: the line that it prints would spoil the output of `--json`.
    let status = command
        .args(arguments)
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(2) => Err(Failure::Usage(
            "`conformance` refused its arguments; it says above which it takes".to_owned(),
        )),
        _ => Err(Failure::Failed(
            "the suite found deviations, or did not run".to_owned(),
        )),
    }
}
