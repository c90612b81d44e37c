//! A token's way from text to a connection or a subscription.

use std::sync::Arc;

use arc_swap::ArcSwap;
use countersign_claims::{
    ClaimsError, ConnectionClaims, DecodeOptions, Registered, SubscriptionClaims,
};
use countersign_jws::{DEFAULT_LIMIT, Scratch, Unverified};

use crate::explain::{Explanation, Observe, Stage, Trace};
use crate::{Code, Connection, Error, Subscription, Trust, UnixTime};

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

    fn subscriptions(&self) -> &Trust {
        self.subscriptions.as_ref().unwrap_or(&self.connections)
    }
}

/// Verifies tokens. Share one between all threads; [`reload`](Self::reload) it while in use.
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

    /// Verifies a connection token at `now`.
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn connection(&self, token: &str, now: UnixTime) -> Result<Connection, Error> {
        let mut scratch = Scratch::default();
        let accepted = self.connection_in(token, now, &mut scratch)?;
        Ok(Connection::from_claims(accepted.claims()))
    }

    /// Verifies a subscription token at `now`. Whether it is for the channel, user
    /// and client at hand is for [`Subscription::check_request`].
    ///
    /// # Errors
    ///
    /// [`Error`] with its [`code`](Error::code).
    pub fn subscription(&self, token: &str, now: UnixTime) -> Result<Subscription, Error> {
        let mut scratch = Scratch::default();
        let accepted = self.subscription_in(token, now, &mut scratch)?;
        Ok(Subscription::from_claims(accepted.claims()))
    }

    /// The connection of a client that shows no token: the user "", if that is allowed.
    ///
    /// # Errors
    ///
    /// [`Error::NoToken`] if it is not.
    pub fn without_token(&self) -> Result<Connection, Error> {
        if self.rules.load().allow_no_token {
            Ok(Connection::default())
        } else {
            Err(Error::NoToken)
        }
    }

    /// Verifies a connection token in room that the caller keeps. On this way nothing
    /// is allocated here once the room has grown to the size of the tokens, unless a
    /// string is written with escapes.
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
        let rules = self.rules.load();
        let to = Visit {
            trust: &rules.connections,
            limit: rules.token_limit,
            now,
        };
        to.judge(
            token,
            scratch,
            ConnectionClaims::decode,
            |it| &it.registered,
            &mut (),
        )
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
        let rules = self.rules.load();
        let to = Visit {
            trust: rules.subscriptions(),
            limit: rules.token_limit,
            now,
        };
        to.judge(
            token,
            scratch,
            SubscriptionClaims::decode,
            |it| &it.registered,
            &mut (),
        )
    }

    /// Verifies a connection token and tells each step, by the same code.
    #[must_use]
    pub fn explain_connection(&self, token: &str, now: UnixTime) -> Explanation<Connection> {
        let rules = self.rules.load();
        let to = Visit {
            trust: &rules.connections,
            limit: rules.token_limit,
            now,
        };
        let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
        let result = to
            .judge(
                token,
                &mut scratch,
                ConnectionClaims::decode,
                |it| &it.registered,
                &mut trace,
            )
            .map(|accepted| Connection::from_claims(accepted.claims()));
        trace.explain(result)
    }

    /// Verifies a subscription token and tells each step, by the same code.
    #[must_use]
    pub fn explain_subscription(&self, token: &str, now: UnixTime) -> Explanation<Subscription> {
        let rules = self.rules.load();
        let to = Visit {
            trust: rules.subscriptions(),
            limit: rules.token_limit,
            now,
        };
        let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
        let result = to
            .judge(
                token,
                &mut scratch,
                SubscriptionClaims::decode,
                |it| &it.registered,
                &mut trace,
            )
            .map(|accepted| Subscription::from_claims(accepted.claims()));
        trace.explain(result)
    }
}

/// Claims that were verified and judged: only an [`Authenticator`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<C>(C);

impl<C> Accepted<C> {
    /// The claims, borrowed from the caller's room.
    pub fn claims(&self) -> &C {
        &self.0
    }
}

/// One verification: by whom, at what time.
struct Visit<'r> {
    trust: &'r Trust,
    limit: usize,
    now: UnixTime,
}

impl Visit<'_> {
    /// The token's way, in one direction: cheap checks first, and nothing of the
    /// claims before the signature but the choice of an authority.
    fn judge<'a, C>(
        &self,
        token: &'a str,
        scratch: &'a mut Scratch,
        decode: impl FnOnce(&'a [u8], &DecodeOptions) -> Result<C, ClaimsError>,
        registered: impl FnOnce(&C) -> &Registered<'a>,
        observe: &mut impl Observe,
    ) -> Result<Accepted<C>, Error> {
        let token = Unverified::parse_within(self.limit, token, scratch).map_err(Error::Token);
        let token = observe.settle(Stage::Token, token, |token| {
            let header = token.header();
            match header.kid() {
                Some(kid) => format!("three parts; `alg` is {:?}, `kid` is {kid:?}", header.alg()),
                None => format!("three parts; `alg` is {:?}, no `kid`", header.alg()),
            }
        })?;
        let authority = observe.settle(Stage::Trust, self.trust.pick(&token), |_| {
            self.trust.describe()
        })?;
        let verified = authority.verify(&token, self.now, observe)?;
        let claims = decode(verified.payload(), &authority.reading).map_err(Error::Claims);
        let claims = observe.settle(Stage::Claims, claims, |_| {
            "every claim has its type, and the token is of the right kind".into()
        })?;
        let (policy, registered, now) = (&authority.policy, registered(&claims), self.now);
        policy
            .judge(registered, now, |check, outcome| {
                let failed = outcome
                    .as_ref()
                    .err()
                    .map(|error| Code::of_claims(error.kind()));
                observe.step(Stage::from(check), failed, || match outcome {
                    Ok(()) => policy.compared(check, registered, now),
                    Err(error) => error.to_string(),
                });
            })
            .map_err(Error::Claims)?;
        Ok(Accepted(claims))
    }
}
