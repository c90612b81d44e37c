//! An option as it was given, and its value read as the type that it must have.

use std::time::Duration;

use serde_json::Value;

use super::OptionError;

/// An option that a file or the environment gives.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GivenOption {
    /// Its name: `channel`, `client.expired_close_delay`, `COUNTERSIGN_PORT`, `CENTRIFUGO_PORT`.
    pub name: String,
    /// Its value, as JSON. That of a variable is a JSON string.
    pub json: String,
    /// Whether it is an environment variable.
    pub from_environment: bool,
}

impl GivenOption {
    /// An option of a file; `json` is its value.
    #[must_use]
    pub fn of_file(name: impl Into<String>, json: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            json: json.into(),
            from_environment: false,
        }
    }

    /// An environment variable; `json` is its value, as a JSON string.
    #[must_use]
    pub fn of_environment(name: impl Into<String>, json: impl Into<String>) -> Self {
        Self {
            from_environment: true,
            ..Self::of_file(name, json)
        }
    }
}

/// Shows the name alone: a value may be a private key.
impl core::fmt::Debug for GivenOption {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.name)
    }
}

/// Where an option was given. A later layer wins over an earlier one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    File,
    /// A variable that begins with `CENTRIFUGO_`.
    Centrifugo,
    /// A variable that begins with `COUNTERSIGN_`.
    Countersign,
}

impl Layer {
    pub(super) const ALL: [Self; 3] = [Self::File, Self::Centrifugo, Self::Countersign];

    /// The prefix of its names.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::File => "",
            Self::Centrifugo => "CENTRIFUGO_",
            Self::Countersign => "COUNTERSIGN_",
        }
    }

    pub(super) fn of(option: &GivenOption) -> Self {
        if !option.from_environment {
            Self::File
        } else if option.name.starts_with(Self::Centrifugo.prefix()) {
            Self::Centrifugo
        } else {
            Self::Countersign
        }
    }
}

/// A value, with the name that errors call it by.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) layer: Layer,
}

impl Setting {
    /// The value of a variable is text: other types are read out of it.
    pub(super) fn is_variable(&self) -> bool {
        self.layer != Layer::File
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> OptionError {
        OptionError::new(&self.name, message)
    }

    fn wrong(&self, expected: &str) -> OptionError {
        self.fault(format!("found another type; expected {expected}"))
    }

    pub(super) fn flag(&self) -> Result<bool, OptionError> {
        match &self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if self.is_variable() => match text.as_str() {
                "1" | "t" | "true" | "TRUE" | "True" => Ok(true),
                "0" | "f" | "false" | "FALSE" | "False" => Ok(false),
                _ => Err(self.wrong("true or false")),
            },
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A text; it may be empty.
    pub(super) fn any_text(&self) -> Result<String, OptionError> {
        match &self.value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.wrong("a string (in quotes)")),
        }
    }

    pub(super) fn text(&self) -> Result<String, OptionError> {
        let text = self.any_text()?;
        if text.is_empty() {
            return Err(self.fault("found an empty value; give it one or remove the option"));
        }
        Ok(text)
    }

    pub(super) fn port(&self) -> Result<u16, OptionError> {
        let port = match &self.value {
            Value::Number(number) => number.as_u64().and_then(|it| it.try_into().ok()),
            // v2 to v5 write it as a string.
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        port.ok_or_else(|| self.wrong("a port, 0 to 65535"))
    }

    /// Whole seconds, or a text such as "25s" or "1m30s".
    pub(super) fn duration(&self) -> Result<Duration, OptionError> {
        let duration = match &self.value {
            Value::Number(number) => number.as_u64().map(Duration::from_secs),
            Value::String(text) => parse_duration(text),
            _ => None,
        };
        duration.ok_or_else(|| self.wrong("a duration such as \"25s\", or whole seconds"))
    }

    /// A list of strings; in a variable, separated by spaces.
    pub(super) fn texts(&self) -> Result<Vec<String>, OptionError> {
        let texts: Option<Vec<String>> = match &self.value {
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(String::from))
                .collect(),
            Value::String(text) if self.is_variable() => {
                Some(text.split_whitespace().map(String::from).collect())
            }
            _ => None,
        };
        let texts = texts.ok_or_else(|| self.wrong("a list of strings"))?;
        if texts.is_empty() || texts.iter().any(String::is_empty) {
            return Err(self.fault("found an empty list or an empty string; fill it or remove it"));
        }
        Ok(texts)
    }

    /// A list of tables; in a variable, as JSON. Each with its place, for errors.
    pub(super) fn tables(&self) -> Result<Vec<Vec<Self>>, OptionError> {
        let parsed;
        let value = match &self.value {
            Value::String(text) if self.is_variable() => {
                parsed = serde_json::from_str(text).unwrap_or_default();
                &parsed
            }
            value => value,
        };
        let items = value.as_array();
        let items = items.ok_or_else(|| self.wrong("a list of tables"))?;
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let table = item.as_object();
            let table = table.ok_or_else(|| self.wrong("a list of tables"))?;
            tables.push(
                table
                    .iter()
                    .map(|(name, value)| Self {
                        name: format!("{}[{index}].{name}", self.name),
                        value: value.clone(),
                        layer: Layer::File,
                    })
                    .collect(),
            );
        }
        Ok(tables)
    }

    /// Whether the value changes nothing: it is off, empty or null.
    pub(super) fn is_off(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Bool(flag) => !flag,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => {
                text.is_empty() || self.is_variable() && matches!(self.flag(), Ok(false))
            }
            Value::Array(items) => items.is_empty(),
            Value::Object(table) => table.is_empty(),
        }
    }

    /// The last part of its name.
    pub(super) fn key(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// Numbers with units, such as "1h30m" or "500ms"; a bare number is seconds.
fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.len().checked_sub(
            rest.trim_start_matches(|it: char| it.is_ascii_digit())
                .len(),
        )?;
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after.len().checked_sub(
            after
                .trim_start_matches(|it: char| it.is_ascii_alphabetic())
                .len(),
        )?;
        let (unit, after) = after.split_at_checked(letters)?;
        let number: u64 = number.parse().ok()?;
        let part = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        };
        total = total.checked_add(part)?;
        rest = after;
    }
    Some(total).filter(|_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse_duration;

    #[test]
    fn durations_are_read_as_centrifugo_writes_them() {
        for (text, seconds) in [
            ("25", Some(25.0)),
            ("25s", Some(25.0)),
            ("500ms", Some(0.5)),
            ("1m30s", Some(90.0)),
            ("2h", Some(7200.0)),
            ("", None),
            ("s", None),
            ("5x", None),
            ("1.5s", None),
        ] {
            assert_eq!(
                parse_duration(text),
                seconds.map(Duration::from_secs_f64),
                "{text}"
            );
        }
    }
}
