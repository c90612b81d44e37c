//! Builds an authenticator from options, for programs that don't compose rules.

use std::time::Duration;

use countersign_claims::{Pattern, Policy};
use countersign_keys::Key;
use countersign_signature::Provider;

use crate::authenticator::Authenticator;
use crate::authority::{Authority, AuthorityBuilder};
use crate::build_error::BuildError;
use crate::key_source::KeySource;
use crate::keyring::Keyring;
use crate::rules::Rules;
use crate::trust::Trust;
use crate::user_prefix::UserPrefix;

impl Authenticator {
    /// Begins an authenticator; give it at least keys.
    pub fn builder() -> AuthenticatorBuilder {
        AuthenticatorBuilder::default()
    }
}

/// Builds an [`Authenticator`]: a setter for each option, then [`build`](Self::build).
///
/// ```
/// use countersign::{Authenticator, Authority, Key};
///
/// // Two issuers, each with a key of its own.
/// let acme = Key::secret(b"the secret of acme, of 32 bytes !")?;
/// let other = Key::secret(b"the secret of other, of 32 bytes ")?;
/// let auth = Authenticator::builder()
///     .issuer(Authority::builder().issuer("https://acme.example").key(acme).build()?)
///     .issuer(Authority::builder().issuer("https://other.example").key(other).build()?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "`build` ends it"]
pub struct AuthenticatorBuilder {
    own: AuthorityBuilder,
    issuers: Vec<Authority>,
    subscriptions: Option<Trust>,
    allow_no_token: bool,
    token_limit: Option<usize>,
}

impl AuthenticatorBuilder {
    fn own(mut self, change: impl FnOnce(AuthorityBuilder) -> AuthorityBuilder) -> Self {
        self.own = change(self.own);
        self
    }

    /// Adds a secret or a public key. Keys are tried in order.
    pub fn key(self, key: Key) -> Self {
        self.own(|own| own.key(key))
    }

    /// Keys that may have an end: see [`Keyring`].
    pub fn keyring(self, keyring: Keyring) -> Self {
        self.own(|own| own.keyring(keyring))
    }

    /// Keys from any source, such as a client of an endpoint with settings of your own.
    pub fn keys(self, keys: impl Into<KeySource>) -> Self {
        self.own(|own| own.keys(keys))
    }

    /// The keys that are published at this URL. A thread fetches them ahead of time.
    ///
    /// Each call makes a new client, which has no keys yet. To keep the keys over a
    /// [`reload`](crate::Authenticator::reload), give [`keys`](Self::keys) a clone of one
    /// [`KeySource`](crate::KeySource).
    #[cfg(feature = "jwks")]
    pub fn jwks(self, url: impl Into<String>) -> Self {
        self.own(|own| own.jwks(url))
    }

    /// The keys of an OpenID Connect issuer, such as `https://id.example`: its
    /// `/.well-known/openid-configuration` says where they are. Requires exactly this `iss`.
    #[cfg(feature = "jwks")]
    pub fn jwks_from_issuer(self, issuer: impl Into<String>) -> Self {
        self.own(|own| own.jwks_from_issuer(issuer))
    }

    /// The algorithms that keys are bound to; [`default_provider`](crate::default_provider)
    /// if none is given.
    pub fn provider(self, provider: Provider) -> Self {
        self.own(|own| own.provider(provider))
    }

    /// The name of the authority that these keys and options make; `default` if none is
    /// given. It is the first part of the identity of its users.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.own(|own| own.name(name))
    }

    /// Requires exactly this element in `aud`.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.own(|own| own.audience(audience))
    }

    /// Requires an element of `aud` that the pattern matches.
    pub fn audience_pattern(self, pattern: Pattern) -> Self {
        self.own(|own| own.audience_pattern(pattern))
    }

    /// Requires an `iss` that the pattern matches. `iss` is then part of a user's
    /// identity.
    pub fn issuer_pattern(self, pattern: Pattern) -> Self {
        self.own(|own| own.issuer_pattern(pattern))
    }

    /// How far the clocks of issuer and server may differ; none by default, 300 s at most.
    pub fn leeway(self, leeway: Duration) -> Self {
        self.own(|own| own.leeway(leeway))
    }

    /// Requires `exp`.
    pub fn require_exp(self) -> Self {
        self.own(AuthorityBuilder::require_exp)
    }

    /// Requires `iat`, which may be at most this long ago.
    pub fn max_age(self, max_age: Duration) -> Self {
        self.own(|own| own.max_age(max_age))
    }

    /// Refuses tokens with an empty user.
    pub fn refuse_anonymous(self) -> Self {
        self.own(AuthorityBuilder::refuse_anonymous)
    }

    /// Checks claims with this policy. It replaces all earlier settings for issuer, audience, times
    /// and anonymous users.
    pub fn policy(self, policy: Policy) -> Self {
        self.own(|own| own.policy(policy))
    }

    /// Requires the header's `typ` to name this media type (RFC 8725 section 3.11).
    pub fn typ(self, typ: impl Into<String>) -> Self {
        self.own(|own| own.typ(typ))
    }

    /// Reads the user from this claim instead of `sub`.
    pub fn user_id_claim(self, claim: impl Into<String>) -> Self {
        self.own(|own| own.user_id_claim(claim))
    }

    /// Puts this before each user.
    pub fn user_prefix(self, prefix: UserPrefix) -> Self {
        self.own(|own| own.user_prefix(prefix))
    }

    /// One more authority that is trusted, for tokens whose `iss` is exactly the authority's
    /// [`issuer`](AuthorityBuilder::issuer). The keys and options of this builder are then
    /// for tokens from other issuers; without keys of its own it takes none.
    pub fn issuer(mut self, authority: Authority) -> Self {
        self.issuers.push(authority);
        self
    }

    /// Verifies subscription tokens by an [`Authority`] or a [`Trust`] of their own. By default
    /// they are verified as connection tokens are.
    pub fn subscriptions(mut self, trust: impl Into<Trust>) -> Self {
        self.subscriptions = Some(trust.into());
        self
    }

    /// Accepts a connection without a token, as the user "".
    pub fn allow_no_token(mut self) -> Self {
        self.allow_no_token = true;
        self
    }

    /// Reads tokens of at most `bytes`, instead of 16 KiB.
    pub fn token_limit(mut self, bytes: usize) -> Self {
        self.token_limit = Some(bytes);
        self
    }

    /// Binds the keys, checks the options and makes the authenticator.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if there is no key, a key can't be used, or an option has an error.
    pub fn build(self) -> Result<Authenticator, BuildError> {
        self.rules().map(Authenticator::new)
    }

    /// Like [`build`](Self::build), for [`Authenticator::reload`].
    ///
    /// # Errors
    ///
    /// Like [`build`](Self::build).
    pub fn rules(self) -> Result<Rules, BuildError> {
        let mut rules = Rules::new(trust(self.own, self.issuers)?);
        if let Some(subscriptions) = self.subscriptions {
            rules = rules.subscriptions(subscriptions)?;
        }
        if self.allow_no_token {
            rules = rules.allow_no_token();
        }
        if let Some(bytes) = self.token_limit {
            rules = rules.token_limit(bytes);
        }
        Ok(rules)
    }
}

fn trust(own: AuthorityBuilder, issuers: Vec<Authority>) -> Result<Trust, BuildError> {
    let mut trust = Trust::builder();
    if own.has_keys() || issuers.is_empty() {
        trust = trust.any_issuer(own.build()?);
    } else if own.has_expectations() {
        return Err(BuildError::OptionsWithoutKey);
    }
    for authority in issuers {
        let issuer = authority.exact_issuer().ok_or(BuildError::IssuerMissing)?;
        trust = trust.issuer(issuer.to_owned(), authority);
    }
    trust.build()
}
