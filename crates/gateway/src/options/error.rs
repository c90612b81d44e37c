//! What is wrong with an option.

use std::fmt;

/// Why an option was refused: its name as it was given, what was found, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError {
    option: String,
    message: String,
}

impl OptionError {
    pub(super) fn new(option: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            option: option.into(),
            message: message.into(),
        }
    }

    /// The option, by the name under which it was given.
    #[must_use]
    pub fn option_name(&self) -> &str {
        &self.option
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.option, self.message)
    }
}

impl std::error::Error for OptionError {}
