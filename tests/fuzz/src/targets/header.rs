//! The JSON of a header: `serde_json` reads the same values of the members that are used.

use countersign::jws::{KID_LIMIT, Scratch, Unverified};

use super::assert_shows_well;
use crate::{Target, accept};

/// The target.
pub const TARGET: Target = Target {
    name: "header",
    about: "serde_json reads the same values of the used members, and none of the refused \
     members is there",
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
    let other: serde_json::Value =
        serde_json::from_slice(data).expect("the lax reader must accept it");
    let text = |name| other.get(name).and_then(serde_json::Value::as_str);
    assert_eq!(Some(header.alg()), text("alg"));
    assert_eq!(header.kid(), text("kid"));
    assert_eq!(header.typ(), text("typ"));
    assert_eq!(header.cty(), text("cty"));
    assert!(header.kid().is_none_or(|kid| kid.len() <= KID_LIMIT));
    for refused in ["crit", "zip", "enc"] {
        assert!(other.get(refused).is_none(), "{refused} was ignored");
    }
    assert!(other.get("b64").is_none_or(|b64| b64 == true));
    assert!(!format!("{header:?}").chars().any(char::is_control));
    let _ = (header.is_nested(), header.is_typ("JWT"));
}
