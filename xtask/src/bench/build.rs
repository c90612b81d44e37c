//! Builds the measured programs, with the settings of a release.

use std::path::{Path, PathBuf};

use crate::process;

/// Builds packages with optimisation.
pub(super) fn build(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut command = process::cargo(root);
    command.args(["build", "--release", "--locked"]);
    process::run(command.args(arguments))
}

/// The path of a program that [`build`] made. xtask itself is beside it, in the folder of another
/// profile.
pub(super) fn built(name: &str) -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let target = this.ancestors().nth(2).unwrap_or(&this);
    Ok(target
        .join("release")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION))
}

/// What `rustc --version` says.
pub(super) fn rustc(root: &Path) -> Result<String, String> {
    let version = process::output(process::command("rustc", root).arg("--version"))?;
    Ok(version.trim_end().to_owned())
}
