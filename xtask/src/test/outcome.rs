//! How a suite of `cargo xtask test` went.

/// What the suite skipped and why, or what failed.
pub(super) type Outcome = Result<Vec<String>, String>;
