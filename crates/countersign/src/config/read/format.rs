//! Text to a tree of values: JSON, TOML, YAML, each by its library.
//!
//! Errors tell the place alone: a line that does not parse may hold a secret.

use std::path::Path;

use countersign_json::{JsonError, Object};
use serde_json::{Map, Value};

use crate::config::error::ConfigError;

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON (`.json`); a name that stands twice is an error.
    Json,
    /// TOML (`.toml`).
    Toml,
    /// YAML (`.yaml`, `.yml`).
    Yaml,
}

impl Format {
    /// The format that a path's extension tells.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for any other extension.
    pub fn of(path: &Path) -> Result<Self, ConfigError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Ok(Self::Json),
            Some("toml") => Ok(Self::Toml),
            Some("yaml" | "yml") => Ok(Self::Yaml),
            _ => Err(ConfigError::whole(format!(
                "{}: the extension tells the format; use .json, .toml, .yaml or .yml",
                path.display()
            ))),
        }
    }
}

/// The tree of a text; `name` is what errors call it.
pub(super) fn parse(
    text: &str,
    format: Format,
    name: &str,
) -> Result<Map<String, Value>, ConfigError> {
    // Some editors write a byte order mark; no format needs it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = match format {
        Format::Json => json(text),
        Format::Toml => toml(text),
        Format::Yaml => yaml(text),
    };
    match tree.map_err(|fault| ConfigError::whole(format!("{name}: {fault}")))? {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(ConfigError::whole(format!(
            "{name}: found no table of options; options and their values are expected"
        ))),
    }
}

fn json(text: &str) -> Result<Value, String> {
    match Object::parse(text.as_bytes()) {
        Ok(_) => {
            serde_json::from_str(text).map_err(|error| place("JSON", error.line(), error.column()))
        }
        Err(JsonError::Syntax { line, column }) => Err(place("JSON", line, column)),
        Err(other) => Err(other.to_string()),
    }
}

#[cfg(not(feature = "toml"))]
fn toml(_: &str) -> Result<Value, String> {
    Err(not_built_in("TOML", "toml"))
}

#[cfg(not(feature = "yaml"))]
fn yaml(_: &str) -> Result<Value, String> {
    Err(not_built_in("YAML", "yaml"))
}

#[cfg(not(all(feature = "toml", feature = "yaml")))]
fn not_built_in(format: &str, feature: &str) -> String {
    format!(
        "found {format}, and this program was built without the feature `{feature}` of \
         `countersign`; use JSON, or build it with the feature"
    )
}

#[cfg(feature = "toml")]
fn toml(text: &str) -> Result<Value, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let (line, column) = before.map_or((1, 1), |before| {
            let line = before.matches('\n').count().saturating_add(1);
            let column = before
                .rsplit('\n')
                .next()
                .map_or(0, str::len)
                .saturating_add(1);
            (line, column)
        });
        place("TOML", line, column)
    })
}

#[cfg(feature = "yaml")]
fn yaml(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let location = error.location();
        let at = |part: fn(&serde_saphyr::Location) -> u64| {
            location
                .as_ref()
                .map_or(1, part)
                .try_into()
                .unwrap_or(usize::MAX)
        };
        place(
            "YAML",
            at(serde_saphyr::Location::line),
            at(serde_saphyr::Location::column),
        )
    })
}

fn place(format: &str, line: usize, column: usize) -> String {
    format!(
        "found no valid {format} at line {line}, column {column}; a name that stands twice is not valid either"
    )
}
