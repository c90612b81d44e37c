//! Why a command failed.

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command ran and found something wrong.
    Failed(String),
    /// The command line is wrong.
    Usage(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}
