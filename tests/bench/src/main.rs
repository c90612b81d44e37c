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

const USAGE: &str = "Usage: countersign-bench [--rounds N] [--only GROUP] [--go PROGRAM] \
                     [--countersign PROGRAM]";

/// What is measured, in order.
const GROUPS: [&str; 11] = [
    "verification",
    "issuing",
    "algorithms",
    "refused",
    "wrong",
    "entries",
    "endpoint",
    "set",
    "reconnect",
    "threads",
    "processes",
];

/// The parsed command line.
struct Options {
    rounds: usize,
    /// One of [`GROUPS`].
    only: Option<String>,
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
        only: None,
        go: None,
        countersign: None,
    };
    while let Some(option) = arguments.next() {
        let value = arguments.next()?;
        match option.as_str() {
            "--rounds" => options.rounds = value.parse().ok().filter(|rounds| *rounds > 0)?,
            "--only" => options.only = Some(value).filter(|it| GROUPS.contains(&it.as_str())),
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
    let countersign = options.countersign.as_deref();
    // Most work is short, so many rounds cost little. On a busy machine, only few turns run without
    // disturbance.
    let many = rounds.saturating_mul(8);
    for group in GROUPS {
        if options.only.as_deref().is_some_and(|only| only != group) {
            continue;
        }
        match group {
            "verification" => hs256::verification(&mut report, many, go),
            "issuing" => hs256::issuing(&mut report, many),
            "algorithms" => algorithms::verification(&mut report, many, go),
            "refused" => refused::early(&mut report, many),
            "wrong" => refused::late(&mut report, many),
            "entries" => refused::many_entries(&mut report, rounds),
            "endpoint" => keys::warm_endpoint(&mut report, many),
            "set" => keys::set_of_100(&mut report, many),
            "reconnect" => reconnect::second_look(&mut report, rounds),
            "threads" => threads::two(&mut report, many),
            _ => processes::commands(&mut report, rounds, countersign),
        }
    }
    report
}
