//! An authority: one party whose tokens are accepted, with its keys and the requirements for its
//! tokens.

use std::sync::Arc;
use std::time::Duration;

use countersign_claims::{DecodeOptions, Expectation, MAX_LEEWAY, Pattern, Policy};
#[cfg(feature = "jwks")]
use countersign_jwks::Jwks;
use countersign_jws::Header;
use countersign_keys::Key;
use countersign_signature::Provider;

use crate::build_error::BuildError;
use crate::error::{Error, short};
use crate::key_source::KeySource;
use crate::keyring::Keyring;
use crate::provider::default_provider;
use crate::user_prefix::UserPrefix;

/// One party whose tokens are accepted: its keys, and what is expected of its tokens.
///
/// ```
/// use std::time::Duration;
/// use countersign::{Authority, Key};
///
/// let authority = Authority::builder()
///     .name("backend")
///     .key(Key::secret(b"a secret of at least 32 bytes ...")?)
///     .issuer("https://backend.example")
///     .audience("chat")
///     .leeway(Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authority {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) keys: KeySource,
    pub(crate) policy: Policy,
    pub(crate) reading: DecodeOptions,
    pub(crate) typ: Option<String>,
    pub(crate) user_prefix: Option<UserPrefix>,
}

impl Authority {
    /// An authority with these keys and no requirements for its tokens. If the keys belong to an
    /// issuer and were found by its discovery document, tokens must have exactly its `iss`.
    #[must_use]
    pub fn new(keys: impl Into<KeySource>) -> Self {
        let keys = keys.into();
        let mut policy = Policy::default();
        if let Some(issuer) = keys.issuer() {
            policy.issuer = Expectation::Exact(issuer.into());
        }
        Self {
            name: None,
            keys,
            policy,
            reading: DecodeOptions::default(),
            typ: None,
            user_prefix: None,
        }
    }

    /// Begins an authority without requirements. Give it at least keys.
    pub fn builder() -> AuthorityBuilder {
        AuthorityBuilder::default()
    }

    /// The policy for its claims.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The exact `iss` of its tokens, if it expects one.
    pub(crate) fn exact_issuer(&self) -> Option<&str> {
        match &self.policy.issuer {
            Expectation::Exact(issuer) => Some(issuer),
            Expectation::Any | Expectation::Matches(_) => None,
        }
    }

    #[inline]
    pub(crate) fn check_header(&self, header: &Header<'_>) -> Result<(), Error> {
        if header.is_nested() {
            return Err(Error::Nested);
        }
        match &self.typ {
            Some(needed) if !header.is_typ(needed) => Err(Error::Type {
                found: header.typ().map(|typ| short(typ, 64).into()),
                needed: needed.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// Where the issuer publishes its keys.
#[cfg(feature = "jwks")]
#[derive(Clone, Debug)]
enum Published {
    KeySet(String),
    OfIssuer(String),
}

/// Builds an [`Authority`]: a setter for each option, then [`build`](Self::build).
#[derive(Clone, Debug, Default)]
#[must_use = "`build` ends it"]
pub struct AuthorityBuilder {
    name: Option<String>,
    provider: Option<Provider>,
    keys: Vec<Key>,
    source: Option<KeySource>,
    #[cfg(feature = "jwks")]
    jwks: Option<Published>,
    given_twice: bool,
    policy: Policy,
    reading: DecodeOptions,
    typ: Option<String>,
    user_prefix: Option<UserPrefix>,
    has_expectations: bool,
}

impl AuthorityBuilder {
    /// Its name, the first part of the identity of its users. The default is the issuer for an
    /// authority that tokens select by `iss`, else `default`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self.has_expectations = true;
        self
    }

    /// The algorithms that keys are bound to; [`default_provider`] if none is given.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Adds a secret or a public key. Keys are tried in order.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Keys that may have an end: see [`Keyring`].
    pub fn keyring(self, keyring: Keyring) -> Self {
        self.keys(keyring)
    }

    /// Keys from any source, such as a client of an endpoint with settings of your own.
    pub fn keys(mut self, keys: impl Into<KeySource>) -> Self {
        self.given_twice |= self.source.is_some();
        self.source = Some(keys.into());
        self
    }

    /// The keys that are published at this URL. A thread fetches them ahead of time, from
    /// [`build`](Self::build) on.
    ///
    /// Each call makes a new client, which has no keys yet. To keep the keys over a
    /// [`reload`](crate::Authenticator::reload), give [`keys`](Self::keys) a clone of one
    /// [`KeySource`](crate::KeySource).
    #[cfg(feature = "jwks")]
    pub fn jwks(self, url: impl Into<String>) -> Self {
        self.published(Published::KeySet(url.into()))
    }

    /// The keys of an OpenID Connect issuer, such as `https://id.example`: its
    /// `/.well-known/openid-configuration` says where they are. Requires exactly this `iss`.
    #[cfg(feature = "jwks")]
    pub fn jwks_from_issuer(self, issuer: impl Into<String>) -> Self {
        self.published(Published::OfIssuer(issuer.into()))
    }

    #[cfg(feature = "jwks")]
    fn published(mut self, published: Published) -> Self {
        self.given_twice |= self.jwks.is_some();
        self.jwks = Some(published);
        self
    }

    /// Requires exactly this `iss`.
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        let issuer = Expectation::Exact(issuer.into());
        self.expect(|policy| policy.issuer = issuer)
    }

    /// Requires an `iss` that the pattern matches. `iss` is then part of a user's identity.
    pub fn issuer_pattern(self, pattern: Pattern) -> Self {
        self.expect(|policy| policy.issuer = Expectation::Matches(pattern))
    }

    /// Requires exactly this element in `aud`.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        let audience = Expectation::Exact(audience.into());
        self.expect(|policy| policy.audience = audience)
    }

    /// Requires an element of `aud` that the pattern matches.
    pub fn audience_pattern(self, pattern: Pattern) -> Self {
        self.expect(|policy| policy.audience = Expectation::Matches(pattern))
    }

    /// How far the clocks of issuer and server may differ; none by default, 300 s at most.
    pub fn leeway(self, leeway: Duration) -> Self {
        self.expect(|policy| policy.leeway = leeway)
    }

    /// Requires `exp`.
    pub fn require_exp(self) -> Self {
        self.expect(|policy| policy.require_exp = true)
    }

    /// Requires `iat`, which may be at most this long ago.
    pub fn max_age(self, max_age: Duration) -> Self {
        self.expect(|policy| policy.max_age = Some(max_age))
    }

    /// Refuses tokens with an empty user.
    pub fn refuse_anonymous(self) -> Self {
        self.expect(|policy| policy.allow_anonymous = false)
    }

    /// Checks claims with this policy. It replaces all earlier settings for issuer, audience, times
    /// and anonymous users.
    pub fn policy(self, policy: Policy) -> Self {
        self.expect(|of_builder| *of_builder = policy)
    }

    fn expect(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self.has_expectations = true;
        self
    }

    /// Requires the header's `typ` to name this media type (RFC 8725 section 3.11).
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self.has_expectations = true;
        self
    }

    /// Reads the user from this claim instead of `sub`.
    pub fn user_id_claim(mut self, claim: impl Into<String>) -> Self {
        self.reading.user_id_claim = Some(claim.into());
        self.has_expectations = true;
        self
    }

    /// Reads claims with these options: caps, and the claim that names the user.
    pub fn reading(mut self, options: DecodeOptions) -> Self {
        self.reading = options;
        self.has_expectations = true;
        self
    }

    /// Puts this before each user, so that users of several authorities have different texts.
    pub fn user_prefix(mut self, prefix: UserPrefix) -> Self {
        self.user_prefix = Some(prefix);
        self.has_expectations = true;
        self
    }

    pub(crate) fn has_keys(&self) -> bool {
        #[cfg(feature = "jwks")]
        if self.jwks.is_some() {
            return true;
        }
        !self.keys.is_empty() || self.source.is_some()
    }

    /// Whether any requirement is set. Without keys it would have no effect.
    pub(crate) fn has_expectations(&self) -> bool {
        self.has_expectations
    }

    /// Binds the keys and checks the options.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if there is no key, a key can't be used, or an option has an error.
    pub fn build(mut self) -> Result<Authority, BuildError> {
        self.check()?;
        self.check_issuer(self.issuer_of_keys())?;
        let keys = self.key_source()?;
        Ok(self.finish(keys))
    }

    /// Like [`build`](Self::build), but only with these keys.
    #[cfg(feature = "config")]
    pub(crate) fn build_with(self, keys: KeySource) -> Result<Authority, BuildError> {
        self.check()?;
        self.check_issuer(keys.issuer())?;
        Ok(self.finish(keys))
    }

    fn finish(mut self, keys: KeySource) -> Authority {
        if let Some(issuer) = keys.issuer() {
            self.policy.issuer = Expectation::Exact(issuer.into());
        }
        Authority {
            name: self.name.map(Arc::from),
            keys,
            policy: self.policy,
            reading: self.reading,
            typ: self.typ,
            user_prefix: self.user_prefix,
        }
    }

    fn check(&self) -> Result<(), BuildError> {
        let texts = [
            ("name", self.name.as_deref()),
            ("issuer", exact(&self.policy.issuer)),
            ("audience", exact(&self.policy.audience)),
            ("typ", self.typ.as_deref()),
            ("user_id_claim", self.reading.user_id_claim.as_deref()),
        ];
        if let Some((option, _)) = texts.into_iter().find(|(_, text)| *text == Some("")) {
            return Err(BuildError::Empty { option });
        }
        if let Some(name) = &self.name
            && name.contains(char::is_control)
        {
            return Err(BuildError::NameInvalid { name: name.clone() });
        }
        if self.policy.leeway > MAX_LEEWAY {
            return Err(BuildError::Leeway {
                found: self.policy.leeway,
            });
        }
        if self.policy.max_age == Some(Duration::ZERO) {
            return Err(BuildError::MaxAge);
        }
        Ok(())
    }

    /// The only issuer for which the keys are valid, if they were found by its discovery document.
    fn issuer_of_keys(&self) -> Option<&str> {
        #[cfg(feature = "jwks")]
        if let Some(Published::OfIssuer(issuer)) = &self.jwks {
            return Some(issuer);
        }
        self.source.as_ref().and_then(KeySource::issuer)
    }

    /// Refuses keys of one issuer for the tokens of another.
    fn check_issuer(&self, of_keys: Option<&str>) -> Result<(), BuildError> {
        match (of_keys, &self.policy.issuer) {
            (None, _) | (_, Expectation::Any) => Ok(()),
            (Some(of_keys), Expectation::Exact(issuer)) if of_keys == issuer => Ok(()),
            (Some(of_keys), Expectation::Exact(_) | Expectation::Matches(_)) => {
                Err(BuildError::IssuerDiffers {
                    of_keys: of_keys.to_owned(),
                })
            }
        }
    }

    fn key_source(&mut self) -> Result<KeySource, BuildError> {
        if self.given_twice {
            return Err(BuildError::SeveralKeySources);
        }
        let provider = self.provider.clone().unwrap_or_else(default_provider);
        let mut sources: Vec<KeySource> = self.source.take().into_iter().collect();
        if !self.keys.is_empty() {
            let mut keyring = Keyring::new(provider.clone());
            for key in &self.keys {
                keyring = keyring.with(key)?;
            }
            sources.push(keyring.into());
        }
        #[cfg(feature = "jwks")]
        if let Some(published) = self.jwks.take() {
            // Only after all other checks, because this starts a thread.
            if !sources.is_empty() {
                return Err(BuildError::SeveralKeySources);
            }
            let builder = match published {
                Published::KeySet(url) => Jwks::builder(url, provider),
                Published::OfIssuer(issuer) => Jwks::builder_from_issuer(issuer, provider),
            };
            return Ok(builder.build()?.into());
        }
        match sources.pop() {
            None => Err(BuildError::NoKey),
            Some(_) if !sources.is_empty() => Err(BuildError::SeveralKeySources),
            Some(KeySource::Static(keyring)) if keyring.is_empty() => Err(BuildError::NoKey),
            Some(source) => Ok(source),
        }
    }
}

fn exact(expectation: &Expectation) -> Option<&str> {
    match expectation {
        Expectation::Exact(text) => Some(text),
        Expectation::Any | Expectation::Matches(_) => None,
    }
}
