//! From bytes to text.

use crate::error::JsonError;

/// The text of these bytes. JSON must be UTF-8 (RFC 8259 section 8.1).
///
/// # Errors
///
/// [`JsonError::NotUtf8`].
#[inline]
pub fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    core::str::from_utf8(bytes).map_err(|_| JsonError::NotUtf8)
}
