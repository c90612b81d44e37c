//! The text of a set: strict JSON, or read key by key so that one bad key doesn't spoil the others.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use countersign_json::{JsonError, Object, Value};

use super::entry::{Entry, Skipped};
use crate::error::name;
use crate::{Key, KeyError, jwk};

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

    /// A document that is entirely strict JSON is read once. Otherwise, a fault outside of the
    /// keys is an error, and each key is read again separately.
    pub(super) fn parse(&self) -> Result<Document<'_>, KeyError> {
        let text = self.text.as_bytes();
        if self.is_as_sent()
            && let Ok(object) = Object::parse(text)
        {
            return Ok(Document {
                object,
                is_strict: true,
                is_as_sent: true,
            });
        }
        match Object::parse_collection(text) {
            Ok(object) => Ok(Document {
                object,
                is_strict: false,
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

/// The object of a text.
pub(super) struct Document<'t> {
    pub(super) object: Object<'t>,
    /// Whether the whole document is strict JSON, including every key.
    pub(super) is_strict: bool,
    /// Whether the text has exactly the bytes that were sent, because all of them are UTF-8.
    is_as_sent: bool,
}

impl Document<'_> {
    pub(super) fn entry(&self, index: usize, value: Value<'_>) -> Entry {
        if value.as_object().is_none() {
            let reason =
                KeyError::unreadable(format!("{} as a key", value.kind()), "a JWK is an object");
            return skip(index, value, reason, None);
        }
        let object = match self.strict(value) {
            Ok(object) => object,
            Err(error) => return skip(index, value, error.into(), None),
        };
        match jwk::read(object) {
            Ok(key) => Entry::Key(Box::new(key)),
            Err(reason) => skip(index, value, reason, public_half(object)),
        }
    }

    /// The key as strict JSON, if that is what was sent.
    fn strict<'v>(&self, value: Value<'v>) -> Result<Object<'v>, JsonError> {
        if self.is_strict
            && let Some(object) = value.as_object()
        {
            return Ok(object);
        }
        if !self.is_as_sent && value.raw().contains(char::REPLACEMENT_CHARACTER) {
            return Err(JsonError::NotUtf8);
        }
        Object::parse(value.raw().as_bytes())
    }
}

fn public_half(object: Object<'_>) -> Option<Box<Key>> {
    let mut key = jwk::read_public_half(object)?.ok()?;
    key.drop_signing();
    Some(Box::new(key))
}

fn skip(index: usize, value: Value<'_>, reason: KeyError, public_half: Option<Box<Key>>) -> Entry {
    let text = |name| Some(value.as_object()?.get(name)?.as_str()?.into_owned());
    Entry::Skipped {
        skipped: Box::new(Skipped {
            index,
            kid: text("kid"),
            kty: text("kty"),
            alg: text("alg"),
            reason,
        }),
        public_half,
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
