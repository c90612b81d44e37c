//! The content of a verified subscription token.

use std::fmt;
use std::ops::Deref;

use countersign_claims::{ClaimsError, Scope, SubscriptionClaims};

use crate::accepted::Accepted;
use crate::token::Token;
use crate::{ChannelOptions, Error, Identity};

/// A subscription that may be opened. Only an [`Authenticator`](crate::Authenticator) makes one.
///
/// It dereferences to [`Token`], which has the parts that every kind of token has: the user, the
/// authority, your own claims, and the expiry.
///
/// A token is for one channel and one user or client: see [`check_request`](Self::check_request).
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    token: Token,
    client: Option<String>,
    channel: String,
    options: ChannelOptions,
}

impl Subscription {
    /// Whether the token names a user: an empty `sub` names the anonymous one. If it names none,
    /// only [`client`](Self::client) says who may use the token.
    #[must_use]
    pub fn names_user(&self) -> bool {
        self.token.user.is_some()
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

    /// Data about the subscriber that the others in the channel see.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        self.options.info.as_deref()
    }

    /// The options of the subscription that the backend signed.
    #[must_use]
    pub fn options(&self) -> &ChannelOptions {
        &self.options
    }

    /// Checks that the token is for this channel, and for the user and client that it names.
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
        let scope = Scope::new(&self.channel, self.token.user.as_deref(), self.client());
        scope
            .check(channel, identity.user(), client)
            .map_err(Error::Claims)?;
        if !self.user().is_empty() && !self.identity().same_authority(identity) {
            return Err(Error::Claims(ClaimsError::Mismatch { what: "authority" }));
        }
        Ok(())
    }

    pub(crate) fn with_payload(mut self, payload: Vec<u8>) -> Self {
        self.token = self.token.with_payload(payload);
        self
    }

    pub(crate) fn from_accepted(accepted: &Accepted<'_, SubscriptionClaims<'_>>) -> Self {
        let claims = accepted.decoded();
        Self {
            token: Token::from_accepted(accepted),
            client: claims.client.as_deref().map(String::from),
            channel: claims.channel.to_string(),
            options: ChannelOptions::from_claims(&claims.options),
        }
    }
}

/// The parts that every kind of token has.
impl Deref for Subscription {
    type Target = Token;

    fn deref(&self) -> &Token {
        &self.token
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Subscription");
        self.token.debug(&mut out);
        out.field("client", &self.client)
            .field("channel", &self.channel)
            .field("options", &self.options)
            .finish()
    }
}
