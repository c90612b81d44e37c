//! A report on a key set: which keys are used, which are skipped, and why.

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

/// One key of a set. It contains only public facts.
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
    /// A key that is missing in a stored copy of its set, with the reason why it was skipped. A
    /// program that stores a set over a restart needs this, because it must not store secrets.
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

    /// Its `kid`. It comes from the endpoint, so escape it before you show it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its `kty`, such as `EC`, if it could be read. It also comes from the endpoint.
    #[must_use]
    pub fn kty(&self) -> Option<&str> {
        self.kty.as_deref()
    }

    /// Its `alg`, such as `RS256`, also if it is unknown. It also comes from the endpoint.
    #[must_use]
    pub fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }

    /// The algorithms that it can verify; empty if it is skipped.
    #[must_use]
    pub fn algorithms(&self) -> &[AlgorithmName] {
        &self.algorithms
    }

    /// Its size or its curve, such as "2048 bits" or "P-256", if it could be read.
    #[must_use]
    pub fn size(&self) -> Option<&str> {
        self.size.as_deref()
    }

    /// Its SHA-256 thumbprint (RFC 7638) in base64url, if it could be read.
    #[must_use]
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// Whether the set contains its private half. The private key has leaked then: everyone who
    /// can read the set can sign with it, so it must be replaced. Only its public half is used.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.is_private
    }

    /// Whether it verifies tokens.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.skipped.is_none()
    }

    /// Why it doesn't verify tokens, as text for people; `None` if it does.
    #[must_use]
    pub fn skipped(&self) -> Option<&str> {
        self.skipped.as_deref()
    }
}
