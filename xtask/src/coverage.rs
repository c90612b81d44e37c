//! `cargo xtask coverage`: measures how many lines of each crate are run by the tests of all
//! crates, and by those in `tests/backends`.
//!
//! cargo-llvm-cov measures; lines of tests, comments and empty lines are not counted. The figures
//! go to `docs/audit/coverage.toml`, from which `cargo xtask audit` takes them into the sheets.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::metadata::Metadata;
use crate::sources::Tree;
use crate::{files, process};

pub(crate) const FIGURES: &str = "docs/audit/coverage.toml";

/// The output of llvm-cov. Some editors can show it line by line.
const LCOV: &str = "target/coverage.lcov";

/// How many lines can be run, and how many of them the tests ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Share {
    run: u32,
    of: u32,
}

/// The figures, by the name of the crate's folder.
type Figures = BTreeMap<String, Share>;

/// The lines of code by file, and how often each was run.
type Lines = BTreeMap<PathBuf, BTreeSet<usize>>;
type Counts = BTreeMap<PathBuf, BTreeMap<usize, u64>>;

/// Measures, shows and stores the figures.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!(
            "coverage takes no arguments, found {word:?}"
        )));
    }
    if !process::works("cargo", &["llvm-cov", "--version"]) {
        return Err(Failure::Failed(
            "cargo-llvm-cov is not on this machine: run `cargo install cargo-llvm-cov` and \
             `rustup component add llvm-tools`, or set LLVM_COV and LLVM_PROFDATA to other tools"
                .to_owned(),
        ));
    }
    let root = files::root();
    // Otherwise results of an older build would be counted with the lines of this one.
    process::run(process::cargo(&root).args(["llvm-cov", "clean", "--workspace"]))?;
    let mut measure = process::cargo(&root);
    measure.args([
        "llvm-cov",
        "test",
        "--lib",
        "--bins",
        "--tests",
        "--all-features",
    ]);
    measure.args(["--package", "countersign-test-backends"]);
    let metadata = Metadata::read(&root)?;
    let crates = || metadata.members().filter(|package| package.is_for_users());
    for package in crates() {
        measure.args(["--package", &package.name]);
    }
    process::run(measure.args(["--lcov", "--output-path", LCOV]))?;
    let text = fs::read_to_string(root.join(LCOV)).map_err(|error| format!("{LCOV}: {error}"))?;
    let counts = counts(&text);

    let mut figures = Figures::new();
    for package in crates() {
        let code = Tree::of(package)?.code;
        let share = share(&code, &counts);
        if share.of == 0 {
            return Err(Failure::Failed(format!(
                "{LCOV} has no line of {}: do the paths differ?",
                package.name
            )));
        }
        figures.insert(package.folder_name(), share);
    }
    for (name, share) in &figures {
        println!("{name:<12} {share}");
    }
    let text = toml::to_string(&figures).map_err(|error| format!("{FIGURES}: {error}"))?;
    let text = format!("# Written by `cargo xtask coverage`.\n\n{text}");
    fs::write(root.join(FIGURES), text).map_err(|error| format!("{FIGURES}: {error}"))?;
    println!("wrote {FIGURES}; `cargo xtask audit` takes them into the sheets");
    Ok(())
}

/// The figures that were last measured.
///
/// # Errors
///
/// The file contains something else.
pub(crate) fn last_measured(root: &Path) -> Result<Figures, String> {
    let text = fs::read_to_string(root.join(FIGURES)).unwrap_or_default();
    toml::from_str(&text).map_err(|error| format!("{FIGURES}: {error}"))
}

/// Such as `95.6 % of 1180 lines that can be run`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Round down, so that 100 % means all lines.
        let run = u64::from(self.run).saturating_mul(1000);
        let thousandths = run.checked_div(u64::from(self.of)).unwrap_or(0);
        let (whole, tenths) = (thousandths / 10, thousandths % 10);
        write!(f, "{whole}.{tenths} % of {} lines that can be run", self.of)
    }
}

/// How often each line was run, from a file in the form of lcov.
fn counts(lcov: &str) -> Counts {
    let mut counts = Counts::new();
    let mut of_file = None;
    for line in lcov.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            of_file = Some(counts.entry(PathBuf::from(path)).or_default());
        } else if let Some((line, count)) =
            line.strip_prefix("DA:").and_then(|it| it.split_once(','))
            && let (Ok(line), Ok(count)) = (line.parse(), count.parse())
            && let Some(of_file) = &mut of_file
        {
            of_file.insert(line, count);
        }
    }
    counts
}

fn share(code: &Lines, counts: &Counts) -> Share {
    let mut share = Share::default();
    for (path, lines) in code {
        let counted = counts.get(path).into_iter().flatten();
        for (_, count) in counted.filter(|(line, _)| lines.contains(line)) {
            share.of = share.of.saturating_add(1);
            share.run = share.run.saturating_add(u32::from(*count > 0));
        }
    }
    share
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::{Lines, Share, counts, share};

    #[test]
    fn lines_of_code_that_can_be_run_are_counted_and_others_are_not() {
        let lcov = "SF:/a/lib.rs\nFN:1,f\nDA:1,3\nDA:2,0\nDA:9,1\nend_of_record\n\
                    SF:/a/other.rs\nDA:1,1\nend_of_record\n";
        let code = Lines::from([(PathBuf::from("/a/lib.rs"), BTreeSet::from([1, 2, 3]))]);
        assert_eq!(share(&code, &counts(lcov)), Share { run: 1, of: 2 });
    }

    #[test]
    fn a_hundred_percent_are_all_of_them() {
        let shown = |run, of| Share { run, of }.to_string();
        assert_eq!(shown(9999, 10_000), "99.9 % of 10000 lines that can be run");
        assert_eq!(shown(7, 7), "100.0 % of 7 lines that can be run");
        assert_eq!(shown(0, 0), "0.0 % of 0 lines that can be run");
    }
}
