//! `cargo xtask timing`: does the time that a wrong signature takes tell where it is wrong?
//! The measurements are the crate in `tests/timing`.

use crate::failure::Failure;
use crate::{files, process};

/// Measures, optimised, for a minute or so. The one argument is how many measurements are made.
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
