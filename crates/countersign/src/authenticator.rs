//! The authenticator: rules that are replaced as a whole, and the methods that verify with them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use countersign_claims::{ConnectionClaims, SubscriptionClaims, TokenClaims};
use countersign_time::UnixTime;

use crate::accepted::Accepted;
use crate::connection::Connection;
#[cfg(feature = "jwks")]
use crate::counters::EndpointCounters;
use crate::counters::{Counters, Tallies, VerificationKind};
#[cfg(feature = "jwks")]
use crate::endpoint::KeyEndpoint;
use crate::error::Error;
use crate::explain::{Explanation, Trace};
use crate::kind::{OfConnection, OfSubscription, OfToken, TokenKind};
use crate::rules::Rules;
use crate::scratch::Scratch;
use crate::subscription::Subscription;
use crate::token::Token;
use crate::verification::Verification;
use crate::wait::{Pending, VerifyStop, WaitMode, fetched};

/// Verifies tokens. Share one between all threads; [`reload`](Self::reload) it while in use.
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, now};
///
/// let secret = b"a secret of at least 32 bytes ...";
/// let auth = Authenticator::builder()
///     .key(Key::secret(secret)?)
///     .audience("chat")
///     .build()?;
///
/// let issuer = Issuer::builder().key(Key::secret(secret)?).aud("chat").build()?;
/// let token = issuer.connection("42").sign()?;
/// let connection = auth.connection(&token, now())?;
/// assert_eq!(connection.user(), "42");
/// assert_eq!(connection.expires(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Kinds of token
///
/// [`connection`](Self::connection) and [`subscription`](Self::subscription) take the tokens
/// of Centrifugo, [`token`](Self::token) takes any JWT. Each kind has the same methods:
///
/// - `connection` gives an owned result.
/// - `connection_in` borrows from room that the caller keeps, and allocates nothing of its own.
/// - `try_connection` says "pending" where keys must be fetched first; the two above wait.
/// - `connection_async` awaits that fetch.
/// - `explain_connection` tells each step.
#[derive(Debug)]
pub struct Authenticator {
    rules: Arc<ArcSwap<Rules>>,
    /// A reload and readers of the counters lock it; a verification never does.
    tallies: Mutex<Tallies>,
}

/// A verification that does not wait.
#[derive(Debug)]
#[must_use]
pub enum Attempt<T> {
    /// The token was accepted.
    Done(T),
    /// A fetch of keys is needed first. Await it, from any runtime, then try again.
    Pending(Pending),
}

impl Authenticator {
    /// Makes an authenticator with these rules.
    #[must_use]
    pub fn new(mut rules: Rules) -> Self {
        let mut tallies = Tallies::default();
        rules.count_into(&mut tallies);
        Self {
            rules: Arc::new(ArcSwap::from_pointee(rules)),
            tallies: Mutex::new(tallies),
        }
    }

    /// Replaces the rules. Verifications that have already started finish with the old ones.
    pub fn reload(&self, mut rules: Rules) {
        let mut tallies = self.tallies();
        rules.count_into(&mut tallies);
        self.rules.store(Arc::new(rules));
    }

    fn tallies(&self) -> MutexGuard<'_, Tallies> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of verifications by kind, authority and code, and the counters of the
    /// endpoints. Reading them delays no verification.
    ///
    /// Every verdict is counted once, also those of [`without_token`](Self::without_token) and
    /// of the methods that explain. "Pending" isn't counted, because it isn't a verdict.
    ///
    /// ```
    /// use countersign::{Authenticator, Code, Issuer, Key, VerificationKind, now};
    ///
    /// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
    /// let issuer = Issuer::builder().key(key.clone()).build()?;
    /// let auth = Authenticator::builder().key(key).name("backend").build()?;
    ///
    /// auth.connection(&issuer.connection("42").sign()?, now())?;
    /// assert!(auth.connection("no token", now()).is_err());
    ///
    /// let counters = auth.counters();
    /// let accepted = counters.verifications.iter().find(|it| it.code.is_none());
    /// let accepted = accepted.ok_or("nothing was accepted")?;
    /// assert_eq!((accepted.kind, accepted.count), (VerificationKind::Connection, 1));
    /// assert_eq!(accepted.authority.as_deref(), Some("backend"));
    ///
    /// let refused = counters.verifications.iter().find(|it| it.code == Some(Code::Malformed));
    /// let refused = refused.ok_or("nothing was refused")?;
    /// assert_eq!((refused.authority.as_deref(), refused.count), (None, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters {
            verifications: self.tallies().counts(),
            #[cfg(feature = "jwks")]
            endpoints: self
                .endpoints()
                .iter()
                .filter_map(KeyEndpoint::started)
                .map(|client| EndpointCounters {
                    endpoint: client.endpoint().to_string(),
                    counters: client.counters(),
                })
                .collect(),
        }
    }

    /// The endpoints that keys are now fetched from, without repetition. A server exports the
    /// counters of those that have [`started`](KeyEndpoint::started).
    #[cfg(feature = "jwks")]
    #[must_use]
    pub fn endpoints(&self) -> Vec<KeyEndpoint> {
        self.rules.load().endpoints()
    }

    /// The connection of a client that shows no token: the user "", if that is allowed.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] if it is not.
    pub fn without_token(&self) -> Result<Connection, Error> {
        let rules = self.rules.load();
        if rules.allow_no_token {
            rules.nobody.add(VerificationKind::Connection, None);
            Ok(Connection::without_token())
        } else {
            rules
                .nobody
                .add(VerificationKind::Connection, Some(Error::NoToken.code()));
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

    /// Verifies a subscription token at `now`. Afterwards, [`Subscription::check_request`] checks
    /// whether the token is for this channel, user and client.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn subscription(&self, token: &str, now: UnixTime) -> Result<Subscription, Error> {
        self.owned::<OfSubscription>(token, now)
    }

    /// Verifies any JWT at `now`: the policy judges its registered claims, and all other
    /// claims are yours ([`Token::claims`]). A claim named `channel` has no meaning here.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn token(&self, token: &str, now: UnixTime) -> Result<Token, Error> {
        self.owned::<OfToken>(token, now)
    }

    /// Verifies a connection token in room that the caller keeps. On this way nothing
    /// is allocated here once the room has grown to the size of the tokens, unless a
    /// string is written with escapes, an object has more than 16 members, a template
    /// chooses among endpoints, or the authority has a user prefix.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn connection_in<'a>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<'a, ConnectionClaims<'a>>, Error> {
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
    ) -> Result<Accepted<'a, SubscriptionClaims<'a>>, Error> {
        self.borrowed::<OfSubscription>(token, now, scratch)
    }

    /// Verifies any JWT in room that the caller keeps, as
    /// [`connection_in`](Self::connection_in) does.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn token_in<'a>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<'a, TokenClaims<'a>>, Error> {
        self.borrowed::<OfToken>(token, now, scratch)
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

    /// Verifies any JWT without waiting.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn try_token(&self, token: &str, now: UnixTime) -> Result<Attempt<Token>, Error> {
        self.attempt::<OfToken>(token, now)
    }

    /// Verifies a connection token, awaiting a fetch of keys where one is needed. Any
    /// runtime will do. The client's own thread makes the fetch; where it has none, this ends
    /// at once with [`Error::KeysUnavailable`].
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

    /// Verifies any JWT as [`connection_async`](Self::connection_async) does.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub async fn token_async(&self, token: &str, now: UnixTime) -> Result<Token, Error> {
        self.awaited::<OfToken>(token, now).await
    }

    /// Verifies a connection token and records each step. It runs the same code as
    /// [`connection`](Self::connection).
    #[must_use]
    pub fn explain_connection(&self, token: &str, now: UnixTime) -> Explanation<Connection> {
        self.explained::<OfConnection>(token, now)
    }

    /// Verifies a subscription token and records each step.
    #[must_use]
    pub fn explain_subscription(&self, token: &str, now: UnixTime) -> Explanation<Subscription> {
        self.explained::<OfSubscription>(token, now)
    }

    /// Verifies any JWT and records each step.
    #[must_use]
    pub fn explain_token(&self, token: &str, now: UnixTime) -> Explanation<Token> {
        self.explained::<OfToken>(token, now)
    }

    fn borrowed<'a, K: TokenKind>(
        &self,
        token: &'a str,
        now: UnixTime,
        scratch: &'a mut Scratch,
    ) -> Result<Accepted<'a, K::Claims<'a>>, Error> {
        let (rules, room) = scratch.rules_and_room(&self.rules);
        let verification = Verification::<K>::new(rules, now, WaitMode::Wait);
        verification.borrow(token, room, VerifyStop::into_error)
    }

    fn owned<K: TokenKind>(&self, token: &str, now: UnixTime) -> Result<K::Owned, Error> {
        let rules = self.rules.load();
        let verification = Verification::<K>::new(&rules, now, WaitMode::Wait);
        verification.own(token, &mut (), |stop, _| stop.into_error())
    }

    fn attempt<K: TokenKind>(
        &self,
        token: &str,
        now: UnixTime,
    ) -> Result<Attempt<K::Owned>, Error> {
        let rules = self.rules.load();
        let verification = Verification::<K>::new(&rules, now, WaitMode::Never);
        match verification.own(token, &mut (), |stop, _| stop) {
            Ok(owned) => Ok(Attempt::Done(owned)),
            Err(VerifyStop::Refused(error)) => Err(error),
            Err(VerifyStop::Pending(pending)) => Ok(Attempt::Pending(pending)),
        }
    }

    async fn awaited<K: TokenKind>(&self, token: &str, now: UnixTime) -> Result<K::Owned, Error> {
        // One fetch is enough; the second try is for a reload in between.
        let mut fetches_left = 2_u8;
        loop {
            let result = {
                let rules = self.rules.load();
                let verification = Verification::<K>::new(&rules, now, WaitMode::Never);
                verification.own(token, &mut (), |stop, tally| (stop, tally.clone()))
            };
            let (pending, tally) = match result {
                Ok(owned) => return Ok(owned),
                Err((VerifyStop::Refused(error), _)) => return Err(error),
                Err((VerifyStop::Pending(pending), tally)) => (pending, tally),
            };
            let fetched = if fetches_left > 0 {
                fetched(pending).await
            } else {
                Err(VerifyStop::out_of_date())
            };
            if let Err(error) = fetched {
                tally.add(K::KIND, Some(error.code()));
                return Err(error);
            }
            fetches_left = fetches_left.saturating_sub(1);
        }
    }

    fn explained<K: TokenKind>(&self, token: &str, now: UnixTime) -> Explanation<K::Owned> {
        let mut trace = Trace::default();
        let rules = self.rules.load();
        let verification = Verification::<K>::new(&rules, now, WaitMode::Wait);
        let result = verification.own(token, &mut trace, |stop, _| stop.into_error());
        trace.explain(result)
    }
}
