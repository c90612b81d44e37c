//! JWK Sets (RFC 7517 section 5).

mod document;
mod entry;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_json::{Object, ObjectWriter, UnreadValue};

pub(crate) use self::document::without_mark;
use self::document::{Document, NEEDED, Text, is_other_document, no_set};
use self::entry::Entry;
pub use self::entry::Skipped;
use crate::jwk::Jwk;
use crate::{Key, KeyError};

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
        // Almost every set is strict JSON in UTF-8, and needs only one pass.
        if let Some(set) = Self::strict(max_keys, text) {
            return Ok(set);
        }
        let text = Text::new(text);
        let document = text.parse()?;
        Self::of(&document, max_keys)
    }

    /// Reads a document that is strict JSON as a whole, including every key. `None` if it isn't,
    /// and if it is not a set of objects, so that the caller finds out what is wrong.
    fn strict(max_keys: usize, text: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(without_mark(text)).ok()?;
        // The shortest usual key has about 150 bytes.
        let mut entries = Vec::with_capacity(max_keys.min(text.len() / 150));
        let mut jwk = Jwk::default();
        UnreadValue::read(text, |document| {
            document.members(|name, value| {
                if name != "keys" {
                    return value.value().map(drop);
                }
                value.elements(|key| {
                    jwk.clear();
                    key.members(|name, value| {
                        jwk.add(&name, value.value()?);
                        Some(())
                    })?;
                    let is_allowed = entries.len() < max_keys;
                    is_allowed.then(|| entries.push(Entry::read(entries.len(), &jwk)))
                })
            })
        })?;
        (!entries.is_empty()).then_some(Self { entries })
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
            Entry::Key(key) => Ok(key),
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
            Entry::Key(key) => Some(key),
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

impl From<Key> for KeySet {
    fn from(key: Key) -> Self {
        Self::from_iter([key])
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        let keys = keys.into_iter().map(Entry::Key);
        Self {
            entries: keys.collect(),
        }
    }
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
    let strict = Object::parse(text)?;
    if object.get("kty").is_none() && is_other_document(object) {
        return Err(no_set(object));
    }
    Jwk::of(strict).key().map(KeySet::from)
}
