//! What a key set held: which keys are used, which are skipped, and why.

use countersign_signature::{AlgorithmName, Provider};

use crate::{FetchError, Settings, document};

/// Every key of one set, in the order of the document.
///
/// ```
/// use countersign_jwks::{Report, Settings};
///
/// let document = br#"{"keys":[
///     {"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///     {"kty":"oct","kid":"2","k":"c2VjcmV0"}
/// ]}"#;
/// let report = Report::of(document, &countersign_ring::provider(), &Settings::default())?;
/// assert_eq!((report.used(), report.skipped()), (1, 1));
///
/// let key = &report.keys()[0];
/// assert_eq!(key.algorithms()[0].as_str(), "EdDSA");
/// assert_eq!(key.thumbprint(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
/// # Ok::<(), countersign_jwks::FetchError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    keys: Vec<KeyReport>,
}

impl Report {
    pub(crate) fn new(keys: Vec<KeyReport>) -> Self {
        Self { keys }
    }

    /// What a client with these settings makes of a JWK Set, usable keys or none.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if it is no JWK Set, holds no key at all, or more than the limit.
    pub fn of(
        document: &[u8],
        provider: &Provider,
        settings: &Settings,
    ) -> Result<Self, FetchError> {
        document::report(document, provider, settings)
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

    /// Whether the endpoint publishes its private half, which makes it worthless to
    /// whoever is not the only reader. The public half alone is used.
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
