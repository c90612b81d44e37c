//! OpenID Connect Discovery 1.0: an issuer's document says where its key set is.
//!
//! The document is hostile until it is checked. It may name another issuer, whose keys would then
//! verify tokens of this one (section 4.3), and it chooses the URL of the next request.

use alloc::sync::Arc;

use countersign_fetch::{EndpointUrl, FetchError, FetchErrorKind, SettingsError};
use countersign_json::Object;

/// The path that is appended to an issuer after its final slash is removed (section 4).
const PATH: &str = "/.well-known/openid-configuration";

/// The most bytes of a text of the document that an error shows.
const SHOWN: usize = 200;

/// An issuer that publishes a discovery document.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    /// The issuer as it was given: tokens and the document must have exactly these bytes.
    issuer: Box<str>,
    document: EndpointUrl,
    allow_plain_http: bool,
}

/// The address of the key set in the document.
#[derive(Clone, Debug)]
pub(crate) struct Discovered {
    pub(crate) key_set: EndpointUrl,
    /// The `ETag` of the document.
    pub(crate) etag: Option<Arc<str>>,
}

impl Issuer {
    /// Checks the issuer by the rules for endpoints. It may have no query (section 2).
    pub(crate) fn new(issuer: &str, allow_plain_http: bool) -> Result<Self, SettingsError> {
        if issuer.contains('?') {
            return Err(SettingsError::new(
                "found a query in the issuer; an issuer is a URL without a query, such as \
                 https://id.example",
            ));
        }
        let document = format!("{}{PATH}", issuer.strip_suffix('/').unwrap_or(issuer));
        Ok(Self {
            issuer: issuer.into(),
            document: EndpointUrl::new(&document, allow_plain_http)?,
            allow_plain_http,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.issuer
    }

    /// The URL of its discovery document.
    pub(crate) fn document(&self) -> &EndpointUrl {
        &self.document
    }

    /// The URL of the key set, from the text of the document.
    pub(crate) fn key_set(&self, document: &[u8]) -> Result<EndpointUrl, FetchError> {
        let text = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let document = Object::parse(text)
            .map_err(|error| refused(format!("found no discovery document: {error}")))?;
        let text = |name: &str| {
            let value = document.get(name);
            value.and_then(|value| value.as_str()).ok_or_else(|| {
                let found = value.map_or_else(|| "none".into(), |value| value.kind().to_string());
                refused(format!(
                    "found {found} as `{name}` of the discovery document; a string is needed"
                ))
            })
        };
        let issuer = text("issuer")?;
        if *issuer != *self.issuer {
            return Err(refused(format!(
                "found the issuer {} in the discovery document, and {:?} is configured; \
                 configure the issuer as the document and the tokens spell it",
                shown(&issuer),
                self.issuer
            )));
        }
        let uri = text("jwks_uri")?;
        self.checked(&uri).map_err(|reason| {
            FetchError::new(
                FetchErrorKind::Refused,
                format!("the `jwks_uri` of the discovery document is refused: {reason}"),
            )
        })
    }

    /// The URL of a key set that the document names, or that was remembered.
    pub(crate) fn checked(&self, key_set: &str) -> Result<EndpointUrl, SettingsError> {
        let key_set = EndpointUrl::new(key_set, self.allow_plain_http)?;
        // A host that the operator reaches over TLS must not lead the server to plain services
        // of its own machine.
        if self.document.is_https() && !key_set.is_https() && !self.allow_plain_http {
            return Err(SettingsError::new(
                "found an http: URL, and the issuer is https:; https: is needed here too",
            ));
        }
        Ok(key_set)
    }
}

fn refused(sentence: String) -> FetchError {
    FetchError::new(FetchErrorKind::Document, sentence)
}

/// A text from outside, escaped and cut.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lies_below_the_issuer_whose_final_slash_is_removed() {
        for (issuer, document) in [
            (
                "https://id.example",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/realms/a/",
                "https://id.example/realms/a/.well-known/openid-configuration",
            ),
            (
                "http://127.0.0.1:8080/a",
                "http://127.0.0.1:8080/a/.well-known/openid-configuration",
            ),
        ] {
            let made = Issuer::new(issuer, false).unwrap();
            assert_eq!(made.document().as_str(), document);
            assert_eq!(made.as_str(), issuer);
        }
        for issuer in [
            "",
            "id.example",
            "https://id.example?tenant=a",
            "https://id.example/#a",
            "https://user:password@id.example",
            "http://id.example",
            "https://id.example/{{realm}}",
        ] {
            assert!(Issuer::new(issuer, false).is_err(), "{issuer}");
        }
    }

    fn key_set(issuer: &str, document: &str) -> Result<String, String> {
        let found = Issuer::new(issuer, false)
            .unwrap()
            .key_set(document.as_bytes());
        found
            .map(|url| url.as_str().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn i13_a_document_must_name_the_very_issuer_that_is_configured() {
        let document = |issuer: &str| {
            format!(r#"{{"jwks_uri":"https://keys.example/set","issuer":{issuer}}}"#)
        };
        let issuer = "https://id.example";
        let found = key_set(issuer, &document(r#""https://id.example""#));
        assert_eq!(found.as_deref(), Ok("https://keys.example/set"));
        let escaped = key_set(issuer, &document(r#""https:\/\/id.example""#));
        assert_eq!(escaped.as_deref(), Ok("https://keys.example/set"));
        let marked = format!("\u{feff}{}", document(r#""https://id.example""#));
        assert!(key_set(issuer, &marked).is_ok());
        for other in [
            r#""https://id.example/""#,
            r#""https://ID.example""#,
            r#""https://id.example:443""#,
            r#""https://evil.example""#,
            r#"["https://id.example"]"#,
            r#""https://id.example","issuer":"https://id.example""#,
            "null",
        ] {
            let error = key_set(issuer, &document(other)).unwrap_err();
            assert!(error.contains("issuer"), "{error}");
        }
        let long = format!("\"https://{}\"", "a".repeat(10_000));
        assert!(key_set(issuer, &document(&long)).unwrap_err().len() < 500);
    }

    #[test]
    fn i4_the_url_of_the_keys_passes_the_rules_of_every_endpoint() {
        let found = |issuer: &str, uri: &str| {
            key_set(
                issuer,
                &format!(r#"{{"issuer":"{issuer}","jwks_uri":{uri}}}"#),
            )
        };
        let secure = "https://id.example";
        assert!(found(secure, r#""https://keys.example/a?b=c""#).is_ok());
        assert!(found("http://localhost:1", r#""http://127.0.0.1:2/set""#).is_ok());
        for uri in [
            r#""http://keys.example/""#,
            r#""http://127.0.0.1/""#,
            r#""file:///etc/passwd""#,
            r#""https://user:password@keys.example/""#,
            r#""//keys.example/""#,
            r#""/jwks""#,
            r#""""#,
            "7",
            "null",
        ] {
            let error = found(secure, uri).unwrap_err();
            assert!(error.contains("`jwks_uri`"), "{error}");
            assert!(!error.contains("password"), "{error}");
        }
        let none = key_set(secure, r#"{"issuer":"https://id.example"}"#);
        assert!(none.unwrap_err().contains("`jwks_uri`"));
        for text in ["", "[]", "<html>", r#"{"keys":[]}"#] {
            assert!(key_set(secure, text).is_err());
        }
    }
}
