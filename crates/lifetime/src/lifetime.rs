//! The state machine of one connection or subscription. It knows no clock: every event comes
//! with the time.

use core::time::Duration;

use countersign_time::UnixTime;

use crate::Expiry;

/// How strict a server is with connections, or with subscriptions: one value for all of them.
///
/// ```
/// use core::time::Duration;
/// use countersign_lifetime::{ExpiredToken, ExpiryRules};
///
/// let connections = ExpiryRules::new();
/// assert_eq!(connections.close_delay(), Duration::from_secs(25));
///
/// let subscriptions = ExpiryRules::new()
///     .with_close_delay(Duration::from_secs(5))
///     .with_expired_token(ExpiredToken::Refuse);
/// assert_eq!(subscriptions.close_delay(), Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiryRules {
    close_delay: Duration,
    expired_token: ExpiredToken,
}

/// What happens if a client refreshes with a token that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExpiredToken {
    /// The connection ends, so that the client connects again with a new token.
    #[default]
    Close,
    /// The token is refused, and the connection goes on until its own end.
    Refuse,
}

impl ExpiryRules {
    /// The rules of Centrifugo: whoever sends no new token is closed 25 seconds after the end,
    /// and whoever sends an expired one is closed at once.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            close_delay: Duration::from_secs(25),
            expired_token: ExpiredToken::Close,
        }
    }

    /// Closes this long after the end: `client_expired_close_delay` and
    /// `client_expired_sub_close_delay` of Centrifugo.
    #[must_use]
    pub const fn with_close_delay(mut self, close_delay: Duration) -> Self {
        self.close_delay = close_delay;
        self
    }

    /// Says what happens if the new token has expired.
    #[must_use]
    pub const fn with_expired_token(mut self, expired_token: ExpiredToken) -> Self {
        self.expired_token = expired_token;
        self
    }

    /// How long after the end a connection without a new token is closed.
    #[must_use]
    pub const fn close_delay(&self) -> Duration {
        self.close_delay
    }

    /// What happens if the new token has expired.
    #[must_use]
    pub const fn expired_token(&self) -> ExpiredToken {
        self.expired_token
    }
}

impl Default for ExpiryRules {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a [`Lifetime`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The token is good, or has no end.
    Active,
    /// The end that the token names has passed, and a new token is awaited.
    RefreshDue,
    /// It has ended. Nothing leads out of this state.
    Closed,
}

/// What happens to a [`Lifetime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Time has passed. Send this when [`Lifetime::wakeup`] is reached; at any other time it
    /// does no harm.
    TimePassed,
    /// A new token was verified: it is of the same user and the same authority, and good until
    /// then. `None`: without end.
    Renewed(Option<Expiry>),
    /// The new token was refused, and the client should get another one: it has expired, or its
    /// key was retired. In terms of `countersign`: `Advice::GetNewToken`.
    TokenExpired,
    /// The new token was refused, and another one from the same backend won't be better:
    /// `Advice::GiveUp`.
    TokenInvalid,
    /// The new token is for another user; with a subscription also: for another client or channel.
    OtherUser,
    /// The new token is valid, and from another authority or issuer (`iss`).
    OtherAuthority,
    /// The new token may be valid a little later: `Advice::TryAgain`. The keys could not be
    /// fetched, or the token is not valid yet.
    KeysUnavailable,
}

/// What the server does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the server carries the action out"]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Ask the client for a new token, if it does not send one on its own by `ttl`.
    AskForToken,
    /// Tell the client that its token was accepted, and when to send the next one: in `ttl`
    /// seconds (see [`Expiry::ttl`]). `None`: never.
    Accept {
        /// Whole seconds, 1 to 2^32 − 1.
        ttl: Option<u32>,
    },
    /// Tell the client that its token has expired. The connection stays as it was.
    RefuseExpired,
    /// Tell the client to send its token again later. The connection stays as it was.
    TryAgain,
    /// End the connection or the subscription.
    Close(CloseReason),
}

/// Why a connection or a subscription ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The token ended and no new one came in time. The client may come back with a new token.
    NotRenewed,
    /// The client sent a token that has expired. It may come back with a new token.
    TokenExpired,
    /// The client sent an invalid token. It should give up.
    TokenInvalid,
    /// The client sent a token of another user. It should give up.
    OtherUser,
    /// The client sent a token of another authority. It may come back with this token, on a
    /// connection of its own.
    OtherAuthority,
}

impl CloseReason {
    /// Whether the client may connect again.
    #[must_use]
    pub fn may_reconnect(self) -> bool {
        match self {
            Self::NotRenewed | Self::TokenExpired | Self::OtherAuthority => true,
            Self::TokenInvalid | Self::OtherUser => false,
        }
    }
}

/// The lifetime of one connection or subscription.
///
/// ```
/// use countersign_time::UnixTime;
/// use countersign_lifetime::{Action, Event, Expiry, ExpiryRules, Lifetime, State};
///
/// let rules = ExpiryRules::new();
/// let at = UnixTime::from_secs;
/// let mut connection = Lifetime::new(Some(Expiry::at(at(1000))));
/// assert_eq!(connection.wakeup(&rules), Some(at(1000)));
///
/// assert_eq!(connection.step(Event::TimePassed, at(1000), &rules), Action::AskForToken);
/// assert_eq!(connection.wakeup(&rules), Some(at(1025)));
///
/// let renewed = Event::Renewed(Some(Expiry::at(at(1600))));
/// assert_eq!(connection.step(renewed, at(1010), &rules), Action::Accept { ttl: Some(590) });
/// assert_eq!(connection.state(), State::Active);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    state: State,
    expiry: Option<Expiry>,
}

impl Lifetime {
    /// A connection or subscription whose token is good until then. `None`: without end.
    #[must_use]
    pub const fn new(expiry: Option<Expiry>) -> Self {
        Self {
            state: State::Active,
            expiry,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Until when its token is good. `None`: without end.
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// The time of the next [`Event::TimePassed`]. `None`: time changes nothing, because the token
    /// has no end or the connection is closed.
    ///
    /// Ask again after each step.
    #[must_use]
    pub fn wakeup(&self, rules: &ExpiryRules) -> Option<UnixTime> {
        let expiry = self.expiry?;
        match self.state {
            State::Active => Some(expiry.expires()),
            State::RefreshDue => Some(close_at(expiry, rules)),
            State::Closed => None,
        }
    }

    /// Takes one event at the time `now`, and says what to do.
    ///
    /// The clock may be set forward or back between two steps. What the new time says holds: a
    /// connection whose end lies ahead again is active again.
    pub fn step(&mut self, event: Event, now: UnixTime, rules: &ExpiryRules) -> Action {
        use State::{Active, Closed, RefreshDue};

        let (state, action) = match (self.state, event) {
            (Active, Event::TimePassed) => match state_at(self.expiry, now, rules) {
                Active => (Active, Action::Nothing),
                RefreshDue => (RefreshDue, Action::AskForToken),
                Closed => close(CloseReason::NotRenewed),
            },
            (RefreshDue, Event::TimePassed) => match state_at(self.expiry, now, rules) {
                Closed => close(CloseReason::NotRenewed),
                // Active: the clock was set back.
                state => (state, Action::Nothing),
            },
            (Closed, Event::TimePassed) => (Closed, Action::Nothing),

            (Active, Event::Renewed(expiry)) => self.renew(expiry, now, rules),
            (RefreshDue, Event::Renewed(expiry)) => self.renew(expiry, now, rules),
            (Closed, Event::Renewed(_)) => (Closed, Action::Nothing),

            (Active, Event::TokenExpired) => expired(Active, rules),
            (RefreshDue, Event::TokenExpired) => expired(RefreshDue, rules),
            (Closed, Event::TokenExpired) => (Closed, Action::Nothing),

            (Active, Event::TokenInvalid) => close(CloseReason::TokenInvalid),
            (RefreshDue, Event::TokenInvalid) => close(CloseReason::TokenInvalid),
            (Closed, Event::TokenInvalid) => (Closed, Action::Nothing),

            (Active, Event::OtherUser) => close(CloseReason::OtherUser),
            (RefreshDue, Event::OtherUser) => close(CloseReason::OtherUser),
            (Closed, Event::OtherUser) => (Closed, Action::Nothing),

            (Active, Event::OtherAuthority) => close(CloseReason::OtherAuthority),
            (RefreshDue, Event::OtherAuthority) => close(CloseReason::OtherAuthority),
            (Closed, Event::OtherAuthority) => (Closed, Action::Nothing),

            (Active, Event::KeysUnavailable) => (Active, Action::TryAgain),
            (RefreshDue, Event::KeysUnavailable) => (RefreshDue, Action::TryAgain),
            (Closed, Event::KeysUnavailable) => (Closed, Action::Nothing),
        };
        self.state = state;
        action
    }

    /// Takes over the new end, unless it passed while the token was being verified.
    fn renew(
        &mut self,
        expiry: Option<Expiry>,
        now: UnixTime,
        rules: &ExpiryRules,
    ) -> (State, Action) {
        if expiry.is_some_and(|expiry| now >= expiry.valid_until()) {
            return expired(self.state, rules);
        }
        self.expiry = expiry;
        let ttl = expiry.map(|expiry| expiry.ttl(now));
        (state_at(expiry, now, rules), Action::Accept { ttl })
    }
}

fn close_at(expiry: Expiry, rules: &ExpiryRules) -> UnixTime {
    expiry.valid_until().saturating_add(rules.close_delay)
}

/// Where a connection stands at `now` if nobody sends a token.
fn state_at(expiry: Option<Expiry>, now: UnixTime, rules: &ExpiryRules) -> State {
    match expiry {
        Some(expiry) if now >= close_at(expiry, rules) => State::Closed,
        Some(expiry) if now >= expiry.expires() => State::RefreshDue,
        _ => State::Active,
    }
}

fn close(reason: CloseReason) -> (State, Action) {
    (State::Closed, Action::Close(reason))
}

fn expired(state: State, rules: &ExpiryRules) -> (State, Action) {
    match rules.expired_token {
        ExpiredToken::Close => close(CloseReason::TokenExpired),
        ExpiredToken::Refuse => (state, Action::RefuseExpired),
    }
}
