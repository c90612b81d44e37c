//! Writes files that hold secrets: only their owner can read them, and no file is overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file to be made.
pub(crate) struct NewFile<'t> {
    pub(crate) path: PathBuf,
    pub(crate) text: &'t str,
    /// If true, its mode on Unix is 0644, else 0600.
    pub(crate) is_public: bool,
}

/// Writes all files or none: a new private key beside an old public key would be useless.
///
/// # Errors
///
/// The file that failed; `AlreadyExists` if a file of its name exists.
pub(crate) fn create<'f>(files: &'f [NewFile<'_>]) -> Result<(), (&'f Path, io::Error)> {
    let mut made = Vec::new();
    let written = files
        .iter()
        .try_for_each(|file| {
            let opened = file.open().map_err(|error| (&*file.path, error))?;
            made.push((file, opened));
            Ok(())
        })
        .and_then(|()| {
            made.iter_mut().try_for_each(|(file, opened)| {
                let written = opened.write_all(file.text.as_bytes());
                written.map_err(|error| (&*file.path, error))
            })
        });
    if written.is_err() {
        for (file, _) in made {
            // Nothing more can be done; report the first error.
            let _ = fs::remove_file(&file.path);
        }
    }
    written
}

impl NewFile<'_> {
    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(if self.is_public { 0o644 } else { 0o600 });
        }
        options.open(&self.path)
    }
}
