//! Text and bytes to keys: PEM, DER, JWK, and files of any form.

use countersign_json::Object;
use countersign_pem::{Form, is_pem, is_ssh_public_key};

use crate::{Key, KeyError, KeySet, jwk, secret, set};

impl Key {
    /// The one key of a PEM text (RFC 7468), public or private: `PUBLIC KEY`,
    /// `RSA PUBLIC KEY`, `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` (with or without
    /// `EC PARAMETERS` before it) or `CERTIFICATE`.
    ///
    /// Line breaks may be written as the two characters `\n`. Text outside of the block is
    /// ignored. Of a certificate the public key is taken: its dates, its issuer and its
    /// signature are **not** judged.
    ///
    /// A label that names another form than the content has gives a
    /// [warning](Self::warnings), as long as both are public or both private.
    ///
    /// # Errors
    ///
    /// [`KeyError`] unless there is exactly one key; for a private key under the label of a
    /// public one and the reverse; for an encrypted key, explicit curve parameters, and a key
    /// that the seam rejects.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Ok(Self::of(countersign_pem::from_pem(text)?))
    }

    /// The key of a DER file: the same forms as [`from_pem`](Self::from_pem), told apart by
    /// their structure.
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
    /// `x5c`, `x5u`, `x5t` and members that are not known are ignored.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is no strict JSON object, a member is missing, of the wrong
    /// type, not canonical base64url or of another key type, the `kid` is longer than
    /// [`KID_LIMIT`](crate::KID_LIMIT), and for a key that the seam rejects.
    pub fn from_jwk(text: &[u8]) -> Result<Self, KeyError> {
        let object = Object::parse(set::without_mark(text))?;
        if object.get("kty").is_none() && object.get("keys").is_some() {
            return Err(KeyError::unreadable(
                "a JWK Set",
                "one JWK is expected here: an object with \"kty\"",
            ));
        }
        jwk::read(object)
    }
}

/// Reads a file of any form that holds keys, found out by looking: PEM, JWK, JWK Set or
/// DER. A byte order mark before a text is ignored. An HMAC secret is no such file;
/// it has [`Key::secret`].
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
/// [`KeyError`] as the reader of that form has it: of a set, one odd key is skipped; a
/// file of one key must be whole.
pub fn read(bytes: &[u8]) -> Result<KeySet, KeyError> {
    let text = set::without_mark(bytes);
    match text.trim_ascii_start().first() {
        Some(b'{' | b'[' | b'<') => set::read_json(text),
        // Before PEM: a file in DER may hold the words with which PEM begins.
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
