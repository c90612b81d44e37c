//! JWK Sets, and files of any form.

use countersign::KeySet;

use super::{assert_shows_well, key};
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "jwk_set",
    about: "every key of a set is used or skipped with a reason; none spoils another; the cap holds",
    run,
};

const CAP: usize = 4;

fn run(data: &[u8]) {
    match KeySet::from_json_up_to(CAP, data) {
        Ok(set) => {
            let other: serde_json::Value = serde_json::from_slice(data).expect("JSON");
            let listed = other["keys"].as_array().map_or(0, Vec::len);
            assert_eq!(set.keys().count() + set.skipped().len(), listed);
            assert!(listed <= CAP);
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
