//! Cases that don't end as their label says, each with a reason: `data/deviations.txt`.

use std::sync::LazyLock;

use crate::records;
use crate::report::Report;

/// A known difference.
#[derive(Clone, Debug)]
pub(crate) struct Deviation {
    /// The suite in which it occurs.
    pub(crate) suite: String,
    /// The only backend in which it occurs; `None` means all.
    pub(crate) backend: Option<String>,
    /// Patterns for the names of the cases, each with the number of cases.
    pub(crate) cases: Vec<(usize, String)>,
    /// How they end.
    pub(crate) ends: String,
    /// Why this is right or unavoidable.
    pub(crate) reason: String,
}

/// All of them.
pub(crate) fn all() -> &'static [Deviation] {
    static ALL: LazyLock<Vec<Deviation>> =
        LazyLock::new(|| read(include_str!("../data/deviations.txt")));
    &ALL
}

fn read(text: &str) -> Vec<Deviation> {
    let records = records::read(text);
    let one = |record: &records::Record| {
        record.hold_names_to(&["suite", "backend", "cases", "ends", "reason"]);
        Deviation {
            suite: record.need("suite").into(),
            backend: record.get("backend").map(String::from),
            cases: record
                .all("cases")
                .map(|line| {
                    let (count, pattern) = line.split_once(' ').expect("a count and a pattern");
                    (count.parse().expect("a count"), pattern.trim().into())
                })
                .collect(),
            ends: record.need("ends").into(),
            reason: record.need("reason").into(),
        }
    };
    records.iter().map(one).collect()
}

/// Deviations whose suite ran, but with a pattern that fits no case: a typing error, or a set
/// that is gone.
pub(crate) fn that_no_case_has(report: &Report) -> Vec<String> {
    let ran = |it: &Deviation| {
        report.lines.iter().any(|line| {
            let of_backend = it.backend.as_ref().is_none_or(|name| *name == line.backend);
            line.suite == it.suite && of_backend
        })
    };
    let seen = |it: &Deviation, pattern: &str| {
        report
            .deviations
            .iter()
            .filter(|seen| it.backend.as_ref().is_none_or(|name| *name == seen.backend))
            .any(|seen| seen.suite == it.suite && seen.cases == pattern)
    };
    all()
        .iter()
        .filter(|it| ran(it))
        .flat_map(|it| it.cases.iter().map(move |(_, pattern)| (it, pattern)))
        .filter(|(it, pattern)| !seen(it, pattern))
        .map(|(it, pattern)| format!("{}: no case is called like {pattern:?}", it.suite))
        .collect()
}

/// Whether `pattern`, in which `*` stands for any text, matches the whole `name`.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).any(|at| name.get(at..).is_some_and(|name| matches(rest, name)))
        }),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "peers")]
    use std::collections::BTreeSet;

    use super::matches;

    #[test]
    #[cfg(feature = "peers")]
    fn every_named_suite_and_backend_exists() {
        let suites: BTreeSet<&str> = crate::wycheproof::suites()
            .chain(crate::suites())
            .chain(["algorithms", "contract", "rfc examples"])
            .collect();
        let ours = crate::backends().into_iter().map(|(name, ..)| name);
        let backends: BTreeSet<&str> = ours
            .chain(crate::cases::providers().map(|(name, _)| name))
            .chain(crate::differential::names())
            .collect();
        for it in super::all() {
            assert!(suites.contains(it.suite.as_str()), "{it:?}");
            let backend = it.backend.as_deref();
            assert!(backend.is_none_or(|name| backends.contains(name)), "{it:?}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("a/*/c", "a/b/c"));
        assert!(matches("a*", "a"));
        assert!(matches("*b*", "abc"));
        assert!(!matches("a/*/c", "a/b/d"));
        assert!(!matches("a", "ab"));
    }
}
