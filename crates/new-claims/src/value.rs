//! JSON values and bytes from the caller.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_claims::ClaimsError;
use countersign_json::{JsonError, ObjectWriter, Value};

/// A claim that is written as JSON (`info`) or as base64 (`b64info`).
#[derive(Clone)]
pub(crate) enum NewBytes<'a> {
    Json(Cow<'a, str>),
    Base64(String),
}

impl NewBytes<'_> {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self::Base64(STANDARD.encode(bytes))
    }

    /// Writes it under the name for its form, such as `info` or `b64info`.
    pub(crate) fn write(
        &self,
        out: &mut ObjectWriter,
        name: &str,
        base64_name: &str,
    ) -> Result<(), ClaimsError> {
        match self {
            Self::Json(json) => out.raw(name, raw_json(name, json)?),
            Self::Base64(text) => out.string(base64_name, text),
        };
        Ok(())
    }
}

/// Checks that `json` is one JSON value and nothing else. Inside an object, the text `1,"exp":2`
/// would add another claim.
pub(crate) fn raw_json<'j>(claim: &str, json: &'j str) -> Result<&'j str, ClaimsError> {
    match Value::parse_member(json) {
        Ok(value) => Ok(value.raw()),
        Err(JsonError::TooDeep) => Err(ClaimsError::Malformed(JsonError::TooDeep)),
        Err(_) => Err(invalid(
            claim,
            "is not exactly one valid JSON value; pass text such as {\"name\":\"A\"}",
        )),
    }
}

/// Checks that `json` is one JSON value. True if there is no space around it.
pub(crate) fn is_exact(claim: &str, json: &str) -> Result<bool, ClaimsError> {
    raw_json(claim, json).map(|value| value.len() == json.len())
}

/// An error about the claim of this name, which the caller may have chosen.
pub(crate) fn invalid(claim: &str, problem: &'static str) -> ClaimsError {
    ClaimsError::Invalid {
        claim: claim.escape_debug().to_string(),
        problem,
    }
}
