//! What a verified subscription token says.

use countersign_claims::{Scope, SubscriptionClaims};

use crate::{ChannelOptions, Error, UnixTime};

/// A subscription that may be opened: only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// A token opens one channel, for one user or one client: see [`check_request`](Self::check_request).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    user: Option<String>,
    client: Option<String>,
    channel: String,
    expires: Option<UnixTime>,
    options: ChannelOptions,
    token_id: Option<String>,
}

impl Subscription {
    /// The user; empty if the token is for anonymous connections, or names a client alone as
    /// the tokens of Centrifugo v2 do.
    #[must_use]
    pub fn user(&self) -> &str {
        self.user.as_deref().unwrap_or_default()
    }

    /// The one connection that may use the token, if it names one.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The channel.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// From when on a new token is due; `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// About the subscriber, shown to others in the channel.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        self.options.info.as_deref()
    }

    /// What the backend signed about the subscription.
    #[must_use]
    pub fn options(&self) -> &ChannelOptions {
        &self.options
    }

    /// The token's own id (`jti`). Nothing here remembers it.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Checks that the token is for this channel, and for the user and the client that it
    /// names. If it names both, both must match.
    ///
    /// # Errors
    ///
    /// [`Error::Claims`] if it is for another channel, user or client.
    pub fn check_request(&self, channel: &str, user: &str, client: &str) -> Result<(), Error> {
        let scope = Scope {
            channel: &self.channel,
            user: self.user.as_deref(),
            client: self.client(),
        };
        scope.check(channel, user, client).map_err(Error::Claims)
    }

    pub(crate) fn from_claims(claims: &SubscriptionClaims<'_>) -> Self {
        Self {
            user: claims.registered.user.as_deref().map(String::from),
            client: claims.client.as_deref().map(String::from),
            channel: claims.channel.to_string(),
            expires: claims.expires(),
            options: ChannelOptions::from_claims(&claims.options),
            token_id: claims.registered.jti.as_deref().map(String::from),
        }
    }
}
