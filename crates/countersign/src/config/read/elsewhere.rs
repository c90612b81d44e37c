//! The options of Centrifugo that don't concern tokens. They are ignored.

use super::spelling::Spelling;

const LIST: &str = include_str!("centrifugo.txt");

/// Their names.
pub(super) fn elsewhere() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.starts_with('#'))
}

/// Whether `key` is a known option, or is inside a known section. The content of such a section is
/// not checked.
pub(super) fn is_within(key: &str, known: &str, spelling: Spelling) -> bool {
    let boundary = match spelling {
        Spelling::File => '.',
        Spelling::Variable(_) => '_',
    };
    match key.strip_prefix(known) {
        Some("") => true,
        Some(rest) => rest.starts_with(boundary),
        None => false,
    }
}
