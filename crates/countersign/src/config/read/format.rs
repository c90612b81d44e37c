//! Reads text into a tree of values: JSON, TOML or YAML, each with its library.
//!
//! Errors name only the place: a line that can't be parsed may hold a secret.

use std::path::Path;

use super::value::{Table, Value};
use crate::config::error::ConfigError;

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// JSON (`.json`); a duplicate name is an error.
    Json,
    /// TOML (`.toml`).
    Toml,
    /// YAML (`.yaml`, `.yml`).
    Yaml,
}

impl Format {
    /// The format that belongs to a path's extension.
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
            _ => {
                let found = match extension {
                    Some(extension) => format!("the extension {extension:?}"),
                    None => "no extension".into(),
                };
                let fault =
                    format!("found {found}; the name must end in .json, .toml, .yaml or .yml");
                Err(ConfigError::whole(fault).of_file(&path.display().to_string()))
            }
        }
    }
}

/// Reads the options of a text.
pub(super) fn parse(text: &str, format: Format) -> Result<Table, ConfigError> {
    // Some editors write a byte order mark; no format needs it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tree = match format {
        Format::Json => json(text),
        Format::Toml => toml(text),
        Format::Yaml => yaml(text),
    };
    table_of(tree.map_err(ConfigError::whole)?)
}

/// Reads the options of a tree.
pub(super) fn table_of(tree: Value) -> Result<Table, ConfigError> {
    if let Some(name) = tree.duplicate() {
        return Err(ConfigError::option(
            name,
            "found this name twice; names must be unique",
        ));
    }
    match tree {
        Value::Table(table) => Ok(table),
        Value::Null => Ok(Table::new()),
        other => Err(ConfigError::whole(format!(
            "found {}; expected a table of options",
            other.kind()
        ))),
    }
}

fn json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("found an empty text; expected JSON, which is `{}` without options".into());
    }
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            return "found JSON that ends too early; a bracket, a quote or a value is missing"
                .into();
        }
        place("JSON", error.line(), error.column())
    })
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
        let before = before.unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        place_or_duplicate("TOML", line, last_line.len().saturating_add(1))
    })
}

#[cfg(feature = "yaml")]
fn yaml(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = match error.location() {
            Some(location) => (location.line(), location.column()),
            None => (1, 1),
        };
        let number = |it: u64| it.try_into().unwrap_or(usize::MAX);
        place_or_duplicate("YAML", number(line), number(column))
    })
}

fn place(format: &str, line: usize, column: usize) -> String {
    // serde_json counts from 0 behind a line break.
    let column = column.max(1);
    format!("found no valid {format} at line {line}, column {column}")
}

/// The readers of TOML and YAML refuse a name that occurs twice with their error for bad syntax.
#[cfg(any(feature = "toml", feature = "yaml"))]
fn place_or_duplicate(format: &str, line: usize, column: usize) -> String {
    let place = place(format, line, column);
    format!("{place}; the cause may also be a name that occurs twice")
}
