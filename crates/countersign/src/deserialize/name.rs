//! The name of a member as a key of a map, which may be a number, a boolean or an enum.

use std::borrow::Cow;

use countersign_json::{Kind, Value};
use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::failure::Failure;
use super::reader::{RAW_VALUE, Read, Reader};

/// The name that the reader reads next.
pub(super) struct Name<'r, 'de>(pub(super) &'r mut Reader<'de>);

impl<'de> Name<'_, 'de> {
    /// A reader of the number that the name is. It has no space and no escapes.
    fn number(self) -> Read<Reader<'de>> {
        if let Some(Cow::Borrowed(name)) = self.0.cursor.string()
            && let Ok(number) = Value::parse(name)
            && number.kind() == Kind::Number
            && number.raw().len() == name.len()
        {
            return Ok(Reader::new(name));
        }
        Err(Failure::refused())
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.number()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Name<'_, 'de> {
    type Error = Failure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.0.deserialize_str(visitor)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.cursor.string() {
            Some(Cow::Borrowed("true")) => visitor.visit_bool(true),
            Some(Cow::Borrowed("false")) => visitor.visit_bool(false),
            _ => Err(Failure::invalid_type(Unexpected::Str(""), &visitor)),
        }
    }

    /// A name is never null.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        if name == RAW_VALUE {
            return self.0.raw_value(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.0.deserialize_bytes(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.0.deserialize_bytes(visitor)
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
