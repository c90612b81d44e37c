//! A checked object and its members.

use alloc::borrow::Cow;
use core::fmt;

use crate::split::Split;
use crate::{JsonError, Value, check, grammar};

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

    /// Checks the grammar (RFC 8259) of the whole text, and that no name of the object itself
    /// stands twice: for a collection where one bad member must not spoil the others. Within
    /// its members a name may stand twice, nesting may be deep, a number out of range and a
    /// string half a surrogate. Give the raw text of each to [`parse`](Self::parse) before
    /// reading it.
    ///
    /// ```
    /// use countersign_json::Object;
    ///
    /// let set = Object::parse_collection(br#"{"keys":[{"n":1,"n":2}]}"#)?;
    /// set.get("keys").unwrap().as_array().unwrap().each(|key| {
    ///     assert!(Object::parse(key.raw().as_bytes()).is_err());
    ///     Ok::<(), ()>(())
    /// }).unwrap();
    /// # Ok::<(), countersign_json::JsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JsonError`] says what was found, and where.
    pub fn parse_collection(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = core::str::from_utf8(text).map_err(|_| JsonError::NotUtf8)?;
        grammar::object(text)?;
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
        mut each: impl FnMut(Cow<'a, str>, Value<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut split = Split::new(self.text);
        while let (Some(name), Some(value)) = (split.next(), split.next()) {
            // Half a surrogate, which a collection may hold, names nothing.
            if let Some(name) = Value::checked(name).as_str() {
                each(name, Value::checked(value))?;
            }
        }
        Ok(())
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
