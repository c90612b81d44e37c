//! PEM text (RFC 7468): its blocks, read as they come out of configuration
//! files and environment variables, and written as the RFC has it.
//!
//! Reading is lax about space, never about content: a line break may be LF, CRLF,
//! CR or missing, or written as the two characters `\n`; a byte order mark and text
//! outside of the blocks are passed over; the base64 inside is strict. It knows
//! nothing of what the blocks hold.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::KeyError;
use crate::error::name;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Whether a PEM block begins anywhere in these bytes.
pub(crate) fn is_pem(bytes: &[u8]) -> bool {
    bytes
        .windows(BEGIN.len())
        .any(|window| window == BEGIN.as_bytes())
}

/// One block; `body` is still base64.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    body: &'a str,
}

/// The text with line breaks that were written as `\n`, `\r\n` or `\r`, as they
/// stand in configuration files and environment variables, turned into real ones.
/// No label and no base64 holds a backslash.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace("\\r", "\n").replace("\\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Every block of the text, in order.
pub(crate) fn blocks(mut text: &str) -> Result<Vec<Block<'_>>, KeyError> {
    let mut blocks = Vec::new();
    while let Some((_, rest)) = text.split_once(BEGIN) {
        let (label, rest) = rest
            .split_once(DASHES)
            .filter(|(label, _)| is_label(label))
            .ok_or_else(|| {
                KeyError::unreadable(
                    "a PEM block without a label",
                    "a block begins with a line such as -----BEGIN PUBLIC KEY-----",
                )
            })?;
        let unfinished = || {
            KeyError::unreadable(
                format!("a PEM block {label} without its end"),
                format!("it ends with -----END {label}-----"),
            )
        };
        let (body, rest) = rest.split_once(END).ok_or_else(unfinished)?;
        let (end_label, rest) = rest.split_once(DASHES).ok_or_else(unfinished)?;
        if body.contains(BEGIN) {
            return Err(unfinished());
        }
        if end_label != label {
            return Err(KeyError::unreadable(
                format!("a PEM block {label} that ends as {}", name(end_label)),
                format!("it ends with -----END {label}-----"),
            ));
        }
        blocks.push(Block { label, body });
        text = rest;
    }
    Ok(blocks)
}

impl Block<'_> {
    /// The bytes of the block.
    pub(crate) fn decode(&self) -> Result<Vec<u8>, KeyError> {
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
            KeyError::unreadable(
                format!("a PEM block {} that is not valid base64", self.label),
                "copy the whole file again; between its first and last line there is base64 alone",
            )
        })
    }
}

/// The refusal of a private key under a passphrase.
pub(crate) fn encrypted() -> KeyError {
    KeyError::unsupported(
        "an encrypted private key",
        "decrypt it first (openssl pkey -in FILE -out PLAIN); passphrases are not read",
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

/// Printable ASCII on one line: labels are shown in errors as they are.
fn is_label(label: &str) -> bool {
    (1..=64).contains(&label.len()) && label.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
