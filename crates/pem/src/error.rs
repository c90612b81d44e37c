//! Errors of reading and writing keys.

use alloc::string::String;
use core::{error, fmt};

use countersign_signature::{KeyRejected, KeyRejectedReason};

/// Why, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemErrorReason {
    /// The text is damaged, or contains no key.
    Unreadable,
    /// The kind of key is not supported: encrypted, DSA, an unknown curve.
    Unsupported,
    /// The parts of the key were refused; see [`KeyRejected`].
    Rejected(KeyRejectedReason),
}

/// Why a text or a file gave no key. `Display` has the form "found …; …".
///
/// It shows only names, lengths and kinds, and no part of a key. Names that come from the text
/// are escaped and cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemError {
    reason: PemErrorReason,
    found: String,
    needed: String,
}

impl PemError {
    pub(crate) fn unreadable(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self {
            reason: PemErrorReason::Unreadable,
            found: found.into(),
            needed: needed.into(),
        }
    }

    pub(crate) fn unsupported(found: impl Into<String>, needed: impl Into<String>) -> Self {
        Self {
            reason: PemErrorReason::Unsupported,
            found: found.into(),
            needed: needed.into(),
        }
    }

    /// Why, for programs.
    #[must_use]
    pub fn reason(&self) -> PemErrorReason {
        self.reason
    }

    /// What was found, such as "a PEM block DH PARAMETERS".
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What is needed or what to do, such as "exactly one key is expected".
    #[must_use]
    pub fn needed(&self) -> &str {
        &self.needed
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found {}; {}", self.found, self.needed)
    }
}

impl error::Error for PemError {}

impl From<KeyRejected> for PemError {
    fn from(rejected: KeyRejected) -> Self {
        Self {
            reason: PemErrorReason::Rejected(rejected.reason()),
            found: rejected.found().into(),
            needed: rejected.needed().into(),
        }
    }
}
