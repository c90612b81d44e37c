//! Our own cases: tokens and keys, described in `data/`, each with the expected verdict and the
//! reason.
//!
//! A record is one case, or one case for each combination of the values of its `each` lines.
//! `README.md` lists the lines of a record.

mod checks;
pub(crate) mod jwks;
pub(crate) mod keys;
pub(crate) mod parts;
pub(crate) mod signature;
pub(crate) mod text;
pub(crate) mod token;

use countersign_signature::Provider;

use self::text::{Values, expand_text};
use crate::judge::{ACCEPT, Judge, PANICKED, guarded};
use crate::records::{self, Record};
use crate::report::Report;

/// How a case ended: `accept` or a code, and a sentence that explains it.
pub(crate) struct Verdict {
    pub(crate) word: String,
    pub(crate) details: String,
}

impl Verdict {
    pub(crate) fn accept(details: impl Into<String>) -> Self {
        Self {
            word: ACCEPT.into(),
            details: details.into(),
        }
    }

    pub(crate) fn refuse(code: impl Into<String>, error: &dyn std::fmt::Display) -> Self {
        Self {
            word: code.into(),
            details: error.to_string(),
        }
    }
}

/// A function that runs one case of a file.
pub(crate) type Run = fn(&Record, &Values, &Provider) -> Verdict;

/// The backends under the tested layers: whole sets of algorithms.
pub(crate) fn providers() -> [(&'static str, Provider); 2] {
    [
        ("default", countersign::default_provider()),
        ("rustcrypto", countersign_rustcrypto::provider()),
    ]
}

/// Every case of a file, over every backend.
pub(crate) fn run(suite: &str, file: &str, names: &[&str], run: Run) -> Report {
    let records = records::read(file);
    let mut report = Report::default();
    for record in records.iter().filter(|it| tells_nothing(it)) {
        report.skipped.push(format!(
            "{suite} {}, {}: no token can tell",
            record.need("row"),
            record.need("name")
        ));
    }
    for (backend, provider) in providers() {
        let mut judge = Judge::new(suite, backend);
        for record in records.iter().filter(|it| !tells_nothing(it)) {
            record.hold_names_to(names);
            hold_values_to_use(record);
            for values in combinations(record) {
                let verdict = guarded(|| run(record, &values, &provider))
                    .unwrap_or_else(|why| Verdict::refuse(PANICKED, &why));
                let expected = expectation(record, &values);
                let name = name(record, &values);
                judge.case(&name, &expected, &verdict.word, || verdict.details.clone());
            }
        }
        report.merge(judge.finish());
    }
    report
}

/// Whether a record is only documentation: a behaviour that no case can show.
fn tells_nothing(record: &Record) -> bool {
    record.get("expect") == Some("internal")
}

/// Fails if no line uses an `each`: all of its cases would be equal. `alg` and `key` are used by
/// the default header and the default signer.
fn hold_values_to_use(record: &Record) {
    for name in record.names("each") {
        let is_implied = match name {
            "alg" => record.get("header").is_none() || record.get("sign").is_none(),
            "key" => record.get("sign").is_none(),
            _ => false,
        };
        let is_used = record.mentions(&format!("${{{name}}}"));
        assert!(is_used || is_implied, "nothing uses {name}, in {record:?}");
    }
}

/// The names that records of every file may have.
pub(crate) const COMMON: [&str; 6] = ["row", "name", "each", "let", "expect", "reason"];

/// The row that the case is for, its name, and the values of its `each`.
pub(crate) fn name(record: &Record, values: &Values) -> String {
    let mut name = format!("{}/{}", record.need("row"), record.need("name"));
    for variable in record.names("each") {
        let value: String = values[variable].chars().take(48).collect();
        name.push_str(&format!(" [{value}]"));
    }
    name
}

/// `VERDICT`, or `VERDICT if A = B, else VERDICT`.
pub(crate) fn expectation(record: &Record, values: &Values) -> String {
    let text = expand_text(record.need("expect"), values);
    let Some((yes, condition)) = text.split_once(" if ") else {
        return text;
    };
    let (condition, no) = condition.split_once(", else ").expect("an else");
    let (a, b) = condition.split_once(" = ").expect("A = B");
    if a == b { yes } else { no }.to_owned()
}

/// The values of the `let` lines, with each combination of the values of `each` lines.
pub(crate) fn combinations(record: &Record) -> Vec<Values> {
    let mut all = vec![Values::new()];
    for name in record.names("each") {
        let values = record.need(&format!("each {name}"));
        all = values
            .split(" | ")
            .flat_map(|value| {
                all.iter().map(move |known| {
                    let mut more = known.clone();
                    more.insert(name.to_owned(), value.trim().to_owned());
                    more
                })
            })
            .collect();
    }
    for values in &mut all {
        for name in record.names("let") {
            let value = record.need(&format!("let {name}"));
            values.insert(expand_text(name, values), value.to_owned());
        }
    }
    all
}
