//! Every chore of this workspace: `cargo xtask NAME`.
//!
//! A command is one file or folder with one `run` function and one row in [`command`]. This crate
//! needs `cargo`, `git` and the tools that a command names. It is built before everything else,
//! so it has few dependencies. No crate depends on it.
#![forbid(unsafe_code)]

mod audit;
mod bench;
mod centrifugo;
mod command;
mod conformance;
mod coverage;
mod failure;
mod files;
mod fuzz;
mod metadata;
mod process;
mod sources;
mod test;
mod tidy;
mod timing;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    command::main(&arguments)
}
