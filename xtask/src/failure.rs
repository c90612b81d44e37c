//! Why a command did not end well.

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command ran, and what it looked at is wrong.
    Failed(String),
    /// The command line is wrong.
    Usage(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}
