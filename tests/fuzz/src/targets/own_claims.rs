//! Payloads of accepted tokens, read into types of a caller: each type reads the same as by
//! `serde_json`, which every other Rust program would use.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::LazyLock;

use countersign::{Authenticator, Authority, Key, Keyring, Rules, Token, UnixTime};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::assert_shows_well;
use crate::{Target, accept};

/// The target.
pub const TARGET: Target = Target {
    name: "own_claims",
    about: "types of a caller read the same claims as by serde_json",
    run,
};

static AUTHENTICATOR: LazyLock<Authenticator> = LazyLock::new(|| {
    let keyring = Keyring::new(accept::provider());
    let keyring = keyring.with(&Key::secret([7; 32]).unwrap()).unwrap();
    Authenticator::new(Rules::new(Authority::new(keyring)))
});

#[derive(Debug, PartialEq, Deserialize)]
enum External {
    One,
    Two(u8),
    Three(i64, String),
    Four { a: Option<f32>, b: Box<External> },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One,
    Two(Vec<Adjacent>),
    Four { a: Option<f64>, b: char },
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
    Named(Adjacent),
    Many(Vec<Untagged>),
    Flat(Flat),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    #[serde(default)]
    a: Option<u16>,
    #[serde(flatten)]
    rest: BTreeMap<String, Untagged>,
}

fn run(data: &[u8]) {
    let token = accept::token(br#"{"alg":"HS256"}"#, data);
    let Ok(token) = AUTHENTICATOR.token(&token, UnixTime::from_secs(1)) else {
        return;
    };
    same::<Value>(&token);
    same::<Flat>(&token);
    same::<BTreeMap<String, Untagged>>(&token);
    same::<BTreeMap<i64, Option<bool>>>(&token);
    same::<BTreeMap<char, BTreeMap<u128, String>>>(&token);
    same::<Adjacent>(&token);
    of::<Value>(&token);
    of::<External>(&token);
    of::<Option<f64>>(&token);
    of::<i128>(&token);
    of::<Vec<u64>>(&token);
    of::<(i8, f32)>(&token);
    of::<BTreeMap<bool, ()>>(&token);
    of::<&str>(&token);
    let raw = token.claims::<BTreeMap<String, Box<RawValue>>>().unwrap();
    let other: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(token.payload()).unwrap();
    let texts = |map: &BTreeMap<String, Box<RawValue>>| -> Vec<String> {
        map.values().map(|value| value.get().to_owned()).collect()
    };
    assert_eq!(texts(&raw), texts(&other));
}

/// Two registered claims of their own types, and all others of this type.
#[derive(Debug, PartialEq, Deserialize)]
struct Of<T> {
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    exp: Option<f64>,
    v: Option<T>,
    w: Option<T>,
}

fn of<'t, T: Deserialize<'t> + Debug + PartialEq>(token: &'t Token) {
    same::<Of<T>>(token);
}

fn same<'t, T: Deserialize<'t> + Debug + PartialEq>(token: &'t Token) {
    match (
        token.claims::<T>(),
        serde_json::from_slice::<T>(token.payload()),
    ) {
        (Ok(ours), Ok(other)) => assert_eq!(ours, other),
        (Err(error), Err(_)) => assert_shows_well(&error),
        (ours, other) => panic!("ours is {ours:?}, that of serde_json {other:?}"),
    }
}
