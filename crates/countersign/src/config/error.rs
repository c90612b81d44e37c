//! Errors of a configuration.

use std::fmt;
use std::path::Path;

/// Why a configuration was refused: the file, the option, what was found, what is expected.
///
/// It never shows a secret, a key, or the content of a line that can't be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    file: Option<String>,
    option: Option<String>,
    message: String,
}

impl ConfigError {
    /// A fault of one option.
    pub(super) fn option(option: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: None,
            option: Some(option.into()),
            message: message.into(),
        }
    }

    /// An error of the whole configuration.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self {
            file: None,
            option: None,
            message: message.into(),
        }
    }

    /// An option that doesn't exist, with the closest known one.
    pub(super) fn no_such_option(name: &str, meant: Option<String>) -> Self {
        let hint = match meant {
            Some(meant) => format!("the nearest is `{meant}`"),
            None => "docs/configuration.md lists all options".into(),
        };
        Self::option(name, format!("there is no such option; {hint}"))
    }

    /// The same fault, and the file that it is in.
    pub(super) fn of_file(mut self, file: &str) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Like [`of_file`](Self::of_file), but an error of a variable stays unchanged.
    pub(super) fn of_file_unless_variable(self, file: &str) -> Self {
        let option = self.option.as_deref().unwrap_or_default();
        let prefixes = ["COUNTERSIGN_", "CENTRIFUGO_"];
        if prefixes.iter().any(|prefix| option.starts_with(prefix)) {
            return self;
        }
        self.of_file(file)
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "there is no such file; name one with -c, or make one with `countersign genconfig`"
                    .into()
            }
            std::io::ErrorKind::InvalidData => "found bytes that are not UTF-8".into(),
            _ => error.to_string(),
        };
        Self::whole(message).of_file(&path.display().to_string())
    }

    /// The name of the faulty option as the user wrote it, if one option is at fault.
    #[must_use]
    pub fn option_name(&self) -> Option<&str> {
        self.option.as_deref()
    }

    /// The file with the error, if it is in a file.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(option) = &self.option {
            write!(f, "`{option}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}
