//! JWK Sets, and files in any format.

use std::collections::BTreeMap;

use countersign::KeySet;
use serde_json::value::RawValue;

use super::{assert_shows_well, key};
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "jwk_set",
    about: "every key of a set is used, or skipped with a reason; no key spoils another; the \
     limit is kept",
    run,
};

const CAP: usize = 4;

/// The number of keys that another reader finds. It doesn't look into them, because each key is
/// checked separately: they may contain bytes that are not text, huge numbers and lone
/// surrogates. `None` if there is a lone surrogate in a name outside of the keys, which that
/// reader refuses and ours accepts.
fn listed_by_another(data: &[u8]) -> Option<usize> {
    // Ours ignores a byte order mark.
    let data = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    let text = String::from_utf8_lossy(data);
    let members = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(&text);
    if let Err(error) = &members {
        assert!(text.contains("\\u"), "{error}");
    }
    let keys = members.ok()?.remove("keys").expect("keys");
    let keys: Vec<Box<RawValue>> = serde_json::from_str(keys.get()).expect("an array");
    Some(keys.len())
}

fn run(data: &[u8]) {
    match KeySet::from_json_up_to(CAP, data) {
        Ok(set) => {
            let listed = set.entries().count();
            assert!(listed <= CAP);
            if let Some(other) = listed_by_another(data) {
                assert_eq!(listed, other);
            }
            for skipped in set.skipped() {
                assert_shows_well(&skipped.reason);
                assert!(skipped.index < listed);
            }
            for key in set.keys() {
                key::check(Ok(key.clone()));
            }
            for key in set.into_public().keys() {
                assert!(!key.is_private() && !key.is_secret());
            }
        }
        Err(error) => assert_shows_well(&error),
    }
    if let Err(error) = countersign::keys::read(data) {
        assert_shows_well(&error);
    }
}
