//! One walk over the whole text: syntax, strings, depth, duplicate names.

use alloc::borrow::{Cow, ToOwned};
use alloc::collections::BTreeSet;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::JsonError;

/// The deepest nesting of objects and arrays that is read.
pub const MAX_DEPTH: usize = 100;

/// Checks that `text` is one JSON object and sound throughout. A name twice is an error
/// in objects down to `unique_to`, where the outermost object is at 1.
pub(crate) fn object(text: &str, unique_to: usize) -> Result<(), JsonError> {
    if !text
        .trim_start_matches([' ', '\t', '\r', '\n'])
        .starts_with('{')
    {
        return Err(JsonError::NotAnObject);
    }
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let walk = Walk {
        depth: 0,
        unique_to,
        found: &mut found,
    };
    match walk
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
    {
        Ok(()) => Ok(()),
        Err(error) => Err(found.unwrap_or(JsonError::Syntax {
            line: error.line(),
            column: error.column(),
        })),
    }
}

/// Walks one value. What serde cannot say in its own error goes to `found`.
struct Walk<'f> {
    depth: usize,
    unique_to: usize,
    found: &'f mut Option<JsonError>,
}

impl Walk<'_> {
    fn deeper<E: Error>(&mut self) -> Result<usize, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(JsonError::TooDeep));
        }
        Ok(self.depth.saturating_add(1))
    }

    fn fail<E: Error>(&mut self, error: JsonError) -> E {
        *self.found = Some(error);
        E::custom("")
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let depth = self.deeper()?;
        let unique_to = self.unique_to;
        let found = self.found;
        while items
            .next_element_seed(Walk {
                depth,
                unique_to,
                found: &mut *found,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let depth = self.deeper()?;
        let mut names = Names::default();
        while let Some(name) = members.next_key_seed(Text)? {
            if depth <= self.unique_to
                && let Err(name) = names.insert(name)
            {
                let short = name.chars().take(64).collect();
                return Err(self.fail(JsonError::Duplicate(short)));
            }
            members.next_value_seed(Walk {
                depth,
                unique_to: self.unique_to,
                found: &mut *self.found,
            })?;
        }
        Ok(())
    }
}

/// A string, borrowed where it holds no escape.
pub(crate) struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The names of one object. The first few, written without escapes, need no
/// allocation; behind them stands an ordered set, which no choice of names makes slow.
#[derive(Default)]
struct Names<'de> {
    few: [Option<&'de str>; 16],
    many: BTreeSet<Cow<'de, str>>,
}

impl<'de> Names<'de> {
    /// Gives the name back if it was there.
    fn insert(&mut self, name: Cow<'de, str>) -> Result<(), Cow<'de, str>> {
        if self.few.iter().flatten().any(|known| *known == name) || self.many.contains(&name) {
            return Err(name);
        }
        match (name, self.few.iter_mut().find(|slot| slot.is_none())) {
            (Cow::Borrowed(name), Some(slot)) => *slot = Some(name),
            (name, _) => {
                self.many.insert(name);
            }
        }
        Ok(())
    }
}
