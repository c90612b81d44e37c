//! One option of a section of tokens: the place and type of its value, and the reaction to an empty
//! value.

use std::time;

use super::key_file::read_key_file;
use super::setting::Setting;
use crate::UnixTime;
use crate::config::error::ConfigError;
use crate::config::secret::{KeyText, SecretText};
use crate::config::table::TokenConfig;

/// A row of the table.
pub(super) struct TokenOption {
    pub(super) name: &'static str,
    pub(super) when_empty: WhenEmpty,
    place: Place,
    pub(super) help: &'static str,
}

/// The reaction to an empty value, which never counts as a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenEmpty {
    /// Nothing.
    Pass,
    /// Warn: the user may have wanted a check.
    Warn,
    /// Warn: the user wanted a key. If no key is left, the error names this option.
    WarnOfKey,
    /// Warn in a file. Elsewhere it is an error: a restriction that expanded to nothing must not
    /// accept more tokens.
    Refuse,
}

/// The place of a value, and so its type.
pub(super) enum Place {
    Count(fn(&mut TokenConfig) -> &mut u32),
    Duration(fn(&mut TokenConfig) -> &mut time::Duration),
    Flag(fn(&mut TokenConfig) -> &mut bool),
    /// The path of a file that holds the key.
    KeyFile(fn(&mut TokenConfig) -> &mut Option<KeyText>),
    KeyValue(fn(&mut TokenConfig) -> &mut Option<KeyText>),
    MaybeDuration(fn(&mut TokenConfig) -> &mut Option<time::Duration>),
    Secret(fn(&mut TokenConfig) -> &mut Option<SecretText>),
    Size(fn(&mut TokenConfig) -> &mut usize),
    Text(fn(&mut TokenConfig) -> &mut Option<String>),
    Texts(fn(&mut TokenConfig) -> &mut Vec<String>),
    Time(fn(&mut TokenConfig) -> &mut Option<UnixTime>),
    /// A list of tables.
    Custom(fn(&mut TokenConfig, &Setting) -> Result<(), ConfigError>),
}

pub(super) const fn option(name: &'static str, place: Place, help: &'static str) -> TokenOption {
    row(name, WhenEmpty::Pass, place, help)
}

/// A key, or an option that says where keys come from.
pub(super) const fn key(name: &'static str, place: Place, help: &'static str) -> TokenOption {
    row(name, WhenEmpty::WarnOfKey, place, help)
}

/// An option without which more tokens may be accepted.
pub(super) const fn check(name: &'static str, place: Place, help: &'static str) -> TokenOption {
    row(name, WhenEmpty::Warn, place, help)
}

/// An option that restricts which tokens are accepted, by a text.
pub(super) const fn restriction(
    name: &'static str,
    place: Place,
    help: &'static str,
) -> TokenOption {
    row(name, WhenEmpty::Refuse, place, help)
}

const fn row(
    name: &'static str,
    when_empty: WhenEmpty,
    place: Place,
    help: &'static str,
) -> TokenOption {
    TokenOption {
        name,
        when_empty,
        place,
        help,
    }
}

impl TokenOption {
    /// Sets the value, and keeps the name under which it was given.
    pub(super) fn apply(
        &self,
        token: &mut TokenConfig,
        setting: &Setting,
    ) -> Result<(), ConfigError> {
        match self.place {
            Place::Count(place) => *place(token) = setting.count()?,
            Place::Duration(place) => *place(token) = setting.duration()?,
            Place::Flag(place) => *place(token) = setting.flag()?,
            Place::KeyFile(place) => *place(token) = Some(read_key_file(setting)?),
            Place::KeyValue(place) => *place(token) = Some(setting.key()?),
            Place::MaybeDuration(place) => *place(token) = Some(setting.duration()?),
            Place::Secret(place) => *place(token) = Some(setting.secret()?),
            Place::Size(place) => *place(token) = setting.count()?,
            Place::Text(place) => *place(token) = Some(setting.text()?),
            Place::Texts(place) => *place(token) = setting.texts()?,
            Place::Time(place) => *place(token) = setting.time()?,
            Place::Custom(set) => set(token, setting)?,
        }
        token.origin.names.insert(self.name, setting.name.clone());
        Ok(())
    }
}

/// The message about an empty restriction.
pub(super) const EMPTY_RESTRICTION: &str =
    "found an empty value, which would restrict nothing; give it a value or remove it";

/// An error if a key is given both as a value and by a file.
pub(super) fn check_key_files(token: &TokenConfig) -> Result<(), ConfigError> {
    let names = &token.origin.names;
    for (option, by_file) in names {
        let Some(option) = option.strip_suffix("_file") else {
            continue;
        };
        if let Some(literal) = names.get(option) {
            return Err(ConfigError::option(
                by_file,
                format!("found `{literal}` too; give one of them"),
            ));
        }
    }
    Ok(())
}
