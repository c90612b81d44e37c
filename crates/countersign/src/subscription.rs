//! The content of a verified subscription token.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use countersign_claims::{ClaimsError, Scope, SubscriptionClaims};

use crate::accepted::Voucher;
use crate::channel::{ChannelOptions, OptionsParts};
use crate::part::TextPart;
use crate::token::Token;
use crate::{Error, Identity};

/// A subscription that may be opened. Only an [`Authenticator`](crate::Authenticator) makes one.
///
/// It dereferences to [`Token`], which has the parts that every kind of token has: the user, the
/// authority, your own claims, and the expiry.
///
/// A token is for one channel and one user or client: see [`check_request`](Self::check_request).
#[derive(Clone)]
pub struct Subscription {
    token: Token,
    client: Option<TextPart>,
    channel: TextPart,
    options: OptionsParts,
}

impl Subscription {
    /// Whether the token names a user: an empty `sub` names the anonymous one. If it names none,
    /// only [`client`](Self::client) says who may use the token.
    #[must_use]
    pub fn names_user(&self) -> bool {
        self.token.named_user().is_some()
    }

    /// The one connection that may use the token, if it names one.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        Some(self.client.as_ref()?.get(self.token.text()))
    }

    /// The channel.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.channel.get(self.token.text())
    }

    /// Data about the subscriber that the others in the channel see.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        self.options().info
    }

    /// The options of the subscription that the backend signed.
    #[must_use]
    pub fn options(&self) -> ChannelOptions<'_> {
        self.options.get(self.token.text())
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
        let scope = Scope::new(self.channel(), self.token.named_user(), self.client());
        scope
            .check(channel, identity.user(), client)
            .map_err(Error::Claims)?;
        if !self.user().is_empty() && !self.identity().same_authority(identity) {
            return Err(Error::Claims(ClaimsError::Mismatch { what: "authority" }));
        }
        Ok(())
    }

    /// Without the payload, which is moved here later, without a copy.
    pub(crate) fn new(
        claims: &SubscriptionClaims<'_>,
        payload: &str,
        voucher: Arc<Voucher>,
    ) -> Self {
        let client = claims.client.as_deref();
        Self {
            token: Token::new(claims, payload, voucher),
            client: client.map(|client| TextPart::new(client, payload)),
            channel: TextPart::new(&claims.channel, payload),
            options: OptionsParts::new(&claims.options, payload),
        }
    }

    pub(crate) fn set_payload(&mut self, payload: String) {
        self.token.set_payload(payload);
    }
}

/// The other fields are read from the payload, so they are equal if the tokens are.
impl PartialEq for Subscription {
    fn eq(&self, other: &Self) -> bool {
        self.token == other.token
    }
}

impl Eq for Subscription {}

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
        out.field("client", &self.client())
            .field("channel", &self.channel())
            .field("options", &self.options())
            .finish()
    }
}
