//! A token that is being made.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use countersign_claims::ClaimsError;
use countersign_new_claims::{ForConnection, ForSubscription, ForToken, NewClaims, Opens};
use countersign_time::UnixTime;
use serde::Serialize;

use crate::clock::now;
use crate::issue_error::IssueError;
use crate::kind::{OfConnection, OfSubscription, OfToken, TokenKind};
use crate::sealer::Sealer;

/// A token that is being made; `sign` finishes it.
#[must_use = "a token is made by `sign`"]
pub struct NewToken<'i, K> {
    sealer: &'i Sealer,
    claims: NewClaims<'i, K>,
    issued_at: Option<UnixTime>,
    lifetime: Option<Duration>,
}

impl<'i, K> NewToken<'i, K> {
    pub(crate) fn new(sealer: &'i Sealer, claims: NewClaims<'i, K>) -> Self {
        Self {
            claims: sealer.fill(claims),
            sealer,
            issued_at: None,
            lifetime: None,
        }
    }

    /// The token expires this long after it is issued; without this it never expires. Both times
    /// are counted from the beginning of the second in which it is issued, so it is valid for up to
    /// one second less. For a token that lives only a few seconds, set `exp` with
    /// [`with`](Self::with).
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets the time of issue; the default is now.
    pub fn issued_at(mut self, at: UnixTime) -> Self {
        self.issued_at = Some(at);
        self
    }

    /// Adds a claim of your own: any value, as JSON.
    ///
    /// # Errors
    ///
    /// [`IssueError::NoJson`] if the value has no JSON form. `sign` refuses a name that has
    /// a method of its own, such as `exp`, and one that is given twice.
    pub fn claim(
        self,
        name: impl Into<Cow<'i, str>>,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Self, IssueError> {
        let name = name.into();
        let json = serde_json::to_string(value).map_err(|_| IssueError::NoJson {
            claim: Some(name.clone().into_owned()),
        })?;
        Ok(self.with(|claims| claims.claim_json(name, json)))
    }

    /// Adds claims of your own: the members of a struct or a map.
    ///
    /// ```
    /// use countersign::{Issuer, Key};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Mine {
    ///     tenant: String,
    ///     roles: Vec<String>,
    /// }
    ///
    /// let issuer = Issuer::builder().key(Key::secret(b"a secret of at least 32 bytes ...")?).build()?;
    /// let mine = Mine { tenant: "acme".into(), roles: vec!["admin".into()] };
    /// let token = issuer.connection("42").claims(&mine)?.sign()?;
    ///
    /// // A name that the builder sets itself is an error.
    /// assert!(issuer.connection("42").claim("exp", &1)?.sign().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`IssueError::NoJson`] if the value has no JSON form, [`IssueError::NotAnObject`] if
    /// that is not an object. `sign` refuses names as it does for [`claim`](Self::claim).
    pub fn claims(self, values: &impl Serialize) -> Result<Self, IssueError> {
        let json = serde_json::to_string(values).map_err(|_| IssueError::NoJson { claim: None })?;
        if !json.starts_with('{') {
            return Err(IssueError::NotAnObject);
        }
        Ok(self.with(|claims| claims.claims_json(json)))
    }

    /// Sets `info`, data about the user that other clients see: any value, as JSON.
    ///
    /// # Errors
    ///
    /// [`IssueError::NoJson`] if the value has no JSON form.
    pub fn info(self, info: &(impl Serialize + ?Sized)) -> Result<Self, IssueError>
    where
        K: Opens,
    {
        let no_json = || IssueError::NoJson {
            claim: Some("info".into()),
        };
        // Reserve space for the whole payload, which is written into this buffer.
        let mut json = Vec::with_capacity(512);
        serde_json::to_writer(&mut json, info).map_err(|_| no_json())?;
        let json = String::from_utf8(json).map_err(|_| no_json())?;
        Ok(self.with(|claims| claims.info_json(json)))
    }

    /// Sets any other claim of this kind of token, such as `jti` or `meta`: see
    /// [`NewClaims`].
    pub fn with(mut self, set: impl FnOnce(NewClaims<'i, K>) -> NewClaims<'i, K>) -> Self {
        self.claims = set(self.claims);
        self
    }

    fn signed<T: TokenKind>(
        self,
        finish: impl FnOnce(NewClaims<'i, K>) -> Result<String, ClaimsError>,
    ) -> Result<String, IssueError> {
        let issued_at = UnixTime::from_secs(self.issued_at.unwrap_or_else(now).as_secs());
        let mut claims = self.claims.iat(issued_at);
        if let Some(lifetime) = self.lifetime {
            claims = claims.exp(issued_at.saturating_add(lifetime));
        }
        let payload = finish(claims).map_err(IssueError::Claims)?;
        self.sealer.seal::<T>(payload, issued_at)
    }
}

impl<'i> NewToken<'i, ForConnection<'i>> {
    /// Adds a channel to subscribe the connection to.
    pub fn channel(self, name: impl Into<Cow<'i, str>>) -> Self {
        self.with(|claims| claims.channel(name))
    }

    /// Signs it. `iat` is the time of issue, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a server would refuse the claims or the length of the token,
    /// or signing failed.
    pub fn sign(self) -> Result<String, IssueError> {
        self.signed::<OfConnection>(NewClaims::<ForConnection<'_>>::finish)
    }
}

impl<'i> NewToken<'i, ForSubscription<'i>> {
    /// Signs it. `iat` is the time of issue, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a server would refuse the claims or the length of the token,
    /// or signing failed.
    pub fn sign(self) -> Result<String, IssueError> {
        self.signed::<OfSubscription>(NewClaims::<ForSubscription<'_>>::finish)
    }
}

impl NewToken<'_, ForToken> {
    /// Signs it. `iat` is the time of issue, in whole seconds.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a server would refuse the claims or the length of the token,
    /// or signing failed.
    pub fn sign(self) -> Result<String, IssueError> {
        self.signed::<OfToken>(NewClaims::<ForToken>::finish)
    }
}

impl<K> fmt::Debug for NewToken<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("issuer", &self.sealer)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
