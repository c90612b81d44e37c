//! What a run came to: as a table, as JSON, as Markdown, as a failing test.

use core::fmt::{self, Write as _};

use serde::Serialize;

/// One suite over one backend.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// The suite.
    pub suite: String,
    /// The backend, or the library that is compared.
    pub backend: String,
    /// Cases that are to be accepted, and were.
    pub accepted: usize,
    /// Cases that are to be refused, and were, with the code that is expected.
    pub refused: usize,
    /// Cases that end otherwise than their label says, for a reason that is known.
    pub deviations: usize,
    /// What is wrong.
    pub surprises: usize,
    /// How long it took.
    pub seconds: f64,
}

impl Line {
    pub(crate) fn new(suite: &str, backend: &str) -> Self {
        Self {
            suite: suite.into(),
            backend: backend.into(),
            accepted: 0,
            refused: 0,
            deviations: 0,
            surprises: 0,
            seconds: 0.0,
        }
    }
}

/// A known difference that showed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seen {
    pub(crate) suite: String,
    pub(crate) backend: String,
    pub(crate) cases: String,
    pub(crate) count: usize,
    pub(crate) ends: String,
    pub(crate) reason: String,
}

/// What a run came to. `Display` is a table with what is wrong below it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub(crate) lines: Vec<Line>,
    pub(crate) surprises: Vec<String>,
    pub(crate) deviations: Vec<Seen>,
    pub(crate) skipped: Vec<String>,
}

impl Report {
    /// A line for each suite and backend.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What is wrong, a sentence each: cases that end otherwise than expected, and known
    /// differences that no longer show.
    #[must_use]
    pub fn surprises(&self) -> &[String] {
        &self.surprises
    }

    /// What did not run, and why.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Whether nothing is wrong, and something ran.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.surprises.is_empty() && !self.lines.is_empty()
    }

    /// For tests.
    ///
    /// # Panics
    ///
    /// If something is wrong; the message is the table and the list.
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "\n{self}");
    }

    /// Adds what another run came to.
    pub fn merge(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.surprises.extend(other.surprises);
        self.deviations.extend(other.deviations);
        self.skipped.extend(other.skipped);
    }

    /// The whole report as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Whole<'r> {
            clean: bool,
            #[serde(flatten)]
            report: &'r Report,
        }
        let whole = Whole {
            clean: self.is_clean(),
            report: self,
        };
        serde_json::to_string_pretty(&whole).expect("strings and numbers alone")
    }

    /// The whole report as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::from(
            "# Conformance\n\n\
             | suite | backend | passed | refused as expected | deviations | surprises | seconds |\n\
             |---|---|--:|--:|--:|--:|--:|\n",
        );
        for line in &self.lines {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {:.1} |",
                line.suite,
                line.backend,
                line.accepted,
                line.refused,
                line.deviations,
                line.surprises,
                line.seconds
            );
        }
        list(&mut text, "Surprises", &self.surprises);
        list(&mut text, "Skipped", &self.skipped);
        let deviations: Vec<String> = self
            .deviations
            .iter()
            .map(|seen| {
                format!(
                    "{}, {}: {} cases `{}` end in `{}`. {}",
                    seen.suite, seen.backend, seen.count, seen.cases, seen.ends, seen.reason
                )
            })
            .collect();
        list(&mut text, "Deviations", &deviations);
        text
    }
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## {title}\n");
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Line) -> &str| self.lines.iter().map(|line| of(line).len()).max();
        let suite = width(|line| &line.suite).unwrap_or_default().max(5);
        let backend = width(|line| &line.backend).unwrap_or_default().max(7);
        writeln!(
            f,
            "{:suite$}  {:backend$}  {:>8}  {:>8}  {:>10}  {:>9}  {:>7}",
            "suite", "backend", "passed", "refused", "deviations", "surprises", "seconds"
        )?;
        for line in &self.lines {
            writeln!(
                f,
                "{:suite$}  {:backend$}  {:>8}  {:>8}  {:>10}  {:>9}  {:>7.1}",
                line.suite,
                line.backend,
                line.accepted,
                line.refused,
                line.deviations,
                line.surprises,
                line.seconds
            )?;
        }
        for what in &self.skipped {
            writeln!(f, "skipped: {what}")?;
        }
        for what in &self.surprises {
            writeln!(f, "surprise: {what}")?;
        }
        Ok(())
    }
}
