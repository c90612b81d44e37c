//! A configuration as a tree of values, the same for every format.
//!
//! Tables keep their order and duplicate names, so that the reader can refuse duplicates.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// The only member of the table that the library for TOML makes for a date.
const TOML_DATE: &str = "$__toml_private_datetime";

/// One value. There is no `Debug`: it may be a secret.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Table(Table),
}

/// Names and their values, in the order of the text.
pub(super) type Table = Vec<(String, Value)>;

impl Value {
    /// Its kind, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Table(table) if table.iter().any(|(name, _)| name == TOML_DATE) => "a date",
            Self::Table(_) => "a table",
        }
    }

    /// Whether it is empty: `null`, an empty text or an empty list.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Bool(_) | Self::Integer(_) | Self::Float(_) | Self::Table(_) => false,
        }
    }

    /// The path of a duplicate name in a table, if there is one.
    pub(super) fn duplicate(&self) -> Option<String> {
        match self {
            Self::Table(table) => duplicate_in(table),
            Self::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let within = item.duplicate()?;
                Some(format!("[{index}].{within}"))
            }),
            _ => None,
        }
    }
}

fn duplicate_in(table: &Table) -> Option<String> {
    for (index, (name, value)) in table.iter().enumerate() {
        if table.iter().take(index).any(|(earlier, _)| earlier == name) {
            return Some(name.clone());
        }
        if let Some(within) = value.duplicate() {
            let dot = if within.starts_with('[') { "" } else { "." };
            return Some(format!("{name}{dot}{within}"));
        }
    }
    None
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of options")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Table::new();
        while let Some(entry) = entries.next_entry()? {
            table.push(entry);
        }
        Ok(Value::Table(table))
    }
}

/// A JWK may be given as a table. The key reader gets it as JSON.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(table) => {
                let mut map = serializer.serialize_map(Some(table.len()))?;
                for (name, value) in table {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
