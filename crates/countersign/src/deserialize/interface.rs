//! serde's interface over a payload that was checked.
//!
//! Each type reads the same value from a payload as from `serde_json`. This takes less time,
//! because syntax, depth and names were checked before the claims were judged. `serde_json` still
//! reads what only its own types ask for, in a form that only it knows: the text of a value
//! (`RawValue`), and with its feature `arbitrary_precision` every digit of a number.

use std::borrow::Cow;
use std::sync::LazyLock;

use countersign_json::{Kind, Number};
use serde::de::{Deserializer, Visitor};

use super::failure::Failure;
use super::parts::{NameAlone, Parts};
use super::reader::{RAW_VALUE, Read, Reader, visit_number};

/// Whether `serde_json` is built with `arbitrary_precision`, which any crate of a program can turn
/// on.
static KEEPS_DIGITS: LazyLock<bool> = LazyLock::new(|| {
    let number = serde_json::from_str::<serde_json::Number>("0.10");
    number.is_ok_and(|number| number.to_string() == "0.10")
});

impl<'de> Reader<'de> {
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
