//! Our own programs, built with the same features as in the suite `tests`, so that no dependency is
//! compiled again.

use std::path::{Path, PathBuf};

use crate::process;

/// Builds a program of the workspace, and returns its path. xtask itself is next to it.
pub(super) fn build(root: &Path, name: &str) -> Result<PathBuf, String> {
    let mut command = process::cargo(root);
    command.args(["build", "--workspace", "--all-features", "--bin", name]);
    process::run(&mut command)?;
    let this = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let program = this.with_file_name(name);
    Ok(program.with_extension(std::env::consts::EXE_EXTENSION))
}
