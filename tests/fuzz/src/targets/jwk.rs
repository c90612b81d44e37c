//! One JWK.

use countersign::Key;

use super::key;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "jwk",
    about: "a JWK that is read survives conversion to other forms; a public one contains nothing \
     private",
    run,
};

fn run(data: &[u8]) {
    key::check(Key::from_jwk(data));
}
