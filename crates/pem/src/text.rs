//! Reads the one key of a PEM text or a DER file.

use alloc::format;
use alloc::vec::Vec;

use crate::block::{self, Block};
use crate::read::{Mislabelled, StoredKey, read};
use crate::{Form, PemError, ssh};

/// The one key of a PEM text (RFC 7468), public or private: `PUBLIC KEY`,
/// `RSA PUBLIC KEY`, `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` (with or without
/// `EC PARAMETERS` before it) or `CERTIFICATE`.
///
/// Line breaks may be written as the two characters `\n`. Text outside of the block is ignored.
/// Only the public key of a certificate is read: its dates, its issuer and its signature are
/// **not** checked.
///
/// It is not an error if the label names another form than the content has, as long as both are
/// public or both are private: see [`StoredKey::mislabelled`].
///
/// # Errors
///
/// [`PemError`] if there is not exactly one key; if a private key has the label of a public one,
/// or the reverse; for an encrypted key, for explicit curve parameters, and for a key that
/// `countersign-signature` rejects.
pub fn from_pem(text: &str) -> Result<StoredKey, PemError> {
    let text = block::unescape(text);
    let mut blocks = block::blocks(&text)?;
    // `openssl ecparam -genkey` writes this block before the key, and the key repeats the curve.
    blocks.retain(|block| block.label != "EC PARAMETERS");
    let [block] = blocks.as_slice() else {
        return Err(not_one_block(&text, &blocks));
    };
    let label = Form::of_label(block.label).ok_or_else(|| unknown_label(block))?;
    let der = block.decode()?;
    let Some(found) = Form::of_der(&der) else {
        return Err(PemError::unreadable(
            format!("no key under the label {}", label.label()),
            format!("this label belongs to {label}; make or copy it again"),
        ));
    };
    if found.is_private() != label.is_private() {
        return Err(PemError::unreadable(
            format!("{found} under the label {}", label.label()),
            format!("the right label is {}", found.label()),
        ));
    }
    let mut key = read(found, &der)?;
    if found != label {
        key.mislabelled = Some(Mislabelled { found, label });
    }
    Ok(key)
}

/// The key of a DER file. It reads the same forms as [`from_pem`], and recognises them by their
/// structure.
///
/// # Errors
///
/// As [`from_pem`].
pub fn from_der(der: &[u8]) -> Result<StoredKey, PemError> {
    let form = Form::of_der(der).ok_or_else(|| {
        PemError::unreadable(
            "bytes that are not a key in DER",
            "SubjectPublicKeyInfo, PKCS#1, SEC 1, PKCS#8 or an X.509 certificate is expected, \
             with nothing after it",
        )
    })?;
    read(form, der)
}

fn not_one_block(text: &str, blocks: &[Block<'_>]) -> PemError {
    if blocks.is_empty() {
        let text = text.trim().as_bytes();
        if ssh::is_ssh_public_key(text) {
            return ssh::public_key(text);
        }
        return PemError::unreadable(
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
    PemError::unreadable(
        format!("{} PEM blocks ({}{more})", blocks.len(), labels.join(", ")),
        "exactly one key is expected; keep only the key that you need",
    )
}

fn unknown_label(block: &Block<'_>) -> PemError {
    if block.label == "OPENSSH PRIVATE KEY" {
        return ssh::private_key(block);
    }
    PemError::unsupported(
        format!("a PEM block {}", block.label),
        "PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE, PRIVATE KEY, RSA PRIVATE KEY or \
         EC PRIVATE KEY is expected",
    )
}
