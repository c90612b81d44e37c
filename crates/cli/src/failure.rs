//! Why a command did not end well, and what that means to the shell.

use std::io;

use countersign::config::ConfigError;
use countersign::{GenerateError, IssueError, KeyError};

/// The exit status of a token that was refused.
pub(crate) const REFUSED: u8 = 1;
/// The exit status of wrong usage or configuration.
pub(crate) const USAGE: u8 = 2;

/// Why a command did not end well.
pub(crate) enum Failure {
    /// A token was refused, which has been said.
    Refused,
    /// The command line, a file or the configuration is wrong.
    Usage(String),
    /// The result could not be written.
    Output(io::Error),
}

impl Failure {
    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::Usage(match error.kind() {
            io::ErrorKind::NotFound => format!("{}: there is no such file", path.display()),
            _ => format!("{}: {error}", path.display()),
        })
    }

    /// A key that was made here and does not hold.
    pub(crate) fn made(error: &KeyError) -> Self {
        Self::Usage(error.to_string())
    }

    /// A key that does not hold, and the file that it came from.
    pub(crate) fn key(path: &std::path::Path, error: &KeyError) -> Self {
        Self::Usage(format!("{}: {error}", path.display()))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
