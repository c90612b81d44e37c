//! The options of Centrifugo that do not concern tokens. They are left alone.

use super::spelling::Spelling;

const LIST: &str = include_str!("centrifugo.txt");

/// Their names.
pub(super) fn elsewhere() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.starts_with('#'))
}

/// Whether `key` is the known option, or is inside the known section. The content of such a
/// section is not checked.
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
