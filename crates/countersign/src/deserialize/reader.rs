//! serde's interface over a payload that was checked.
//!
//! Each type reads the same value from a payload as from `serde_json`. This takes less time,
//! because syntax, depth and names were checked before the claims were judged. `serde_json` still
//! reads what only its own types ask for, in a form that only it knows: the text of a value
//! (`RawValue`), and with its feature `arbitrary_precision` every digit of a number.

use std::borrow::Cow;
use std::sync::LazyLock;

use countersign_json::{Cursor, Kind, Number};
use serde::de::{Deserialize, Deserializer, Error as _, Expected, Unexpected, Visitor};

use super::failure::Failure;
use super::parts::{NameAlone, Parts};

/// How `serde_json`'s `RawValue` asks for the text of a value.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Whether `serde_json` is built with `arbitrary_precision`, which any crate of a program can turn
/// on.
static KEEPS_DIGITS: LazyLock<bool> = LazyLock::new(|| {
    let number = serde_json::from_str::<serde_json::Number>("0.10");
    number.is_ok_and(|number| number.to_string() == "0.10")
});

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

    fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        if let Some(text) = self.cursor.plain_string() {
            return visitor.visit_borrowed_str(text);
        }
        match self.cursor.string() {
            Some(text) => visitor.visit_string(text.into_owned()),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        match self.cursor.number() {
            Some(number) => visit_number(number, visitor),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    /// The text of a number that may need 128 bits.
    fn long_number(&mut self, expected: &dyn Expected) -> Read<&'de str> {
        match self.cursor.kind() {
            Some(Kind::Number) => self.cursor.skip().ok_or_else(Failure::refused),
            _ => Err(self.invalid_type(expected)),
        }
    }

    fn array<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        self.cursor.enter();
        let mut parts = Parts::new(self);
        let value = visitor.visit_seq(&mut parts);
        parts.end(value)
    }

    fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        self.cursor.enter();
        let mut parts = Parts::new(self);
        let value = visitor.visit_map(&mut parts);
        parts.end(value)
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
    fn invalid_type(&mut self, expected: &dyn Expected) -> Failure {
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
fn visit_number<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Read<V::Value> {
    match number {
        Number::Unsigned(number) => visitor.visit_u64(number),
        Number::Negative(number) => visitor.visit_i64(number),
        Number::Other(text) => match text.parse() {
            Ok(number) => visitor.visit_f64(number),
            Err(_) => Err(Failure::refused()),
        },
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.number(visitor)
        }
    )*};
}

macro_rules! strings {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.string(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::String) => self.string(visitor),
            Some(Kind::Number) => match self.cursor.number() {
                Some(Number::Other(text)) if *KEEPS_DIGITS => {
                    serde_json::Deserializer::from_str(text)
                        .deserialize_any(visitor)
                        .map_err(|_| Failure::refused())
                }
                Some(number) => visit_number(number, visitor),
                None => Err(Failure::refused()),
            },
            Some(Kind::Object) => self.object(visitor),
            Some(Kind::Array) => self.array(visitor),
            Some(Kind::Bool) => self.deserialize_bool(visitor),
            Some(Kind::Null) => self.deserialize_unit(visitor),
            None => Err(Failure::refused()),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f64
    }

    strings! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Bool) => visitor.visit_bool(self.cursor.skip() == Some("true")),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.number() {
            // Rounding to 64 bits before 32 could give a neighbour of the nearest float.
            Some(Number::Other(text)) => match text.parse::<f32>() {
                Ok(number) if number.is_finite() => visitor.visit_f64(number.into()),
                _ => Err(Failure::refused()),
            },
            Some(number) => visit_number(number, visitor),
            None => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.long_number(&visitor)?.parse() {
            Ok(number) => visitor.visit_i128(number),
            Err(_) => Err(Failure::refused()),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.long_number(&visitor)?.parse() {
            Ok(number) => visitor.visit_u128(number),
            Err(_) => Err(Failure::refused()),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Array) => self.array(visitor),
            _ => match self.cursor.string() {
                Some(Cow::Borrowed(text)) => visitor.visit_borrowed_bytes(text.as_bytes()),
                Some(Cow::Owned(text)) => visitor.visit_byte_buf(text.into_bytes()),
                None => Err(self.invalid_type(&visitor)),
            },
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Null) => {
                self.cursor.skip();
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Null) => {
                self.cursor.skip();
                visitor.visit_unit()
            }
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        if name == RAW_VALUE {
            return self.raw_value(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Array) => self.array(visitor),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Object) => self.object(visitor),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    /// An object, or an array of the fields in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::Object) => self.object(visitor),
            Some(Kind::Array) => self.array(visitor),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    /// The name of a variant without content, or an object with the name and the content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        match self.cursor.kind() {
            Some(Kind::String) => visitor.visit_enum(NameAlone(self)),
            Some(Kind::Object) => {
                self.cursor.enter();
                let mut parts = Parts::new(self);
                let value = visitor.visit_enum(&mut parts)?;
                parts.end(Ok(value))
            }
            _ => {
                let before = self.cursor.clone();
                let failure = self.invalid_type(&visitor);
                // A type that replaces what it can't read doesn't find the next value.
                self.cursor = before;
                Err(failure)
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.cursor.skip() {
            Some(_) => visitor.visit_unit(),
            None => Err(Failure::refused()),
        }
    }
}
