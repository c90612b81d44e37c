//! What went wrong while a payload was read into a type, without any value of the token.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// The problem, and the place at which it was found.
#[derive(Debug)]
pub(super) struct Failure(Box<Problem>);

#[derive(Debug)]
struct Problem {
    text: String,
    /// In bytes from the beginning of the payload.
    place: Option<usize>,
}

impl Failure {
    fn new(text: String) -> Self {
        Self(Box::new(Problem { text, place: None }))
    }

    fn found(found: &str, expected: &dyn fmt::Display) -> Self {
        Self::new(format!("found {found}; {expected} is expected"))
    }

    /// For a fault whose text may show a value of the token.
    #[cold]
    pub(super) fn refused() -> Self {
        Self::new("the type refused the value".into())
    }

    /// Notes the place. The first place that is noted counts.
    #[cold]
    pub(super) fn at(mut self, place: usize) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// The place and the text.
    pub(super) fn into_parts(self) -> (usize, String) {
        (self.0.place.unwrap_or(usize::MAX), self.0.text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Failure {}

/// serde and the caller's type report their faults here.
impl Error for Failure {
    #[cold]
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::refused()
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
            Unexpected::Float(_) => "a number with a fraction",
            Unexpected::Str(_) | Unexpected::Char(_) => "a string",
            Unexpected::Unit => "null",
            Unexpected::Seq => "an array",
            Unexpected::Map => "an object",
            _ => "another type",
        };
        Self::found(found, &expected)
    }

    #[cold]
    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::found("a value that is not allowed", &expected)
    }

    #[cold]
    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::found("another number of elements", &expected)
    }

    #[cold]
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("an unknown variant", expected)
    }

    #[cold]
    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("an unknown member", expected)
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("missing field `{field}`"))
    }

    #[cold]
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("duplicate field `{field}`"))
    }
}

impl Failure {
    fn unknown(found: &str, expected: &[&str]) -> Self {
        match expected {
            [] => Self::new(format!("found {found}")),
            [only] => Self::found(found, &format_args!("`{only}`")),
            names => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                Self::found(found, &format_args!("one of {}", names.join(", ")))
            }
        }
    }
}
