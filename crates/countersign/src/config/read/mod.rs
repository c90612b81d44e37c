//! From text to the checked table of options.
//!
//! `format` reads a text into a tree. `layers` puts the file and the environment on top of
//! each other. `names` knows every name of every option; the tables `token_options`,
//! `client_options` and `refused` say what the options are, and `setting` reads one value.

mod client_options;
mod elsewhere;
mod environment;
mod format;
mod layers;
mod names;
mod nearest;
mod refused;
mod setting;
mod token_options;

use std::path::Path;

use super::error::ConfigError;
use super::table::Config;

pub use format::Format;
pub(super) use token_options::is_token_option;

pub use names::{OptionHelp, option_help, refused_option_help};

impl Config {
    /// Reads a file, its format told by its extension, and applies environment
    /// variables (`std::env::vars()`), of which those that begin with
    /// `COUNTERSIGN_` are read.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the file cannot be read, or says something unknown or wrong.
    pub fn load(
        path: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let format = Format::of(path)?;
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        let tree = format::parse(&text, format, &path.display().to_string())?;
        layers::read(Some(tree), environment)
    }

    /// As [`load`](Self::load), from text.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the text says something unknown or wrong.
    pub fn from_text(
        text: &str,
        format: Format,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let tree = format::parse(text, format, "the configuration")?;
        layers::read(Some(tree), environment)
    }

    /// From environment variables alone.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a variable is unknown or wrong.
    pub fn from_environment(
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        layers::read(None, environment)
    }

    /// Whether an environment variable of this name concerns a configuration, so that it
    /// is read or is an error.
    #[must_use]
    pub fn reads(variable: &str) -> bool {
        environment::is_ours(variable)
    }
}
