//! Text and bytes to keys: PEM, DER, JWK, and files of any form.

use alloc::format;
use alloc::vec::Vec;

use countersign_json::{JsonError, Object};

use crate::asn1::{self, Form};
use crate::{Key, KeyError, KeySet, jwk, pem, secret, set};

impl Key {
    /// The one key of a PEM text (RFC 7468), public or private: `PUBLIC KEY`,
    /// `RSA PUBLIC KEY`, `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` (with or without
    /// `EC PARAMETERS` before it) or `CERTIFICATE`.
    ///
    /// Line breaks may be written as the two characters `\n`; text outside of the block is
    /// passed over. Of a certificate the public key is taken: its dates, its issuer and
    /// its signature are **not** judged.
    ///
    /// # Errors
    ///
    /// [`KeyError`] unless there is exactly one key, for a label that contradicts what is
    /// inside, an encrypted key, explicit curve parameters, and a key that the seam rejects.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let text = pem::unescape(text);
        let mut blocks = pem::blocks(&text)?;
        // `openssl ecparam -genkey` writes them first; the key repeats its curve.
        blocks.retain(|block| block.label != "EC PARAMETERS");
        let [block] = blocks.as_slice() else {
            return Err(not_one_block(&text, &blocks));
        };
        let form = Form::of_label(block.label).ok_or_else(|| unknown_label(block.label))?;
        let der = block.decode()?;
        match Form::of_der(&der) {
            Some(found) if found == form => Ok(Self::of(asn1::read(form, &der)?)),
            Some(found) => Err(KeyError::unreadable(
                format!("{found} under the label {}", form.label()),
                format!("its label is {}", found.label()),
            )),
            None => Err(KeyError::unreadable(
                format!("no key under the label {}", form.label()),
                format!("that label stands for {form}; make or copy it again"),
            )),
        }
    }

    /// The key of a DER file: the same forms as [`from_pem`](Self::from_pem), told apart by
    /// their structure.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let form = Form::of_der(der).ok_or_else(|| {
            KeyError::unreadable(
                "bytes that are no key in DER",
                "SubjectPublicKeyInfo, PKCS#1, SEC 1, PKCS#8 or an X.509 certificate is expected, \
                 with nothing behind it",
            )
        })?;
        Ok(Self::of(asn1::read(form, der)?))
    }

    /// One JWK (RFC 7517): RSA, EC, OKP, oct or AKP, public or private.
    ///
    /// `x5c`, `x5u`, `x5t` and members that are not known are passed over.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is no strict JSON object, a member is missing, of the wrong
    /// type, not canonical base64url or of another key type, and for a key that the seam rejects.
    pub fn from_jwk(text: &[u8]) -> Result<Self, KeyError> {
        let object = Object::parse(text).map_err(|error| not_json(&error))?;
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
/// DER. A byte order mark before a text is passed over. An HMAC secret is no such file;
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
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.trim_ascii_start().first() {
        Some(b'{' | b'[') => {
            if set::is_set(text)? {
                KeySet::from_json(text)
            } else {
                Key::from_jwk(text).map(KeySet::from)
            }
        }
        // Before PEM: a file in DER may hold the words with which PEM begins.
        Some(0x30) if Form::of_der(bytes).is_some() => Key::from_der(bytes).map(KeySet::from),
        _ if pem::is_pem(text) || secret::is_ssh(text) => match core::str::from_utf8(text) {
            Ok(text) => Key::from_pem(text).map(KeySet::from),
            Err(_) => Err(KeyError::unreadable(
                "PEM with bytes that are not UTF-8",
                "save it as UTF-8 or ASCII",
            )),
        },
        // The tag of a sequence.
        Some(0x30) => Key::from_der(bytes).map(KeySet::from),
        _ => Err(KeyError::unreadable(
            "no key in any form that is known",
            "PEM, DER, JWK or JWK Set is expected",
        )),
    }
}

/// A text that should be JSON. Its error is a sentence of the same form as ours.
pub(crate) fn not_json(error: &JsonError) -> KeyError {
    let sentence = format!("{error}");
    let (found, needed) = sentence
        .strip_prefix("found ")
        .and_then(|rest| rest.split_once("; "))
        .unwrap_or((&sentence, "one JSON object is expected"));
    KeyError::unreadable(found, needed)
}

fn not_one_block(text: &str, blocks: &[pem::Block<'_>]) -> KeyError {
    if blocks.is_empty() && secret::is_ssh(text.trim().as_bytes()) {
        return KeyError::unsupported(
            "an ssh public key",
            "convert it to PEM first (ssh-keygen -e -m PKCS8 -f FILE)",
        );
    }
    if blocks.is_empty() {
        return KeyError::unreadable(
            "no key in PEM",
            "a key begins with a line such as -----BEGIN PUBLIC KEY-----",
        );
    }
    let labels: Vec<_> = blocks.iter().take(4).map(|block| block.label).collect();
    let more = if blocks.len() > labels.len() {
        ", …"
    } else {
        ""
    };
    KeyError::unreadable(
        format!("{} PEM blocks ({}{more})", blocks.len(), labels.join(", ")),
        "exactly one key is expected; keep the one that is meant",
    )
}

fn unknown_label(label: &str) -> KeyError {
    KeyError::unsupported(
        format!("a PEM block {label}"),
        match label {
            "OPENSSH PRIVATE KEY" => "convert it first (ssh-keygen -p -m PKCS8 -f COPY)",
            _ => {
                "PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE, PRIVATE KEY, RSA PRIVATE KEY or \
                 EC PRIVATE KEY is expected"
            }
        },
    )
}
