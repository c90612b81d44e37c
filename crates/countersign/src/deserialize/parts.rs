//! The parts of an array, an object or a variant, as serde asks for them.

use countersign_json::Kind;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::failure::Failure;
use super::name::Name;
use super::reader::{Read, Reader};

/// The elements of the array, or the members of the object, that the reader has entered.
pub(super) struct Parts<'r, 'de> {
    reader: &'r mut Reader<'de>,
    is_first: bool,
    has_ended: bool,
}

impl<'r, 'de> Parts<'r, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'de>) -> Self {
        Self {
            reader,
            is_first: true,
            has_ended: false,
        }
    }

    /// Whether there is one more.
    #[inline]
    fn has_next(&mut self) -> Read<bool> {
        if self.has_ended {
            return Ok(false);
        }
        match self.reader.cursor.has_next(self.is_first) {
            Some(has_next) => {
                self.is_first = false;
                self.has_ended = !has_next;
                Ok(has_next)
            }
            None => Err(Failure::refused()),
        }
    }

    /// Ends the reading of the whole. A type must have read every part.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise the value is copied")]
    pub(super) fn end<T>(mut self, value: Read<T>) -> Read<T> {
        match value {
            Ok(value) if self.has_ended || !self.has_next()? => Ok(value),
            Ok(_) => Err(Failure::refused()),
            Err(failure) => Err(self.failed(failure)),
        }
    }

    #[cold]
    fn failed(&mut self, mut failure: Failure) -> Failure {
        failure.note_place(self.reader.cursor.position());
        // The type around this one may replace what it can't read, and go on behind it.
        let _ = self.has_next();
        failure
    }
}

impl<'de> SeqAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Failure;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        if self.has_next()? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Failure;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if !self.has_next()? {
            return Ok(None);
        }
        let name = seed.deserialize(Name(self.reader))?;
        self.reader.cursor.colon();
        Ok(Some(name))
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant in an object: its name, and its content.
impl<'de> EnumAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self)> {
        if self.reader.cursor.kind() != Some(Kind::String) {
            return Err(Failure::refused());
        }
        self.is_first = false;
        let name = seed.deserialize(Name(self.reader))?;
        self.reader.cursor.colon();
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Failure;

    fn unit_variant(self) -> Read<()> {
        Deserialize::deserialize(&mut *self.reader)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(&mut *self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.reader.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.reader.deserialize_struct("", fields, visitor)
    }
}

/// A variant without content: only its name.
pub(super) struct NameAlone<'r, 'de>(pub(super) &'r mut Reader<'de>);

impl<'de> EnumAccess<'de> for NameAlone<'_, 'de> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self)> {
        let name = seed.deserialize(&mut *self.0)?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for NameAlone<'_, 'de> {
    type Error = Failure;

    fn unit_variant(self) -> Read<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Read<T::Value> {
        Err(without_content(&"newtype variant"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Read<V::Value> {
        Err(without_content(&"tuple variant"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Read<V::Value> {
        Err(without_content(&"struct variant"))
    }
}

fn without_content(expected: &dyn Expected) -> Failure {
    Failure::invalid_type(Unexpected::UnitVariant, expected)
}
