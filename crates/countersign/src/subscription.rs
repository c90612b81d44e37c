//! What a verified subscription token says.

use std::fmt;

use countersign_claims::{ClaimsError, Scope, SubscriptionClaims};

use crate::accepted::{Accepted, Common, common_methods};
use crate::{ChannelOptions, Error, Identity, UnixTime};

/// A subscription that may be opened: only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// A token opens one channel, for one user or one client: see [`check_request`](Self::check_request).
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    common: Common,
    client: Option<String>,
    channel: String,
    options: ChannelOptions,
}

impl Subscription {
    common_methods!();

    /// From when on a new token is due: `expire_at` if the token has it, else `exp`, unless
    /// that is for the token only (`eto`); `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.common.expires
    }

    /// Whether the token names a user: an empty `sub` names the anonymous one. If it names
    /// none, [`client`](Self::client) alone says who may use the token.
    #[must_use]
    pub fn names_user(&self) -> bool {
        self.common.user.is_some()
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

    /// Checks that the token is for this channel, and for the user and the client that it
    /// names.
    ///
    /// If the token names both a user and a client, both must match. A user must be of the
    /// same authority and issuer as the connection's: the same name from another authority is
    /// another user.
    ///
    /// # Errors
    ///
    /// [`Error::Claims`] if it is for another channel, user, authority or client.
    pub fn check_request(
        &self,
        channel: &str,
        identity: &Identity,
        client: &str,
    ) -> Result<(), Error> {
        let scope = Scope {
            channel: &self.channel,
            user: self.common.user.as_deref(),
            client: self.client(),
        };
        scope
            .check(channel, identity.user(), client)
            .map_err(Error::Claims)?;
        if !self.user().is_empty() && !self.identity().same_authority(identity) {
            return Err(Error::Claims(ClaimsError::Mismatch { what: "authority" }));
        }
        Ok(())
    }

    pub(crate) fn from_accepted(accepted: &Accepted<'_, SubscriptionClaims<'_>>) -> Self {
        let claims = accepted.decoded();
        Self {
            common: accepted.to_common(),
            client: claims.client.as_deref().map(String::from),
            channel: claims.channel.to_string(),
            options: ChannelOptions::from_claims(&claims.options),
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Subscription");
        self.common.debug(&mut out);
        out.field("client", &self.client)
            .field("channel", &self.channel)
            .field("options", &self.options)
            .finish()
    }
}
