//! Expands `${name}` in the values of a case.

use std::collections::BTreeMap;

use super::parts;
use crate::encoding::{base64url, unhex};

/// The values of one case, by name.
pub(crate) type Values = BTreeMap<String, String>;

/// Replaces each `${…}`: by a value of the case, a part of a fixed key, or one of `hex:` (bytes),
/// `base64url:` (of text), `repeat:COUNT:` (of text) and `count:COUNT:`, a text that is repeated
/// with a number instead of each `#`.
pub(crate) fn expand(text: &str, values: &Values) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        bytes.extend_from_slice(before.as_bytes());
        let end = closing(after).unwrap_or_else(|| panic!("no end of ${{ in {text:?}"));
        bytes.extend(stands_for(&after[..end], values));
        rest = &after[end + 1..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// As [`expand`], for a result that must be text.
pub(crate) fn expand_text(text: &str, values: &Values) -> String {
    String::from_utf8(expand(text, values)).unwrap_or_else(|_| panic!("no UTF-8 in {text:?}"))
}

fn stands_for(name: &str, values: &Values) -> Vec<u8> {
    if let Some(digits) = name.strip_prefix("hex:") {
        unhex(&expand_text(digits, values))
    } else if let Some(text) = name.strip_prefix("base64url:") {
        base64url(&expand(text, values)).into_bytes()
    } else if let Some((count, text)) = name
        .strip_prefix("repeat:")
        .and_then(|name| name.split_once(':'))
    {
        let count = expand_text(count, values);
        expand(text, values).repeat(count.parse().expect("a count"))
    } else if let Some((count, text)) = name
        .strip_prefix("count:")
        .and_then(|name| name.split_once(':'))
    {
        let text = expand_text(text, values);
        let count: usize = expand_text(count, values).parse().expect("a count");
        let numbered = (0..count).map(|number| text.replace('#', &number.to_string()));
        numbered.collect::<String>().into_bytes()
    } else if let Some(value) = values.get(name) {
        expand(value, values)
    } else if name.contains("${") {
        stands_for(&expand_text(name, values), values)
    } else {
        parts::get(name)
            .unwrap_or_else(|| panic!("no value is called {name:?}"))
            .clone()
    }
}

/// The position of the brace that closes a brace before the text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}
