//! Compares Centrifugo's behaviour with ours, as cases and as a document.

mod program;
pub(crate) mod running;

use core::fmt::Write as _;

use crate::cases::text::{Values, expand_text};
use crate::cases::{self, token};
use crate::judge::ACCEPT;
use crate::records::{self, Record};
use crate::report::Report;

const FILE: &str = include_str!("../../data/centrifugo.txt");

/// A section of the page: its number, its title, and how its rows are known.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("1", "Tokens: the tests of its verifier", "v6, its tests"),
    (
        "2",
        "Endpoints with placeholders, reloading",
        "v6, its tests",
    ),
    ("3", "Key sets: the tests of its client", "v6, its tests"),
    ("4", "Version 2, where it differs", "v2.8.7, its code"),
    (
        "5",
        "The order and the meaning of its checks",
        "v6, its code",
    ),
    ("6", "Edges, measured", "v6, its parser run alone"),
    ("8", "Both versions, run side by side", "both, run"),
    ("9", "Files and variables", "its documentation"),
];

/// The suite.
pub(crate) fn suite() -> Report {
    let names = [
        &cases::COMMON[..],
        &token::NAMES,
        &["centrifugo", "v2", "known", "differs", "also"],
    ]
    .concat();
    cases::run("centrifugo", FILE, &names, token::run)
}

/// The comparison in a word.
fn comparison(centrifugo: &str, ours: &str) -> &'static str {
    match (centrifugo, ours) {
        ("internal", _) => "differs inside",
        (ACCEPT, ACCEPT) | ("holds", "holds") => "same",
        ("final", _) => "another code",
        ("error", ACCEPT) => "wider",
        ("error", _) => "another code",
        (ACCEPT, _) => "stricter",
        (_, ACCEPT) => "wider",
        ("expired", "expired") | ("config", "configuration") => "same",
        ("expired", _) => "another code",
        (_, "keys_unavailable") => "another code",
        _ => "same",
    }
}

/// `docs/compatibility.md`: a table of every case, by section.
#[must_use]
pub fn document() -> String {
    let records = records::read(FILE);
    let mut text = String::from(
        "# Compatibility with Centrifugo\n\n\
         What [Centrifugo](https://centrifugal.dev) does with a token, and what is done here. \
         Options have the same names; see [configuration.md](configuration.md). Where the server \
         differs, and what it lacks, is in [server.md](server.md).\n\n\
         **same**: tokens are accepted and refused alike; where they are refused, our code says \
         more. **stricter**: accepted there and refused here. **another code**: refused by both, \
         and a client is told something else. **another result**: accepted by both, with another \
         meaning. **wider**: refused there and accepted here; each is a decision, with its \
         reason, and they are listed first.\n\n\
         Centrifugo's answer is that of version 6; where version 2.8.7 does another thing, that \
         stands behind it. The column \"known from\" says which version was run (2.8.7, 6.9.1, or \
         both), or where else the answer comes from: its tests, or its code at a commit of July \
         2026. `cargo xtask test centrifugo` installs version 6.9.1 and runs every row that its \
         commands can show.\n\n\
         This page is written by `cargo xtask conformance --write-docs` from \
         `tests/conformance/data/centrifugo.txt`. Each row is a case that runs, over two \
         backends; where both sides say internal, no token can tell. Do not change it by \
         hand.\n",
    );
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut tables = String::new();
    let mut wider = String::from("\n## Where it is wider\n\n");
    for (section, title, known) in SECTIONS {
        let _ = writeln!(
            tables,
            "\n## {title}\n\n| | case | Centrifugo | here | | known from |\n\
             |---|---|---|---|---|---|"
        );
        for record in &records {
            if record.need("row").split('.').next() != Some(section) {
                continue;
            }
            for row in rows(record) {
                match counts.iter_mut().find(|(word, _)| *word == row.word) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((row.word, 1)),
                }
                if let ("wider", Some(reason)) = (row.word, row.reason) {
                    let _ = writeln!(wider, "- {}, {}: {reason}", numbers(record), row.case);
                }
                let _ = writeln!(
                    tables,
                    "| {} | {} | {}{} | {} | {}{} | {} |",
                    numbers(record),
                    cell(&row.case),
                    row.centrifugo,
                    record
                        .get("v2")
                        .map(|it| format!("; v2.8.7: {}", cell(it)))
                        .unwrap_or_default(),
                    row.ours,
                    row.word,
                    row.reason
                        .map(|it| format!(": {}", cell(it)))
                        .unwrap_or_default(),
                    known_from(record, known),
                );
            }
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let _ = writeln!(text, "\n{}.", counts.join(", "));
    text + &wider + &tables
}

/// How a record's answer is known: it says so, the suite runs it, or it is as the whole section.
fn known_from<'r>(record: &'r Record, section: &'r str) -> &'r str {
    match record.get("known") {
        Some(known) => known,
        None if running::why_not(record).is_none() => "v6.9.1, run",
        None => section,
    }
}

/// The rows that a record is for.
fn numbers(record: &Record) -> String {
    let also = record.all("also").map(|row| format!(", {row}"));
    record.need("row").to_owned() + &also.collect::<String>()
}

struct Row<'r> {
    case: String,
    centrifugo: String,
    ours: String,
    word: &'r str,
    reason: Option<&'r str>,
}

/// One row for each pair of verdicts of a record: combinations with the same verdicts share one.
fn rows(record: &Record) -> Vec<Row<'_>> {
    let mut rows: Vec<(Row<'_>, Vec<String>)> = Vec::new();
    for values in cases::combinations(record) {
        let centrifugo = expand_text(record.need("centrifugo"), &values);
        let ours = cases::expectation(record, &values);
        let found = comparison(&centrifugo, &ours);
        let word = match (found, record.get("differs")) {
            // Accepting more than Centrifugo must be a decision.
            ("wider", said) => {
                let name = record.need("name");
                assert!(
                    said == Some("wider"),
                    "{name} is wider, but its record doesn't say so"
                );
                "wider"
            }
            (_, Some("another result")) => "another result",
            _ => found,
        };
        let reason = record.get("reason").filter(|_| word != "same");
        assert!(
            word == "same" || reason.is_some(),
            "{} is {word} without a reason",
            record.need("name")
        );
        let shown = shown(record, &values);
        match rows
            .iter_mut()
            .find(|(row, _)| row.centrifugo == centrifugo && row.ours == ours)
        {
            Some((_, all)) => all.push(shown),
            None => {
                let row = Row {
                    case: String::new(),
                    centrifugo,
                    ours,
                    word,
                    reason,
                };
                rows.push((row, vec![shown]));
            }
        }
    }
    rows.into_iter()
        .map(|(mut row, mut shown)| {
            shown.retain(|it| !it.is_empty());
            row.case = if shown.is_empty() {
                record.need("name").to_owned()
            } else {
                format!("{}: {}", record.need("name"), shown.join(", "))
            };
            row
        })
        .collect()
}

/// The values of a combination as written in the file, if they are short.
fn shown(record: &Record, values: &Values) -> String {
    let all: Vec<String> = record
        .names("each")
        .map(|name| values[name].as_str())
        .filter(|value| !value.contains("${") && value.len() < 60)
        .map(|value| format!("`{value}`"))
        .collect();
    all.join(" ")
}

/// Text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FILE, SECTIONS};
    use crate::records;

    /// How many rows each section has.
    const ROWS: [(&str, usize); 9] = [
        ("1", 45),
        ("2", 14),
        ("3", 9),
        ("4", 13),
        ("5", 40),
        ("6", 39),
        ("7", 5),
        ("8", 17),
        ("9", 16),
    ];

    #[test]
    fn every_row_of_the_list_has_a_case() {
        let list: BTreeSet<String> = ROWS
            .into_iter()
            .flat_map(|(section, count)| (1..=count).map(move |row| format!("{section}.{row}")))
            .collect();
        let rows: BTreeSet<String> = records::read(FILE)
            .iter()
            .flat_map(|record| [record.need("row")].into_iter().chain(record.all("also")))
            .map(str::to_owned)
            .collect();
        assert_eq!(rows, list);
    }

    #[test]
    fn every_case_stands_in_a_section_of_the_page() {
        for record in records::read(FILE) {
            let section = record.need("row").split('.').next();
            let is_known = |(known, ..): &(&str, &str, &str)| Some(*known) == section;
            assert!(SECTIONS.iter().any(is_known), "{record:?}");
        }
    }
}
