//! Reads a set key by key, so that a key which isn't strict JSON doesn't spoil the others.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use countersign_json::{JsonError, Object, Value};

use super::entry::{Entry, Skipped};
use crate::KeyError;
use crate::error::name;
use crate::jwk::Jwk;

/// What a JWK Set is, for errors.
pub(super) const NEEDED: &str = "a JWK Set is an object whose \"keys\" is an array of JWKs \
                      (RFC 7517 section 5)";

/// The text without a byte order mark, which editors and some servers put before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// The text of a set, whose keys are checked one by one.
pub(super) struct Text<'t> {
    /// With U+FFFD instead of bytes that are not UTF-8.
    text: Cow<'t, str>,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let text = without_mark(text);
        // `from_utf8_lossy` goes through the text by character. `from_utf8` is much faster, and
        // enough for almost every set.
        let text = match core::str::from_utf8(text) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(text),
        };
        Self { text }
    }

    fn is_as_sent(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    pub(super) fn parse(&self) -> Result<Document<'_>, KeyError> {
        let text = self.text.as_bytes();
        match Object::parse_collection(text) {
            Ok(object) => Ok(Document {
                object,
                is_as_sent: self.is_as_sent(),
            }),
            Err(_) if text.trim_ascii_start().starts_with(b"<") => Err(KeyError::unreadable(
                "an HTML page",
                "a JWK Set is JSON; an address that wants people to sign in shows such a page",
            )),
            Err(_) if !self.is_as_sent() => Err(JsonError::NotUtf8.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The object of a text. Outside of the keys it is valid JSON.
pub(super) struct Document<'t> {
    pub(super) object: Object<'t>,
    /// Whether the text has exactly the bytes that were sent, because all of them are UTF-8.
    is_as_sent: bool,
}

impl Document<'_> {
    pub(super) fn entry(&self, index: usize, value: Value<'_>) -> Entry {
        let jwk = value.as_object().map(Jwk::of).unwrap_or_default();
        match self.check(value) {
            Ok(()) => Entry::read(index, &jwk),
            Err(reason) => Entry::Skipped {
                skipped: Box::new(Skipped::new(index, &jwk, reason)),
                public_half: None,
            },
        }
    }

    /// Checks that a key is an object in strict JSON, as it was sent.
    fn check(&self, value: Value<'_>) -> Result<(), KeyError> {
        if value.as_object().is_none() {
            return Err(KeyError::unreadable(
                format!("{} as a key", value.kind()),
                "a JWK is an object",
            ));
        }
        if !self.is_as_sent && value.raw().contains(char::REPLACEMENT_CHARACTER) {
            return Err(JsonError::NotUtf8.into());
        }
        Object::parse(value.raw().as_bytes())?;
        Ok(())
    }
}

/// Whether an object is another kind of document that is published beside key sets.
pub(super) fn is_other_document(object: &Object<'_>) -> bool {
    object.get("jwks_uri").is_some() || has_certificates(object)
}

fn has_certificates(object: &Object<'_>) -> bool {
    let mut values = object.iter().map(|(_, value)| value.as_str());
    values.any(|text| text.is_some_and(|text| text.contains("-----BEGIN CERTIFICATE")))
}

/// The error for an object without `keys`: it says which other document it is, if known.
pub(super) fn no_set(object: &Object<'_>) -> KeyError {
    if object.get("kty").is_some() {
        return KeyError::unreadable("a single JWK", NEEDED);
    }
    if let Some(uri) = object.get("jwks_uri") {
        let uri = uri.as_str().unwrap_or_default();
        let issuer = object.get("issuer").and_then(|issuer| issuer.as_str());
        let issuer = issuer.map_or("the issuer".into(), |issuer| format!("{}", name(&issuer)));
        return KeyError::unreadable(
            "an OpenID Connect discovery document",
            format!(
                "its key set is at {} (`jwks_uri`): use that address, or set the option \
                 `jwks_issuer` to {issuer}",
                name(&uri)
            ),
        );
    }
    if has_certificates(object) {
        return KeyError::unreadable(
            "certificates by name",
            "that is no key set; its publisher has a JWK Set at another address",
        );
    }
    KeyError::unreadable("an object without \"keys\"", NEEDED)
}
