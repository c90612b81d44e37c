//! Cases of our own: tokens and keys, described in `data/`, each with the verdict that is
//! expected and why.
//!
//! A record is one case, or one for each combination of the values of its `each` lines. What
//! a record may say is in `README.md`.

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

/// How a case ended: `accept` or a code, and a sentence for whoever wonders why.
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

/// What runs one case of a file.
pub(crate) type Run = fn(&Record, &Values, &Provider) -> Verdict;

/// The backends that the layers above are tried over: whole sets of algorithms.
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

/// Whether a record is there to be read alone: a behaviour that no case shows.
fn tells_nothing(record: &Record) -> bool {
    record.get("expect") == Some("internal")
}

/// Fails on an `each` that no line uses: its cases would all be the same one. `alg` and `key`
/// stand in the header and the signer that a token has unless it says otherwise.
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

/// What every file's records may say.
pub(crate) const COMMON: [&str; 6] = ["row", "name", "each", "let", "expect", "reason"];

/// The row of the list that the case is for, what it is about, and the values of its `each`.
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

/// The values of `let` lines, with each combination of those of `each` lines.
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
