//! What a verified connection token says.

use std::collections::BTreeSet;
use std::convert::Infallible;

use countersign_claims::{Bytes, ClaimsError, ConnectionClaims, Overrides, SubscribeOptions};

use crate::{Error, UnixTime};

/// A connection that may be opened: only an
/// [`Authenticator`](crate::Authenticator) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    user: String,
    expires: Option<UnixTime>,
    info: Option<Vec<u8>>,
    channels: Vec<Channel>,
    meta: Option<Vec<u8>>,
    token_id: Option<String>,
}

impl Connection {
    /// The user; empty is anonymous.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// From when on a new token is due: `expire_at`, else `exp`; `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// About the connection, shown to others: the JSON of `info` byte for byte, or
    /// the bytes of `b64info`.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        self.info.as_deref()
    }

    /// The channels to subscribe the connection to: those of `subs`, else of `channels`.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// About the connection, for the backend alone: the JSON of `meta` byte for byte.
    /// It is never sent to a client.
    #[must_use]
    pub fn meta(&self) -> Option<&[u8]> {
        self.meta.as_deref()
    }

    /// The token's own id (`jti`). Nothing here remembers it.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Checks that this connection, of a refresh, is for the user of the one that it renews.
    ///
    /// # Errors
    ///
    /// [`Error::Claims`] if it is for another user.
    pub fn check_user(&self, user: &str) -> Result<(), Error> {
        if self.user == user {
            Ok(())
        } else {
            Err(Error::Claims(ClaimsError::Mismatch { what: "user" }))
        }
    }

    /// The connection of a client that shows no token. Not `Default`: anyone could make that.
    pub(crate) fn without_token() -> Self {
        Self {
            user: String::new(),
            expires: None,
            info: None,
            channels: Vec::new(),
            meta: None,
            token_id: None,
        }
    }

    pub(crate) fn from_claims(claims: &ConnectionClaims<'_>) -> Self {
        let registered = &claims.registered;
        Self {
            user: registered.user.to_string(),
            expires: claims.expires(),
            info: claims.info.as_ref().map(Bytes::to_vec),
            channels: Channel::each_once(claims),
            meta: claims.meta.as_ref().map(Bytes::to_vec),
            token_id: registered.jti.as_deref().map(String::from),
        }
    }
}

/// A channel that a connection is subscribed to from its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// What the backend signed about the subscription; nothing for those of `channels`.
    pub options: ChannelOptions,
}

impl Channel {
    /// The channels of a token. `channels` may name one twice; nobody subscribes to it twice.
    fn each_once(claims: &ConnectionClaims<'_>) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let mut channels = Vec::with_capacity(claims.channels.len());
        let Ok(()) = claims.channels.each(|name, options| {
            if seen.insert(name.clone()) {
                channels.push(Self {
                    name: name.into_owned(),
                    options: ChannelOptions::from_claims(&options),
                });
            }
            Ok::<(), Infallible>(())
        });
        channels
    }
}

/// What the backend signed about one subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelOptions {
    /// About the subscriber, shown to others in the channel.
    pub info: Option<Vec<u8>>,
    /// For the client, sent when it is subscribed.
    pub data: Option<Vec<u8>>,
    /// Options of the channel that the token overrides.
    pub overrides: Overrides,
}

impl ChannelOptions {
    pub(crate) fn from_claims(options: &SubscribeOptions<'_>) -> Self {
        Self {
            info: options.info.as_ref().map(Bytes::to_vec),
            data: options.data.as_ref().map(Bytes::to_vec),
            overrides: options.overrides,
        }
    }
}
