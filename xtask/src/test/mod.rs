//! `cargo xtask test`: every test of the workspace.
//!
//! Every suite runs, even if another has failed. A table at the end shows all results. Tests that
//! can't run on this machine are skipped, and the table says why.

mod centrifugo;
mod clients;
mod interop;
mod outcome;
mod packages;
mod peers;
mod programs;
mod suites;

use core::fmt::Write as _;
use core::time::Duration;
use std::path::Path;
use std::process::Child;
use std::time::Instant;

use crate::failure::Failure;
use crate::files;
use outcome::Outcome;

/// One set of tests.
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: fn(&Path) -> Outcome,
    /// The full form, for `--long`, of a suite that would take too long for each change.
    long: Option<fn(&Path) -> Outcome>,
    /// Starts slow work that can run while other suites run.
    ahead: Option<fn(&Path) -> Option<Child>>,
}

/// Every suite, in the order in which they run.
pub(crate) const SUITES: [Suite; 8] = [
    Suite {
        name: "tests",
        about: "unit and integration tests",
        run: suites::tests,
        long: None,
        ahead: None,
    },
    Suite {
        name: "docs",
        about: "the examples in the documentation",
        run: suites::docs,
        long: None,
        ahead: None,
    },
    Suite {
        name: "examples",
        about: "every example of every library runs",
        run: suites::examples,
        long: None,
        ahead: None,
    },
    Suite {
        name: "alone",
        about: "every library builds without the others; with --long with each feature alone",
        run: suites::alone,
        long: Some(suites::each_feature),
        ahead: None,
    },
    Suite {
        name: "packages",
        about: "every package builds outside of the workspace; with --long it passes its tests there",
        run: packages::build,
        long: Some(packages::test),
        ahead: None,
    },
    Suite {
        name: "interop",
        about: "tokens to and from PyJWT and jose, keys of openssl, an OpenID Connect provider",
        run: interop::run,
        long: None,
        ahead: None,
    },
    Suite {
        name: "centrifugo",
        about: "what a Centrifugo that runs does with the rows of docs/compatibility.md",
        run: centrifugo::run,
        long: Some(centrifugo::run_whole),
        ahead: Some(centrifugo::start),
    },
    Suite {
        name: "clients",
        about: "the server and real clients of Centrifugo, which see the same of both servers or what is recorded",
        run: clients::run,
        long: None,
        ahead: None,
    },
];

/// Asks for the long form of the suites that have one.
const LONG: &str = "--long";

/// Runs the suites that the arguments name, or all.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let is_long = arguments.iter().any(|word| word == LONG);
    let names: Vec<&String> = arguments.iter().filter(|word| *word != LONG).collect();
    if let Some(word) = names
        .iter()
        .find(|word| SUITES.iter().all(|suite| suite.name != ***word))
    {
        return Err(Failure::Usage(format!("no suite is called {word:?}")));
    }
    let named = |suite: &&Suite| names.is_empty() || names.iter().any(|word| *word == suite.name);
    let root = files::root();
    let suites = || SUITES.iter().filter(named);
    let mut ahead: Vec<Child> = suites().filter_map(|suite| suite.ahead?(&root)).collect();
    let mut rows = Vec::new();
    for suite in suites() {
        println!("\n== {}: {}", suite.name, suite.about);
        let start = Instant::now();
        if suite.ahead.is_some() {
            for mut child in ahead.drain(..) {
                println!("waiting until what was begun ahead is done");
                let _ = child.wait();
            }
        }
        let run = suite.long.filter(|_| is_long).unwrap_or(suite.run);
        let outcome = run(&root);
        rows.push((suite.name, outcome, start.elapsed()));
    }
    println!("\n{}", summary(&rows));
    match rows
        .iter()
        .filter(|(_, outcome, _)| outcome.is_err())
        .count()
    {
        0 => Ok(()),
        failed => Err(Failure::Failed(format!(
            "{failed} of {} suites failed",
            rows.len()
        ))),
    }
}

/// One line for each suite, then the skipped tests and the failures.
fn summary(rows: &[(&str, Outcome, Duration)]) -> String {
    let mut table = format!("{:<10} {:>8}  result\n", "suite", "seconds");
    let mut details = String::new();
    for (name, outcome, time) in rows {
        let result = match outcome {
            Ok(skipped) if skipped.is_empty() => "passed".to_owned(),
            Ok(skipped) => format!("passed, {} skipped", skipped.len()),
            Err(_) => "FAILED".to_owned(),
        };
        let _ = writeln!(table, "{name:<10} {:>8.1}  {result}", time.as_secs_f64());
        match outcome {
            Ok(skipped) => skipped.iter().for_each(|what| {
                let _ = writeln!(details, "skipped: {name}: {what}");
            }),
            Err(reason) => {
                let _ = writeln!(details, "failed: {name}: {reason}");
            }
        }
    }
    (table + &details).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::summary;

    #[test]
    fn the_summary_says_what_failed_and_what_was_skipped() {
        let text = summary(&[
            ("tests", Ok(vec![]), Duration::ZERO),
            ("docs", Err("one example".into()), Duration::ZERO),
            (
                "interop",
                Ok(vec!["jose: node is not on this machine".into()]),
                Duration::ZERO,
            ),
        ]);
        for line in [
            "tests           0.0  passed",
            "docs            0.0  FAILED",
            "interop         0.0  passed, 1 skipped",
            "failed: docs: one example",
            "skipped: interop: jose: node is not on this machine",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line:?} is not in\n{text}"
            );
        }
    }
}
