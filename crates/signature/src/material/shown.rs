//! How the parts of a key appear in `Debug`.

use core::fmt;

/// Bytes in `Debug`: lower-case hexadecimal, for public parts.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Shown instead of a secret in `Debug`.
pub(super) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
