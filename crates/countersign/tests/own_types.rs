//! Own claims of any type: each type reads from a verified payload what it reads by `serde_json`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::time::Duration;

use countersign::Token;
use serde::Deserialize;
use serde::de::{
    Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::common::{hs256, hs256_authenticator, now};

/// Claims of every form. Each is the claim `v` of a token.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "12345678",
    "123456789",
    "-2147483649",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775807",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456",
    "-170141183460469231731687303715884105728",
    "-170141183460469231731687303715884105729",
    "-0.0",
    "0.5",
    "-0.25",
    "1.0",
    "1e0",
    "12.5e-1",
    "1e300",
    "1e-400",
    r#""""#,
    r#""a""#,
    r#""ab""#,
    r#""é""#,
    r#""\n""#,
    r#""\u0041\u0042""#,
    r#""tab\tquote\"slash\/""#,
    r#""\ud83d\ude00""#,
    r#""1""#,
    r#""true""#,
    r#""One""#,
    r#""\u004fne""#,
    r#""Two""#,
    r#""Unknown""#,
    r#""192.0.2.7""#,
    r#""a text that is longer than one word of the machine, and then some more""#,
    "[]",
    "[1]",
    "[ 1 , 2 ]",
    "[1,2,3]",
    "[[1,[2]],[]]",
    r#"["a"]"#,
    r#"["a","b\n"]"#,
    r#"[1,"a"]"#,
    r#"["a",1]"#,
    "[null]",
    "[true,false]",
    "[0.5,1]",
    r#"[{"a":1},{"a":2}]"#,
    "{}",
    r#"{"a":1}"#,
    "{ \"a\" : 1 ,\n\t\"b\" : \"x\" }",
    r#"{"a":1,"b":"x","c":[1,{"d":null}]}"#,
    r#"{"b":"x","a":1}"#,
    r#"{"a":null,"b":null}"#,
    r#"{"a":300,"b":"x"}"#,
    r#"{"a":{"b":"x"}}"#,
    r#"{"\u0061":1,"b":"\u0078"}"#,
    r#"{"One":null}"#,
    r#"{"Two":7}"#,
    r#"{"Two":"x"}"#,
    r#"{"Three":[1,"x"]}"#,
    r#"{"Three":[1]}"#,
    r#"{"Four":{"a":1,"b":"x"}}"#,
    r#"{"Four":{"a":1,"b":"x"},"Two":7}"#,
    r#"{"\u0054wo":7}"#,
    r#"{"t":"One"}"#,
    r#"{"t":"Four","a":1,"b":"x"}"#,
    r#"{"a":1,"b":"x","t":"Four"}"#,
    r#"{"t":"Two","c":7}"#,
    r#"{"c":7,"t":"Two"}"#,
    r#"{"t":"Three","c":[1,"x"]}"#,
    r#"{"t":"Four","c":{"a":1,"b":"x"}}"#,
    r#"{"t":"None"}"#,
    r#"{"1":1,"2":2}"#,
    r#"{"-1":1}"#,
    r#"{"1.5":1}"#,
    r#"{"1e2":1}"#,
    r#"{"01":1}"#,
    r#"{" 1":1}"#,
    r#"{"1 ":1}"#,
    r#"{"+1":1}"#,
    r#"{"\u0031":1}"#,
    r#"{"":1}"#,
    r#"{"300":1}"#,
    r#"{"18446744073709551616":1}"#,
    r#"{"true":1,"false":2}"#,
    r#"{"null":1}"#,
    r#"{"secs":1,"nanos":2}"#,
    r#"{"Ok":1}"#,
    r#"{"Err":"x"}"#,
    r#"{"start":1,"end":2}"#,
];

/// The claims of a token that has one more claim before and behind `v`.
#[derive(Debug, PartialEq, Deserialize)]
struct Holder<T> {
    sub: String,
    v: T,
    last: u8,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Fields {
    a: u8,
    b: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: u8,
    #[serde(default)]
    b: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    #[serde(flatten)]
    fields: Fields,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Newtype(u8);

#[derive(Debug, PartialEq, Deserialize)]
struct Pair(u8, String);

#[derive(Debug, PartialEq, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum External {
    One,
    Two(u8),
    Three(u8, String),
    Four { a: u8, b: String },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t")]
enum Internal {
    One,
    Four { a: u8, b: String },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One,
    Two(u8),
    Three(u8, String),
    Four { a: u8, b: String },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Nothing,
    Flag(bool),
    Small(u8),
    Whole(i64),
    Float(f64),
    Text(String),
    Fields(Fields),
    Many(Vec<Untagged>),
    Other(serde_json::Value),
}

/// Replaces what it can't read.
#[derive(Debug, PartialEq)]
struct Lenient<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}

#[derive(Debug)]
struct Raw(Box<RawValue>);

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

/// What a type is told when it asks by the method of this number: see [`ask`].
#[derive(Debug, PartialEq)]
struct Told<const METHOD: usize>(String);

impl<'de, const METHOD: usize> Deserialize<'de> for Told<METHOD> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ask(METHOD, deserializer).map(Self)
    }
}

fn ask<'de, D: Deserializer<'de>>(method: usize, from: D) -> Result<String, D::Error> {
    let recorder = Recorder { method };
    match method {
        0 => from.deserialize_any(recorder),
        1 => from.deserialize_bool(recorder),
        2 => from.deserialize_i8(recorder),
        3 => from.deserialize_i16(recorder),
        4 => from.deserialize_i32(recorder),
        5 => from.deserialize_i64(recorder),
        6 => from.deserialize_i128(recorder),
        7 => from.deserialize_u8(recorder),
        8 => from.deserialize_u16(recorder),
        9 => from.deserialize_u32(recorder),
        10 => from.deserialize_u64(recorder),
        11 => from.deserialize_u128(recorder),
        12 => from.deserialize_f32(recorder),
        13 => from.deserialize_f64(recorder),
        14 => from.deserialize_char(recorder),
        15 => from.deserialize_str(recorder),
        16 => from.deserialize_string(recorder),
        17 => from.deserialize_bytes(recorder),
        18 => from.deserialize_byte_buf(recorder),
        19 => from.deserialize_option(recorder),
        20 => from.deserialize_unit(recorder),
        21 => from.deserialize_unit_struct("name", recorder),
        22 => from.deserialize_newtype_struct("name", recorder),
        23 => from.deserialize_seq(recorder),
        24 => from.deserialize_tuple(2, recorder),
        25 => from.deserialize_tuple_struct("name", 2, recorder),
        26 => from.deserialize_map(recorder),
        27 => from.deserialize_struct("name", &["a", "b"], recorder),
        28 => from.deserialize_enum("name", &["One", "Two"], recorder),
        29 => from.deserialize_identifier(recorder),
        _ => from.deserialize_ignored_any(recorder),
    }
}

/// Accepts anything, and writes down what it is told. Names of members are asked for by the same
/// method as the whole, values by any.
struct Recorder {
    method: usize,
}

impl<'de> serde::de::DeserializeSeed<'de> for Recorder {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        ask(self.method, from)
    }
}

macro_rules! told {
    ($($visit:ident($kind:ty) $word:literal)*) => {$(
        fn $visit<E: Error>(self, value: $kind) -> Result<String, E> {
            Ok(format!("{} {value:?}", $word))
        }
    )*};
}

const ANY: Recorder = Recorder { method: 0 };

impl<'de> Visitor<'de> for Recorder {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    told! {
        visit_bool(bool) "bool"
        visit_i64(i64) "i64"
        visit_u64(u64) "u64"
        visit_i128(i128) "i128"
        visit_u128(u128) "u128"
        visit_f64(f64) "f64"
        visit_str(&str) "str"
        visit_borrowed_str(&'de str) "borrowed str"
        visit_bytes(&[u8]) "bytes"
        visit_borrowed_bytes(&'de [u8]) "borrowed bytes"
    }

    fn visit_none<E: Error>(self) -> Result<String, E> {
        Ok("none".into())
    }

    fn visit_unit<E: Error>(self) -> Result<String, E> {
        Ok("unit".into())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        Ok(format!("some {}", ask(0, from)?))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        Ok(format!("newtype {}", ask(0, from)?))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<String, A::Error> {
        let mut told = Vec::new();
        while let Some(element) = seq.next_element_seed(ANY)? {
            told.push(element);
        }
        Ok(format!("{told:?}"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut told = Vec::new();
        while let Some(name) = map.next_key_seed(ANY)? {
            told.push((name, map.next_value_seed(ANY)?));
        }
        Ok(format!("{told:?}"))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<String, A::Error> {
        let (name, content) = access.variant_seed(Recorder { method: 29 })?;
        if name.contains("One") {
            content.unit_variant()?;
            return Ok(name);
        }
        let content = match &*name {
            it if it.contains("Three") => content.tuple_variant(2, ANY)?,
            it if it.contains("Four") => content.struct_variant(&["a", "b"], ANY)?,
            _ => content.newtype_variant_seed(ANY)?,
        };
        Ok(format!("{name} {content}"))
    }
}

/// The keys of a map, asked for by the method of this number.
#[derive(Debug, PartialEq)]
struct Keys<const METHOD: usize>(Vec<String>);

impl<'de, const METHOD: usize> Deserialize<'de> for Keys<METHOD> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllKeys(usize);
        impl<'de> Visitor<'de> for AllKeys {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key_seed(Recorder { method: self.0 })? {
                    keys.push(key);
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(keys)
            }
        }
        deserializer.deserialize_map(AllKeys(METHOD)).map(Self)
    }
}

fn accepted(value: &str) -> Token {
    let payload = format!(r#" {{ "sub":"42", "v":{value}, "last": 9 }} "#);
    hs256_authenticator()
        .token(&hs256(&payload), now())
        .unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// The same result as by `serde_json`.
fn same<'t, T: Deserialize<'t> + Debug + PartialEq>(token: &'t Token) {
    let ours = token.claims::<Holder<T>>();
    let other = serde_json::from_slice::<Holder<T>>(token.payload());
    let payload = String::from_utf8_lossy(token.payload());
    match (&ours, &other) {
        (Ok(ours), Ok(other)) => assert_eq!(ours, other, "{payload}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{payload}: ours is {ours:?}, that of serde_json {other:?}"),
    }
}

macro_rules! same {
    ($token:expr, $($kind:ty),* $(,)?) => {
        $(same::<$kind>($token);)*
    };
}

#[test]
fn each_type_reads_what_it_reads_by_serde_json() {
    for token in VALUES.iter().map(|value| accepted(value)) {
        let token = &token;
        same!(
            token,
            bool,
            char,
            (),
            Unit,
            String,
            &str,
            Cow<'_, str>,
            IgnoredText
        );
        same!(
            token, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, f32, f64
        );
        same!(token, NonZeroU8, IpAddr, Duration, std::ops::Range<u8>);
        same!(token, Option<u8>, Option<Option<String>>, Option<()>, Box<str>, Result<u8, String>);
        same!(
            token,
            Vec<u8>,
            Vec<String>,
            Vec<Vec<u8>>,
            Vec<Option<bool>>,
            [u8; 2],
            (u8, String)
        );
        same!(
            token,
            Fields,
            Strict,
            Vec<Fields>,
            Flat,
            Newtype,
            Pair,
            External,
            Internal
        );
        same!(
            token,
            Adjacent,
            Untagged,
            Vec<External>,
            serde_json::Value,
            Raw
        );
        same!(token, BTreeMap<String, u8>, BTreeMap<String, serde_json::Value>, BTreeMap<u8, u8>);
        same!(token, BTreeMap<i64, u8>, BTreeMap<u128, u8>, BTreeMap<i128, u8>, BTreeMap<bool, u8>);
        same!(token, BTreeMap<char, u8>, BTreeMap<Newtype, u8>, BTreeMap<Option<u8>, u8>);
        same!(token, BTreeMap<External, IgnoredText>, BTreeMap<(), u8>, BTreeMap<&str, IgnoredText>);
        same!(
            token,
            Lenient<u8>,
            Lenient<String>,
            Lenient<bool>,
            Lenient<Fields>,
            Vec<Lenient<u8>>
        );
        same!(
            token,
            Lenient<External>,
            Lenient<Vec<u8>>,
            Vec<Lenient<String>>
        );
    }
}

/// Any value, which is not kept.
#[derive(Debug, PartialEq)]
struct IgnoredText;

impl<'de> Deserialize<'de> for IgnoredText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[test]
fn each_method_of_serde_tells_a_type_what_serde_json_tells_it() {
    macro_rules! each_method {
        ($token:expr, $($method:literal)*) => {$(
            same::<Told<$method>>($token);
            same::<Keys<$method>>($token);
        )*};
    }
    for token in VALUES.iter().map(|value| accepted(value)) {
        each_method!(&token, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20);
        each_method!(&token, 21 22 23 24 25 26 27 28 29 30);
    }
}

#[test]
fn floats_are_the_nearest_ones() {
    for text in [
        "0.1",
        "3.141592653589793238462643383279",
        "2.2250738585072011e-308",
        "9007199254740993.0",
        "123456789012345678901234567890",
        "1.00000017881393432617187499",
        "-8.41e-7",
    ] {
        let token = accepted(text);
        let read = |token: &Token| token.claims::<Holder<f64>>().unwrap().v;
        assert_eq!(Ok(read(&token)), text.parse(), "{text}");
        let single = token.claims::<Holder<f32>>().unwrap().v;
        assert_eq!(Ok(single), text.parse(), "{text}");
    }
    // No f32 is as large.
    assert!(accepted("1e39").claims::<Holder<f32>>().is_err());
}

#[test]
fn faults_name_the_claim_and_the_expectation_and_show_no_value() {
    fn told<T: for<'t> Deserialize<'t>>(value: &str) -> (Option<String>, String) {
        match accepted(value).claims::<Holder<T>>() {
            Ok(_) => panic!("{value} was read"),
            Err(error) => (error.claim().map(String::from), error.to_string()),
        }
    }
    fn check<T: for<'t> Deserialize<'t>>(value: &str, sentence: &str) {
        let sentence = format!("the claim `v`: {sentence}");
        assert_eq!(told::<T>(value), (Some("v".into()), sentence), "{value}");
    }
    check::<u8>(r#""hush""#, "found a string; u8 is expected");
    check::<u8>("300", "found a value that is not allowed; u8 is expected");
    check::<u8>("0.5", "found a number with a fraction; u8 is expected");
    check::<String>("null", "found null; a string is expected");
    check::<String>("[1]", "found an array; a string is expected");
    check::<String>(r#"{"a":1}"#, "found an object; a string is expected");
    check::<bool>("7", "found an integer; a boolean is expected");
    check::<(u8, u8)>(
        "[1]",
        "found another number of elements; a tuple of size 2 is expected",
    );
    check::<[u8; 2]>("[1,2,3]", "the type refused the value");
    check::<IpAddr>(r#""hush""#, "the type refused the value");
    check::<Fields>(r#"{"a":1}"#, "missing field `b`");
    check::<Fields>(r#"{"a":{"hush":1}}"#, "found an object; u8 is expected");
    check::<Strict>(
        r#"{"hush":1}"#,
        "found an unknown member; one of `a`, `b` is expected",
    );
    check::<External>(
        r#""hush""#,
        "found an unknown variant; one of `One`, `Two`, `Three`, `Four` is expected",
    );
    check::<External>("7", "found an integer; enum External is expected");
    check::<Vec<Fields>>(
        r#"[{"a":1,"b":"x"},{"a":1,"b":false}]"#,
        "found a boolean; a string is expected",
    );
    check::<BTreeMap<u8, u8>>(r#"{"hush":1}"#, "the type refused the value");

    // Of two claims for one field, the second is named, also if space comes before its value.
    #[derive(Debug, Deserialize)]
    struct Renamed {
        #[serde(alias = "v")]
        #[expect(dead_code)]
        sub: String,
    }
    for value in ["1", " 1"] {
        let error = accepted(value).claims::<Renamed>().unwrap_err();
        assert_eq!(error.to_string(), "the claim `v`: duplicate field `sub`");
    }

    // A field that is missing in the whole is in no claim.
    #[derive(Debug, Deserialize)]
    struct Needs {
        #[expect(dead_code)]
        needed: u8,
    }
    let error = accepted("1").claims::<Needs>().unwrap_err();
    assert_eq!(error.claim(), None);
    assert_eq!(error.to_string(), "missing field `needed`");
}
