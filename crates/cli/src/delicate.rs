//! Arguments that may be a token, a secret or a key in the wrong place: no error shows them.

use std::env;
use std::path::Path;

/// Endings of file names. No token or secret ends like this.
const EXTENSIONS: [&str; 12] = [
    "json", "toml", "yaml", "yml", "pem", "key", "pub", "der", "crt", "cer", "jwk", "jwks",
];

/// The text without those arguments of this process that must not appear on a screen or in a log.
///
/// Of `--name=value` either part may be in the text, of `-nvalue` the value. PEM begins with dashes
/// and may contain a `=`.
pub(crate) fn hidden(text: &str) -> String {
    let mut text = text.to_owned();
    for argument in env::args_os().skip(1) {
        let argument = argument.to_string_lossy();
        let (name, value) = argument.split_once('=').unwrap_or_default();
        let short = argument.strip_prefix('-').and_then(|flag| flag.get(1..));
        let parts = [&*argument, name, value, short.unwrap_or_default()];
        for part in parts.into_iter().filter(|part| is_delicate(part)) {
            text = without(&text, part);
            text = without(&text, &part.escape_debug().to_string());
        }
    }
    text
}

/// Whether a text is the text of a key, or as long as a token or a secret and not a path.
fn is_delicate(text: &str) -> bool {
    let is_path = || {
        let extension = text.rsplit_once('.').map(|(_, extension)| extension);
        let has_extension = extension.is_some_and(|it| EXTENSIONS.contains(&it));
        has_extension || (text.contains('/') && !is_base64(text))
    };
    let is_json = text.trim_start().starts_with('{') && text.len() > "{\"k\":}".len();
    text.contains("-----BEGIN") || is_json || (text.len() >= 24 && !is_path())
}

/// Whether a text with slashes is base64 and not a path: half of all secrets of 32 bytes contain a
/// slash. A text is a path if its folder exists, or if it consists of plain words.
fn is_base64(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    let is_mixed =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    // The root folder exists for every text that begins with a slash.
    let folder = Path::new(text).parent().filter(|it| it.parent().is_some());
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
        && (is_mixed || text.contains(['+', '=']))
        && !folder.is_some_and(Path::is_dir)
}

/// The text without `part`, or without its beginning: errors cut the texts that they quote.
fn without(text: &str, part: &str) -> String {
    const TELLING: usize = 16;
    let start = part.char_indices().nth(TELLING);
    let start = start.and_then(|(end, _)| part.get(..end)).unwrap_or(part);
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, found)) = rest.find(start).and_then(|at| rest.split_at_checked(at)) {
        let same = found.chars().zip(part.chars());
        let same = same.take_while(|(found, part)| found == part);
        let length = same.fold(0, |length: usize, (character, _)| {
            length.saturating_add(character.len_utf8())
        });
        out.push_str(before);
        out.push_str("[not shown]");
        rest = found.get(length..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{is_delicate, without};

    #[test]
    fn a_text_is_hidden_as_a_whole_and_if_it_is_cut() {
        let secret = "0123456789abcdefghij";
        for (text, expected) in [
            ("no such file", "no such file"),
            ("0123456789abcdefghij: no", "[not shown]: no"),
            ("\"0123456789abcdefgh\"", "\"[not shown]\""),
            (
                "0123456789abcdefghij0123456789abcdef.",
                "[not shown][not shown].",
            ),
            // So short a part reveals nothing, and is probably another text.
            ("0123456789", "0123456789"),
        ] {
            assert_eq!(without(text, secret), expected);
        }
    }

    #[test]
    fn tokens_secrets_and_keys_are_hidden_and_paths_are_not() {
        for text in [
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.AAAA",
            "{\"kty\":\"oct\",\"k\":\"YQ\"}",
            " {\"k\":\"a/b.json\"}",
            "-----BEGIN PRIVATE KEY-----",
            "twenty-four-bytes-secret",
            // These are base64, and no such file exists.
            "q83v/EjRWeJ2oJw8vVnR1ma0yT5sXhU7bKcLd3fGiPk=",
            "/83vEEjRWeJ2oJw8vVnR1ma0yT5sXhU7",
            "q/vv+EjRWeJwoJwvvVnRvmaz",
        ] {
            assert!(is_delicate(text), "{text}");
        }
        for text in [
            "config.json",
            "the-configuration-of-production.json",
            "/etc/countersign/server.configuration",
            "/etc/countersign/server/configuration",
            "/srv/Ann/project2/server.keys/production",
            // Its folder exists.
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/TheKeyOfProduction2027"),
            "mysecret",
            "--json",
        ] {
            assert!(!is_delicate(text), "{text}");
        }
    }
}
