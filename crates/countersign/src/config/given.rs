//! The names under which options were given, for errors.

use std::collections::BTreeMap;

/// By the option's name in the table, the name in the file or the environment.
///
/// It is no part of what a configuration means: all are equal.
#[derive(Clone, Default)]
pub(super) struct Names(pub(super) BTreeMap<&'static str, String>);

impl PartialEq for Names {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Names {}
