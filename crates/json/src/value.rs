//! A checked value: its raw text, typed access without coercion, and the members of objects and
//! arrays.

use alloc::borrow::Cow;
use core::fmt;

use crate::error::JsonError;
use crate::grammar;
use crate::kind::Kind;
use crate::split::Split;
use crate::string::{Known, Raw};
use crate::utf8::utf8;
use crate::walk::Walk;

/// One value of a checked text.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: Raw<'a>,
}

/// Values are equal if their raw texts are equal.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl Eq for Value<'_> {}

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn checked(raw: Raw<'a>) -> Self {
        Self { raw }
    }

    /// Checks that the text is one value, with only space before and after it, by the rules of
    /// [`Object::parse`].
    ///
    /// ```
    /// use countersign_json::Value;
    ///
    /// assert_eq!(Value::parse(" [1, 2] ")?.raw(), "[1, 2]");
    /// assert!(Value::parse("1,2").is_err());
    /// # Ok::<(), countersign_json::JsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JsonError`] says what was found, and where.
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        Walk::new(text).document(0).map(Self::checked)
    }

    /// The same for a value that will be a member of an object: it may nest one level less.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_member(text: &'a str) -> Result<Self, JsonError> {
        Walk::new(text).document(1).map(Self::checked)
    }

    /// The text of the value, byte for byte, without space around it.
    #[inline]
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw.text
    }

    /// The type.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.raw.text.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The string, if it is one; borrowed if it has no escapes. `None` also for a string with a
    /// lone surrogate, which is possible in a [collection](Object::parse_collection).
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        self.raw.decode()
    }

    /// The text of the number, if it is one.
    #[inline]
    #[must_use]
    pub fn as_number(&self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then_some(self.raw.text)
    }

    /// The number, if it is written in at most 18 digits and nothing else: no sign, no
    /// fraction, no exponent.
    ///
    /// ```
    /// use countersign_json::Value;
    ///
    /// assert_eq!(Value::parse("1700000000")?.as_whole(), Some(1_700_000_000));
    /// assert_eq!(Value::parse("1.0")?.as_whole(), None);
    /// # Ok::<(), countersign_json::JsonError>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn as_whole(&self) -> Option<u64> {
        match self.raw.known {
            Known::Whole(number) => Some(number),
            Known::PlainString => None,
            Known::Nothing => match Walk::new(self.raw.text).value(0).ok()?.known {
                Known::Whole(number) => Some(number),
                _ => None,
            },
        }
    }

    /// The boolean, if it is one.
    #[inline]
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.raw.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The array, if it is one.
    #[inline]
    #[must_use]
    pub fn as_array(&self) -> Option<Array<'a>> {
        (self.kind() == Kind::Array).then_some(Array {
            text: self.raw.text,
        })
    }

    /// The object, if it is one.
    #[inline]
    #[must_use]
    pub fn as_object(&self) -> Option<Object<'a>> {
        (self.kind() == Kind::Object).then_some(Object {
            text: self.raw.text,
        })
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// An array of a checked text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Array<'a> {
    text: &'a str,
}

impl<'a> Array<'a> {
    /// The text of the array, byte for byte.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.text
    }

    /// The elements, in order.
    #[must_use]
    pub fn iter(&self) -> Elements<'a> {
        Elements(Split::new(self.text))
    }
}

impl<'a> IntoIterator for Array<'a> {
    type Item = Value<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.iter()
    }
}

/// The elements of an [`Array`], in order.
#[derive(Clone)]
pub struct Elements<'a>(Split<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.0.next().map(Value::checked)
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elements").finish_non_exhaustive()
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Array").finish_non_exhaustive()
    }
}

/// A text that was checked to be one valid JSON object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    text: &'a str,
}

impl<'a> Object<'a> {
    /// Checks the whole text; see the crate's page for the rules.
    ///
    /// # Errors
    ///
    /// [`JsonError`] says what was found, and where.
    pub fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = utf8(text)?;
        Walk::new(text).object()?;
        Ok(Self { text })
    }

    /// Checks the grammar (RFC 8259) of the whole text, and that the object's own names are
    /// unique. It is for a collection where one bad member must not spoil the others. Inside the
    /// members, it allows duplicate names, deep nesting, numbers out of range and lone
    /// surrogates. So give the raw text of each member to [`parse`](Self::parse) before you read
    /// it.
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
        let text = utf8(text)?;
        grammar::object(text)?;
        Ok(Self { text })
    }

    /// The text as it was given, including space.
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

    /// The member with exactly this name.
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
            let name = self.0.next()?;
            let value = self.0.next()?;
            // A collection may have a name with a lone surrogate, which no caller can ask for.
            if let Some(name) = name.decode() {
                return Some((name, Value::checked(value)));
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
        // Claims and private keys are JSON too, so keep the content out of logs.
        f.debug_struct("Object")
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}
