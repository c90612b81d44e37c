//! One option's value, read as the type of the option.

use std::time::Duration;

use super::format::table_of;
use super::spelling::Prefix;
use super::value::{Table, Value};
use crate::UnixTime;
use crate::config::error::ConfigError;
use crate::config::secret::{KeyText, SecretText};

/// A value, and the place where the user gave it.
#[derive(Clone)]
pub(super) struct Setting {
    /// The option's path in the file, or the environment variable, as the user writes it.
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) source: Source,
}

/// The kind of place where a value was given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    File,
    /// An entry of `trusted_issuers`, in a file or a variable.
    TrustedIssuer,
    /// A variable. Its value is text, from which numbers and lists are read.
    Variable(Prefix),
}

impl Setting {
    fn is_variable(&self) -> bool {
        matches!(self.source, Source::Variable(_))
    }

    pub(super) fn text(&self) -> Result<String, ConfigError> {
        match &self.value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string (in quotes)")),
        }
    }

    pub(super) fn secret(&self) -> Result<SecretText, ConfigError> {
        match &self.value {
            Value::Integer(_) | Value::Float(_) => Err(self.unquoted()),
            _ => self.text().map(SecretText::new),
        }
    }

    /// A secret or a key: text, or a JWK as a table.
    pub(super) fn key(&self) -> Result<KeyText, ConfigError> {
        match &self.value {
            Value::Text(text) => Ok(KeyText::text(text.as_bytes())),
            Value::Table(_) if self.value.kind() == "a table" => {
                match serde_json::to_vec(&self.value) {
                    Ok(json) => Ok(KeyText::jwk(json)),
                    Err(_) => Err(self.wrong("a JWK")),
                }
            }
            Value::Integer(_) | Value::Float(_) => Err(self.unquoted()),
            _ => Err(self.wrong("a string (in quotes), or a JWK as a table")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, ConfigError> {
        match &self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Text(text) if self.is_variable() => match text.as_str() {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
                _ => Err(self.wrong("true or false")),
            },
            _ => Err(self.wrong("true or false")),
        }
    }

    /// Whole seconds, or a text such as "25s", "1h30m", "500ms".
    pub(super) fn duration(&self) -> Result<Duration, ConfigError> {
        const EXPECTED: &str = "a duration such as \"25s\", or whole seconds";
        let seconds = match &self.value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            Value::Text(text) => match text.parse() {
                Ok(seconds) => Some(seconds),
                Err(_) => {
                    return humantime::parse_duration(text).map_err(|_| self.wrong(EXPECTED));
                }
            },
            _ => None,
        };
        match seconds {
            Some(seconds) => Ok(Duration::from_secs(seconds)),
            None => Err(self.wrong(EXPECTED)),
        }
    }

    fn integer(&self) -> Option<i128> {
        match &self.value {
            Value::Integer(number) => Some(*number),
            Value::Text(text) if self.is_variable() => text.parse().ok(),
            _ => None,
        }
    }

    /// A count.
    pub(super) fn count<N: TryFrom<i128>>(&self) -> Result<N, ConfigError> {
        let count = self.integer().and_then(|number| number.try_into().ok());
        count.ok_or_else(|| self.wrong("a whole number, not negative"))
    }

    /// Seconds since the epoch; 0 means no limit.
    pub(super) fn time(&self) -> Result<Option<UnixTime>, ConfigError> {
        match self.integer().and_then(|number| number.try_into().ok()) {
            Some(0) => Ok(None),
            Some(seconds) => Ok(Some(UnixTime::from_secs(seconds))),
            None => Err(self.wrong("whole seconds since 1970-01-01")),
        }
    }

    /// A list; in an environment variable, separated by spaces.
    pub(super) fn texts(&self) -> Result<Vec<String>, ConfigError> {
        const EXPECTED: &str = "a list of strings";
        match &self.value {
            Value::List(items) => {
                let mut texts = Vec::new();
                for item in items {
                    match item {
                        Value::Text(text) if !text.is_empty() => texts.push(text.clone()),
                        _ => return Err(self.wrong(EXPECTED)),
                    }
                }
                Ok(texts)
            }
            Value::Text(text) if self.is_variable() => {
                let texts: Vec<String> = text.split_whitespace().map(String::from).collect();
                if texts.is_empty() {
                    // A list that expanded to nothing must not accept more tokens.
                    return Err(self.fault("found an empty list; fill it or remove the variable"));
                }
                Ok(texts)
            }
            _ => Err(self.wrong(EXPECTED)),
        }
    }

    /// A list of tables; in an environment variable, as JSON.
    pub(super) fn tables(&self) -> Result<Vec<Table>, ConfigError> {
        const EXPECTED: &str = "a list of tables";
        let parsed;
        let value = match &self.value {
            Value::Text(text) if self.is_variable() => {
                parsed = serde_json::from_str(text).map_err(|_| self.wrong(EXPECTED))?;
                &parsed
            }
            value => value,
        };
        let Value::List(items) = value else {
            return Err(self.wrong(EXPECTED));
        };
        let mut tables = Vec::new();
        for item in items {
            let Value::Table(_) = item else {
                return Err(self.wrong(EXPECTED));
            };
            let table = table_of(item.clone());
            tables.push(table.map_err(|error| self.fault(error.to_string()))?);
        }
        Ok(tables)
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::option(&self.name, message)
    }

    fn wrong(&self, expected: &str) -> ConfigError {
        let found = self.value.kind();
        self.fault(format!("found {found}; expected {expected}"))
    }

    /// Refuse a number: reading it would lose leading zeros and exact digits.
    fn unquoted(&self) -> ConfigError {
        self.fault("found a number; a secret is text, so write it in quotes")
    }
}
