//! Warnings about keys that work but should be corrected.

use alloc::vec::Vec;
use core::fmt;

use countersign_pem::Mislabelled;

/// A fault of a key's file or text that does not stop the key from working.
///
/// `Display` is a sentence for the person who configured it. It shows no part of a key.
///
/// ```
/// use countersign_keys::{Key, KeyWarning};
///
/// let key = Key::secret(b"correct horse battery staple, twice\n")?;
/// assert_eq!(key.warnings(), [KeyWarning::LineBreak]);
/// # Ok::<(), countersign_keys::KeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyWarning {
    /// The label of a PEM block doesn't fit the form of its content.
    #[non_exhaustive]
    Label {
        /// The label.
        label: &'static str,
        /// The form of the content, such as "a private key in PKCS#8 form".
        content: &'static str,
        /// The label of that form.
        right: &'static str,
    },
    /// A secret begins or ends with a line break, which is part of it.
    LineBreak,
    /// A secret is in quotes, which are part of it.
    Quotes,
}

impl KeyWarning {
    /// The warnings about the bytes of a secret. Random bytes, such as those of a JWK, may end in
    /// a line break by chance: only text is looked at.
    pub(crate) fn of_secret(secret: &[u8]) -> Vec<Self> {
        if core::str::from_utf8(secret).is_err() {
            return Vec::new();
        }
        let is_break = |byte: Option<&u8>| matches!(byte, Some(b'\n' | b'\r'));
        let has_break = is_break(secret.first()) || is_break(secret.last());
        let mut warnings = Vec::new();
        if has_break {
            warnings.push(Self::LineBreak);
        }
        if let [first @ (b'"' | b'\''), .., last] = secret.trim_ascii()
            && first == last
        {
            warnings.push(Self::Quotes);
        }
        warnings
    }
}

impl From<Mislabelled> for KeyWarning {
    fn from(it: Mislabelled) -> Self {
        Self::Label {
            label: it.label.label(),
            content: it.found.description(),
            right: it.found.label(),
        }
    }
}

impl fmt::Display for KeyWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label {
                label,
                content,
                right,
            } => write!(
                f,
                "found {content} under the label {label}; the right label is {right}"
            ),
            Self::LineBreak => f.write_str(
                "found a line break at the beginning or the end of the secret; it is part of the \
                 secret: remove it if the other side signs without it",
            ),
            Self::Quotes => f.write_str(
                "found quotes around the secret; they are part of the secret: remove them if the \
                 other side signs without them",
            ),
        }
    }
}
