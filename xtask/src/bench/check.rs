//! Compares instruction counts with a stored baseline.
//!
//! Valgrind counts the instructions of `countersign-count` for each piece of work. The baseline
//! is only valid for one version of rustc. With another version the counts are shown, but a
//! difference is not an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::build::{build, built, rustc};
use crate::failure::Failure;
use crate::process;

const BASELINE: &str = "tests/bench/baseline.toml";

/// How far a count may be above the baseline, in percent.
const TOLERANCE: u64 = 3;

const HEADING: &str = "\
# Instructions of one piece of work, counted by Valgrind: `cargo xtask bench --check` compares
# with them, `cargo xtask bench --write-baseline` writes them anew.
";

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    /// What `rustc --version` says.
    rustc: String,
    instructions: BTreeMap<String, u64>,
}

/// Counts, and fails if a count is above the baseline by more than the tolerance.
pub(super) fn compare(root: &Path) -> Result<(), Failure> {
    let path = root.join(BASELINE);
    let text = fs::read_to_string(&path).map_err(|error| format!("{BASELINE}: {error}"))?;
    let baseline: Baseline =
        toml::from_str(&text).map_err(|error| format!("{BASELINE}: {error}"))?;
    let found = counted(root)?;
    let verdict = verdict(&baseline, &found);
    println!("{}", verdict.text);
    if verdict.complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(verdict.complaints.join("\n")))
}

/// Counts, and stores the counts.
pub(super) fn write_baseline(root: &Path) -> Result<(), String> {
    let text = toml::to_string(&counted(root)?).map_err(|error| error.to_string())?;
    fs::write(root.join(BASELINE), format!("{HEADING}{text}"))
        .map_err(|error| format!("{BASELINE}: {error}"))
}

struct Verdict {
    text: String,
    complaints: Vec<String>,
}

fn verdict(baseline: &Baseline, found: &Baseline) -> Verdict {
    let mut text = String::new();
    let mut complaints = Vec::new();
    for (name, count) in &found.instructions {
        let Some(stored) = baseline.instructions.get(name) else {
            complaints.push(format!(
                "{name}: not in {BASELINE}; run with --write-baseline"
            ));
            continue;
        };
        let change = (*count as f64 / *stored as f64 - 1.0) * 100.0;
        text.push_str(&format!("{name}: {count} instructions, {change:+.1} %\n"));
        if count.saturating_mul(100) > stored.saturating_mul(100 + TOLERANCE) {
            complaints.push(format!(
                "{name}: {count} instructions, the baseline has {stored}: {change:.1} % more, \
                 {TOLERANCE} % is allowed; make it cheaper, or run with --write-baseline and say why"
            ));
        }
    }
    let gone = |name: &&String| !found.instructions.contains_key(*name);
    let gone = baseline.instructions.keys().filter(gone);
    complaints.extend(gone.map(|name| {
        format!(
            "{name}: in {BASELINE}, but there is no such work; \
             run with --write-baseline"
        )
    }));
    if baseline.rustc != found.rustc {
        text.push_str(&format!(
            "Not compared: the baseline is for {}, but this is {}.\n",
            baseline.rustc, found.rustc
        ));
        complaints.clear();
    }
    Verdict { text, complaints }
}

fn counted(root: &Path) -> Result<Baseline, String> {
    if !process::works("valgrind", &["--version"]) {
        return Err("valgrind is not on this machine; install it to count instructions".to_owned());
    }
    let bin = ["--bin", "countersign-count", "--no-default-features"];
    let package = ["--package", "countersign-bench"];
    build(root, &[package.as_slice(), &bin].concat())?;
    let program = built("countersign-count")?;
    let names = process::output(&mut process::command(&program, root))?;
    let count = |name: &str| Ok((name.to_owned(), instructions(root, &program, name)?));
    Ok(Baseline {
        rustc: rustc(root)?,
        instructions: names.lines().map(count).collect::<Result<_, String>>()?,
    })
}

fn instructions(root: &Path, program: &Path, name: &str) -> Result<u64, String> {
    let file = program.with_file_name("countersign-count.callgrind");
    let mut valgrind = process::command("valgrind", root);
    valgrind
        .args([
            "--tool=callgrind",
            "--quiet",
            "--toggle-collect=*countersign_count*counted*",
        ])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .arg(name);
    process::output(&mut valgrind)?;
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    total(&text)
        .filter(|count| *count > 0)
        .ok_or_else(|| format!("Valgrind counted nothing for {name:?}"))
}

/// The sum at the end of callgrind's output.
fn total(text: &str) -> Option<u64> {
    let totals = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("totals: "));
    totals?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Baseline, total, verdict};

    fn counts(rustc: &str, counts: &[(&str, u64)]) -> Baseline {
        let counts = counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        Baseline {
            rustc: rustc.to_owned(),
            instructions: counts.collect(),
        }
    }

    #[test]
    fn more_than_the_tolerance_is_found() {
        let baseline = counts("rustc 1", &[("work", 10_000)]);
        for (count, complaints) in [(9_000, 0), (10_000, 0), (10_300, 0), (10_301, 1)] {
            let verdict = verdict(&baseline, &counts("rustc 1", &[("work", count)]));
            assert_eq!(verdict.complaints.len(), complaints, "{count}");
        }
    }

    #[test]
    fn another_rustc_is_only_reported() {
        let baseline = counts("rustc 1", &[("work", 10_000)]);
        let verdict = verdict(&baseline, &counts("rustc 2", &[("work", 20_000)]));
        assert!(verdict.complaints.is_empty());
        assert!(verdict.text.contains("+100.0 %") && verdict.text.contains("rustc 2"));
    }

    #[test]
    fn work_that_only_one_side_has_is_found() {
        let baseline = counts("rustc 1", &[("gone", 1), ("work", 1)]);
        let found = counts("rustc 1", &[("new", 1), ("work", 1)]);
        assert_eq!(verdict(&baseline, &found).complaints.len(), 2);
    }

    #[test]
    fn the_number_of_instructions_is_read() {
        assert_eq!(total("fn=(0)\n0 5\n\ntotals: 29876\n"), Some(29_876));
        assert_eq!(total("events: Ir\n"), None);
    }
}
