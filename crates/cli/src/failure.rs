//! Why a command failed, and the exit status for it.

use std::io;
use std::path::Path;

use countersign::config::ConfigError;
use countersign::keys::KeyErrorReason;
use countersign::{BuildError, GenerateError, IssueError, KeyError, default_provider};

/// The exit status of a token that was refused.
pub(crate) const REFUSED: u8 = 1;
/// The exit status of wrong usage or configuration.
pub(crate) const USAGE: u8 = 2;

/// Why a command failed.
pub(crate) enum Failure {
    /// A token was refused, and the refusal was written already.
    Refused,
    /// The command line, a file or the configuration is wrong.
    Usage(String),
    /// The result could not be written.
    Output(io::Error),
}

impl Failure {
    /// A file that cannot be read.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::Usage(match error.kind() {
            _ if path.as_os_str().is_empty() => "found an empty path; name a file".into(),
            io::ErrorKind::NotFound => format!("{}: there is no such file", path.display()),
            _ => format!("{}: {error}", path.display()),
        })
    }

    /// A file that can't be created.
    pub(crate) fn new_file(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Usage(format!(
                "{}: there is no such folder; make it first",
                path.parent().unwrap_or(path).display()
            )),
            _ => Self::file(path, error),
        }
    }

    /// A key that this program made and that the library refuses.
    pub(crate) fn made(error: &KeyError) -> Self {
        Self::Usage(error.to_string())
    }

    /// A key that is refused, and its file.
    pub(crate) fn key(path: &Path, error: &KeyError) -> Self {
        Self::Usage(match error.reason() {
            // The library's sentence speaks of a provider. The user of this program didn't choose
            // one.
            KeyErrorReason::NoAlgorithm => {
                let known = default_provider();
                let known: Vec<&str> = known.iter().map(|it| it.name().as_str()).collect();
                format!(
                    "{}: found {}; the algorithms are {}",
                    path.display(),
                    error.found(),
                    known.join(", ")
                )
            }
            _ => format!("{}: {error}", path.display()),
        })
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
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
