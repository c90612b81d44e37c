//! The blocks of a PEM text (RFC 7468), as found in configuration files and environment
//! variables.
//!
//! Reading is lax about space and strict about content. A line break may be LF, CRLF, CR,
//! missing, or written as the two characters `\n`. A byte order mark and text outside of the
//! blocks are ignored. The base64 inside must be exact. This module doesn't know what the bytes
//! mean.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::PemError;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Whether a PEM block begins anywhere in these bytes.
#[must_use]
pub fn is_pem(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGIN.len())
        .any(|window| window == BEGIN.as_bytes())
}

/// One block. `body` is still base64.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    body: &'a str,
}

/// Replaces `\n`, `\r\n` and `\r` by real line breaks where they are written as letters, as in
/// configuration files and environment variables. This is safe: neither labels nor base64 contain
/// a backslash.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace("\\r", "\n").replace("\\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Every block of the text, in order.
pub(crate) fn blocks(mut text: &str) -> Result<Vec<Block<'_>>, PemError> {
    let mut blocks = Vec::new();
    while let Some((_, rest)) = text.split_once(BEGIN) {
        let (label, rest) = rest
            .split_once(DASHES)
            .filter(|(label, _)| is_label(label))
            .ok_or_else(|| {
                PemError::unreadable(
                    "a PEM block without a label",
                    "a block begins with a line such as -----BEGIN PUBLIC KEY-----",
                )
            })?;
        let unfinished = || {
            PemError::unreadable(
                format!("a PEM block {label} without its end"),
                format!("it must end with -----END {label}-----"),
            )
        };
        let (body, rest) = rest.split_once(END).ok_or_else(unfinished)?;
        let (end_label, rest) = rest.split_once(DASHES).ok_or_else(unfinished)?;
        if body.contains(BEGIN) {
            return Err(unfinished());
        }
        if end_label != label {
            return Err(PemError::unreadable(
                format!("a PEM block {label} that ends as {}", shown(end_label)),
                format!("it must end with -----END {label}-----"),
            ));
        }
        blocks.push(Block { label, body });
        text = rest;
    }
    Ok(blocks)
}

impl Block<'_> {
    /// The bytes of the block.
    pub(crate) fn decode(&self) -> Result<Vec<u8>, PemError> {
        // `Proc-Type: 4,ENCRYPTED` (RFC 1421 section 4.6.1.1).
        if self.body.contains("4,ENCRYPTED") {
            return Err(encrypted());
        }
        let packed: Vec<u8> = self
            .body
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        STANDARD.decode(packed).map_err(|_| {
            PemError::unreadable(
                format!("a PEM block {} that is not valid base64", self.label),
                "copy the whole file again; between its first and last line there is only base64",
            )
        })
    }
}

/// The error for a private key that is encrypted with a passphrase.
pub(crate) fn encrypted() -> PemError {
    PemError::unsupported(
        "an encrypted private key",
        "decrypt it first (openssl pkey -in FILE -out PLAIN); passphrases are not supported",
    )
}

/// One block, in lines of 64 characters.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let mut text = format!("{BEGIN}{label}{DASHES}\n");
    // 48 bytes are the 64 characters of a line (RFC 7468 section 2).
    for line in der.chunks(48) {
        STANDARD.encode_string(line, &mut text);
        text.push('\n');
    }
    text.push_str(END);
    text.push_str(label);
    text.push_str(DASHES);
    text.push('\n');
    text
}

/// An END label for an error message. It is escaped and cut, because only BEGIN labels are
/// checked.
fn shown(label: &str) -> String {
    let short: String = label.chars().take(64).collect();
    format!("{short:?}")
}

/// Only short printable ASCII, because errors show labels as they are.
fn is_label(label: &str) -> bool {
    (1..=64).contains(&label.len()) && label.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
