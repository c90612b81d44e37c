//! Reads keys: PEM, DER, JWK, and files in any of these forms.

use countersign_json::Object;
use countersign_pem::{Form, is_pem, is_ssh_public_key};

use crate::jwk::Jwk;
use crate::{Key, KeyError, KeySet, secret, set};

impl Key {
    /// The one key of a PEM text (RFC 7468), public or private: `PUBLIC KEY`,
    /// `RSA PUBLIC KEY`, `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` (with or without
    /// `EC PARAMETERS` before it) or `CERTIFICATE`.
    ///
    /// Line breaks may be written as the two characters `\n`. Text outside of the block is
    /// ignored. Only the public key of a certificate is read: its dates, its issuer and its
    /// signature are **not** checked.
    ///
    /// If the label names another form than the content has, there is a
    /// [warning](Self::warnings), as long as both are public or both are private.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if there is not exactly one key; if a private key has the label of a public
    /// one, or the reverse; for an encrypted key, for explicit curve parameters, and for a key
    /// that `countersign-signature` rejects.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Ok(Self::of(countersign_pem::from_pem(text)?))
    }

    /// The key of a DER file. It reads the same forms as [`from_pem`](Self::from_pem), and
    /// recognises them by their structure.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self::of(countersign_pem::from_der(der)?))
    }

    /// One JWK (RFC 7517): RSA, EC, OKP, oct or AKP, public or private. A byte order mark
    /// before it is ignored.
    ///
    /// `x5c`, `x5u`, `x5t` and unknown members are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not a strict JSON object; if a member is missing, has the
    /// wrong type, is not canonical base64url or belongs to another key type; if the `kid` is
    /// longer than [`KID_LIMIT`](crate::KID_LIMIT); and for a key that `countersign-signature`
    /// rejects.
    pub fn from_jwk(text: &[u8]) -> Result<Self, KeyError> {
        let object = Object::parse(set::without_mark(text))?;
        if object.get("kty").is_none() && object.get("keys").is_some() {
            return Err(KeyError::unreadable(
                "a JWK Set",
                "one JWK is expected here: an object with \"kty\"",
            ));
        }
        Jwk::of(object).key()
    }
}

/// Reads a key file and detects its form: PEM, JWK, JWK Set or DER. A byte order mark before a
/// text is ignored. For an HMAC secret use [`Key::secret`].
///
/// ```
/// let jwk = br#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"}"#;
/// let set = countersign_keys::read(jwk)?;
/// assert_eq!(set.keys().count(), 1);
/// # Ok::<(), countersign_keys::KeyError>(())
/// ```
///
/// # Errors
///
/// [`KeyError`] of the reader for that form. An unusable key in a set is skipped, but a file with
/// one key must be valid.
pub fn read(bytes: &[u8]) -> Result<KeySet, KeyError> {
    let text = set::without_mark(bytes);
    match text.trim_ascii_start().first() {
        Some(b'{' | b'[' | b'<') => set::read_json(text),
        // Check this before PEM: a DER file may contain the text with which PEM begins.
        Some(0x30) if Form::of_der(bytes).is_some() => Key::from_der(bytes).map(KeySet::from),
        _ if is_pem(text) || is_ssh_public_key(text) => match core::str::from_utf8(text) {
            Ok(text) => Key::from_pem(text).map(KeySet::from),
            Err(_) => Err(KeyError::unreadable(
                "PEM with bytes that are not UTF-8",
                "save it as UTF-8 or ASCII",
            )),
        },
        // The tag of a sequence.
        Some(0x30) => Key::from_der(bytes).map(KeySet::from),
        _ if secret::is_pem_in_base64(text) => Err(KeyError::unreadable(
            "a PEM in base64",
            "decode it once (base64 -d FILE > NEW.pem)",
        )),
        _ => Err(KeyError::unreadable(
            "no key in any form that is known",
            "PEM, DER, JWK or JWK Set is expected",
        )),
    }
}
