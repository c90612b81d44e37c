//! Errors of reading JSON.

use alloc::string::String;
use core::{error, fmt};

/// The deepest nesting of objects and arrays that is read.
pub const MAX_DEPTH: usize = 100;

/// Why a text was refused.
///
/// The only part of the text that it contains is a duplicate name, cut to 64 characters and
/// escaped when displayed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// Bytes that are not UTF-8 (RFC 8259 section 8.1).
    NotUtf8,
    /// The text does not begin as an object. The rest may be JSON or not.
    NotAnObject,
    /// Not JSON, with the line and the column where reading stopped.
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
    },
    /// A valid JSON number that a 64-bit float can't hold, such as `1e400`, with its line and its
    /// column.
    NumberOutOfRange {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
    },
    /// The same name twice in one object.
    Duplicate(String),
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl JsonError {
    /// Not JSON at the byte `at`, or at the last byte if the text ends too early.
    pub(crate) fn syntax(text: &str, at: usize) -> Self {
        let (line, column) = place(text, at);
        Self::Syntax { line, column }
    }

    pub(crate) fn out_of_range(text: &str, at: usize) -> Self {
        let (line, column) = place(text, at);
        Self::NumberOutOfRange { line, column }
    }

    pub(crate) fn duplicate(name: &str) -> Self {
        Self::Duplicate(name.chars().take(64).collect())
    }
}

/// The line and the column of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let last = text.len().saturating_sub(1);
    let before = text.as_bytes().get(..at.min(last)).unwrap_or_default();
    let (mut line, mut column) = (1_usize, 1_usize);
    for byte in before {
        column = column.saturating_add(1);
        if *byte == b'\n' {
            (line, column) = (line.saturating_add(1), 1);
        }
    }
    (line, column)
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("found bytes that are not UTF-8; JSON is UTF-8"),
            Self::NotAnObject => {
                f.write_str("found something else than an object; a JSON object begins with `{`")
            }
            Self::Syntax { line, column } => write!(
                f,
                "found no valid JSON at line {line}, column {column}; \
                 one JSON object (RFC 8259) is expected"
            ),
            Self::NumberOutOfRange { line, column } => write!(
                f,
                "found a number at line {line}, column {column} that no 64-bit float holds; \
                 readers would differ about it"
            ),
            Self::Duplicate(name) => {
                write!(f, "found the name {name:?} twice; names must be unique")
            }
            Self::TooDeep => write!(
                f,
                "found nesting deeper than {MAX_DEPTH}; flatten the value"
            ),
        }
    }
}

impl error::Error for JsonError {}
