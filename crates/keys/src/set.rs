//! JWK Sets (RFC 7517 section 5).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_json::{JsonError, Object, ObjectWriter, Value};

use crate::error::name;
use crate::{Key, KeyError, jwk};

/// The default limit on the number of keys in a set.
pub const MAX_KEYS: usize = 100;

/// A JWK Set: one entry for each of its keys, in order. An entry is a key that could be
/// read, or one that is skipped, with the reason.
///
/// An unusable key never spoils the set (RFC 7517 section 5). Whether a key fits an algorithm is
/// checked later, for each key: see [`Key::verifiers`]. Two keys may have the same `kid`; the
/// caller decides what that means.
///
/// ```
/// use countersign_keys::KeySet;
///
/// let set = KeySet::from_json(
///     br#"{"keys":[
///         {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///         {"kty":"EC","crv":"BP-256","kid":"2"}
///     ]}"#,
/// )?;
/// let entries: Vec<_> = set.entries().collect();
/// assert_eq!(entries[0].unwrap().kid(), Some("1"));
/// assert_eq!(
///     entries[1].unwrap_err().to_string(),
///     "key 1 (kid \"2\", kty \"EC\"): found the curve (crv) \"BP-256\" in a JWK of kty \"EC\"; \
///      known are P-256, P-384, P-521 and secp256k1",
/// );
/// # Ok::<(), countersign_keys::KeyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
enum Entry {
    // Boxed, so that both kinds of entries are small.
    Key(Box<Key>),
    Skipped {
        skipped: Box<Skipped>,
        /// The public half of a private key that could not be read. It is enough for verifying.
        public_half: Option<Box<Key>>,
    },
}

/// A key of a set that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Its place in the set, counted from 0.
    pub index: usize,
    /// Its `kid`, if it is a string.
    pub kid: Option<String>,
    /// Its `kty`, if it is a string.
    pub kty: Option<String>,
    /// Its `alg`, if it is a string.
    pub alg: Option<String>,
    /// Why it is not used.
    pub reason: KeyError,
}

impl core::fmt::Display for Skipped {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "key {}", self.index)?;
        let mut before = " (";
        for (member, value) in [("kid", &self.kid), ("kty", &self.kty), ("alg", &self.alg)] {
            if let Some(value) = value {
                write!(f, "{before}{member} {}", name(value))?;
                before = ", ";
            }
        }
        let end = if before == ", " { ")" } else { "" };
        write!(f, "{end}: {}", self.reason)
    }
}

impl KeySet {
    /// Reads a JWK Set of at most [`MAX_KEYS`] keys. A byte order mark before it is ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not a JSON object (RFC 8259), or has a duplicate name outside
    /// of the keys; or if `keys` is missing, not an array, empty, or too long. A key that cannot
    /// be read is not an error: it is [`skipped`](Self::skipped). The same is true for a key that
    /// isn't strict JSON, for example with duplicate names, bytes that are not UTF-8 or a lone
    /// surrogate.
    pub fn from_json(text: &[u8]) -> Result<Self, KeyError> {
        Self::from_json_up_to(MAX_KEYS, text)
    }

    /// Reads a JWK Set of at most `max_keys` keys, as [`from_json`](Self::from_json).
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_json_up_to(max_keys: usize, text: &[u8]) -> Result<Self, KeyError> {
        let text = Text::new(text);
        let document = text.parse()?;
        Self::of(&document, max_keys)
    }

    fn of(document: &Document<'_>, max_keys: usize) -> Result<Self, KeyError> {
        let Some(keys) = document.object.get("keys") else {
            return Err(no_set(&document.object));
        };
        let Some(keys) = keys.as_array() else {
            return Err(KeyError::unreadable(
                format!("{} as \"keys\"", keys.kind()),
                NEEDED,
            ));
        };
        let mut entries = Vec::new();
        for value in keys {
            if entries.len() == max_keys {
                return Err(KeyError::unreadable(
                    format!("a JWK Set of more than {max_keys} keys"),
                    "publish the keys in use alone, or allow more",
                ));
            }
            entries.push(document.entry(entries.len(), value));
        }
        if entries.is_empty() {
            return Err(KeyError::unreadable("a JWK Set without keys", NEEDED));
        }
        Ok(Self { entries })
    }

    /// Every entry, in the order of the set: a key, or why it was skipped. The position of an
    /// entry is its index in the array `keys`.
    pub fn entries(&self) -> impl Iterator<Item = Result<&Key, &Skipped>> + '_ {
        self.entries.iter().map(|entry| match entry {
            Entry::Key(key) => Ok(&**key),
            Entry::Skipped { skipped, .. } => Err(&**skipped),
        })
    }

    /// The keys that could be read, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> + '_ {
        self.entries().filter_map(Result::ok)
    }

    /// The keys that could be read, in order.
    pub fn into_keys(self) -> impl Iterator<Item = Key> {
        self.entries.into_iter().filter_map(|entry| match entry {
            Entry::Key(key) => Some(*key),
            Entry::Skipped { .. } => None,
        })
    }

    /// The keys that are not used, in order, each with the reason.
    pub fn skipped(&self) -> impl Iterator<Item = &Skipped> + '_ {
        self.entries().filter_map(Result::err)
    }

    /// The JWK Set to publish: the public half of each key, even if its private half could not be
    /// read. Secrets have no public half, and are left out.
    ///
    /// ```
    /// use countersign_keys::{Key, KeySet};
    ///
    /// // RFC 8037, appendix A.1
    /// let key = Key::from_jwk(
    ///     br#"{"kty":"OKP","crv":"Ed25519",
    ///          "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    ///          "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// let set: KeySet = [key.with_kid("1").with_algorithm("EdDSA").with_use("sig")]
    ///     .into_iter()
    ///     .collect();
    /// assert_eq!(
    ///     set.to_public_json()?,
    ///     r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA","use":"sig","kid":"1"}]}"#,
    /// );
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a private key that came without its public half.
    pub fn to_public_json(&self) -> Result<String, KeyError> {
        let mut jwks = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Key(key) if key.is_secret() => {}
                Entry::Key(key) => jwks.push(key.public_jwk()?),
                Entry::Skipped { public_half, .. } => {
                    if let Some(key) = public_half {
                        jwks.push(key.public_jwk()?);
                    }
                }
            }
        }
        let jwks = format!("[{}]", jwks.join(","));
        Ok(ObjectWriter::new().raw("keys", &jwks).finish())
    }

    /// Prepares a set that others published. A secret is skipped, because everyone knows it now.
    /// Only the public half of a private key is kept, and [`Key::was_private`] is true for it.
    /// This also works if the private half could not be read, such as an RSA key with only `d`.
    #[must_use]
    pub fn into_public(self) -> Self {
        let entries = self.entries.into_iter().enumerate();
        Self {
            entries: entries
                .map(|(index, entry)| entry.into_public(index))
                .collect(),
        }
    }
}

impl Entry {
    fn into_public(self, index: usize) -> Self {
        match self {
            Self::Key(key) => {
                let (kid, alg) = (key.kid.clone(), key.alg.clone());
                let kty = key.is_secret().then(|| "oct".into());
                match key.into_public() {
                    Ok(key) => Self::Key(Box::new(key)),
                    Err(reason) => Self::Skipped {
                        skipped: Box::new(Skipped {
                            index,
                            kid,
                            kty,
                            alg,
                            reason,
                        }),
                        public_half: None,
                    },
                }
            }
            Self::Skipped {
                public_half: Some(key),
                ..
            } => Self::Key(key),
            skipped @ Self::Skipped { .. } => skipped,
        }
    }
}

impl From<Key> for KeySet {
    fn from(key: Key) -> Self {
        Self::from_iter([key])
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        let keys = keys.into_iter().map(|key| Entry::Key(Box::new(key)));
        Self {
            entries: keys.collect(),
        }
    }
}

const NEEDED: &str = "a JWK Set is an object whose \"keys\" is an array of JWKs \
                      (RFC 7517 section 5)";

/// The text without a byte order mark, which editors and some servers put before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// Reads a JWK Set, or a single JWK as a set of one.
pub(crate) fn read_json(text: &[u8]) -> Result<KeySet, KeyError> {
    let lossy = Text::new(text);
    let document = lossy.parse()?;
    let object = &document.object;
    if object.get("keys").is_some() && object.get("kty").is_none() {
        return KeySet::of(&document, MAX_KEYS);
    }
    // Lax reading is only for sets: a single key must be strict JSON.
    if !document.is_strict {
        Object::parse(text)?;
    }
    if object.get("kty").is_none() && is_other_document(object) {
        return Err(no_set(object));
    }
    jwk::read(*object).map(KeySet::from)
}

/// The text of a set, whose keys are checked one by one.
struct Text<'t> {
    /// With U+FFFD instead of bytes that are not UTF-8.
    text: Cow<'t, str>,
}

impl<'t> Text<'t> {
    fn new(text: &'t [u8]) -> Self {
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
    fn parse(&self) -> Result<Document<'_>, KeyError> {
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
struct Document<'t> {
    object: Object<'t>,
    /// Whether the whole document is strict JSON, including every key.
    is_strict: bool,
    /// Whether the text has exactly the bytes that were sent, because all of them are UTF-8.
    is_as_sent: bool,
}

impl Document<'_> {
    fn entry(&self, index: usize, value: Value<'_>) -> Entry {
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
fn is_other_document(object: &Object<'_>) -> bool {
    object.get("jwks_uri").is_some() || has_certificates(object)
}

fn has_certificates(object: &Object<'_>) -> bool {
    let mut values = object.iter().map(|(_, value)| value.as_str());
    values.any(|text| text.is_some_and(|text| text.contains("-----BEGIN CERTIFICATE")))
}

/// The error for an object without `keys`: it says which other document it is, if known.
fn no_set(object: &Object<'_>) -> KeyError {
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
