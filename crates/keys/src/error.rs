//! Errors of reading and using keys: what was found, and what is needed.

use alloc::format;
use alloc::string::String;
use core::{error, fmt};

use countersign_json::JsonError;
use countersign_pem::{PemError, PemErrorReason};
use countersign_signature::{KeyMaterial, KeyRejected, KeyRejectedReason};

/// Why, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyErrorReason {
    /// The text is damaged, or is not a key in any supported form.
    Unreadable,
    /// The key was recognised, but is not supported: encrypted, DSA, an unknown `kty`.
    Unsupported,
    /// An HMAC secret that is itself the text or the bytes of a key.
    SecretIsAKey,
    /// The key's own `use`, `key_ops`, `alg` or algorithm identifier forbids it.
    NotPermitted,
    /// The provider has no algorithm for this key, or none of that name.
    NoAlgorithm,
    /// The other half of the key pair is needed, but this key doesn't contain it.
    HalfMissing,
    /// The parts of the key were refused; see [`KeyRejected`].
    Rejected(KeyRejectedReason),
}

/// Why a text is not a key, or a key can't be used as requested. `Display` has the form "found …;
/// …".
///
/// It shows only names, lengths and kinds, and no part of a key. Names that come from the text
/// are escaped and cut.
///
/// ```
/// use countersign_keys::{Key, KeyErrorReason};
///
/// let error = Key::from_jwk(br#"{"kty":"HS"}"#).unwrap_err();
/// assert_eq!(error.reason(), KeyErrorReason::Unsupported);
/// assert_eq!(
///     error.to_string(),
///     r#"found the key type (kty) "HS"; known are RSA, EC, OKP, oct and AKP"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    reason: KeyErrorReason,
    found: String,
    needed: String,
}

impl KeyError {
    pub(crate) fn new(
        reason: KeyErrorReason,
        found: impl Into<String>,
        needed: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            found: found.into(),
            needed: needed.into(),
        }
    }

    pub(crate) fn unreadable(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self::new(KeyErrorReason::Unreadable, found, needed)
    }

    pub(crate) fn unsupported(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self::new(KeyErrorReason::Unsupported, found, needed)
    }

    pub(crate) fn not_permitted(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self::new(KeyErrorReason::NotPermitted, found, needed)
    }

    /// Why, for programs.
    #[must_use]
    pub fn reason(&self) -> KeyErrorReason {
        self.reason
    }

    /// What was found, such as "an Ed448 key".
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What is needed or what to do, such as "EdDSA needs Ed25519".
    #[must_use]
    pub fn needed(&self) -> &str {
        &self.needed
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found {}; {}", self.found, self.needed)
    }
}

impl error::Error for KeyError {}

impl From<KeyRejected> for KeyError {
    fn from(rejected: KeyRejected) -> Self {
        Self::new(
            KeyErrorReason::Rejected(rejected.reason()),
            rejected.found(),
            rejected.needed(),
        )
    }
}

impl From<PemError> for KeyError {
    fn from(error: PemError) -> Self {
        let reason = match error.reason() {
            PemErrorReason::Unsupported => KeyErrorReason::Unsupported,
            PemErrorReason::Rejected(reason) => KeyErrorReason::Rejected(reason),
            _ => KeyErrorReason::Unreadable,
        };
        Self::new(reason, error.found(), error.needed())
    }
}

/// A text that should be JSON.
impl From<JsonError> for KeyError {
    fn from(error: JsonError) -> Self {
        // The text of this error has the same form as ours.
        let sentence = format!("{error}");
        let (found, needed) = sentence
            .strip_prefix("found ")
            .and_then(|rest| rest.split_once("; "))
            .unwrap_or((&sentence, "one JSON object is expected"));
        Self::unreadable(found, needed)
    }
}

/// The error for a private key without its public half, if that half is needed.
pub(crate) fn half_missing(key: &KeyMaterial<'_>) -> KeyError {
    KeyError::new(
        KeyErrorReason::HalfMissing,
        format!("{key} without its public half"),
        "load a form that carries both, or the public key by itself (openssl pkey -pubout)",
    )
}

/// A name from a text, for an error: escaped, and cut to 64 characters.
pub(crate) fn name(text: &str) -> impl fmt::Display + '_ {
    struct Name<'a>(&'a str);
    impl fmt::Display for Name<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("\"")?;
            self.0
                .chars()
                .take(64)
                .try_for_each(|character| write!(f, "{}", character.escape_debug()))?;
            f.write_str("\"")
        }
    }
    Name(text)
}
