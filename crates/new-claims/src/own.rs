//! The issuer's own claims.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_claims::ClaimsError;
use countersign_json::{JsonError, Object, ObjectWriter, known_in_another_case};

use crate::value::{invalid, raw_json};

/// One call that added claims.
#[derive(Clone)]
enum Addition<'a> {
    Claim {
        name: Cow<'a, str>,
        json: Cow<'a, str>,
    },
    /// The text of an object, each of whose members is a claim.
    Object(Cow<'a, str>),
}

/// The issuer's own claims, in the order in which they were added.
#[derive(Clone, Default)]
pub(crate) struct OwnClaims<'a>(Vec<Addition<'a>>);

impl<'a> OwnClaims<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, name: Cow<'a, str>, json: Cow<'a, str>) {
        self.0.push(Addition::Claim { name, json });
    }

    pub(crate) fn add_object(&mut self, json: Cow<'a, str>) {
        self.0.push(Addition::Object(json));
    }

    /// Writes them after the claims in `out`; `reserved` are the names that have a setter.
    pub(crate) fn write(
        &self,
        out: &mut ObjectWriter,
        reserved: &[&str],
    ) -> Result<(), ClaimsError> {
        for addition in &self.0 {
            match addition {
                Addition::Claim { name, json } => {
                    check_name(name, reserved)?;
                    out.raw(name, raw_json(name, json)?);
                }
                Addition::Object(json) => {
                    for (name, value) in Object::parse(json.as_bytes()).map_err(from_json)? {
                        check_name(&name, reserved)?;
                        out.raw(&name, value.raw());
                    }
                }
            }
        }
        Ok(())
    }
}

fn check_name(name: &str, reserved: &[&str]) -> Result<(), ClaimsError> {
    if reserved.contains(&name) {
        return Err(invalid(
            name,
            "is not a claim of your own; set it by the method that is named after it",
        ));
    }
    match known_in_another_case(name, reserved.iter().copied()) {
        Some(_) => Err(invalid(
            name,
            "differs only in letter case from a claim that servers check; choose another name",
        )),
        None => Ok(()),
    }
}

/// Turns a duplicate name into an error that tells the caller what to do.
pub(crate) fn from_json(error: JsonError) -> ClaimsError {
    match error {
        JsonError::Duplicate(name) => invalid(&name, "is given twice; give it once"),
        error => ClaimsError::Malformed(error),
    }
}

/// Returns the payload if a server can decode it, and otherwise the error of decoding it.
pub(crate) fn checked<T>(
    payload: String,
    decoded: Result<T, ClaimsError>,
) -> Result<String, ClaimsError> {
    match decoded {
        Ok(_) => Ok(payload),
        Err(ClaimsError::Malformed(error)) => Err(from_json(error)),
        Err(error) => Err(error),
    }
}
