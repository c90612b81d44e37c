//! Is this HMAC secret itself a key? Whoever configures a public key as a secret lets
//! everyone sign who can read the public key (CVE-2016-10555 and its many followers).
//!
//! What cannot be told from random bytes passes: the bare modulus of an RSA key, and
//! the 32 bytes of an Ed25519 key.

use alloc::format;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use countersign_json::Object;
use countersign_signature::{Curve, EcPublicKey};

use crate::asn1::Form;
use crate::error::KeyErrorReason;
use crate::{KeyError, pem};

/// Refuses a secret that is a PEM, DER, JWK, JWK Set or ssh public key, or a point on a
/// curve, also with space or a byte order mark around it, also in base64.
pub(crate) fn check(secret: &[u8]) -> Result<(), KeyError> {
    let text = trimmed(secret);
    let found = match recognise(text) {
        None => match decoded(text).as_deref().and_then(recognise) {
            None => return Ok(()),
            Some(kind) => format!("a secret that is {kind} in base64"),
        },
        Some(kind) => format!("a secret that is {kind}"),
    };
    Err(KeyError::new(
        KeyErrorReason::SecretIsAKey,
        found,
        "an HMAC secret is bytes that nobody else knows; give a public key to the option for \
         public keys, or make a new secret",
    ))
}

fn recognise(text: &[u8]) -> Option<&'static str> {
    if pem::is_pem(text) || contains(text, b"---- BEGIN SSH2") {
        Some("a key in PEM")
    } else if is_ssh(text) {
        Some("an ssh public key")
    } else if is_jwk(text) {
        Some("a JWK or a JWK Set")
    } else if let Some(form) = Form::of_der(text) {
        Some(match form {
            Form::Certificate => "an X.509 certificate in DER",
            _ => "a key in DER",
        })
    } else if is_point(text) {
        Some("a point on an elliptic curve")
    } else {
        None
    }
}

/// Whether this is a line of `authorized_keys` or of a `.pub` file, its name lost or not.
pub(crate) fn is_ssh(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"ssh-rsa ",
        b"ssh-dss ",
        b"ssh-ed25519 ",
        b"ecdsa-sha2-nistp",
        b"sk-ssh-",
        b"sk-ecdsa-",
    ];
    // The length and first letters of a name that every key begins with, in base64.
    const BLOBS: [&[u8]; 5] = [
        b"AAAAB3NzaC1",
        b"AAAAC3NzaC1",
        b"AAAAE2VjZHNhLXNoYTIt",
        b"AAAAGnNrLXNza",
        b"AAAAInNrLWVjZHNh",
    ];
    NAMES.iter().any(|name| text.starts_with(name)) || BLOBS.iter().any(|blob| contains(text, blob))
}

/// Broken JSON is caught too, as a JWK whose quotes some shell has escaped.
fn is_jwk(text: &[u8]) -> bool {
    let is_set = Object::parse(text).is_ok_and(|object| object.get("keys").is_some());
    is_set || (matches!(text.first(), Some(b'{' | b'[')) && contains(text, b"kty"))
}

/// `04 || x || y` or `x || y`: random bytes of that length satisfy no curve's equation.
fn is_point(bytes: &[u8]) -> bool {
    [Curve::P256, Curve::P384, Curve::P521, Curve::SECP256K1]
        .into_iter()
        .any(|curve| {
            let bare = bytes.split_at_checked(curve.coordinate_bytes());
            EcPublicKey::from_uncompressed(curve, bytes).is_ok()
                || bare.is_some_and(|(x, y)| EcPublicKey::new(curve, x, y).is_ok())
        })
}

/// Base64 of either alphabet, padded or not, broken into lines or not.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let packed: Vec<u8> = pem::unescape(core::str::from_utf8(text).ok()?)
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, LAX).decode(&packed).ok())
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let mut text = bytes.trim_ascii();
    while let Some(rest) = text
        .strip_prefix(b"\xef\xbb\xbf")
        .or_else(|| text.strip_prefix(b"\\n"))
        .or_else(|| text.strip_prefix(b"\\r"))
        .or_else(|| text.strip_suffix(b"\\n"))
        .or_else(|| text.strip_suffix(b"\\r"))
    {
        text = rest.trim_ascii();
    }
    text
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
