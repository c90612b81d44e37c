//! `cargo xtask bench`: measures this project and its peers with the same work. The crate in
//! `tests/bench` does the measuring; `tests/load` measures the server. [`check`] counts
//! instructions instead: a busy machine doesn't change their number.

mod build;
mod check;
mod page;
mod plot;

use std::path::{Path, PathBuf};

use build::{build, built};

use crate::centrifugo::{self, Build};
use crate::failure::Failure;
use crate::{files, process};

const USAGE: &str = "bench takes [--server] [--rounds N] [--write-docs], or --check, or \
                     --write-baseline; found";

/// Measures for some minutes and prints tables; or counts instructions.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = files::root();
    match words.as_slice() {
        ["--check"] => return check::compare(&root),
        ["--write-baseline"] => return Ok(check::write_baseline(&root)?),
        _ => {}
    }
    let (is_server, words) = match words.split_first() {
        Some((&"--server", rest)) => (true, rest),
        _ => (false, words.as_slice()),
    };
    let (rounds, writes) = match words {
        [] => (None, false),
        ["--write-docs"] => (None, true),
        ["--rounds", rounds] => (Some(*rounds), false),
        ["--rounds", rounds, "--write-docs"] => (Some(*rounds), true),
        other => return Err(Failure::Usage(format!("{USAGE} {other:?}"))),
    };
    if rounds.is_some_and(|rounds| !rounds.parse::<u32>().is_ok_and(|rounds| rounds > 0)) {
        return Err(Failure::Usage(format!(
            "{USAGE} {words:?}: N is a number from 1"
        )));
    }
    let tables = if is_server {
        server(&root, rounds)?
    } else {
        measured(&root, rounds)?
    };
    println!("{tables}");
    if writes && is_server {
        page::write_server(&root, &tables)?;
    } else if writes {
        page::write(&root, &tables)?;
    }
    Ok(())
}

/// Builds the server and the programs that it is compared with, and runs the load.
fn server(root: &Path, rounds: Option<&str>) -> Result<String, String> {
    build(root, &["--package", "countersign-load"])?;
    build(root, &["--package", "countersign-cli"])?;
    let mut command = process::command(built("countersign-load")?, root);
    command.arg("--countersign").arg(built("countersign")?);
    if let Some(rounds) = rounds {
        command.args(["--rounds", rounds]);
    }
    match centrifugo::installed(root, Build::Optimised) {
        Ok(Some(program)) => {
            command.arg("--centrifugo").arg(program);
        }
        Ok(None) => eprintln!("Centrifugo is left out: {}", centrifugo::NO_GO),
        Err(reason) => eprintln!("Centrifugo is left out: {reason}"),
    }
    process::output(&mut command)
}

/// Builds everything once, and runs it.
fn measured(root: &Path, rounds: Option<&str>) -> Result<String, String> {
    build(
        root,
        &[
            "--package",
            "countersign-bench",
            "--bin",
            "countersign-bench",
        ],
    )?;
    build(root, &["--package", "countersign-cli"])?;
    let mut command = process::command(built("countersign-bench")?, root);
    command.arg("--countersign").arg(built("countersign")?);
    if let Some(rounds) = rounds {
        command.args(["--rounds", rounds]);
    }
    if let Some(go) = go_program(root) {
        command.arg("--go").arg(go);
    }
    process::output(&mut command)
}

/// The program for the libraries in Go, if `go` is on this machine and can get their modules.
fn go_program(root: &Path) -> Option<PathBuf> {
    if !process::works("go", &["version"]) {
        return None;
    }
    let program = built("countersign-bench-go").ok()?;
    let mut command = process::command("go", &root.join("tests/bench/go"));
    command.args(["build", "-o"]).arg(&program).arg(".");
    match process::run(&mut command) {
        Ok(()) => Some(program),
        Err(reason) => {
            eprintln!("Go is left out: {reason}");
            None
        }
    }
}
