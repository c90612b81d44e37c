//! A checked object and its members.

use alloc::borrow::Cow;
use core::fmt;

use crate::split::Split;
use crate::{JsonError, Reader, Value, grammar};

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
        for member in Reader::of(text) {
            member?;
        }
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
    /// for key in set.get("keys").unwrap().as_array().unwrap() {
    ///     assert!(Object::parse(key.raw().as_bytes()).is_err());
    /// }
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

    /// The members, in order: each with its name and its value.
    ///
    /// ```
    /// use countersign_json::Object;
    ///
    /// let object = Object::parse(br#"{"a":1,"b":[]}"#)?;
    /// let names: Vec<_> = object.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["a", "b"]);
    /// # Ok::<(), countersign_json::JsonError>(())
    /// ```
    #[must_use]
    pub fn iter(&self) -> Members<'a> {
        Members(Split::new(self.text))
    }

    /// The member of exactly this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        let (_, value) = self.iter().find(|(member, _)| member == name)?;
        Some(value)
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Cow<'a, str>, Value<'a>);
    type IntoIter = Members<'a>;

    fn into_iter(self) -> Members<'a> {
        self.iter()
    }
}

/// The members of an [`Object`], in order.
#[derive(Clone)]
pub struct Members<'a>(Split<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let name = Value::checked(self.0.next()?);
            let value = Value::checked(self.0.next()?);
            // A collection may hold a name with half a surrogate, which nobody can ask for.
            if let Some(name) = name.as_str() {
                return Some((name, value));
            }
        }
    }
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").finish_non_exhaustive()
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
