//! Makes tokens, for backends and for tests.

use countersign_claims::Expectation;
use countersign_jws::{DEFAULT_LIMIT, NewHeader, TokenSigner};
use countersign_keys::Key;
use countersign_new_claims::{
    ForConnection, ForSubscription, ForToken, NewConnection, NewSubscription, NewTokenClaims,
};
use countersign_signature::{AlgorithmName, Provider};

use crate::authority::Authority;
use crate::build_error::BuildError;
use crate::counters::VerificationKind;
use crate::keyring::check_kid;
use crate::new_token::NewToken;
use crate::provider::default_provider;
use crate::rules::Rules;
use crate::sealer::Sealer;

/// Signs tokens with one key.
///
/// ```
/// use std::time::Duration;
/// use countersign::{Issuer, Key};
///
/// let issuer = Issuer::builder()
///     .key(Key::secret(b"a secret of at least 32 bytes ...")?)
///     .aud("chat")
///     .build()?;
/// let token = issuer
///     .connection("42")
///     .expires_in(Duration::from_secs(600))
///     .info(&["any", "JSON"])?
///     .claim("tenant", "acme")?
///     .channel("news")
///     .sign()?;
/// assert_eq!(token.split('.').count(), 3);
///
/// let token = issuer.subscription("42", "$news").expires_in(Duration::from_secs(600)).sign()?;
/// let token = issuer.token("42").claim("roles", &["admin"])?.sign()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Issuer {
    sealer: Sealer,
}

impl Issuer {
    /// Begins an issuer; give it at least a key.
    pub fn builder() -> IssuerBuilder {
        IssuerBuilder::default()
    }

    /// The algorithm, with its name in the header. For a key whose `alg` is `Ed25519`, this is
    /// `Ed25519`.
    #[must_use]
    pub fn algorithm(&self) -> AlgorithmName {
        self.sealer.signer.algorithm()
    }

    /// Begins a connection token of `user`; the empty user is anonymous.
    pub fn connection<'i>(&'i self, user: &'i str) -> NewToken<'i, ForConnection<'i>> {
        NewToken::new(&self.sealer, NewConnection::new(user))
    }

    /// Begins a subscription token of `user` for `channel`.
    pub fn subscription<'i>(
        &'i self,
        user: &'i str,
        channel: &'i str,
    ) -> NewToken<'i, ForSubscription<'i>> {
        NewToken::new(&self.sealer, NewSubscription::new(user, channel))
    }

    /// Begins any other JWT of `user`, to be verified by
    /// [`Authenticator::token`](crate::Authenticator::token). No other claim has a meaning of its own here: a
    /// claim named `channel` is yours.
    pub fn token<'i>(&'i self, user: &'i str) -> NewToken<'i, ForToken> {
        NewToken::new(&self.sealer, NewTokenClaims::new().user(user))
    }
}

/// Builds an [`Issuer`]: a setter for each option, then [`build`](Self::build).
#[derive(Clone, Debug, Default)]
#[must_use = "`build` ends it"]
pub struct IssuerBuilder {
    key: Option<Key>,
    algorithm: Option<String>,
    provider: Option<Provider>,
    typ: Option<String>,
    iss: Option<String>,
    aud: Option<String>,
    token_limit: Option<usize>,
    user_id_claim: Option<String>,
    /// The rules of the server.
    server: Option<Rules>,
    /// The kind of token whose trust decides the claims of every token, such as `aud`.
    kind: Option<VerificationKind>,
}

impl IssuerBuilder {
    /// The secret or private key to sign with. Its `kid` goes into the header.
    pub fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// The algorithm; by default the one that the key names, else the first of its
    /// kind (HS256, RS256, the curve's own). See [`Key::signer`].
    pub fn algorithm(mut self, alg: impl Into<String>) -> Self {
        self.algorithm = Some(alg.into());
        self
    }

    /// The algorithms to choose from; [`default_provider`] if none is given.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Writes `iss` into every token.
    pub fn iss(mut self, iss: impl Into<String>) -> Self {
        self.iss = Some(iss.into());
        self
    }

    /// Writes `aud` into every token.
    pub fn aud(mut self, aud: impl Into<String>) -> Self {
        self.aud = Some(aud.into());
        self
    }

    /// Writes this `typ` into the header instead of `JWT`.
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    /// Also writes the user into this claim, for servers that read it from there.
    pub fn user_id_claim(mut self, claim: impl Into<String>) -> Self {
        self.user_id_claim = Some(claim.into());
        self
    }

    /// Makes tokens of at most `bytes`, instead of 16 KiB, the default limit of a server.
    pub fn token_limit(mut self, bytes: usize) -> Self {
        self.token_limit = Some(bytes);
        self
    }

    /// Makes only tokens that this authority accepts at the time of issue. If a claim is missing,
    /// such as a required `exp`, `sign` returns an error that names it.
    ///
    /// Every token gets the `iss` and `aud` that the authority expects, if these are exact, its
    /// `typ`, and the user in the claim from which the authority reads it. The other methods of
    /// this builder override these values.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::{Authority, Issuer, Key};
    ///
    /// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
    /// let server = Authority::builder().key(key.clone()).audience("chat").require_exp().build()?;
    /// let issuer = Issuer::builder().key(key).accepted_by(&server).build()?;
    ///
    /// let error = issuer.connection("42").sign().unwrap_err();
    /// assert!(error.to_string().contains("found no `exp`"));
    /// assert!(issuer.connection("42").expires_in(Duration::from_secs(600)).sign().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Keys that the authority fetches from an endpoint are not checked.
    pub fn accepted_by(self, authority: &Authority) -> Self {
        self.accepted_by_rules(Rules::new(authority.clone()), VerificationKind::Token)
    }

    /// Like [`accepted_by`](Self::accepted_by), for a whole server: the claims of each token select
    /// the authority that checks it.
    pub(crate) fn accepted_by_rules(mut self, rules: Rules, kind: VerificationKind) -> Self {
        self.server = Some(rules);
        self.kind = Some(kind);
        self
    }

    #[cfg(feature = "config")]
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The algorithms to choose from.
    pub(crate) fn algorithms(&self) -> Provider {
        self.provider.clone().unwrap_or_else(default_provider)
    }

    /// Binds the key to its algorithm.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if there is no key, it cannot sign, or its `kid` is longer than any
    /// that is read ([`KID_LIMIT`](crate::jws::KID_LIMIT)).
    pub fn build(self) -> Result<Issuer, BuildError> {
        let texts = [
            ("typ", &self.typ),
            ("iss", &self.iss),
            ("aud", &self.aud),
            ("user_id_claim", &self.user_id_claim),
        ];
        for (option, text) in texts {
            if text.as_deref() == Some("") {
                return Err(BuildError::Empty { option });
            }
        }
        let authority = self.authority().cloned();
        let provider = self.algorithms();
        let policy = authority.as_ref().map(|authority| &authority.policy);
        let expected = |text: Option<String>, expectation: Option<&Expectation>| match expectation {
            Some(Expectation::Exact(exact)) => text.or_else(|| Some(exact.clone())),
            Some(Expectation::Any | Expectation::Matches(_)) | None => text,
        };
        let iss = expected(self.iss, policy.map(|policy| &policy.issuer));
        let aud = expected(self.aud, policy.map(|policy| &policy.audience));
        let of_authority = authority.as_ref();
        let typ = self.typ.or_else(|| of_authority?.typ.clone());
        let claim = self.user_id_claim;
        let user_id_claim = claim.or_else(|| of_authority?.reading.user_id_claim.clone());

        let key = self.key.ok_or(BuildError::NoSigningKey)?;
        check_kid(&key)?;
        let mut header = NewHeader::EMPTY.with_typ(typ.as_deref().unwrap_or("JWT"));
        header.kid = key.kid();
        let signer = key.signer(&provider, self.algorithm.as_deref())?;
        Ok(Issuer {
            sealer: Sealer {
                signer: TokenSigner::new(signer, header),
                iss,
                aud,
                user_id_claim,
                token_limit: self.token_limit.unwrap_or(DEFAULT_LIMIT),
                server: self.server,
            },
        })
    }

    /// The authority that tokens will lead to, if `iss` and `aud` of this issuer decide it.
    fn authority(&self) -> Option<&Authority> {
        let rules = self.server.as_ref()?;
        let trust = match self.kind? {
            VerificationKind::Connection | VerificationKind::Token => rules.for_connections(),
            VerificationKind::Subscription => rules.for_subscriptions(),
        };
        let entry = match self.iss.as_deref() {
            Some(iss) => trust.entry_for(&(Some(iss), self.aud.as_deref())),
            None => trust.main_entry(),
        };
        entry.map(|entry| &entry.authority)
    }
}
