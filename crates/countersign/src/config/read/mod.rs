//! Turns text into the checked table of options.
//!
//! `format` reads a text into a tree (`value`). `layers` combines the file and the environment.
//! `names` knows every name of every option, and `spelling` how a layer writes names. The tables
//! `token_options`, `client_options` and `refused` list the options, and `setting` reads one value.

mod client_options;
mod elsewhere;
mod format;
mod key_file;
mod layers;
mod misplaced;
mod names;
mod nearest;
mod refused;
mod setting;
mod spelling;
mod token_option;
mod token_options;
mod trusted_issuers;
mod value;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::error::ConfigError;
use super::table::Config;

pub(super) use token_options::is_token_option;

pub use format::Format;
pub use names::{OptionHelp, option_help, refused_option_help};

impl Config {
    /// Reads a file, whose extension names its format, and applies environment variables
    /// (`std::env::vars_os()`). Variables that begin with `CENTRIFUGO_` override the file, and
    /// variables that begin with `COUNTERSIGN_` override both. Others are ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the file cannot be read, or an option is unknown or wrong.
    pub fn load(
        path: impl AsRef<Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let format = Format::of(path)?;
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        let name = path.display().to_string();
        let options = format::parse(&text, format).map_err(|error| error.of_file(&name))?;
        layers::read(Some(options), Some(&name), environment)
    }

    /// Like [`load`](Self::load), but reads a text.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if an option is unknown or wrong.
    pub fn from_text(
        text: &str,
        format: Format,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        layers::read(Some(format::parse(text, format)?), None, environment)
    }

    /// Reads only environment variables.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if an option is unknown or wrong.
    pub fn from_environment(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        layers::read(None, None, environment)
    }

    /// Whether an environment variable is an option of a configuration, or an error in one.
    ///
    /// ```
    /// use countersign::config::Config;
    ///
    /// let is_option = |name: &str| Config::is_option(name.as_ref(), "x".as_ref());
    /// assert!(is_option("COUNTERSIGN_TOKEN_AUDIENCE"));
    /// assert!(is_option("CENTRIFUGO_TOKEN_HMAC_SECRET_KEY"));
    /// assert!(!is_option("COUNTERSIGN_SERVICE_HOST"));
    /// assert!(!is_option("PATH"));
    /// ```
    #[must_use]
    pub fn is_option(variable: &OsStr, value: &OsStr) -> bool {
        layers::is_option(variable, value)
    }
}

/// Reads a section of a server's own configuration, in any format of serde, with the same checks as
/// a file. Environment variables are not read.
///
/// The error comes from the format's library. Some libraries, such as `toml`, show the line of the
/// file at which the section begins: keep secrets off that line.
///
/// ```
/// use countersign::config::Config;
///
/// #[derive(serde::Deserialize)]
/// struct ServerConfig {
///     port: u16,
///     auth: Config,
/// }
///
/// let text = r#"{"port": 8000, "auth": {"client": {"token": {"audience": "chat"}}}}"#;
/// let server: ServerConfig = serde_json::from_str(text)?;
/// assert_eq!(server.auth.token.audience.as_deref(), Some("chat"));
///
/// let typo = r#"{"port": 8000, "auth": {"client": {"token": {"audiance": "chat"}}}}"#;
/// assert!(serde_json::from_str::<ServerConfig>(typo).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = value::Value::deserialize(deserializer)?;
        let options = format::table_of(tree).map_err(D::Error::custom)?;
        layers::read(Some(options), None, []).map_err(D::Error::custom)
    }
}
