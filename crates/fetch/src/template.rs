//! URLs with placeholders for values from a token, and values that can't change the URL's
//! structure.

use core::fmt;

use crate::error::SettingsError;
use crate::url::{EndpointUrl, Parts};

/// A URL with placeholders such as `{{realm}}`.
///
/// A value is one or more unreserved characters (RFC 3986 section 2.3: letters, digits,
/// `-`, `.`, `_`, `~`); anything else is refused, and nothing is encoded. So a value can
/// end neither the host nor its path segment, and no segment of the result is `.` or `..`.
/// A placeholder cannot stand in the scheme or the port.
///
/// **Values come from unverified tokens.** A caller must take them from a closed list, such as the
/// alternatives of a regular expression.
///
/// ```
/// use countersign_fetch::UrlTemplate;
///
/// let template = UrlTemplate::new("https://id.example/{{realm}}/certs", false)?;
/// assert_eq!(template.names().collect::<Vec<_>>(), ["realm"]);
///
/// let endpoint = template.endpoint(|_| Some("north"))?;
/// assert_eq!(endpoint.as_str(), "https://id.example/north/certs");
/// assert!(template.endpoint(|_| Some("../admin")).is_err());
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate {
    pieces: Vec<Piece>,
    allow_plain_http: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(String),
}

/// The longest value: the length of a host name.
const VALUE_LIMIT: usize = 253;

impl UrlTemplate {
    /// A template, or a plain URL, which is a template without placeholders.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the name of a placeholder has other characters than letters, digits and
    /// `_`, if a placeholder is in the scheme or the port, or if the rest is not an
    /// [`EndpointUrl`].
    pub fn new(template: &str, allow_plain_http: bool) -> Result<Self, SettingsError> {
        let template = Self {
            pieces: pieces(template)?,
            allow_plain_http,
        };
        // With a sample for each value, it must be a valid URL.
        EndpointUrl::new(&template.fill(|_| Some(SAMPLE))?, allow_plain_http)?;
        Ok(template)
    }

    /// The names of the placeholders, in order. A name that is used twice comes twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The endpoint for these values.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if a value is missing, empty, or holds anything but unreserved
    /// characters, or the result differs from the template in more than its values.
    pub fn endpoint<'v>(
        &self,
        value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<EndpointUrl, SettingsError> {
        let url = self.fill(value)?;
        // A value contains no delimiter of a URL, so it stays in its place. But two neighbouring
        // values can make a dot segment: `{{a}}{{b}}` with "." and ".".
        let path = Parts::of(&url)?.path;
        if path.split(['/', '?']).any(|it| matches!(it, "." | "..")) {
            return Err(SettingsError::new(
                "found a value that changes the structure of the JWKS endpoint; \
                 a plain name is needed",
            ));
        }
        EndpointUrl::new(&url, self.allow_plain_http)
    }

    fn fill<'v>(
        &self,
        mut value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<String, SettingsError> {
        let mut url = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => url.push_str(text),
                Piece::Name(name) => url.push_str(checked(name, value(name))?),
            }
        }
        Ok(url)
    }
}

/// A sample value. It is not a port, so a placeholder in place of the port is refused.
const SAMPLE: &str = "x";

fn checked<'v>(name: &str, value: Option<&'v str>) -> Result<&'v str, SettingsError> {
    let refused = |found: &str| {
        SettingsError::new(format!(
            "found {found} for {{{{{name}}}}} in the JWKS endpoint; letters, digits, \
             `-`, `.`, `_` and `~` are needed"
        ))
    };
    let value = value.ok_or_else(|| refused("no value"))?;
    let is_unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if value.is_empty() {
        Err(refused("an empty value"))
    } else if value.len() > VALUE_LIMIT {
        Err(refused("a very long value"))
    } else if value == "." || value == ".." || !value.bytes().all(is_unreserved) {
        Err(refused(&format!("the value {value:?}")))
    } else {
        Ok(value)
    }
}

fn pieces(template: &str) -> Result<Vec<Piece>, SettingsError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once("{{") {
        let name = behind.split_once("}}").filter(|(name, _)| {
            let is_named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !name.is_empty() && name.bytes().all(is_named)
        });
        let Some((name, behind)) = name else {
            return Err(SettingsError::new(
                "found `{{` without a name and `}}` in the JWKS endpoint; \
                 a placeholder is {{name}}, of letters, digits and `_`",
            ));
        };
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Name(name.to_owned()));
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Name(name) => write!(f, "{{{{{name}}}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, value: &str) -> Result<String, SettingsError> {
        UrlTemplate::new(template, false)
            .unwrap_or_else(|error| panic!("{template}: {error}"))
            .endpoint(|_| Some(value))
            .map(|endpoint| endpoint.as_str().to_owned())
    }

    #[test]
    fn a_plain_name_takes_its_place_in_path_host_and_query() {
        for (template, value, url) in [
            (
                "https://id.example/{{r}}/certs",
                "north",
                "https://id.example/north/certs",
            ),
            (
                "https://id.example/{{r}}",
                "a-b_c.d~e",
                "https://id.example/a-b_c.d~e",
            ),
            (
                "https://id.example/{{r}}/{{r}}",
                "a",
                "https://id.example/a/a",
            ),
            (
                "https://{{host}}/jwks",
                "host.example.com",
                "https://host.example.com/jwks",
            ),
            (
                "https://{{t}}.id.example/",
                "north",
                "https://north.id.example/",
            ),
            (
                "https://id.example/jwks?realm={{r}}",
                "n",
                "https://id.example/jwks?realm=n",
            ),
            (
                "https://id.example/plain",
                "unused",
                "https://id.example/plain",
            ),
        ] {
            assert_eq!(filled(template, value).unwrap_or_default(), url);
        }
    }

    #[test]
    fn i2_no_value_changes_host_path_or_scheme() {
        for template in [
            "https://id.example/{{r}}/certs",
            "https://id.example/realms/{{r}}",
            "https://{{r}}.id.example/certs",
            "https://id.example/certs?realm={{r}}",
        ] {
            for value in [
                "",
                ".",
                "..",
                "../../etc",
                "..%2f..%2fetc",
                "%2e%2e",
                "a/b",
                "a\\b",
                "a?b",
                "a#b",
                "a@evil.example",
                "a:b",
                "a:443",
                "a&b=c",
                "a;b",
                "a b",
                "a\r\nHost: evil",
                "a\0",
                "a\u{e9}",
                "a\u{2024}b",
                "a\u{ff0f}b",
                "[::1]",
                "{{r}}",
                &"a".repeat(300),
            ] {
                assert!(filled(template, value).is_err(), "{template} {value:?}");
            }
        }
        let template = UrlTemplate::new("https://id.example/{{r}}", false).unwrap();
        assert!(template.endpoint(|_| None).is_err());
        for template in [
            "https://id.example/{{r}}{{r}}/certs",
            "https://id.example/?{{r}}.",
        ] {
            assert!(filled(template, ".").is_err(), "{template}");
        }
    }

    #[test]
    fn a_value_is_at_most_as_long_as_a_host_name() {
        let template = "https://id.example/{{r}}";
        assert!(filled(template, &"a".repeat(253)).is_ok());
        assert!(filled(template, &"a".repeat(254)).is_err());
    }

    #[test]
    fn a_template_shows_its_text_and_its_names() {
        let text = "https://{{host}}/{{realm}}/{{host}}";
        let template = UrlTemplate::new(text, false).unwrap();
        assert_eq!(template.to_string(), text);
        let names: Vec<_> = template.names().collect();
        assert_eq!(names, ["host", "realm", "host"]);
    }

    #[test]
    fn a_template_is_checked_when_it_is_made() {
        for template in [
            "https://id.example/{{}}/certs",
            "https://id.example/{{r/certs",
            "https://id.example/{{a b}}",
            "https://id.example/{{r-s}}",
            "https://id.example/{r}",
            "https://id.example/r}}",
            "{{scheme}}://id.example/",
            "https{{s}}://id.example/",
            "https://id.example:{{port}}/",
            "https://{{user}}@id.example/",
            "http://id.example/{{r}}",
            "http://{{host}}/",
            "file:///{{path}}",
            "{{url}}",
        ] {
            assert!(UrlTemplate::new(template, false).is_err(), "{template}");
        }
        assert!(UrlTemplate::new("http://{{host}}/", true).is_ok());
        assert!(UrlTemplate::new("http://localhost/{{r}}", false).is_ok());
    }
}
