//! What went wrong while a payload was read into a type, without any value of the token.

use std::fmt;

use countersign_json::Object;
use serde::de::{Error, Expected, Unexpected};

/// The problem, and the place at which it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure(Box<Problem>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    text: String,
    /// In bytes from the beginning of the payload.
    place: Option<usize>,
    /// The top-level claim at this place.
    claim: Option<String>,
}

impl Failure {
    fn new(text: String) -> Self {
        Self(Box::new(Problem {
            text,
            place: None,
            claim: None,
        }))
    }

    fn found(found: &str, expected: &dyn fmt::Display) -> Self {
        Self::new(format!("found {found}; {expected} is expected"))
    }

    /// For a fault whose text may show a value of the token.
    #[cold]
    pub(super) fn refused() -> Self {
        Self::new("the type refused the value".into())
    }

    /// There is no payload to read.
    #[cold]
    pub(super) fn no_token() -> Self {
        Self::new("found no token, so there are no claims".into())
    }

    /// Notes the place. The first place that is noted counts.
    #[cold]
    pub(super) fn note_place(&mut self, place: usize) {
        self.0.place.get_or_insert(place);
    }

    /// Finds the claim at the place that was noted.
    #[cold]
    pub(super) fn name_claim(&mut self, payload: &str) {
        self.0.claim = self.0.place.and_then(|place| claim_at(payload, place));
    }

    /// The top-level claim that doesn't fit, if one claim is at fault.
    pub(super) fn claim(&self) -> Option<&str> {
        self.0.claim.as_deref()
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

/// The top-level claim whose value contains this place, in bytes. serde notices a missing field at
/// the end of the whole payload, which is in no claim.
fn claim_at(payload: &str, place: usize) -> Option<String> {
    for (name, value) in Object::parse(payload.as_bytes()).ok()? {
        let raw = value.raw();
        let start = (raw.as_ptr() as usize).saturating_sub(payload.as_ptr() as usize);
        let end = start.saturating_add(raw.len());
        // The value begins behind its colon, perhaps after space.
        let colon = payload.get(..start).unwrap_or_default().trim_end().len();
        if (colon..=end).contains(&place) {
            return Some(name.into_owned());
        }
    }
    None
}
