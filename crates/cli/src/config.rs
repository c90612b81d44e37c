//! Where the configuration comes from: a file, and the environment, which wins.

use std::env;
use std::path::{Path, PathBuf};

use countersign::config::Config;

use crate::failure::Failure;

/// The file that is read where nobody names one.
pub(crate) const DEFAULT: &str = "config.json";
const PREFIX: &str = "COUNTERSIGN_";

/// `-c`, of the commands that read a configuration.
#[derive(clap::Args)]
pub(crate) struct ConfigFile {
    /// Configuration file [default: config.json if there is one]
    #[arg(short, long, value_name = "FILE", display_order = 90)]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// The file that is named here, else there.
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
    /// The file; None is the environment alone.
    pub(crate) file: Option<PathBuf>,
}

impl Found {
    /// What to call it in a sentence.
    pub(crate) fn name(&self) -> String {
        match &self.file {
            Some(path) => path.display().to_string(),
            None => "the environment".into(),
        }
    }
}

/// The file that is named, else `config.json` if there is one, and the environment.
pub(crate) fn load(named: Option<&Path>) -> Result<Found, Failure> {
    let environment = environment()?;
    let is_here = || Path::new(DEFAULT).try_exists().unwrap_or(true);
    let file = match named {
        Some(path) => Some(path),
        None if is_here() => Some(Path::new(DEFAULT)),
        None => None,
    };
    let config = match file {
        Some(path) => Config::load(path, environment)?,
        None if environment.is_empty() => {
            return Err(Failure::Usage(format!(
                "found no configuration: there is no {DEFAULT} here; name a file with -c, \
                 set {PREFIX}… variables, or make a file with `countersign genconfig`"
            )));
        }
        None => Config::from_environment(environment)?,
    };
    Ok(Found {
        config,
        file: file.map(Path::to_owned),
    })
}

/// As [`load`], where a configuration may be absent.
pub(crate) fn load_if_any(named: Option<&Path>) -> Result<Option<Found>, Failure> {
    let is_default = named.is_none() && Path::new(DEFAULT).try_exists().unwrap_or(true);
    if named.is_none() && !is_default && environment()?.is_empty() {
        return Ok(None);
    }
    load(named).map(Some).map_err(|failure| match failure {
        // Many programs have a file of that name, and this command needs none.
        Failure::Usage(sentence) if is_default => Failure::Usage(format!(
            "{sentence} (if the {DEFAULT} here is another program's, name one with -c)"
        )),
        other => other,
    })
}

/// The variables that are ours.
fn environment() -> Result<Vec<(String, String)>, Failure> {
    env::vars_os()
        .filter(|(name, _)| Config::reads(&name.to_string_lossy()))
        .map(
            |(name, value)| match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => Ok((name, value)),
                (name, _) => {
                    let name = name.unwrap_or_else(|name| name.to_string_lossy().into_owned());
                    Err(Failure::Usage(format!(
                        "{name:?}: found bytes that are not UTF-8 in this environment variable"
                    )))
                }
            },
        )
        .collect()
}
