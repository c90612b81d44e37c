//! A token's way from text to claims that were verified and judged.

use std::marker::PhantomData;

use countersign_claims::{
    ClaimsError, ConnectionClaims, DecodeOptions, Registered, SubscriptionClaims,
};
use countersign_jws::{Scratch, Unverified};

use crate::error::short;
use crate::explain::{Observe, Stage};
use crate::key_source::{Halt, Patience};
use crate::{Code, Connection, Error, Subscription, Trust, UnixTime};

/// Claims that were verified and judged: only an
/// [`Authenticator`](crate::Authenticator) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<C>(C);

impl<C> Accepted<C> {
    /// The claims, borrowed from the caller's room.
    pub fn claims(&self) -> &C {
        &self.0
    }
}

/// What differs between the two kinds of token.
pub(crate) trait Kind {
    const IS_SUBSCRIPTION: bool;
    type Claims<'a>;
    type Owned;

    fn decode<'a>(
        payload: &'a [u8],
        options: &DecodeOptions,
    ) -> Result<Self::Claims<'a>, ClaimsError>;
    fn registered<'c>(claims: &'c Self::Claims<'_>) -> &'c Registered<'c>;
    fn own(claims: &Self::Claims<'_>) -> Self::Owned;
}

pub(crate) enum OfConnection {}

impl Kind for OfConnection {
    const IS_SUBSCRIPTION: bool = false;
    type Claims<'a> = ConnectionClaims<'a>;
    type Owned = Connection;

    fn decode<'a>(
        payload: &'a [u8],
        options: &DecodeOptions,
    ) -> Result<ConnectionClaims<'a>, ClaimsError> {
        ConnectionClaims::decode(payload, options)
    }

    fn registered<'c>(claims: &'c ConnectionClaims<'_>) -> &'c Registered<'c> {
        &claims.registered
    }

    fn own(claims: &ConnectionClaims<'_>) -> Connection {
        Connection::from_claims(claims)
    }
}

pub(crate) enum OfSubscription {}

impl Kind for OfSubscription {
    const IS_SUBSCRIPTION: bool = true;
    type Claims<'a> = SubscriptionClaims<'a>;
    type Owned = Subscription;

    fn decode<'a>(
        payload: &'a [u8],
        options: &DecodeOptions,
    ) -> Result<SubscriptionClaims<'a>, ClaimsError> {
        SubscriptionClaims::decode(payload, options)
    }

    fn registered<'c>(claims: &'c SubscriptionClaims<'_>) -> &'c Registered<'c> {
        &claims.registered
    }

    fn own(claims: &SubscriptionClaims<'_>) -> Subscription {
        Subscription::from_claims(claims)
    }
}

/// One verification: whom it trusts, at what time, and whether it may wait for keys.
pub(crate) struct Verification<'r, K> {
    trust: &'r Trust,
    token_limit: usize,
    now: UnixTime,
    patience: Patience,
    kind: PhantomData<K>,
}

impl<'r, K: Kind> Verification<'r, K> {
    pub(crate) fn new(
        trust: &'r Trust,
        token_limit: usize,
        now: UnixTime,
        patience: Patience,
    ) -> Self {
        Self {
            trust,
            token_limit,
            now,
            patience,
            kind: PhantomData,
        }
    }

    /// One direction, no step back: cheap checks first, and nothing of the claims
    /// before the signature but the choice of an authority.
    pub(crate) fn run<'a>(
        &self,
        token: &'a str,
        scratch: &'a mut Scratch,
        observe: &mut impl Observe,
    ) -> Result<Accepted<K::Claims<'a>>, Halt> {
        let token = Unverified::parse_within(self.token_limit, token, scratch);
        let token = observe.settle(Stage::Token, token.map_err(Error::Token), |token| {
            let header = token.header();
            let alg = short(header.alg(), 32);
            match header.kid() {
                Some(kid) => format!("three parts; `alg` is {alg:?}, `kid` is {kid:?}"),
                None => format!("three parts; `alg` is {alg:?}, no `kid`"),
            }
        })?;
        let picked = self.trust.pick(&token);
        let picked = observe.settle(Stage::Trust, picked, |_| self.trust.describe())?;
        let verified = picked.verify(&token, self.now, self.patience, observe)?;
        let authority = picked.authority;

        let claims = K::decode(verified.payload(), &authority.reading).map_err(Error::Claims);
        let claims = observe.settle(Stage::Claims, claims, |_| {
            "every claim has its type, and the token is of the right kind".into()
        })?;
        let registered = K::registered(&claims);
        authority
            .policy
            .judge(registered, self.now, |check, outcome| {
                let failed = outcome.as_ref().err();
                let failed = failed.map(|error| Code::of_claims(error.kind()));
                observe.step(Stage::from(check), failed, || match outcome {
                    Ok(()) => authority.policy.compared(check, registered, self.now),
                    Err(error) => error.to_string(),
                });
            })
            .map_err(Error::Claims)?;
        Ok(Accepted(claims))
    }
}
