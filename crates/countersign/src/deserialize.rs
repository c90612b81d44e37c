//! Reads the verified payload into a type of the caller.

use std::fmt;

use countersign_json::Object;
use serde::Deserialize;

/// Why the payload of an accepted token doesn't fit a type: the claim, the value that was found by
/// its kind, and the type's expectation. The claim's value is never shown.
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, now};
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Mine {
///     level: u8,
/// }
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).build()?;
/// let auth = Authenticator::builder().key(key).build()?;
///
/// let token = issuer.connection("42").claim("level", "high")?.sign()?;
/// let error = auth.connection(&token, now())?.claims::<Mine>().unwrap_err();
/// assert_eq!(error.to_string(), "the claim `level`: found a string; u8 is expected");
///
/// let token = issuer.connection("42").sign()?;
/// let error = auth.connection(&token, now())?.claims::<Mine>().unwrap_err();
/// assert_eq!(error.to_string(), "missing field `level`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeserializeError {
    claim: Option<String>,
    problem: String,
}

impl DeserializeError {
    pub(crate) fn read<'p, T: Deserialize<'p>>(payload: &'p [u8]) -> Result<T, Self> {
        if payload.is_empty() {
            return Err(Self {
                claim: None,
                problem: "found no token, so there are no claims".into(),
            });
        }
        serde_json::from_slice(payload).map_err(|error| Self {
            claim: claim_before(payload, error.line(), error.column()),
            problem: without_values(&error.to_string()),
        })
    }

    /// The top-level claim that doesn't fit, if one claim is at fault.
    #[must_use]
    pub fn claim(&self) -> Option<&str> {
        self.claim.as_deref()
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(claim) = &self.claim {
            write!(f, "the claim `{}`: ", claim.escape_debug())?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for DeserializeError {}

/// The top-level claim whose value contains this place. serde notices a missing field at the end of
/// the whole payload, which is in no claim.
fn claim_before(payload: &[u8], line: usize, column: usize) -> Option<String> {
    let lines_before: usize = payload
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let place = lines_before.saturating_add(column);
    for (name, value) in Object::parse(payload).ok()? {
        let raw = value.raw();
        let start = (raw.as_ptr() as usize).saturating_sub(payload.as_ptr() as usize);
        if (start..=start.saturating_add(raw.len())).contains(&place) {
            return Some(name.into_owned());
        }
    }
    None
}

/// The message of serde, without the values of the token that it quotes.
fn without_values(text: &str) -> String {
    // Cut off serde_json's place, because the claim's name is more useful.
    let text = text.rsplit_once(" at line ").map_or(text, |(said, _)| said);
    if text.starts_with("missing field ") || text.starts_with("duplicate field ") {
        return text.into();
    }
    let expected = text.rsplit_once(", expected ").map(|(_, it)| it);
    let found = match text.split_once(": ") {
        Some(("invalid type", found)) => kind(found),
        Some(("invalid length", _)) => "another number of elements",
        Some(("invalid value", _)) => "a value that is not allowed",
        _ if text.starts_with("unknown field ") => "an unknown member",
        _ if text.starts_with("unknown variant ") => "an unknown variant",
        // A message from the caller's type, which may quote the value.
        _ => return "the type refused the value".into(),
    };
    match expected {
        Some(expected) => format!("found {found}; {expected} is expected"),
        None => format!("found {found}"),
    }
}

/// serde's word for the type of a value; in a message, the value follows it.
fn kind(found: &str) -> &'static str {
    for (word, kind) in [
        ("string", "a string"),
        ("integer", "an integer"),
        ("floating point", "a number with a fraction"),
        ("boolean", "a boolean"),
        ("null", "null"),
        ("sequence", "an array"),
        ("map", "an object"),
    ] {
        if found.starts_with(word) {
            return kind;
        }
    }
    "another type"
}
