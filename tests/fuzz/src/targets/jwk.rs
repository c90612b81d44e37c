//! One JWK.

use countersign::Key;

use super::key;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "jwk",
    about: "a JWK that is read survives its other forms; a public one holds nothing private",
    run,
    words: &[
        "\"kty\":\"RSA\"",
        "\"kty\":\"EC\"",
        "\"kty\":\"OKP\"",
        "\"kty\":\"oct\"",
        "\"kty\":\"AKP\"",
        "\"crv\":\"P-256\"",
        "\"crv\":\"Ed25519\"",
        "\"x\":",
        "\"y\":",
        "\"d\":",
        "\"n\":",
        "\"e\":\"AQAB\"",
        "\"k\":",
        "\"use\":\"sig\"",
        "\"key_ops\":[\"verify\"]",
        "\"alg\":\"ES256\"",
        "\"kid\":\"a\"",
        ",",
        "null",
    ],
};

fn run(data: &[u8]) {
    key::check(Key::from_jwk(data));
}
