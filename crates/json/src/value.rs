//! One value: its raw text, and typed readings that never coerce.

use alloc::borrow::Cow;
use core::fmt;

use crate::split::Split;
use crate::walk::Walk;
use crate::{JsonError, Object, string};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number
    Number,
    /// A string
    String,
    /// An array
    Array,
    /// An object
    Object,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}

/// One value of a checked text.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    /// Known to be a string without escapes, so that nobody needs to look for them again.
    is_plain_string: bool,
}

/// Values are equal if they are written alike.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Value<'_> {}

impl<'a> Value<'a> {
    pub(crate) fn checked(text: &'a str) -> Self {
        Self {
            text,
            is_plain_string: false,
        }
    }

    /// A string that holds no escape.
    pub(crate) fn plain_string(text: &'a str) -> Self {
        Self {
            text,
            is_plain_string: true,
        }
    }

    /// Checks that the text is one value, with nothing before or behind it but space; by the
    /// rules of [`Object::parse`].
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
        Walk::new(text).document()
    }

    /// The text of the value, byte for byte, without space around it.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.text
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.text.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The string, if it is one; borrowed where it holds no escape. Within a
    /// [collection](Object::parse_collection), one with half a surrogate is none.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        if self.is_plain_string {
            return string::inside(self.text).map(Cow::Borrowed);
        }
        string::decode(self.text)
    }

    /// The text of the number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then_some(self.text)
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The array, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<Array<'a>> {
        (self.kind() == Kind::Array).then_some(Array { text: self.text })
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_object(&self) -> Option<Object<'a>> {
        (self.kind() == Kind::Object).then(|| Object::checked(self.text))
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
