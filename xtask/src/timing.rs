//! `cargo xtask timing`: does the time to refuse a signature depend on where it is wrong? The
//! crate in `tests/timing` measures it.

use crate::failure::Failure;
use crate::{files, process};

/// Measures optimised code for about a minute. The argument is the number of measurements.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let is_number = |word: &String| word.parse::<u32>().is_ok();
    if arguments.len() > 1 || !arguments.iter().all(is_number) {
        return Err(Failure::Usage(format!(
            "timing takes one number, found {arguments:?}"
        )));
    }
    let mut command = process::cargo(&files::root());
    command.args(["run", "--release", "--package", "countersign-timing", "--"]);
    Ok(process::run(command.args(arguments))?)
}
