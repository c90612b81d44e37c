//! A checked object and its members.

use alloc::borrow::Cow;
use core::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::check::{self, Text};
use crate::{JsonError, Value};

/// A text that was checked to be one sound JSON object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    text: &'a str,
}

impl<'a> Object<'a> {
    /// Checks the whole text; see the crate's page for what is refused.
    ///
    /// # Errors
    ///
    /// [`JsonError`] says what was found, and where.
    pub fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = core::str::from_utf8(text).map_err(|_| JsonError::NotUtf8)?;
        check::object(text)?;
        Ok(Self { text })
    }

    /// For text that is part of a checked one.
    pub(crate) fn checked(text: &'a str) -> Self {
        Self { text }
    }

    /// The text as it was given, space and all.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.text
    }

    /// Calls `each` for every member, in order, until it fails.
    ///
    /// # Errors
    ///
    /// The first error of `each`.
    pub fn each<E>(
        &self,
        each: impl FnMut(Cow<'a, str>, Value<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let members = Members(each);
        // The text was checked: the outer error cannot occur.
        serde_json::Deserializer::from_str(self.text)
            .deserialize_map(members)
            .unwrap_or(Ok(()))
    }

    /// The member of exactly this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.each(|member, value| if member == name { Err(value) } else { Ok(()) })
            .err()
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Claims and private keys are JSON too: what an object holds stays out of logs.
        f.debug_struct("Object")
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

struct Members<F>(F);

impl<'de, E, F> Visitor<'de> for Members<F>
where
    F: FnMut(Cow<'de, str>, Value<'de>) -> Result<(), E>,
{
    type Value = Result<(), E>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut outcome = Ok(());
        // serde_json wants the object read to its end, also behind an error.
        while let Some(name) = members.next_key_seed(Text)? {
            let value = members.next_value::<&'de RawValue>()?;
            if outcome.is_ok() {
                outcome = (self.0)(name, Value::checked(value.get()));
            }
        }
        Ok(outcome)
    }
}
