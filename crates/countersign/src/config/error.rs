//! What is wrong with a configuration.

use std::fmt;
use std::path::Path;

/// Why a configuration was refused: which option, where it stands, what was
/// found, what is expected. It never holds a secret, a key, or what stands on a line
/// that does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    option: Option<String>,
    message: String,
}

impl ConfigError {
    /// A fault of one option.
    pub(super) fn option(option: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            option: Some(option.into()),
            message: message.into(),
        }
    }

    /// A fault of the whole.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self {
            option: None,
            message: message.into(),
        }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::whole(match error.kind() {
            std::io::ErrorKind::NotFound => format!(
                "{}: there is no such file; name one with -c, or make one with `countersign genconfig`",
                path.display()
            ),
            std::io::ErrorKind::InvalidData => {
                format!("{}: found bytes that are not UTF-8", path.display())
            }
            _ => format!("{}: {error}", path.display()),
        })
    }

    /// The option at fault, if it is one, by the name under which it was given.
    #[must_use]
    pub fn option_name(&self) -> Option<&str> {
        self.option.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.option {
            Some(option) => write!(f, "`{option}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ConfigError {}
