//! Making tokens, for backends and for tests.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_claims::ClaimsError;
use countersign_jws::{DEFAULT_LIMIT, NewHeader, sign};
use countersign_keys::{Key, KeyError};
use countersign_new_claims::{
    ForConnection, ForSubscription, NewClaims, NewConnection, NewSubscription, Opens,
};
use countersign_signature::{AlgorithmName, Provider, Signer, SigningError};
use serde::Serialize;

use crate::keyring::check_kid;
use crate::{UnixTime, now};

/// Signs connection and subscription tokens with one key.
///
/// ```
/// use std::time::Duration;
/// use countersign::{Issuer, Key, default_provider};
///
/// let issuer = Issuer::new(&Key::secret(b"a secret of at least 32 bytes ...")?, &default_provider())?;
/// let token = issuer
///     .connection("42")
///     .expires_in(Duration::from_secs(600))
///     .info(&["any", "JSON"])?
///     .channel("news")
///     .sign()?;
/// assert_eq!(token.split('.').count(), 3);
///
/// let token = issuer.subscription("42", "$news").expires_in(Duration::from_secs(600)).sign()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Issuer {
    signer: Arc<dyn Signer>,
    kid: Option<String>,
    typ: String,
    iss: Option<String>,
    aud: Option<String>,
    user_id_claim: Option<String>,
    token_limit: usize,
}

impl Issuer {
    /// Signs with `key`: by the algorithm that it names, else by the first of its
    /// kind (HS256, RS256, the curve's own). Its `kid` goes into the header. See [`Key::signer`].
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key cannot sign, or its `kid` is longer than any that is read
    /// ([`KID_LIMIT`](crate::jws::KID_LIMIT)).
    pub fn new(key: &Key, provider: &Provider) -> Result<Self, KeyError> {
        Self::by(key, provider, None)
    }

    /// Signs with `key` by the algorithm `alg`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the key cannot sign by `alg`.
    pub fn with_algorithm(key: &Key, provider: &Provider, alg: &str) -> Result<Self, KeyError> {
        Self::by(key, provider, Some(alg))
    }

    fn by(key: &Key, provider: &Provider, alg: Option<&str>) -> Result<Self, KeyError> {
        check_kid(key)?;
        Ok(Self {
            signer: key.signer(provider, alg)?,
            kid: key.kid().map(String::from),
            typ: "JWT".into(),
            iss: None,
            aud: None,
            user_id_claim: None,
            token_limit: DEFAULT_LIMIT,
        })
    }

    /// Writes `iss` into every token.
    #[must_use]
    pub fn with_iss(mut self, iss: impl Into<String>) -> Self {
        self.iss = Some(iss.into());
        self
    }

    /// Writes `aud` into every token.
    #[must_use]
    pub fn with_aud(mut self, aud: impl Into<String>) -> Self {
        self.aud = Some(aud.into());
        self
    }

    /// Writes the user into this claim too, for servers that read it from there.
    #[must_use]
    pub fn with_user_id_claim(mut self, claim: impl Into<String>) -> Self {
        self.user_id_claim = Some(claim.into());
        self
    }

    /// Writes this `typ` instead of `JWT`.
    #[must_use]
    pub fn with_typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = typ.into();
        self
    }

    /// Makes tokens of at most `bytes`, instead of the 16 KiB that a server reads unless it
    /// was told otherwise ([`Rules::with_token_limit`](crate::Rules::with_token_limit)).
    #[must_use]
    pub fn with_token_limit(mut self, bytes: usize) -> Self {
        self.token_limit = bytes;
        self
    }

    /// The algorithm, by the name that stands in the header: of a key whose `alg` is
    /// `Ed25519` it is that.
    #[must_use]
    pub fn algorithm(&self) -> AlgorithmName {
        self.signer.algorithm()
    }

    /// Begins a connection token of `user`; the empty user is anonymous.
    pub fn connection<'i>(&'i self, user: &'i str) -> NewToken<'i, ForConnection<'i>> {
        self.token(NewConnection::new(user))
    }

    /// Begins a subscription token of `user` for `channel`.
    pub fn subscription<'i>(
        &'i self,
        user: &'i str,
        channel: &'i str,
    ) -> NewToken<'i, ForSubscription<'i>> {
        self.token(NewSubscription::new(user, channel))
    }

    fn sign(&self, payload: Result<String, ClaimsError>) -> Result<String, IssueError> {
        let payload = payload.map_err(IssueError::Claims)?;
        let mut header = NewHeader::EMPTY.with_typ(&self.typ);
        header.kid = self.kid.as_deref();
        let token = sign(&*self.signer, header, payload.as_bytes()).map_err(IssueError::Signing)?;
        if token.len() > self.token_limit {
            return Err(IssueError::TooLong {
                found: token.len(),
                limit: self.token_limit,
            });
        }
        Ok(token)
    }

    fn token<'i, K>(&'i self, mut claims: NewClaims<'i, K>) -> NewToken<'i, K> {
        if let Some(iss) = &self.iss {
            claims = claims.iss(iss);
        }
        if let Some(aud) = &self.aud {
            claims = claims.aud(aud);
        }
        if let Some(claim) = &self.user_id_claim
            && claim != "sub"
        {
            claims = claims.user_id_claim(claim);
        }
        NewToken {
            issuer: self,
            claims,
            issued_at: None,
            lifetime: None,
        }
    }
}

/// A token that is being made; [`sign`](Self::sign) ends it.
#[must_use = "a token is made by `sign`"]
pub struct NewToken<'i, K> {
    issuer: &'i Issuer,
    claims: NewClaims<'i, K>,
    issued_at: Option<UnixTime>,
    lifetime: Option<Duration>,
}

impl<'i, K> NewToken<'i, K> {
    /// It expires so long after it is issued; without this it never does.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// It is issued at this time instead of now.
    pub fn issued_at(mut self, at: UnixTime) -> Self {
        self.issued_at = Some(at);
        self
    }

    /// `info`, about the user, shown to others: any value, as JSON.
    ///
    /// # Errors
    ///
    /// [`IssueError::Info`] if the value has no JSON form.
    pub fn info(self, info: &impl Serialize) -> Result<Self, IssueError>
    where
        K: Opens,
    {
        let json = serde_json::to_string(info).map_err(|_| IssueError::Info)?;
        Ok(self.claims(|claims| claims.info_json(json)))
    }

    /// Any other claim: see [`NewConnection`](crate::new_claims::NewConnection) and
    /// [`NewSubscription`](crate::new_claims::NewSubscription).
    pub fn claims(mut self, set: impl FnOnce(NewClaims<'i, K>) -> NewClaims<'i, K>) -> Self {
        self.claims = set(self.claims);
        self
    }

    /// The claims with their times.
    fn dated(self) -> (&'i Issuer, NewClaims<'i, K>) {
        let issued_at = UnixTime::from_secs(self.issued_at.unwrap_or_else(now).as_secs());
        let claims = self.claims.iat(issued_at);
        let claims = match self.lifetime {
            Some(lifetime) => claims.exp(issued_at.saturating_add(lifetime)),
            None => claims,
        };
        (self.issuer, claims)
    }
}

impl<'i> NewToken<'i, ForConnection<'i>> {
    /// One more channel to subscribe the connection to from its start.
    pub fn channel(self, name: impl Into<Cow<'i, str>>) -> Self {
        self.claims(|claims| claims.channel(name))
    }

    /// Signs it. `iat` is the time at which it was issued, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a server would refuse the claims or the length of the token, or signing failed.
    pub fn sign(self) -> Result<String, IssueError> {
        let (issuer, claims) = self.dated();
        issuer.sign(claims.finish())
    }
}

impl<'i> NewToken<'i, ForSubscription<'i>> {
    /// Signs it. `iat` is the time at which it was issued, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a server would refuse the claims or the length of the token, or signing failed.
    pub fn sign(self) -> Result<String, IssueError> {
        let (issuer, claims) = self.dated();
        issuer.sign(claims.finish())
    }
}

impl<K> fmt::Debug for NewToken<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("issuer", &self.issuer)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// Why a token was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// A server would refuse the claims.
    Claims(ClaimsError),
    /// The value given as `info` has no JSON form.
    Info,
    /// The token is longer than a server reads.
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The most that is read: see [`Issuer::with_token_limit`].
        limit: usize,
    },
    /// The cryptographic library failed.
    Signing(SigningError),
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims(error) => error.fmt(f),
            Self::Info => f.write_str(
                "found a value without a JSON form, such as a map whose keys are not strings; \
                 `info` is JSON",
            ),
            Self::TooLong { found, limit } => write!(
                f,
                "found claims that make a token of {found} bytes; at most {limit} are read"
            ),
            Self::Signing(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for IssueError {}
