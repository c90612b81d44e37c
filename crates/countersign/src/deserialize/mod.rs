//! Reads the verified payload into a type of the caller.

mod failure;
mod interface;
mod name;
mod parts;
mod reader;

use std::fmt;

use countersign_json::Object;
use serde::Deserialize;

use failure::Failure;
use reader::Reader;

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
    pub(crate) fn read<'p, T: Deserialize<'p>>(payload: &'p str) -> Result<T, Self> {
        if payload.is_empty() {
            return Err(Self {
                claim: None,
                problem: "found no token, so there are no claims".into(),
            });
        }
        let mut reader = Reader::new(payload);
        let read = reader.document();
        read.map_err(|failure| Self::new(payload, failure.at(reader.cursor.position())))
    }

    #[cold]
    fn new(payload: &str, failure: Failure) -> Self {
        let (place, problem) = failure.into_parts();
        Self {
            claim: claim_at(payload, place),
            problem,
        }
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

/// The top-level claim whose value contains this place, in bytes. serde notices a missing field at
/// the end of the whole payload, which is in no claim.
fn claim_at(payload: &str, place: usize) -> Option<String> {
    for (name, value) in Object::parse(payload.as_bytes()).ok()? {
        let raw = value.raw();
        let start = (raw.as_ptr() as usize).saturating_sub(payload.as_ptr() as usize);
        if (start..=start.saturating_add(raw.len())).contains(&place) {
            return Some(name.into_owned());
        }
    }
    None
}
