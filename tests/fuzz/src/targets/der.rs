//! DER files.

use countersign::Key;

use super::key;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "der",
    about: "a DER file that is read is one key, which survives conversion to other forms",
    run,
};

fn run(data: &[u8]) {
    key::check(Key::from_der(data));
    // If the format is detected, the result is the same key or an error.
    if data.first() == Some(&0x30) {
        assert_eq!(
            Key::from_der(data).is_ok(),
            countersign::keys::read(data).is_ok()
        );
    }
}
