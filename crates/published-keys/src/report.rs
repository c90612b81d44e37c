//! What a key set held: which keys are used, which are skipped, and why.

use alloc::string::String;
use alloc::vec::Vec;

use countersign_signature::AlgorithmName;

/// Every key of one set, in the order of the document.
///
/// See the crate's page for an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    keys: Vec<KeyReport>,
}

impl Report {
    pub(crate) fn new(keys: Vec<KeyReport>) -> Self {
        Self { keys }
    }

    pub(crate) fn insert(&mut self, index: usize, key: KeyReport) {
        self.keys.insert(index.min(self.keys.len()), key);
    }

    pub(crate) fn mark_private(&mut self, index: usize) {
        if let Some(key) = self.keys.get_mut(index) {
            key.is_private = true;
        }
    }

    /// Every key.
    #[must_use]
    pub fn keys(&self) -> &[KeyReport] {
        &self.keys
    }

    /// How many keys can be used.
    #[must_use]
    pub fn used(&self) -> usize {
        self.keys.iter().filter(|key| key.is_usable()).count()
    }

    /// How many keys cannot be used.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.keys.iter().filter(|key| !key.is_usable()).count()
    }
}

/// One key of a set. It holds public facts alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyReport {
    pub(crate) kid: Option<String>,
    pub(crate) kty: Option<String>,
    pub(crate) alg: Option<String>,
    pub(crate) algorithms: Vec<AlgorithmName>,
    pub(crate) size: Option<String>,
    pub(crate) thumbprint: Option<String>,
    pub(crate) is_private: bool,
    pub(crate) skipped: Option<String>,
}

impl KeyReport {
    /// A key that a stored copy of its set lacks, and why it was skipped: for those who keep a
    /// set over a restart and must not store its secrets.
    #[must_use]
    pub fn left_out(
        kid: Option<String>,
        kty: Option<String>,
        alg: Option<String>,
        skipped: String,
    ) -> Self {
        Self {
            kid,
            kty,
            alg,
            skipped: Some(skipped),
            ..Self::default()
        }
    }

    /// Its `kid`. It comes from the endpoint: escape it where it is shown.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its `kty`, such as `EC`, if it could be read. It comes from the endpoint as well.
    #[must_use]
    pub fn kty(&self) -> Option<&str> {
        self.kty.as_deref()
    }

    /// The `alg` that it names, such as `RS256`, known or not. It comes from the endpoint too.
    #[must_use]
    pub fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// The algorithms that it verifies; none if it is skipped.
    #[must_use]
    pub fn algorithms(&self) -> &[AlgorithmName] {
        &self.algorithms
    }

    /// Its bits or its curve, such as "2048 bits" or "P-256", if it could be read.
    #[must_use]
    pub fn size(&self) -> Option<&str> {
        self.size.as_deref()
    }

    /// Its SHA-256 thumbprint (RFC 7638) in base64url, if it could be read.
    #[must_use]
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// Whether the endpoint publishes its private half. The private key has leaked: whoever
    /// reads the set can sign with it, so it must be replaced. Only its public half is used.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// Whether it verifies tokens.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.skipped.is_none()
    }

    /// Why it does not, in a sentence.
    #[must_use]
    pub fn skipped(&self) -> Option<&str> {
        self.skipped.as_deref()
    }
}
