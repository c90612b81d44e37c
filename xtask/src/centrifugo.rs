//! Centrifugo as a program, in the version that this project is compared with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process;

/// The module and its version.
pub(crate) const MODULE: &str = "github.com/centrifugal/centrifugo/v6@v6.9.1";

/// Where it is installed, below the root of the workspace.
const FOLDER: &str = "target/centrifugo";

/// The program, which `go` installs if it is not there in this version. The error says why it
/// is not there, for example because `go` is not on this machine.
pub(crate) fn installed(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join(FOLDER);
    let bin = folder.join("bin");
    let program = bin
        .join("centrifugo")
        .with_extension(std::env::consts::EXE_EXTENSION);
    let stamp = folder.join("version");
    let is_installed = program.is_file() && fs::read_to_string(&stamp).is_ok_and(|it| it == MODULE);
    if is_installed {
        return Ok(program);
    }
    if !process::works("go", &["version"]) {
        return Err("go is not on this machine".to_owned());
    }
    // The stamp comes last: a half-made installation has none.
    fs::create_dir_all(&folder).map_err(|error| format!("{FOLDER}: {error}"))?;
    let mut go = process::command("go", &folder);
    process::run(go.args(["install", MODULE]).env("GOBIN", &bin))?;
    fs::write(&stamp, MODULE).map_err(|error| format!("{FOLDER}/version: {error}"))?;
    Ok(program)
}
