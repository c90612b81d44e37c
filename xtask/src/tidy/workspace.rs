//! The input and the result of the checks.

use std::path::PathBuf;

use crate::files::{self, File};
use crate::metadata::Metadata;

/// The input of the checks.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) root: PathBuf,
    pub(super) metadata: Metadata,
    pub(super) files: Vec<File>,
}

impl Workspace {
    /// Reads the workspace.
    ///
    /// # Errors
    ///
    /// `Cargo.lock` is missing or not up to date, or a folder cannot be read.
    pub(super) fn read() -> Result<Self, String> {
        let root = files::root();
        Ok(Self {
            metadata: Metadata::read(&root)?,
            files: files::all(&root)?,
            root,
        })
    }
}

/// The faults, as whole sentences that name the place.
pub(super) type Complaints = Vec<String>;
