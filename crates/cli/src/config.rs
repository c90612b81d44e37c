//! Finds the configuration: a file, and the environment, which overrides it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use countersign::config::{Config, ConfigError, Setup};

use crate::failure::Failure;

/// The file that is read if no option names one.
pub(crate) const DEFAULT: &str = "config.json";
/// The argument that means "no file". The name of a configuration file has an extension.
const NONE: &str = "none";

/// `-c`, for the commands that read a configuration.
#[derive(clap::Args)]
pub(crate) struct ConfigFile {
    /// Configuration file, or none [default: config.json if there is one]
    #[arg(short, long, value_name = "FILE", display_order = 90)]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// The file that this option names, or else the one that the other option names.
    pub(crate) fn or<'f>(&'f self, other: &'f Self) -> Option<&'f Path> {
        self.config.as_deref().or(other.config.as_deref())
    }

    pub(crate) fn is_named(&self) -> bool {
        self.config.is_some()
    }
}

/// A configuration and where it came from.
pub(crate) struct Found {
    pub(crate) config: Config,
    /// The file; `None` if only the environment is read.
    pub(crate) file: Option<PathBuf>,
    /// Whether no option named the file, and the command works without one.
    is_guessed: bool,
}

impl Found {
    /// Its name in a sentence.
    pub(crate) fn name(&self) -> String {
        match &self.file {
            Some(path) => path.display().to_string(),
            None => "the environment".into(),
        }
    }

    /// The setup for a program that ends soon, and the warnings.
    pub(crate) fn set_up(&self) -> Result<(Setup, Vec<String>), Failure> {
        let checked = self.config.setup().on_demand().build();
        let checked = checked.map_err(|error| self.fault(&error))?;
        Ok(checked.into_parts())
    }

    /// The error, if it is wrong.
    pub(crate) fn fault(&self, error: &ConfigError) -> Failure {
        fault(error, self.is_guessed)
    }
}

/// Reads the named file, or else `config.json` if it exists, and the environment.
pub(crate) fn load(named: Option<&Path>) -> Result<Found, Failure> {
    find(named, true)?.ok_or_else(|| {
        let absent = match named {
            Some(_) => format!("-c {NONE} names no file"),
            None => format!("there is no {DEFAULT} here"),
        };
        Failure::Usage(format!(
            "found no configuration: {absent}; name a file with -c, \
             set COUNTERSIGN_… variables, or make a file with `countersign genconfig`"
        ))
    })
}

/// Like [`load`], but the configuration may be absent.
pub(crate) fn load_if_any(named: Option<&Path>) -> Result<Option<Found>, Failure> {
    find(named, false)
}

fn find(named: Option<&Path>, needed: bool) -> Result<Option<Found>, Failure> {
    let environment: Vec<(OsString, OsString)> = env::vars_os().collect();
    let is_bare = !environment
        .iter()
        .any(|(name, value)| Config::is_option(name, value));
    let is_here = || Path::new(DEFAULT).try_exists().unwrap_or(true);
    let file = match named {
        Some(path) if path.as_os_str() == NONE => None,
        Some(path) => Some(path),
        None if is_here() => Some(Path::new(DEFAULT)),
        None => None,
    };
    let is_guessed = named.is_none() && file.is_some() && !(needed && is_bare);
    let config = match file {
        Some(path) => Config::load(path, environment),
        None if is_bare => return Ok(None),
        None => Config::from_environment(environment),
    };
    Ok(Some(Found {
        config: config.map_err(|error| fault(&error, is_guessed))?,
        file: file.map(Path::to_owned),
        is_guessed,
    }))
}

/// A fault of the environment or of the file. `config.json` may belong to another program, because
/// many programs use this name.
fn fault(error: &ConfigError, is_guessed: bool) -> Failure {
    Failure::Usage(if is_guessed && error.file().is_some() {
        format!(
            "{error} (if the {DEFAULT} here is another program's, name yours with -c, or \
             none with `-c {NONE}`)"
        )
    } else {
        error.to_string()
    })
}
