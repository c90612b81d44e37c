//! The authenticator: rules that are exchanged as a whole, and the doors to them.

use std::sync::Arc;

use arc_swap::ArcSwap;
use countersign_claims::{ConnectionClaims, SubscriptionClaims};
use countersign_jwks::Pending;
use countersign_jws::{DEFAULT_LIMIT, Scratch};

use crate::explain::{Explanation, Trace};
use crate::key_source::{Halt, Patience};
use crate::verification::{Accepted, Kind, OfConnection, OfSubscription, Verification};
use crate::{Connection, Endpoint, Error, Subscription, Trust, UnixTime};

/// What an [`Authenticator`] goes by. Built once, exchanged as a whole.
#[derive(Clone, Debug)]
pub struct Rules {
    connections: Trust,
    subscriptions: Option<Trust>,
    allow_no_token: bool,
    token_limit: usize,
}

impl Rules {
    /// Verifies connection and subscription tokens alike by `trust`.
    #[must_use]
    pub fn new(trust: impl Into<Trust>) -> Self {
        Self {
            connections: trust.into(),
            subscriptions: None,
            allow_no_token: false,
            token_limit: DEFAULT_LIMIT,
        }
    }

    /// Verifies subscription tokens by a trust of their own.
    #[must_use]
    pub fn with_subscriptions(mut self, trust: impl Into<Trust>) -> Self {
        self.subscriptions = Some(trust.into());
        self
    }

    /// Accepts a connection without a token, as the user "".
    #[must_use]
    pub fn allow_no_token(mut self) -> Self {
        self.allow_no_token = true;
        self
    }

    /// Reads tokens of at most `bytes`, instead of 16 KiB.
    #[must_use]
    pub fn with_token_limit(mut self, bytes: usize) -> Self {
        self.token_limit = bytes;
        self
    }

    /// The endpoints that keys are fetched from, each once.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let trusts = core::iter::once(&self.connections).chain(&self.subscriptions);
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for endpoint in trusts.flat_map(Trust::endpoints) {
            if !endpoints.iter().any(|known| known.is(endpoint)) {
                endpoints.push(endpoint.clone());
            }
        }
        endpoints
    }

    /// A verification by these rules.
    fn verification<K: Kind>(&self, now: UnixTime, patience: Patience) -> Verification<'_, K> {
        let trust = match &self.subscriptions {
            Some(subscriptions) if K::IS_SUBSCRIPTION => subscriptions,
            _ => &self.connections,
        };
        Verification::new(trust, self.token_limit, now, patience)
    }
}

/// Verifies tokens. Share one between all threads; [`reload`](Self::reload) it while in use.
///
/// There are two doors. [`connection`](Self::connection) gives an owned result;
/// [`connection_in`](Self::connection_in) borrows from room that the caller keeps and
/// allocates nothing of its own. Where keys come from an endpoint and are not at hand,
/// both wait for a fetch; [`try_connection`](Self::try_connection) says "pending"
/// instead, and [`connection_async`](Self::connection_async) awaits it.
///
/// ```
/// use countersign::{Authenticator, Authority, Issuer, Key, Keyring, Rules, UnixTime, default_provider};
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let keyring = Keyring::new(default_provider()).with(&key)?;
/// let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
///
/// let token = Issuer::new(&key, &default_provider())?.connection("42").sign()?;
/// let connection = authenticator.connection(&token, countersign::now())?;
/// assert_eq!(connection.user(), "42");
/// assert_eq!(connection.expires(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Authenticator {
    rules: ArcSwap<Rules>,
}

/// A verification that does not wait.
#[derive(Debug)]
pub enum Attempt<T> {
    /// It came to its end.
    Done(T),
    /// A fetch of keys is needed first. Await it, from any runtime, then try again.
    Pending(Pending),
}

impl Authenticator {
    /// An authenticator that goes by `rules`.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules: ArcSwap::from_pointee(rules),
        }
    }

    /// Goes by other rules from now on. Verifications under way end by the old ones.
    pub fn reload(&self, rules: Rules) {
        self.rules.store(Arc::new(rules));
    }

    /// The endpoints that keys are now fetched from, each once. A server exports the
    /// counters of those that have [`started`](Endpoint::started).
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.rules.load().endpoints()
    }

    /// The connection of a client that shows no token: the user "", if that is allowed.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] if it is not.
    pub fn without_token(&self) -> Result<Connection, Error> {
        if self.rules.load().allow_no_token {
            Ok(Connection::without_token())
        } else {
            Err(Error::NoToken)
        }
    }

    /// Verifies a connection token at `now`.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn connection(&self, token: &str, now: UnixTime) -> Result<Connection, Error> {
        self.owned::<OfConnection>(token, now)
    }

    /// Verifies a subscription token at `now`. Whether it is for the channel, user and
    /// client at hand is for [`Subscription::check_request`].
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn subscription(&self, token: &str, now: UnixTime) -> Result<Subscription, Error> {
        self.owned::<OfSubscription>(token, now)
    }

    /// Verifies a connection token in room that the caller keeps. On this way nothing
    /// is allocated here once the room has grown to the size of the tokens, unless a
    /// string is written with escapes, an object has more than 16 members, or a template
    /// chooses among endpoints.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn connection_in<'a>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<ConnectionClaims<'a>>, Error> {
        self.borrowed::<OfConnection>(token, now, scratch)
    }

    /// Verifies a subscription token in room that the caller keeps, as
    /// [`connection_in`](Self::connection_in) does.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn subscription_in<'a>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<SubscriptionClaims<'a>>, Error> {
        self.borrowed::<OfSubscription>(token, now, scratch)
    }

    /// Verifies a connection token without waiting.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn try_connection(&self, token: &str, now: UnixTime) -> Result<Attempt<Connection>, Error> {
        self.attempt::<OfConnection>(token, now)
    }

    /// Verifies a subscription token without waiting.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn try_subscription(
        &self,
        token: &str,
        now: UnixTime,
    ) -> Result<Attempt<Subscription>, Error> {
        self.attempt::<OfSubscription>(token, now)
    }

    /// Verifies a connection token, awaiting a fetch of keys where one is needed. Any
    /// runtime will do. The fetch is made by the client's own thread: the keys must be
    /// of a `Jwks` that was made by `spawn`.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub async fn connection_async(&self, token: &str, now: UnixTime) -> Result<Connection, Error> {
        self.awaited::<OfConnection>(token, now).await
    }

    /// Verifies a subscription token as [`connection_async`](Self::connection_async) does.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub async fn subscription_async(
        &self,
        token: &str,
        now: UnixTime,
    ) -> Result<Subscription, Error> {
        self.awaited::<OfSubscription>(token, now).await
    }

    /// Verifies a connection token and tells each step, by the same code.
    #[must_use]
    pub fn explain_connection(&self, token: &str, now: UnixTime) -> Explanation<Connection> {
        self.explained::<OfConnection>(token, now)
    }

    /// Verifies a subscription token and tells each step, by the same code.
    #[must_use]
    pub fn explain_subscription(&self, token: &str, now: UnixTime) -> Explanation<Subscription> {
        self.explained::<OfSubscription>(token, now)
    }

    fn borrowed<'a, K: Kind>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<K::Claims<'a>>, Error> {
        let rules = self.rules.load();
        let verification = rules.verification::<K>(now, Patience::Wait);
        verification
            .run(token, scratch, &mut ())
            .map_err(Halt::into_error)
    }

    fn owned<K: Kind>(&self, token: &str, now: UnixTime) -> Result<K::Owned, Error> {
        let mut scratch = Scratch::default();
        let accepted = self.borrowed::<K>(token, now, &mut scratch)?;
        Ok(K::own(accepted.claims()))
    }

    fn attempt<K: Kind>(&self, token: &str, now: UnixTime) -> Result<Attempt<K::Owned>, Error> {
        let rules = self.rules.load();
        let verification = rules.verification::<K>(now, Patience::Never);
        match verification.run(token, &mut Scratch::default(), &mut ()) {
            Ok(accepted) => Ok(Attempt::Done(K::own(accepted.claims()))),
            Err(Halt::Refused(error)) => Err(error),
            Err(Halt::Pending(pending)) => Ok(Attempt::Pending(pending)),
        }
    }

    async fn awaited<K: Kind>(&self, token: &str, now: UnixTime) -> Result<K::Owned, Error> {
        // One fetch settles it; a second is for a reload in between.
        for _ in 0..2 {
            match self.attempt::<K>(token, now)? {
                Attempt::Done(accepted) => return Ok(accepted),
                Attempt::Pending(pending) => pending.await.map_err(Error::keys_unavailable)?,
            }
        }
        match self.attempt::<K>(token, now)? {
            Attempt::Done(accepted) => Ok(accepted),
            Attempt::Pending(_) => Err(Halt::out_of_date()),
        }
    }

    fn explained<K: Kind>(&self, token: &str, now: UnixTime) -> Explanation<K::Owned> {
        let rules = self.rules.load();
        let verification = rules.verification::<K>(now, Patience::Wait);
        let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
        let result = verification
            .run(token, &mut scratch, &mut trace)
            .map(|accepted| K::own(accepted.claims()))
            .map_err(Halt::into_error);
        trace.explain(result)
    }
}
