//! The report of a run: as a table, as JSON, as Markdown, or as a failing test.

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
    /// Cases that had to be accepted, and were.
    pub accepted: usize,
    /// Cases that had to be refused, and were, with the expected code.
    pub refused: usize,
    /// Cases that don't end as their label says, for a known reason.
    pub deviations: usize,
    /// The number of faults.
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

/// A known difference that occurred.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seen {
    pub(crate) suite: String,
    pub(crate) backend: String,
    pub(crate) cases: String,
    pub(crate) count: usize,
    pub(crate) ends: String,
    pub(crate) reason: String,
}

/// The report of a run. `Display` shows a table, and the faults below it.
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

    /// The faults, one sentence each: cases that don't end as expected, and known differences
    /// that no longer occur.
    #[must_use]
    pub fn surprises(&self) -> &[String] {
        &self.surprises
    }

    /// The parts that did not run, with reasons.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Whether something ran and there is no fault.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.surprises.is_empty() && !self.lines.is_empty()
    }

    /// Panics if the report is not clean. For tests.
    ///
    /// # Panics
    ///
    /// If there is a fault or nothing ran. The message is the table and the list.
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "\n{self}");
    }

    /// Adds the report of another run.
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
        serde_json::to_string_pretty(&whole).expect("only strings and numbers")
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
