//! Fuzz targets: each takes any bytes and panics where the code under test breaks a promise.
//!
//! A promise is more than "no panic": what is accepted must mean the same to another reader,
//! two backends must agree, one token must not be of two kinds, a key set must not be trusted
//! longer than its settings tell. [`TARGETS`] is the table; the program `fuzz` runs one under
//! libFuzzer, or mutates its corpus by a loop of its own where there is no libFuzzer; the test
//! `replay` runs every stored input on a stable compiler.
//!
//! It relies on the public interfaces of the crates alone. The provider in [`accept`] takes any
//! token for good: nothing may depend on this crate, and `cargo xtask tidy` holds that.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc
)] // test code
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // test code

pub mod accept;
pub mod corpus;
pub mod mutate;
pub mod targets;

/// Something to be fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its folder in `corpus`.
    pub name: &'static str,
    /// What it holds.
    pub about: &'static str,
    /// Runs one input; panics if a promise is broken.
    pub run: fn(&[u8]),
    /// Words that its inputs are made of.
    pub words: &'static [&'static str],
}

/// Every target.
pub const TARGETS: [Target; 14] = [
    targets::json::TARGET,
    targets::compact::TARGET,
    targets::header::TARGET,
    targets::claims::TARGET,
    targets::written::TARGET,
    targets::pem::TARGET,
    targets::der::TARGET,
    targets::jwk::TARGET,
    targets::jwk_set::TARGET,
    targets::secret::TARGET,
    targets::config::TARGET,
    targets::authenticator::TARGET,
    targets::backends::TARGET,
    targets::jwks::TARGET,
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
