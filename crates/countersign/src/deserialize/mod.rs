//! Reads the verified payload into a type of the caller.

mod failure;
mod interface;
mod name;
mod parts;
mod reader;

use std::fmt;

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
#[derive(Clone, PartialEq, Eq)]
pub struct DeserializeError(Failure);

impl DeserializeError {
    pub(crate) fn read<'p, T: Deserialize<'p>>(payload: &'p str) -> Result<T, Self> {
        if payload.is_empty() {
            return Err(Self(Failure::no_token()));
        }
        let mut reader = Reader::new(payload);
        match reader.document() {
            Ok(value) => Ok(value),
            Err(mut failure) => {
                failure.note_place(reader.cursor.position());
                failure.name_claim(payload);
                Err(Self(failure))
            }
        }
    }

    /// The top-level claim that doesn't fit, if one claim is at fault.
    #[must_use]
    pub fn claim(&self) -> Option<&str> {
        self.0.claim()
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(claim) = self.claim() {
            write!(f, "the claim `{}`: ", claim.escape_debug())?;
        }
        self.0.fmt(f)
    }
}

impl fmt::Debug for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeserializeError")
            .field("claim", &self.claim())
            .field("problem", &self.0.to_string())
            .finish()
    }
}

impl std::error::Error for DeserializeError {}
