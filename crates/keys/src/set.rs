//! JWK Sets (RFC 7517 section 5).

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_json::{JsonError, Object, ObjectWriter, Value};

use crate::import::not_json;
use crate::{Key, KeyError, jwk};

/// The keys that a set may have unless the caller says otherwise.
pub const MAX_KEYS: usize = 100;

/// The keys of a JWK Set that could be read, and those that could not, with the reason.
///
/// One odd key never spoils the set (RFC 7517 section 5). Whether a key fits an algorithm
/// is asked later, of each: see [`Key::verifiers`]. Two keys may have the same `kid`; what
/// that means is for the caller to decide.
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
/// assert_eq!(set.keys().next().and_then(|key| key.kid()), Some("1"));
/// assert_eq!(
///     set.skipped()[0].to_string(),
///     "key 1 (kid \"2\", kty \"EC\"): found the curve (crv) \"BP-256\" in a JWK of kty \"EC\"; \
///      known are P-256, P-384, P-521 and secp256k1",
/// );
/// # Ok::<(), countersign_keys::KeyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<(usize, Key)>,
    skipped: Vec<Skipped>,
    /// The public halves of skipped private keys: of use to whoever verifies alone.
    halves: Vec<(usize, Key)>,
}

/// A key of a set that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
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
                write!(f, "{before}{member} {}", crate::error::name(value))?;
                before = ", ";
            }
        }
        let end = if before == ", " { ")" } else { "" };
        write!(f, "{end}: {}", self.reason)
    }
}

impl KeySet {
    /// Reads a JWK Set of at most [`MAX_KEYS`] keys.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is no JSON object (RFC 8259), has a name of its own twice, or
    /// `keys` is missing, no array, empty, or longer than that. A key that cannot be read is
    /// no error, nor is what strict reading finds in one, such as a name twice, bytes that
    /// are not UTF-8 or half a surrogate: it is [`skipped`](Self::skipped).
    pub fn from_json(text: &[u8]) -> Result<Self, KeyError> {
        Self::from_json_up_to(MAX_KEYS, text)
    }

    /// Reads a JWK Set of at most `max_keys` keys, as [`from_json`](Self::from_json).
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_json_up_to(max_keys: usize, text: &[u8]) -> Result<Self, KeyError> {
        // Only what stands outside of every key spoils the set: each is parsed again.
        let text = Text::new(text);
        let object = text.object().map_err(|error| not_json(&error))?;
        let keys = object.get("keys").ok_or_else(|| {
            KeyError::unreadable(
                if object.get("kty").is_some() {
                    "a single JWK"
                } else {
                    "an object without \"keys\""
                },
                NEEDED,
            )
        })?;
        let keys = keys
            .as_array()
            .ok_or_else(|| KeyError::unreadable(format!("{} as \"keys\"", keys.kind()), NEEDED))?;
        let mut set = Self::default();
        let mut index = 0_usize;
        for value in keys {
            if index == max_keys {
                return Err(KeyError::unreadable(
                    format!("a JWK Set of more than {max_keys} keys"),
                    "publish the keys in use alone, or allow more",
                ));
            }
            match text.member(value) {
                Ok(key) => set.keys.push((index, key)),
                Err(reason) => {
                    let half = text.strict(value).ok().and_then(public_half);
                    set.halves.extend(half.map(|key| (index, key)));
                    set.skipped.push(skipped(index, value, reason));
                }
            }
            index = index.saturating_add(1);
        }
        if index == 0 {
            return Err(KeyError::unreadable("a JWK Set without keys", NEEDED));
        }
        Ok(set)
    }

    /// The keys that could be read, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> + '_ {
        self.keys.iter().map(|(_, key)| key)
    }

    /// The keys that could be read, in order.
    pub fn into_keys(self) -> impl Iterator<Item = Key> {
        self.keys.into_iter().map(|(_, key)| key)
    }

    /// The keys that are not used, in order, each with the reason.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The JWK Set to publish: the public half of each key that has one, also where its
    /// private half could not be read. A secret has none, and is left out.
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
        let readable = self.keys.iter().filter(|(_, key)| !key.is_secret());
        let mut keys: Vec<_> = readable.chain(&self.halves).collect();
        keys.sort_by_key(|(index, _)| *index);
        let jwks = keys.into_iter().map(|(_, key)| key.public_jwk());
        let jwks: Vec<String> = jwks.collect::<Result<_, _>>()?;
        let jwks = format!("[{}]", jwks.join(","));
        Ok(ObjectWriter::new().raw("keys", &jwks).finish())
    }

    /// The set as strangers published it: a secret is skipped, since everyone knows it now;
    /// of a private key the public half is kept, and [`Key::was_private`] tells of it. That
    /// holds too where the private half could not be read, such as an RSA key with `d` alone.
    #[must_use]
    pub fn into_public(self) -> Self {
        let mut set = Self {
            keys: self.halves,
            skipped: self.skipped,
            halves: Vec::new(),
        };
        let halves: Vec<usize> = set.keys.iter().map(|(index, _)| *index).collect();
        set.skipped
            .retain(|skipped| !halves.contains(&skipped.index));
        for (index, key) in self.keys {
            let (kid, alg) = (key.kid.clone(), key.alg.clone());
            let kty = key.is_secret().then(|| "oct".into());
            match key.into_public() {
                Ok(key) => set.keys.push((index, key)),
                Err(reason) => set.skipped.push(Skipped {
                    index,
                    kid,
                    kty,
                    alg,
                    reason,
                }),
            }
        }
        set.keys.sort_by_key(|(index, _)| *index);
        set.skipped.sort_by_key(|skipped| skipped.index);
        set
    }
}

impl From<Key> for KeySet {
    fn from(key: Key) -> Self {
        Self::from_iter([key])
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().enumerate().collect(),
            ..Self::default()
        }
    }
}

const NEEDED: &str = "a JWK Set is an object whose \"keys\" is an array of JWKs \
                      (RFC 7517 section 5)";

/// Whether the text is a JWK Set, whatever its keys are.
pub(crate) fn is_set(text: &[u8]) -> Result<bool, KeyError> {
    let text = Text::new(text);
    let object = text.object().map_err(|error| not_json(&error))?;
    Ok(object.get("keys").is_some() && object.get("kty").is_none())
}

/// The text of a set, of which each key is judged for itself.
struct Text<'t> {
    /// With U+FFFD in the place of bytes that are not UTF-8.
    text: Cow<'t, str>,
}

impl<'t> Text<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text: String::from_utf8_lossy(text),
        }
    }

    fn object(&self) -> Result<Object<'_>, JsonError> {
        Object::parse_collection(self.text.as_bytes()).map_err(|error| match self.text {
            Cow::Owned(_) => JsonError::NotUtf8,
            Cow::Borrowed(_) => error,
        })
    }

    fn member(&self, value: Value<'_>) -> Result<Key, KeyError> {
        if value.as_object().is_none() {
            return Err(KeyError::unreadable(
                format!("{} as a key", value.kind()),
                "a JWK is an object",
            ));
        }
        jwk::read(self.strict(value).map_err(|error| not_json(&error))?)
    }

    /// The key as strict JSON, if that is what was sent.
    fn strict<'v>(&self, value: Value<'v>) -> Result<Object<'v>, JsonError> {
        let is_as_sent = matches!(self.text, Cow::Borrowed(_))
            || !value.raw().contains(char::REPLACEMENT_CHARACTER);
        if is_as_sent {
            Object::parse(value.raw().as_bytes())
        } else {
            Err(JsonError::NotUtf8)
        }
    }
}

fn public_half(object: Object<'_>) -> Option<Key> {
    let mut key = jwk::read_public_half(object)?.ok()?;
    key.drop_signing();
    Some(key)
}

fn skipped(index: usize, value: Value<'_>, reason: KeyError) -> Skipped {
    let text = |name| Some(value.as_object()?.get(name)?.as_str()?.into_owned());
    Skipped {
        index,
        kid: text("kid"),
        kty: text("kty"),
        alg: text("alg"),
        reason,
    }
}
