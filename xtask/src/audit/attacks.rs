//! Writes the last column of the tables in `docs/attacks.md`: the tests for each attack.
//!
//! A test belongs to the rows whose codes begin its name: `a1_b2_…` to `A1` and `B2`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::files::{self, File};
use crate::sources::item;

pub(super) const PAGE: &str = "docs/attacks.md";

/// The page with a new last column.
#[derive(Debug)]
pub(super) struct Attacks {
    pub(super) text: String,
    /// Codes of tests that have no row, and rows that have no test.
    pub(super) complaints: Vec<String>,
}

/// A test whose name begins with codes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    name: String,
    /// From the root of the workspace.
    path: String,
}

type TestsByCode = BTreeMap<String, Vec<Test>>;

impl Attacks {
    /// Reads the page and the tests of the workspace.
    ///
    /// # Errors
    ///
    /// The page or a test can't be read.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let files = files::all(root)?;
        let page = files.iter().find(|file| file.path == PAGE);
        let page = page.ok_or_else(|| format!("{PAGE} is missing"))?;
        let mut tests = TestsByCode::new();
        for file in &files {
            let is_ours = file.path.starts_with("crates/") || file.path.starts_with("tests/");
            if is_ours && file.path.ends_with(".rs") && file.text.contains("#[test]") {
                collect(file, &mut tests)?;
            }
        }
        Ok(Self::of(&page.text, &tests))
    }

    fn of(page: &str, tests: &TestsByCode) -> Self {
        let mut text = String::new();
        let mut complaints = Vec::new();
        let mut rows: Vec<&str> = Vec::new();
        for line in page.lines() {
            match code_of_row(line) {
                None => text.push_str(line),
                Some((code, before)) => {
                    rows.push(code);
                    let tests = tests.get(code).map_or(&[][..], Vec::as_slice);
                    if tests.is_empty() {
                        complaints.push(format!("{PAGE}: no test has the code {code}"));
                    }
                    let links: Vec<String> = tests.iter().map(Test::link).collect();
                    text.push_str(&format!("{before}| {} |", links.join("<br>")));
                }
            }
            text.push('\n');
        }
        for (code, tests) in tests {
            if let Some(test) = tests.first()
                && !rows.contains(&code.as_str())
            {
                complaints.push(format!(
                    "{PAGE} has no row {code}, but the name of {} in {} begins with it",
                    test.name, test.path
                ));
            }
        }
        Self { text, complaints }
    }
}

impl Test {
    fn link(&self) -> String {
        format!("[`{}`](../{})", self.name, self.path)
    }
}

/// The code of a row of a table, and the row without its last column.
fn code_of_row(line: &str) -> Option<(&str, &str)> {
    let code = line.strip_prefix("| ")?.split(' ').next()?;
    let is_code = code.chars().next()?.is_ascii_uppercase() && is_code(code);
    let row = line.strip_suffix('|')?;
    let (before, _) = row.rsplit_once("| ")?;
    is_code.then_some((code, before))
}

/// The letter of a section and a number, such as `a1`.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(|c: char| ('A'..='K').contains(&c.to_ascii_uppercase()));
    digits.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Adds the tests of one file.
fn collect(file: &File, tests: &mut TestsByCode) -> Result<(), String> {
    let parsed = syn::parse_file(&file.text).map_err(|error| format!("{}: {error}", file.path))?;
    for name in tests_in(&parsed.items) {
        for code in name.split('_').take_while(|word| is_code(word)) {
            tests
                .entry(code.to_ascii_uppercase())
                .or_default()
                .push(Test {
                    name: name.clone(),
                    path: file.path.clone(),
                });
        }
    }
    Ok(())
}

fn tests_in(items: &[syn::Item]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items {
        match item {
            syn::Item::Fn(it) if item::is_test(&it.attrs) => names.push(it.sig.ident.to_string()),
            syn::Item::Mod(it) => {
                let inner = it.content.as_ref().map(|(_, items)| tests_in(items));
                names.extend(inner.into_iter().flatten());
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{Attacks, TestsByCode, collect};
    use crate::files::File;

    fn tests(text: &str) -> TestsByCode {
        let mut tests = TestsByCode::new();
        let file = File {
            path: "crates/x/tests/y.rs".to_owned(),
            text: text.to_owned(),
        };
        collect(&file, &mut tests).unwrap();
        tests
    }

    const PAGE: &str = "# Attacks\n\n| code | attack | tests |\n|---|---|---|\n\
                        | A1 | One. | old |\n| B2 | Two. | |\n";

    #[test]
    fn the_last_column_names_the_tests_of_each_code() {
        let found = Attacks::of(PAGE, &tests("#[test] fn a1_b2_x() {} #[test] fn b2_y() {}"));
        let both = "[`a1_b2_x`](../crates/x/tests/y.rs)";
        assert!(found.text.contains(&format!("| A1 | One. | {both} |\n")));
        let second = "[`b2_y`](../crates/x/tests/y.rs)";
        assert!(
            found
                .text
                .contains(&format!("| B2 | Two. | {both}<br>{second} |\n"))
        );
        assert!(found.complaints.is_empty(), "{:?}", found.complaints);
        let again = Attacks::of(&found.text, &tests("#[test] fn a1_b2_x() {}"));
        assert!(again.text.contains(&format!("| B2 | Two. | {both} |\n")));
    }

    #[test]
    fn a_row_without_a_test_and_a_code_without_a_row_are_found() {
        let found = Attacks::of(PAGE, &tests("#[test] fn a1_x() {} #[test] fn c3_z() {}"));
        assert_eq!(found.complaints.len(), 2, "{:?}", found.complaints);
        assert!(found.complaints[0].contains("B2"));
        assert!(found.complaints[1].contains("C3"));
    }

    #[test]
    fn only_tests_count_and_only_codes_at_the_start() {
        let found = tests(
            "fn a1_x() {} #[test] fn the_a1_case() {} #[test] fn p256_x() {} mod t { #[test] fn k7_x() {} }",
        );
        let codes: Vec<&String> = found.keys().collect();
        assert_eq!(codes, ["K7"]);
    }
}
