//! The options of Centrifugo that do not concern tokens. They are left alone.

use super::setting::Setting;

const LIST: &str = include_str!("centrifugo.txt");

/// Their names.
pub(super) fn elsewhere() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.starts_with('#'))
}

/// Whether it is the known option, or an environment variable for a part of a known
/// section: what is in such a section is not looked at.
pub(super) fn is_within(setting: &Setting, known: &str) -> bool {
    match setting.name.strip_prefix(known) {
        Some("") => true,
        Some(part) => setting.from_environment && part.starts_with('_'),
        None => false,
    }
}
