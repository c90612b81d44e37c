//! Measures `countersign serve` beside other servers at the same work: the program behind
//! `cargo xtask bench --server`. `README.md` says what is measured and how.
//!
//! Test code: a broken assumption panics.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)] // test code

mod axum_server;
mod bare;
mod client;
mod measure;
mod protocol;
mod report;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use server::Programs;

const USAGE: &str =
    "Usage: countersign-load --countersign PROGRAM [--centrifugo PROGRAM] [--rounds N]
       countersign-load serve bare|axum PORT";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, which, port] = &words[..]
        && serve == "serve"
        && let Ok(port) = port.parse()
    {
        match which.as_str() {
            "bare" => return bare::serve(port),
            "axum" => return axum_server::serve(port),
            _ => {}
        }
    }
    let Some((programs, rounds)) = options(words.into_iter()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match measure::all(&programs, rounds) {
        Ok(rows) => {
            print!("{}", report::markdown(&rows));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Option<(Programs, usize)> {
    let (mut countersign, mut centrifugo, mut rounds) = (None, None, 5);
    while let Some(option) = words.next() {
        let value = words.next()?;
        match option.as_str() {
            "--countersign" => countersign = Some(PathBuf::from(value)),
            "--centrifugo" => centrifugo = Some(PathBuf::from(value)),
            "--rounds" => rounds = value.parse().ok().filter(|rounds| *rounds > 0)?,
            _ => return None,
        }
    }
    let countersign = countersign?;
    let programs = Programs {
        countersign,
        centrifugo,
    };
    Some((programs, rounds))
}
