//! Reads single claims by type, and has the options of decoding.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use countersign_json::{Kind, Object, Value, known_in_another_case};

use crate::ClaimsError;
use countersign_time::UnixTime;

/// How much a token may contain. Its whole size is bounded by the caller.
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
/// assert_eq!(claims.registered.user_id(), "b");
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// The claim to read the user from instead of `sub`: one claim of the top level, by its exact
    /// name (dots are part of the name, not a path). It is a string or an integer. The user is
    /// then the decimal digits of the integer, as in Centrifugo. `sub` is still checked, but not
    /// used.
    pub user_id_claim: Option<String>,
    /// How much a token may contain.
    pub limits: Limits,
}

impl DecodeOptions {
    /// The claim that names the user.
    pub(crate) fn user_claim(&self) -> &str {
        self.user_id_claim.as_deref().unwrap_or("sub")
    }
}

/// The error of a claim while it is read. It is boxed because a small result is fast to pass on,
/// and nearly every claim is right.
pub(crate) type Refusal = Box<ClaimsError>;

/// The place of a value in the claims, for errors.
#[derive(Clone, Copy)]
pub(crate) struct At<'p> {
    /// The place of the object or array around it; `None` for a claim of the top level.
    parent: Option<&'p At<'p>>,
    /// The name of the claim, or the channel that an entry of `subs` is for.
    pub(crate) name: &'p str,
    is_channel: bool,
}

impl<'p> At<'p> {
    /// A claim of the top level.
    pub(crate) fn top(name: &'p str) -> Self {
        Self {
            parent: None,
            name,
            is_channel: false,
        }
    }

    /// A member of the object at this place.
    pub(crate) fn member(&'p self, name: &'p str) -> Self {
        Self {
            parent: Some(self),
            name,
            is_channel: false,
        }
    }

    /// The entry for a channel, if this is the place of `subs`.
    pub(crate) fn channel(&'p self, channel: &'p str) -> Self {
        Self {
            is_channel: true,
            ..self.member(channel)
        }
    }

    /// The name of the claim in errors, such as `exp` or `subs["news"].override.presence`.
    pub(crate) fn claim(&self) -> String {
        let Some(parent) = self.parent else {
            // The issuer or the configuration chooses this name, so escape it.
            return self.name.escape_debug().collect();
        };
        let parent = parent.claim();
        if self.is_channel {
            format!("{parent}[{}]", short(self.name))
        } else {
            format!("{parent}.{}", self.name.escape_debug())
        }
    }

    #[cold]
    pub(crate) fn wrong_type(&self, value: &Value<'_>, expected: &'static str) -> Refusal {
        Box::new(ClaimsError::WrongType {
            claim: self.claim(),
            found: value.kind(),
            expected,
        })
    }

    /// The error for an entry of an array of strings that is not a string.
    pub(crate) fn wrong_entry(&self, index: usize, value: &Value<'_>) -> Refusal {
        Box::new(ClaimsError::WrongType {
            claim: format!("{}[{index}]", self.claim()),
            found: value.kind(),
            expected: "a string, in quotes",
        })
    }

    #[cold]
    fn out_of_range(&self, expected: &'static str) -> Refusal {
        Box::new(ClaimsError::OutOfRange {
            claim: self.claim(),
            expected,
        })
    }

    #[cold]
    pub(crate) fn invalid(&self, problem: &'static str) -> Refusal {
        Box::new(ClaimsError::Invalid {
            claim: self.claim(),
            problem,
        })
    }

    /// Refuses a name that differs from a known one only in letter case; other names are unknown
    /// claims.
    ///
    /// `Exp` was meant as `exp`, and Go reads it as `exp`. If it were ignored, an expired token
    /// would never expire.
    pub(crate) fn check_case<'k>(
        &self,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Result<(), Refusal> {
        match known_in_another_case(self.name, known) {
            None => Ok(()),
            Some(right) => Err(Box::new(ClaimsError::LetterCase {
                found: self.claim(),
                right: right.into(),
            })),
        }
    }

    #[inline]
    pub(crate) fn string<'a>(&self, value: &Value<'a>) -> Result<Cow<'a, str>, Refusal> {
        value
            .as_str()
            .ok_or_else(|| self.wrong_type(value, "a string, in quotes"))
    }

    /// A string that is an id: it has no control characters.
    #[inline]
    pub(crate) fn id<'a>(&self, value: &Value<'a>) -> Result<Cow<'a, str>, Refusal> {
        let id = self.string(value)?;
        self.no_control(&id)?;
        Ok(id)
    }

    /// The user, if an option names the claim: a string, or the digits of an integer.
    pub(crate) fn user_id<'a>(&self, value: &Value<'a>) -> Result<Cow<'a, str>, Refusal> {
        match value.as_number() {
            Some(number) if is_integer(number) => Ok(Cow::Borrowed(number)),
            Some(_) => Err(self.invalid(
                "is a number with a fraction or an exponent, and the user is read from it; \
                 write an integer or a string",
            )),
            None if value.kind() == Kind::String => self.id(value),
            None => Err(self.wrong_type(value, "a string or an integer")),
        }
    }

    pub(crate) fn channel_name<'a>(
        &self,
        value: &Value<'a>,
        limits: &Limits,
    ) -> Result<Cow<'a, str>, Refusal> {
        let name = self.string(value)?;
        self.check_channel_name(&name, limits)?;
        Ok(name)
    }

    pub(crate) fn check_channel_name(&self, name: &str, limits: &Limits) -> Result<(), Refusal> {
        if name.is_empty() {
            return Err(self.invalid("holds an empty channel name; name a channel"));
        }
        if name.len() > limits.channel_bytes {
            return Err(Box::new(ClaimsError::TooLong {
                claim: self.claim(),
                limit: limits.channel_bytes,
            }));
        }
        self.no_control(name)
    }

    /// Refuses control characters: with one, an id would look like something else in a log, on a
    /// terminal or as a C string.
    #[inline]
    pub(crate) fn no_control(&self, id: &str) -> Result<(), Refusal> {
        // Most ids are ASCII without control characters. This is checked without decoding
        // characters.
        let is_plain = |is_plain, byte| is_plain & matches!(byte, b' '..=b'~');
        if !id.bytes().fold(true, is_plain) && has_control(id) {
            return Err(self.invalid("holds a control character; an id must have none"));
        }
        Ok(())
    }

    pub(crate) fn object<'a>(&self, value: &Value<'a>) -> Result<Object<'a>, Refusal> {
        value
            .as_object()
            .ok_or_else(|| self.wrong_type(value, "an object"))
    }

    pub(crate) fn boolean(&self, value: &Value<'_>) -> Result<bool, Refusal> {
        value
            .as_bool()
            .ok_or_else(|| self.wrong_type(value, "a boolean"))
    }

    #[inline]
    pub(crate) fn date(&self, value: &Value<'_>) -> Result<UnixTime, Refusal> {
        // Nearly every date is written so.
        if let Some(Ok(secs)) = value.as_whole().map(i64::try_from) {
            return Ok(UnixTime::from_secs(secs));
        }
        let number = value
            .as_number()
            .ok_or_else(|| self.wrong_type(value, "a number of seconds, without quotes"))?;
        UnixTime::from_numeric_date(number)
            .ok_or_else(|| self.out_of_range("a time; seconds since 1970 must fit 64 bits"))
    }

    /// Only digits: no fraction, no exponent.
    pub(crate) fn integer(&self, value: &Value<'_>) -> Result<i64, Refusal> {
        let number = value.as_number().ok_or_else(|| {
            self.wrong_type(value, "an integer number of seconds, without quotes")
        })?;
        number.parse().map_err(|_| {
            self.out_of_range(
                "an integer of 64 bits; write whole seconds without fraction or exponent",
            )
        })
    }
}

#[cold]
fn has_control(id: &str) -> bool {
    id.chars().any(char::is_control)
}

/// Whether a JSON number has neither a fraction nor an exponent.
fn is_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Text from a token for an error: quoted, escaped, cut to 64 characters.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
