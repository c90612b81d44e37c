//! The program `countersign`: make, check, look into and explain tokens and keys.
//!
//! Everything it decides is decided by the library `countersign`; here are the
//! words on the command line and on the screen. No error it prints holds a token
//! or a secret.
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
