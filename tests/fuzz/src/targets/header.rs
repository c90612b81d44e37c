//! The JSON of a header: what is listened to is what `serde_json` reads.

use countersign::jws::{KID_LIMIT, Scratch, Unverified};

use super::assert_shows_well;
use crate::{Target, accept};

/// The target.
pub const TARGET: Target = Target {
    name: "header",
    about: "the members that are listened to are those that serde_json reads, and none of the refused",
    run,
};

fn run(data: &[u8]) {
    let token = accept::token(data, b"{}");
    let mut scratch = Scratch::default();
    let unverified = match Unverified::parse(&token, &mut scratch) {
        Ok(unverified) => unverified,
        Err(error) => return assert_shows_well(&error),
    };
    let header = unverified.header();
    let other: serde_json::Value = serde_json::from_slice(data).expect("strict is a part of lax");
    let text = |name| other.get(name).and_then(serde_json::Value::as_str);
    assert_eq!(Some(header.alg()), text("alg"));
    assert_eq!(header.kid(), text("kid"));
    assert_eq!(header.typ(), text("typ"));
    assert_eq!(header.cty(), text("cty"));
    assert!(header.kid().is_none_or(|kid| kid.len() <= KID_LIMIT));
    for refused in ["crit", "zip", "enc"] {
        assert!(other.get(refused).is_none(), "{refused} was passed over");
    }
    assert!(other.get("b64").is_none_or(|b64| b64 == true));
    assert!(!format!("{header:?}").chars().any(char::is_control));
    let _ = (header.is_nested(), header.is_typ("JWT"));
}
