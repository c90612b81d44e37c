//! Typed readings of one claim, and the options of decoding.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use countersign_json::Value;

use crate::{ClaimsError, UnixTime};

/// How much a token may hold. The size of the whole is bounded by whoever takes it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most entries of `channels` or `subs`; 1000.
    pub channels: usize,
    /// The most bytes of one channel's name; 255, as in Centrifugo.
    pub channel_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            channels: 1000,
            channel_bytes: 255,
        }
    }
}

/// How claims are decoded.
///
/// ```
/// use countersign_claims::{ConnectionClaims, DecodeOptions};
///
/// let mut options = DecodeOptions::default();
/// options.user_id_claim = Some("user_id".into());
/// let claims = ConnectionClaims::decode(br#"{"sub":"a","user_id":"b"}"#, &options)?;
/// assert_eq!(claims.registered.user, "b");
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// The claim to read the user from instead of `sub`: one claim of the top
    /// level, by its exact name (dots are part of the name, not a path). It must be
    /// a string; where it is absent the user is anonymous. `sub` is then checked and not used.
    pub user_id_claim: Option<String>,
    /// How much a token may hold.
    pub limits: Limits,
}

/// Where a claim stands, for errors.
#[derive(Clone, Copy)]
pub(crate) struct At<'p> {
    /// The entry of `subs` that holds it.
    pub(crate) channel: Option<&'p str>,
    pub(crate) name: &'p str,
}

impl<'p> At<'p> {
    pub(crate) fn top(name: &'p str) -> Self {
        Self {
            channel: None,
            name,
        }
    }

    pub(crate) fn named(self, name: &'p str) -> Self {
        Self { name, ..self }
    }

    pub(crate) fn claim(self) -> String {
        match self.channel {
            // A claim may be named by whoever issues or configures: escaped, as all names are.
            None => self.name.escape_debug().collect(),
            Some(channel) if self.name.is_empty() => format!("subs[{}]", short(channel)),
            Some(channel) => format!("subs[{}].{}", short(channel), self.name),
        }
    }

    pub(crate) fn wrong_type(self, value: Value<'_>, expected: &'static str) -> ClaimsError {
        ClaimsError::WrongType {
            claim: self.claim(),
            found: value.kind(),
            expected,
        }
    }

    /// An entry of an array of strings that is none.
    pub(crate) fn wrong_entry(self, index: usize, value: Value<'_>) -> ClaimsError {
        ClaimsError::WrongType {
            claim: format!("{}[{index}]", self.claim()),
            found: value.kind(),
            expected: "a string",
        }
    }

    pub(crate) fn invalid(self, problem: &'static str) -> ClaimsError {
        ClaimsError::Invalid {
            claim: self.claim(),
            problem,
        }
    }

    pub(crate) fn string<'a>(self, value: Value<'a>) -> Result<Cow<'a, str>, ClaimsError> {
        value
            .as_str()
            .ok_or_else(|| self.wrong_type(value, "a string"))
    }

    /// A string that names somebody or something: no control characters.
    pub(crate) fn id<'a>(self, value: Value<'a>) -> Result<Cow<'a, str>, ClaimsError> {
        let id = self.string(value)?;
        self.no_control(&id)?;
        Ok(id)
    }

    pub(crate) fn channel_name<'a>(
        self,
        value: Value<'a>,
        limits: &Limits,
    ) -> Result<Cow<'a, str>, ClaimsError> {
        let name = self.string(value)?;
        self.check_channel_name(&name, limits)?;
        Ok(name)
    }

    pub(crate) fn check_channel_name(self, name: &str, limits: &Limits) -> Result<(), ClaimsError> {
        if name.is_empty() {
            return Err(self.invalid("holds an empty channel name; name a channel"));
        }
        if name.len() > limits.channel_bytes {
            return Err(ClaimsError::TooLong {
                claim: self.claim(),
                limit: limits.channel_bytes,
            });
        }
        self.no_control(name)
    }

    /// A log line, a terminal or a C string would read such an id as something else.
    fn no_control(self, id: &str) -> Result<(), ClaimsError> {
        if id.chars().any(char::is_control) {
            return Err(self.invalid("holds a control character; an id must have none"));
        }
        Ok(())
    }

    pub(crate) fn boolean(self, value: Value<'_>) -> Result<bool, ClaimsError> {
        value
            .as_bool()
            .ok_or_else(|| self.wrong_type(value, "a boolean"))
    }

    pub(crate) fn date(self, value: Value<'_>) -> Result<UnixTime, ClaimsError> {
        let number = value
            .as_number()
            .ok_or_else(|| self.wrong_type(value, "a number of seconds"))?;
        UnixTime::from_numeric_date(number).ok_or_else(|| ClaimsError::OutOfRange {
            claim: self.claim(),
            expected: "a time; seconds since 1970 must fit 64 bits",
        })
    }

    /// Digits alone: no fraction, no exponent.
    pub(crate) fn integer(self, value: Value<'_>) -> Result<i64, ClaimsError> {
        let number = value
            .as_number()
            .ok_or_else(|| self.wrong_type(value, "an integer number of seconds"))?;
        number.parse().map_err(|_| ClaimsError::OutOfRange {
            claim: self.claim(),
            expected: "an integer of 64 bits; write whole seconds without fraction or exponent",
        })
    }
}

/// Text from a token for an error: quoted, escaped, cut to 64 characters.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
