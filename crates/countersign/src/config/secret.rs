//! Text that is a secret or a key.

use std::fmt;

use countersign_keys::{Key, KeyError};

/// A secret text in a configuration, such as the URL of a proxy. `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text. It is the secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A secret or public key in a configuration, not yet read. `Debug` doesn't show it: a text that
/// was given as a public key may be a private one.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText {
    bytes: Vec<u8>,
    is_jwk: bool,
}

impl KeyText {
    /// A key as text: the secret itself, a PEM, or a JWK.
    #[must_use]
    pub fn text(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            is_jwk: false,
        }
    }

    /// A key that was given as a JWK (RFC 7517 section 4), in JSON.
    #[must_use]
    pub fn jwk(json: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: json.into(),
            is_jwk: true,
        }
    }

    /// The bytes. They may be a secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The key, for an option that takes a secret. Text is taken literally, and may be short: the
    /// documentation of Centrifugo has the example "secret". A JWK may contain another kind of key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is the text of another kind of key, or a JWK that can't be read.
    pub fn secret(&self) -> Result<Key, KeyError> {
        let key = if self.is_jwk {
            Key::from_jwk(&self.bytes)
        } else {
            Key::secret(&self.bytes)
        };
        key.map(Key::allow_short)
    }

    /// The public key, from a PEM or a JWK.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if it is not a public key, or can't be used.
    pub fn public_key(&self) -> Result<Key, KeyError> {
        let begins_like_json = self.bytes.trim_ascii_start().starts_with(b"{");
        if self.is_jwk || begins_like_json {
            return Key::from_jwk(&self.bytes);
        }
        Key::from_pem(&String::from_utf8_lossy(&self.bytes))
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
