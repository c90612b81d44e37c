//! Checks the rows of the list with a running Centrifugo 6: `checktoken`, `checksubtoken` and
//! `checkconfig` show its answer to each token and configuration.
//!
//! `cargo xtask test centrifugo` installs it. Its clock can't be set, so the times in a row are
//! moved from the time of the cases to now.

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::FILE;
use super::program::{Asked, Program};
use crate::cases::text::{Values, expand, expand_text};
use crate::cases::{self, token};
use crate::judge::Judge;
use crate::records::{self, Record};
use crate::report::Report;

const SUITE: &str = "centrifugo-6";
const VERSION: &str = "v6.9.1";

/// Names its program; by default it is where `cargo xtask test centrifugo` installs it.
const VARIABLE: &str = "COUNTERSIGN_CENTRIFUGO";

/// If it is set, only one case is run of those of a row that end alike in both programs.
const BRIEF: &str = "COUNTERSIGN_CENTRIFUGO_BRIEF";

/// How many programs run at once: each waits for its files most of the time.
const WORKERS: usize = 4;

/// One case: a row, and a combination of the values of its `each` lines.
struct Case {
    record: Record,
    values: Values,
    name: String,
}

/// The suite.
pub(crate) fn suite() -> Report {
    let mut report = Report::default();
    let Some(path) = installed() else {
        report.skipped.push(format!(
            "{SUITE}: Centrifugo {VERSION} is not installed; `cargo xtask test centrifugo` does \
             that where `go` is on the machine"
        ));
        return report;
    };
    let is_brief = env::var_os(BRIEF).is_some();
    let mut cases_to_run = Vec::new();
    for record in records::read(FILE) {
        if let Some(reason) = why_not(&record) {
            report.skipped.push(format!(
                "{SUITE} {}, {}: {reason}",
                record.need("row"),
                record.need("name")
            ));
            continue;
        }
        let mut ends = BTreeSet::new();
        for values in cases::combinations(&record) {
            let there = expand_text(record.need("centrifugo"), &values);
            let is_new = ends.insert((there, cases::expectation(&record, &values)));
            if is_brief && !is_new {
                continue;
            }
            cases_to_run.push(Case {
                name: cases::name(&record, &values),
                record: record.clone(),
                values,
            });
        }
    }
    let mut judge = Judge::new(SUITE, VERSION);
    match Program::start(path) {
        Ok(program) => {
            for (case, found) in cases_to_run.iter().zip(run_all(&program, &cases_to_run)) {
                let expected = expand_text(case.record.need("centrifugo"), &case.values);
                match found {
                    Ok((found, said)) => judge.case(&case.name, &expected, found, || said),
                    Err(error) => judge.surprise(format!("{}: {error}", case.name)),
                }
            }
        }
        Err(error) => judge.surprise(format!("{SUITE}: {error}")),
    }
    report.merge(judge.finish());
    report
}

fn installed() -> Option<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Some(path.into());
    }
    let name = format!("centrifugo{}", env::consts::EXE_SUFFIX);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/centrifugo");
    Some(PathBuf::from(path).join(VERSION).join(name)).filter(|path| path.exists())
}

/// Why the commands of its program can't show a row, if they can't.
pub(super) fn why_not(record: &Record) -> Option<&'static str> {
    let config = record.get("config").unwrap_or_default();
    let row = record.need("row");
    if record.get("check").is_some() {
        Some("it is about several steps, and a command shows one token")
    } else if record.need("centrifugo") == "internal" {
        Some("no token can tell")
    } else if row.starts_with("4.") {
        Some("it is about version 2.8.7, which `go install` doesn't know")
    } else if record.get("request").is_some() || record.get("user").is_some() {
        Some("it is about a connection, and a command shows a token")
    } else if config.contains("skip_token_signature_verify") {
        Some("its `checktoken` verifies signatures, whatever is configured")
    } else if config.contains("disallow_anonymous_connection_tokens") {
        Some("its `checktoken` leaves this to the connection")
    } else {
        None
    }
}

/// Its answer to each case, with its output.
fn run_all(program: &Program, cases: &[Case]) -> Vec<Result<(&'static str, String), String>> {
    let next = AtomicUsize::new(0);
    let ended = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    let found = run(program, case);
                    ended.lock().expect("no worker panics").push((index, found));
                }
            });
        }
    });
    let mut ended = ended.into_inner().expect("no worker panics");
    ended.sort_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, found)| found).collect()
}

fn run(program: &Program, case: &Case) -> Result<(&'static str, String), String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = seconds.map_err(|error| error.to_string())?.as_secs();
    let moved = |text: &str| in_present(text, now);
    let record = case.record.mapped(moved);
    let mut values = Values::new();
    for (name, value) in &case.values {
        values.insert(moved(name), moved(value));
    }
    let config = match (record.get("jwks"), record.get("config")) {
        (Some(document), _) => {
            let status = record.get("status").unwrap_or("200");
            program.publish(status, expand(document, &values))
        }
        (None, Some(config)) => expand_text(config, &values),
        (None, None) => expand_text(r#"{"token_hmac_secret_key":"${hs.text}"}"#, &values),
    };
    let environment = token::environment(&record, &values);
    let asked = Asked {
        config,
        environment,
    };
    if record.get("only") == Some("configuration") {
        return program.check_config(&asked);
    }
    let kind = record.get("kind").map(|kind| expand_text(kind, &values));
    let command = match kind.as_deref() {
        Some("subscription") => "checksubtoken",
        _ => "checktoken",
    };
    program.check_token(command, &asked, &token::make(&record, &values))
}

/// The text with each time that is near the time of the cases moved to now. A time in the future is
/// moved one hour further, so that it is still in the future when the program has started.
fn in_present(text: &str, now: u64) -> String {
    const NEAR: u64 = 100_000;
    let then = token::NOW.unsigned_abs();
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|it: char| !it.is_ascii_digit());
        let (digits, after) = from.split_at(end.unwrap_or(from.len()));
        out.push_str(before);
        match digits.parse::<u64>() {
            Ok(time) if time.abs_diff(then) < NEAR && time > then => {
                out.push_str(&(now + (time - then) + 3600).to_string());
            }
            Ok(time) if time.abs_diff(then) < NEAR => {
                out.push_str(&(now - (then - time)).to_string());
            }
            _ => out.push_str(digits),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::in_present;

    #[test]
    fn times_near_those_of_the_cases_are_moved_and_no_other_number() {
        for (text, expected) in [
            (r#"{"exp":1700000001}"#, r#"{"exp":1800003601}"#),
            (r#"{"nbf":1700000000.5}"#, r#"{"nbf":1800000000.5}"#),
            ("1699999999 | 4102444800", "1799999999 | 4102444800"),
            ("17000000000 1588351704", "17000000000 1588351704"),
            ("no number", "no number"),
        ] {
            assert_eq!(in_present(text, 1_800_000_000), expected);
        }
    }
}
