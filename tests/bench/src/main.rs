//! Measures Countersign and its peers with the same work, in the same run. `cargo xtask bench`
//! runs this program.
//!
//! Contestants take turns, so that a pause of the machine affects all of them equally. Ratios
//! compare the fastest turns; the tables show medians too. Test code: a broken assumption panics.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)] // test code

mod floor;
mod groups;
mod measure;
mod ours;
mod peers;
mod report;
mod tokens;

use std::path::PathBuf;
use std::process::ExitCode;

use groups::{algorithms, hs256, keys, processes, reconnect, refused, threads};
use peers::go::Go;
use report::Report;

const USAGE: &str = "Usage: countersign-bench [--rounds N] [--go PROGRAM] [--countersign PROGRAM]";

/// The parsed command line.
struct Options {
    rounds: usize,
    go: Option<PathBuf>,
    countersign: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    peers::jsonwebtoken::install();
    print!("{}", measured(&options).markdown());
    ExitCode::SUCCESS
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        rounds: 31,
        go: None,
        countersign: None,
    };
    while let Some(option) = arguments.next() {
        let value = arguments.next()?;
        match option.as_str() {
            "--rounds" => options.rounds = value.parse().ok().filter(|rounds| *rounds > 0)?,
            "--go" => options.go = Some(value.into()),
            "--countersign" => options.countersign = Some(value.into()),
            _ => return None,
        }
    }
    Some(options)
}

fn measured(options: &Options) -> Report {
    let mut report = Report::default();
    let go = options
        .go
        .as_deref()
        .map(|program| Go::start(program).unwrap());
    if go.is_none() {
        let reason = "libraries in Go: `go` is not on this machine, or can't get their modules";
        report.skipped.push(reason.into());
    }
    let (go, rounds) = (go.as_ref(), options.rounds);
    hs256::verification(&mut report, rounds, go);
    hs256::issuing(&mut report, rounds);
    algorithms::verification(&mut report, rounds, go);
    refused::early(&mut report, rounds);
    refused::late(&mut report, rounds);
    refused::many_entries(&mut report, rounds);
    keys::warm_endpoint(&mut report, rounds);
    keys::set_of_100(&mut report, rounds);
    reconnect::second_look(&mut report, rounds);
    threads::two(&mut report, rounds);
    processes::commands(&mut report, rounds, options.countersign.as_deref());
    report
}
