//! `aud`: one string or an array of them.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use countersign_json::{Array, Kind, Value};

use crate::ClaimsError;
use crate::read::{At, short};

/// The `aud` claim (RFC 7519 section 4.1.3), checked to be a string or an array of
/// strings and read on demand.
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
    pub(crate) fn read(value: Value<'a>) -> Result<Self, ClaimsError> {
        let at = At::top("aud");
        match value.kind() {
            Kind::String => Ok(Self(Inner::One(at.string(value)?))),
            _ => {
                let array = value
                    .as_array()
                    .ok_or_else(|| at.wrong_type(value, "a string or an array of strings"))?;
                let mut index = 0_usize;
                array.each(|element| match element.kind() {
                    Kind::String => {
                        index = index.saturating_add(1);
                        Ok(())
                    }
                    _ => Err(at.wrong_entry(index, element)),
                })?;
                Ok(Self(Inner::Many(array)))
            }
        }
    }

    /// Whether the token has the claim at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.0 != Inner::Absent
    }

    /// Calls `each` for every audience, in order, until it fails.
    ///
    /// # Errors
    ///
    /// The first error of `each`.
    pub fn each<E>(&self, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match &self.0 {
            Inner::Absent => Ok(()),
            Inner::One(audience) => each(audience),
            Inner::Many(array) => {
                array.each(|element| element.as_str().map_or(Ok(()), |audience| each(&audience)))
            }
        }
    }

    /// Whether any audience passes `matches`.
    pub fn any(&self, mut matches: impl FnMut(&str) -> bool) -> bool {
        self.each(|audience| if matches(audience) { Err(()) } else { Ok(()) })
            .is_err()
    }

    /// For errors; `None` if there is no audience.
    pub(crate) fn shown(&self) -> Option<String> {
        let mut shown = String::new();
        let mut more = 0_usize;
        let _ = self.each(|audience| {
            if shown.is_empty() {
                shown = short(audience);
            } else {
                more = more.saturating_add(1);
            }
            Ok::<(), ()>(())
        });
        if more > 0 {
            shown.push_str(&alloc::format!(" and {more} more"));
        }
        (!shown.is_empty()).then_some(shown)
    }
}

impl fmt::Debug for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown().as_deref().unwrap_or("none"))
    }
}
