//! Files that hold secrets: made readable to their owner alone, and never over another.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a new file. On Unix its mode is 0600, or 0644 if it is `public`.
///
/// # Errors
///
/// `AlreadyExists` if there is something of that name.
pub(crate) fn create(path: &Path, text: &str, public: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if public { 0o644 } else { 0o600 });
    }
    #[cfg(not(unix))]
    let _ = public;
    options.open(path)?.write_all(text.as_bytes())
}
