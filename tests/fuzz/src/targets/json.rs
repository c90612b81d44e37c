//! Compares the strict reader with its simplest form, which must give the same verdict, and with
//! `serde_json`, which is laxer and must read the same values.

use std::borrow::Cow;

use countersign_json::{Array, JsonError, Object, Value, utf8};
use serde_json::Value as Other;

use super::assert_shows_well;
use crate::{Target, plain_json};

/// The target.
pub const TARGET: Target = Target {
    name: "json",
    about: "the strict reader and its simple form agree, and serde_json reads the same values",
    run,
};

fn run(data: &[u8]) {
    let _ = Object::parse_collection(data);
    let object = Object::parse(data);
    assert_eq!(object.clone().map(drop), plain_json::object(data));
    let mut members = Vec::new();
    let read = utf8(data)
        .and_then(|text| Object::each_member(text, |name, value| members.push((name, value))));
    assert_eq!(read.map(|()| members), object_members(data));
    match object {
        Ok(object) => {
            let other: Other = serde_json::from_slice(data).expect("the lax reader must accept it");
            same_object(&object, &other);
        }
        Err(error) => assert_shows_well(&error),
    }
}

fn object_members(data: &[u8]) -> Result<Vec<(Cow<'_, str>, Value<'_>)>, JsonError> {
    Ok(Object::parse(data)?.iter().collect())
}

fn same(value: &Value<'_>, other: &Other) {
    match other {
        Other::Null => assert_eq!(value.raw(), "null"),
        Other::Bool(flag) => assert_eq!(value.as_bool(), Some(*flag)),
        Other::Number(number) => {
            let text = value.as_number().expect("a number");
            assert_eq!(
                serde_json::from_str::<Other>(text).unwrap(),
                Other::Number(number.clone())
            );
        }
        Other::String(text) => assert_eq!(value.as_str().expect("a string"), text.as_str()),
        Other::Array(others) => same_array(&value.as_array().expect("an array"), others),
        Other::Object(_) => same_object(&value.as_object().expect("an object"), other),
    }
}

fn same_object(object: &Object<'_>, other: &Other) {
    let others = other.as_object().expect("an object");
    assert_eq!(object.iter().count(), others.len());
    for (name, value) in object.iter() {
        let other = others.get(name.as_ref());
        same(&value, other.expect("serde_json has every name"));
    }
}

fn same_array(array: &Array<'_>, others: &[Other]) {
    assert_eq!(array.iter().count(), others.len());
    for (value, other) in array.iter().zip(others) {
        same(&value, other);
    }
}
