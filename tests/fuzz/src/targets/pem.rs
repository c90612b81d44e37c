//! PEM text.

use countersign::Key;

use super::key;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "pem",
    about: "a PEM that is read is one key, which survives conversion to other forms",
    run,
};

fn run(data: &[u8]) {
    if let Ok(text) = core::str::from_utf8(data) {
        key::check(Key::from_pem(text));
    }
}
