//! The program `countersign`: make, check, look into and explain tokens and keys.
//!
//! The library `countersign` makes all decisions; this crate reads the command line and writes the
//! text on the screen. None of its errors shows a token or a secret.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod config;
mod dates;
mod delicate;
mod escape;
mod explained;
mod failure;
mod files;
mod json;
mod keys;
mod output;
mod slips;
mod tokens;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
