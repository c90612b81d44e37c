//! The text of a token: a token that is parsed has only one spelling, and no key accepts it.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::jws::{DEFAULT_LIMIT, Scratch, Unverified, danger};
use countersign::signature::{KeyMaterial, Secret, Verifier};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "compact",
    about: "a token that is parsed has only one spelling and a valid header; a real key refuses it",
    run,
};

/// A key for which the fuzzer can't compute tags: an accepted input would be a forgery.
static KEY: LazyLock<Arc<dyn Verifier>> = LazyLock::new(|| {
    let secret = Secret::new([7; 32].as_slice()).unwrap();
    countersign_ring::provider()
        .get("HS256")
        .unwrap()
        .verifier(&KeyMaterial::Secret(secret))
        .unwrap()
});

fn run(data: &[u8]) {
    let Ok(token) = core::str::from_utf8(data) else {
        return;
    };
    let parts = danger::Parts::decode(DEFAULT_LIMIT, token);
    let mut scratch = Scratch::default();
    match Unverified::parse(token, &mut scratch) {
        Ok(unverified) => {
            let parts = parts.expect("a parsed token can be decoded");
            let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let again = [&parts.header, &parts.payload, &parts.signature].map(|part| encode(part));
            assert_eq!(again.join("."), token);
            assert_eq!(danger::unverified_payload(&unverified), Ok(&*parts.payload));
            assert!(
                !unverified
                    .header()
                    .alg()
                    .trim()
                    .eq_ignore_ascii_case("none")
            );
            let error = unverified.verify(KEY.as_ref()).unwrap_err();
            assert_shows_well(&error);
        }
        Err(error) => assert_shows_well(&error),
    }
}
