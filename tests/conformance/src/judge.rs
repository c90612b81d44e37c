//! Compares the verdicts of cases with the expected ones, for one suite and one backend.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use crate::deviations::{self, matches};
use crate::report::{Line, Report, Seen};

/// The verdict of a case that must be accepted.
pub(crate) const ACCEPT: &str = "accept";
/// The verdict of a case without a token, whose statement must be true.
pub(crate) const HOLDS: &str = "holds";
/// The verdict of a case that must be refused, for any reason.
pub(crate) const REFUSE: &str = "refuse";

/// The verdict of a case that panicked. No case expects it.
pub(crate) const PANICKED: &str = "panicked";

/// The result of `act`, or the message of its panic: one case must not end the run, and its name
/// must be reported.
pub(crate) fn guarded<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(act)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("without a word").to_owned()
    })
}

/// The judge of one suite over one backend.
pub(crate) struct Judge {
    line: Line,
    start: Instant,
    /// Parts of the suite that ran: the text before the first `/` of a case's name.
    parts: BTreeSet<String>,
    seen: BTreeMap<(usize, usize), usize>,
    surprises: Vec<String>,
}

impl Judge {
    pub(crate) fn new(suite: &str, backend: &str) -> Self {
        Self {
            line: Line::new(suite, backend),
            start: Instant::now(),
            parts: BTreeSet::new(),
            seen: BTreeMap::new(),
            surprises: Vec::new(),
        }
    }

    /// One case: its name, how it should end and how it ended. `details` explain a surprise.
    pub(crate) fn case(
        &mut self,
        name: &str,
        expected: &str,
        found: &str,
        details: impl FnOnce() -> String,
    ) {
        let part = name.split('/').next().unwrap_or(name);
        if !self.parts.contains(part) {
            self.parts.insert(part.to_owned());
        }
        if found == expected {
            if expected == ACCEPT || expected == HOLDS {
                self.line.accepted += 1;
            } else {
                self.line.refused += 1;
            }
            return;
        }
        match self.deviation(name, found) {
            Some(index) => {
                *self.seen.entry(index).or_default() += 1;
                self.line.deviations += 1;
            }
            None => self.surprises.push(format!(
                "{name}: expected {expected}, found {found} ({})",
                details()
            )),
        }
    }

    /// Adds a fault that is not about one case.
    pub(crate) fn surprise(&mut self, what: String) {
        self.surprises.push(what);
    }

    fn concerns(&self, deviation: &deviations::Deviation) -> bool {
        deviation.suite == self.line.suite
            && deviation
                .backend
                .as_ref()
                .is_none_or(|backend| *backend == self.line.backend)
    }

    fn deviation(&self, name: &str, found: &str) -> Option<(usize, usize)> {
        deviations::all()
            .iter()
            .enumerate()
            .filter(|(_, deviation)| self.concerns(deviation) && deviation.ends == found)
            .find_map(|(index, deviation)| {
                let mut patterns = deviation.cases.iter();
                let at = patterns.position(|(_, pattern)| matches(pattern, name))?;
                Some((index, at))
            })
    }

    /// The report. It is also a surprise if a known difference occurred less or more often than
    /// expected, or if no case ran.
    pub(crate) fn finish(mut self) -> Report {
        if self.parts.is_empty() {
            self.surprises.push("no case ran".to_owned());
        }
        let mut seen = Vec::new();
        for (index, deviation) in deviations::all().iter().enumerate() {
            if !self.concerns(deviation) {
                continue;
            }
            for (at, (count, pattern)) in deviation.cases.iter().enumerate() {
                let part = pattern.split('/').next().unwrap_or(pattern);
                if !self.parts.iter().any(|known| matches(part, known)) {
                    continue;
                }
                let found = self.seen.get(&(index, at)).copied().unwrap_or_default();
                if found != *count {
                    self.surprises.push(format!(
                        "the deviation {pattern:?} is known for {count} cases that end in {:?}, \
                         but occurs in {found}: correct data/deviations.txt",
                        deviation.ends
                    ));
                }
                seen.push(Seen {
                    suite: self.line.suite.clone(),
                    backend: self.line.backend.clone(),
                    cases: pattern.clone(),
                    count: found,
                    ends: deviation.ends.clone(),
                    reason: deviation.reason.clone(),
                });
            }
        }
        self.line.surprises = self.surprises.len();
        self.line.seconds = self.start.elapsed().as_secs_f64();
        let (suite, backend) = (&self.line.suite, &self.line.backend);
        let surprises = self
            .surprises
            .iter()
            .map(|what| format!("{suite}, {backend}: {what}"))
            .collect();
        Report {
            lines: vec![self.line],
            surprises,
            deviations: seen,
            skipped: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT, Judge, REFUSE};
    use crate::Report;

    /// This number of signatures that are labelled bad but known to be valid, and one other case.
    fn good_ones(count: usize, last: (&str, &str)) -> Report {
        let mut judge = Judge::new("rsa pkcs1", "test");
        for form in 0..count {
            let name = format!("rsa_signature_2048_sha224/{form}/WrongHash/219");
            judge.case(&name, REFUSE, ACCEPT, || "of another hash".into());
        }
        let (expected, found) = last;
        judge.case(
            "rsa_signature_2048_sha224/pem/Valid/1",
            expected,
            found,
            String::new,
        );
        judge.finish()
    }

    #[test]
    fn a_known_deviation_is_counted_and_not_a_surprise() {
        let report = good_ones(2, (REFUSE, REFUSE));
        report.assert_clean();
        assert_eq!(report.lines()[0].deviations, 2);
    }

    #[test]
    fn a_deviation_that_no_longer_shows_is_a_surprise() {
        for count in [0, 1, 3] {
            let report = good_ones(count, (REFUSE, REFUSE));
            assert_eq!(report.surprises().len(), 1, "{report}");
            assert!(
                report.surprises()[0].contains("known for 2 cases"),
                "{report}"
            );
        }
    }

    #[test]
    fn a_case_with_another_result_is_a_surprise() {
        for last in [(ACCEPT, REFUSE), (REFUSE, ACCEPT), ("expired", "claims")] {
            let report = good_ones(2, last);
            assert!(!report.is_clean());
            assert_eq!(report.surprises().len(), 1, "{report}");
        }
    }

    #[test]
    fn a_judge_without_a_case_is_not_clean() {
        assert!(!Judge::new("rsa pkcs1", "test").finish().is_clean());
    }

    #[test]
    fn a_report_of_nothing_is_not_clean() {
        assert!(!Report::default().is_clean());
    }
}
