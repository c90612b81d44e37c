//! HMAC secrets: bytes that can be read as a key are refused.

use countersign::Key;

use super::{assert_shows_well, key};
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "secret",
    about: "a secret that can be read as a key in any form, also after space, is refused",
    run,
};

fn run(data: &[u8]) {
    match Key::secret(data) {
        Ok(secret) => {
            assert!(
                countersign::keys::read(data).is_err(),
                "a key was accepted as a secret"
            );
            assert!(countersign::keys::read(data.trim_ascii()).is_err());
            let parts = data.len().min(16);
            let debug = format!("{secret:?}");
            let shown = core::str::from_utf8(&data[..parts])
                .is_ok_and(|text| parts == 16 && debug.contains(text));
            assert!(!shown, "Debug shows a secret");
            key::check(Ok(secret));
        }
        Err(error) => assert_shows_well(&error),
    }
}
