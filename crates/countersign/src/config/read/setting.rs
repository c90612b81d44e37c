//! One option's value, read as the type that the option has.

use std::time::Duration;

use countersign_json::Object;
use serde_json::Value;

use crate::UnixTime;
use crate::config::error::ConfigError;
use crate::config::secret::SecretText;

/// The one member of the table that a date of TOML comes as.
const TOML_DATE: &str = "$__toml_private_datetime";

/// A value and the name under which it was given.
#[derive(Clone)]
pub(super) struct Setting {
    /// The option's path in the file, or the environment variable.
    pub(super) name: String,
    pub(super) value: Value,
    /// Environment variables are text: numbers and lists are read out of it.
    pub(super) from_environment: bool,
}

impl Setting {
    pub(super) fn text(&self) -> Result<String, ConfigError> {
        match &self.value {
            Value::String(text) if text.is_empty() => {
                Err(self.fault("found an empty value; give it one or remove the option"))
            }
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string (in quotes)")),
        }
    }

    pub(super) fn secret(&self) -> Result<SecretText, ConfigError> {
        self.text().map(SecretText::new)
    }

    pub(super) fn flag(&self) -> Result<bool, ConfigError> {
        match &self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if self.from_environment => match text.as_str() {
                "1" | "t" | "true" | "TRUE" | "True" => Ok(true),
                "0" | "f" | "false" | "FALSE" | "False" => Ok(false),
                _ => Err(self.wrong("true or false")),
            },
            _ => Err(self.wrong("true or false")),
        }
    }

    /// Whole seconds, or a text such as "25s", "1h30m", "500ms".
    pub(super) fn duration(&self) -> Result<Duration, ConfigError> {
        const EXPECTED: &str = "a duration such as \"25s\", or whole seconds";
        match &self.value {
            Value::Number(number) => number
                .as_u64()
                .map(Duration::from_secs)
                .ok_or_else(|| self.wrong(EXPECTED)),
            Value::String(text) => match text.parse() {
                Ok(seconds) => Ok(Duration::from_secs(seconds)),
                Err(_) => humantime::parse_duration(text).map_err(|_| self.wrong(EXPECTED)),
            },
            _ => Err(self.wrong(EXPECTED)),
        }
    }

    fn number(&self) -> Option<u64> {
        match &self.value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) if self.from_environment => text.parse().ok(),
            _ => None,
        }
    }

    /// A small number.
    pub(super) fn count(&self) -> Result<u32, ConfigError> {
        let number = self.number().and_then(|number| number.try_into().ok());
        number.ok_or_else(|| self.wrong("a whole number, not negative"))
    }

    /// A number of things that are held in memory.
    pub(super) fn size(&self) -> Result<usize, ConfigError> {
        let number = self.number().and_then(|number| number.try_into().ok());
        number.ok_or_else(|| self.wrong("a whole number, not negative"))
    }

    /// Seconds since the epoch; 0 means no limit.
    pub(super) fn time(&self) -> Result<Option<UnixTime>, ConfigError> {
        let seconds = match &self.value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if self.from_environment => text.parse().ok(),
            _ => None,
        };
        match seconds {
            Some(0) => Ok(None),
            Some(seconds) => Ok(Some(UnixTime::from_secs(seconds))),
            None => Err(self.wrong("whole seconds since 1970-01-01")),
        }
    }

    /// A list; in an environment variable, separated by spaces.
    pub(super) fn texts(&self) -> Result<Vec<String>, ConfigError> {
        const EXPECTED: &str = "a list of strings";
        let texts: Vec<String> = match &self.value {
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) if !text.is_empty() => Ok(text.clone()),
                    _ => Err(self.wrong(EXPECTED)),
                })
                .collect(),
            Value::String(text) if self.from_environment => {
                Ok(text.split_whitespace().map(String::from).collect())
            }
            _ => Err(self.wrong(EXPECTED)),
        }?;
        self.not_empty(texts)
    }

    /// An empty list is no list: one that expanded to nothing must not allow everything.
    fn not_empty<T>(&self, list: Vec<T>) -> Result<Vec<T>, ConfigError> {
        if list.is_empty() {
            return Err(self.fault("found an empty list; fill it or remove the option"));
        }
        Ok(list)
    }

    /// A list of tables; in an environment variable, as JSON.
    pub(super) fn tables(&self) -> Result<Vec<serde_json::Map<String, Value>>, ConfigError> {
        const EXPECTED: &str = "a list of tables";
        let parsed;
        let value = match &self.value {
            Value::String(text) if self.from_environment => {
                parsed = serde_json::from_str(text).map_err(|_| self.wrong(EXPECTED))?;
                // As in a file, a name that stands twice is an error; serde_json keeps the last.
                Object::parse(format!(r#"{{"list":{text}}}"#).as_bytes())
                    .map_err(|error| self.fault(error.to_string()))?;
                &parsed
            }
            value => value,
        };
        let items = value.as_array().ok_or_else(|| self.wrong(EXPECTED))?;
        let tables = items.iter().map(|item| item.as_object().cloned());
        let tables: Option<Vec<_>> = tables.collect();
        self.not_empty(tables.ok_or_else(|| self.wrong(EXPECTED))?)
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::option(&self.name, message)
    }

    fn wrong(&self, expected: &str) -> ConfigError {
        let found = match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            // So the library hands them over.
            Value::Object(table) if table.contains_key(TOML_DATE) => "a date",
            Value::Object(_) => "a table",
        };
        self.fault(format!("found {found}; expected {expected}"))
    }
}
