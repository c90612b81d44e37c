//! Finds HMAC secrets that are themselves keys. If a public key is configured as a secret,
//! everyone who knows it can sign tokens (CVE-2016-10555 and many later ones).
//!
//! Two kinds of public keys look like random bytes, so they are not found: the bare modulus of an
//! RSA key, and the 32 bytes of an Ed25519 key.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use countersign_json::Object;
use countersign_pem::{Form, is_pem, is_ssh_public_key, unescape};
use countersign_signature::{Curve, EcPublicKey};

use crate::KeyError;
use crate::error::KeyErrorReason;

/// Refuses a secret that is a PEM, DER, JWK, JWK Set or ssh public key, or a point on a
/// curve, also with space, quotes or a byte order mark around it, and also in base64,
/// hexadecimal or UTF-16.
pub(crate) fn check(secret: &[u8]) -> Result<(), KeyError> {
    check_text(secret, "")?;
    match of_utf16(secret) {
        Some(text) => check_text(&text, " in UTF-16"),
        None => Ok(()),
    }
}

fn check_text(text: &[u8], charset: &str) -> Result<(), KeyError> {
    let text = trimmed(text);
    let readings = [
        (Some(Cow::Borrowed(text)), ""),
        (of_base64(text).map(Cow::Owned), " in base64"),
        (of_hexadecimal(text).map(Cow::Owned), " in hexadecimal"),
    ];
    for (bytes, encoding) in readings {
        if let Some(kind) = bytes.as_deref().and_then(recognise) {
            return Err(KeyError::new(
                KeyErrorReason::SecretIsAKey,
                format!("a secret that is {kind}{encoding}{charset}"),
                "an HMAC secret is bytes that nobody else knows; give a public key to the option \
                 for public keys, or make a new secret",
            ));
        }
    }
    Ok(())
}

/// Whether this is a PEM text that was encoded as base64 once more.
pub(crate) fn is_pem_in_base64(text: &[u8]) -> bool {
    of_base64(trimmed(text)).is_some_and(|bytes| is_pem(&bytes))
}

fn recognise(text: &[u8]) -> Option<&'static str> {
    if is_pem(text) || contains(text, b"---- BEGIN SSH2") {
        Some("a key in PEM")
    } else if is_ssh_public_key(text) {
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

/// Also finds broken JSON, such as a JWK whose quotes a shell has escaped.
fn is_jwk(text: &[u8]) -> bool {
    let is_set = Object::parse(text).is_ok_and(|object| object.get("keys").is_some());
    is_set || (matches!(text.first(), Some(b'{' | b'[')) && contains(text, b"kty"))
}

/// `04 || x || y` or `x || y`. Random bytes of that length don't satisfy the equation of a curve.
fn is_point(bytes: &[u8]) -> bool {
    for curve in [Curve::P256, Curve::P384, Curve::P521, Curve::SECP256K1] {
        if EcPublicKey::from_uncompressed(curve, bytes).is_ok() {
            return true;
        }
        if let Some((x, y)) = bytes.split_at_checked(curve.coordinate_bytes())
            && EcPublicKey::new(curve, x, y).is_ok()
        {
            return true;
        }
    }
    false
}

/// Decodes base64 of either alphabet, with or without padding and line breaks.
fn of_base64(text: &[u8]) -> Option<Vec<u8>> {
    const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let packed: Vec<u8> = unescape(core::str::from_utf8(text).ok()?)
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    for alphabet in [&alphabet::STANDARD, &alphabet::URL_SAFE] {
        if let Ok(bytes) = GeneralPurpose::new(alphabet, LAX).decode(&packed) {
            return Some(bytes);
        }
    }
    None
}

/// Decodes hexadecimal digits in either case, with or without `0x` before them, and space or
/// colons between them.
fn of_hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    let mut digits = Vec::new();
    for byte in text {
        match char::from(*byte).to_digit(16) {
            Some(digit) => digits.push(u8::try_from(digit).ok()?),
            None if byte.is_ascii_whitespace() || *byte == b':' => {}
            None => return None,
        }
    }
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| (high << 4) | low);
    rest.is_empty().then(|| bytes.collect())
}

/// Decodes UTF-16, in which editors of Windows save texts, with or without a byte order mark. The
/// text of a key is ASCII, so every second byte is zero.
fn of_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = bytes.trim_ascii_start();
    let text = text.strip_prefix(b"\xff\xfe").unwrap_or(text);
    let text = text.strip_prefix(b"\xfe\xff").unwrap_or(text);
    text.contains(&0)
        .then(|| text.iter().copied().filter(|byte| *byte != 0).collect())
}

/// The text without space, quotes, byte order marks and escaped line breaks around it.
fn trimmed(bytes: &[u8]) -> &[u8] {
    const AROUND: [&[u8]; 5] = [b"\xef\xbb\xbf", b"\\n", b"\\r", b"\"", b"'"];
    let mut text = bytes.trim_ascii();
    while let Some(rest) = AROUND.iter().find_map(|part| {
        text.strip_prefix(*part)
            .or_else(|| text.strip_suffix(*part))
    }) {
        text = rest.trim_ascii();
    }
    text
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
