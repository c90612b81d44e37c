//! `aud`: one string or an array of them.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use countersign_json::{Array, Kind, Value};

use crate::ClaimsError;
use crate::read::{At, Refusal, short};

/// The most elements that `aud` may have. Each of them is compared with the audience that a
/// server expects, sometimes before the signature is verified. So a token must not choose their
/// number.
pub const MAX_AUDIENCES: usize = 100;

/// The `aud` claim (RFC 7519 section 4.1.3), checked to be a string or an array of at most
/// [`MAX_AUDIENCES`] strings. The strings are read on demand.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Audience<'a>(Inner<'a>);

#[derive(Clone, Default, PartialEq, Eq)]
enum Inner<'a> {
    #[default]
    Absent,
    One(Cow<'a, str>),
    Many(Array<'a>),
}

impl<'a> Audience<'a> {
    pub(crate) fn read(value: &Value<'a>) -> Result<Self, Refusal> {
        let at = At::top("aud");
        match value.kind() {
            Kind::String => Ok(Self(Inner::One(at.string(value)?))),
            _ => {
                let array = value
                    .as_array()
                    .ok_or_else(|| at.wrong_type(value, "a string or an array of strings"))?;
                for (index, element) in array.iter().enumerate() {
                    if index >= MAX_AUDIENCES {
                        return Err(Box::new(ClaimsError::TooManyAudiences {
                            limit: MAX_AUDIENCES,
                        }));
                    }
                    if element.kind() != Kind::String {
                        return Err(at.wrong_entry(index, &element));
                    }
                }
                Ok(Self(Inner::Many(array)))
            }
        }
    }

    /// Whether the token has the claim at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.0 != Inner::Absent
    }

    /// The audiences, in order.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (one, many) = match &self.0 {
            Inner::Absent => (None, None),
            Inner::One(audience) => (Some(Cow::Borrowed(&**audience)), None),
            Inner::Many(array) => (None, Some(array.iter())),
        };
        let many = many.into_iter().flatten();
        one.into_iter()
            .chain(many.filter_map(|element| element.as_str()))
    }

    /// For errors; `None` if there is no audience.
    pub(crate) fn shown(&self) -> Option<String> {
        let first = short(&self.iter().next()?);
        Some(match self.iter().count() {
            1 => first,
            count => format!("{first} and {} more", count.saturating_sub(1)),
        })
    }
}

impl fmt::Debug for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown().as_deref().unwrap_or("none"))
    }
}
