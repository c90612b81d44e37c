//! Shows the application's own bytes without their content.

use std::fmt;

/// How `Debug` shows the application's own bytes: they stay out of logs.
pub(crate) struct Size(pub(crate) usize);

impl Size {
    pub(crate) fn of(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.map(|bytes| Self(bytes.len()))
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}
