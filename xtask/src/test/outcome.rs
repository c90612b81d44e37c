//! The result of a suite of `cargo xtask test`.

/// The skipped tests with the reasons, or the failure.
pub(super) type Outcome = Result<Vec<String>, String>;
