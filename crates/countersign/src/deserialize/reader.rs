//! Reads single values of a payload that was checked.

use countersign_json::{Cursor, Kind, Number};
use serde::de::{Deserialize, Deserializer, Error as _, Expected, Unexpected, Visitor};

use super::failure::Failure;

/// How `serde_json`'s `RawValue` asks for the text of a value.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";

pub(super) type Read<T> = Result<T, Failure>;

/// Reads values of a checked text.
pub(super) struct Reader<'de> {
    pub(super) cursor: Cursor<'de>,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            cursor: Cursor::new(text),
        }
    }

    /// Reads the whole text.
    pub(super) fn document<T: Deserialize<'de>>(&mut self) -> Read<T> {
        let value = T::deserialize(&mut *self)?;
        if self.cursor.is_at_end() {
            Ok(value)
        } else {
            Err(Failure::refused())
        }
    }

    pub(super) fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        if let Some(text) = self.cursor.plain_string() {
            return visitor.visit_borrowed_str(text);
        }
        match self.cursor.string() {
            Some(text) => visitor.visit_string(text.into_owned()),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    pub(super) fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        match self.cursor.number() {
            Some(number) => visit_number(number, visitor),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    /// The text of a number that may need 128 bits.
    pub(super) fn long_number(&mut self, expected: &dyn Expected) -> Read<&'de str> {
        match self.cursor.kind() {
            Some(Kind::Number) => self.cursor.skip().ok_or_else(Failure::refused),
            _ => Err(self.invalid_type(expected)),
        }
    }

    /// The text of the value that comes next, as `serde_json`'s own type wants it.
    pub(super) fn raw_value<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        let text = self.cursor.skip().ok_or_else(Failure::refused)?;
        serde_json::Deserializer::from_str(text)
            .deserialize_newtype_struct(RAW_VALUE, visitor)
            .map_err(|_| Failure::refused())
    }

    /// The value that comes next is of a type that was not expected. A value without parts is
    /// read, so that a type that replaces what it can't read finds the next value.
    #[cold]
    pub(super) fn invalid_type(&mut self, expected: &dyn Expected) -> Failure {
        let found = match self.cursor.kind() {
            Some(Kind::Array) => Unexpected::Seq,
            Some(Kind::Object) => Unexpected::Map,
            Some(Kind::Number) => match self.cursor.number() {
                Some(Number::Unsigned(number)) => Unexpected::Unsigned(number),
                Some(Number::Negative(number)) => Unexpected::Signed(number),
                _ => Unexpected::Float(0.0),
            },
            Some(kind) => {
                self.cursor.skip();
                match kind {
                    Kind::String => Unexpected::Str(""),
                    Kind::Bool => Unexpected::Bool(true),
                    _ => Unexpected::Unit,
                }
            }
            None => return Failure::refused(),
        };
        Failure::invalid_type(found, expected)
    }
}

#[inline]
pub(super) fn visit_number<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Read<V::Value> {
    match number {
        Number::Unsigned(number) => visitor.visit_u64(number),
        Number::Negative(number) => visitor.visit_i64(number),
        Number::Other(text) => match text.parse() {
            Ok(number) => visitor.visit_f64(number),
            Err(_) => Err(Failure::refused()),
        },
    }
}
