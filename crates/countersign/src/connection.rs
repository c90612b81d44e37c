//! What a verified connection token says.

use std::collections::BTreeSet;
use std::fmt;

use countersign_claims::{Bytes, ClaimsError, ConnectionClaims, Overrides, SubscribeOptions};

use crate::{Error, UnixTime};

/// A connection that may be opened: only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// `Debug` tells how long `info` and `meta` are, and nothing of what they hold.
#[derive(Clone, PartialEq, Eq)]
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
            user: registered.user_id().to_owned(),
            expires: claims.expires(),
            info: claims.info.as_ref().map(Bytes::to_vec),
            channels: Channel::each_once(claims),
            meta: claims.meta.as_ref().map(Bytes::to_vec),
            token_id: registered.jti.as_deref().map(String::from),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("user", &self.user)
            .field("expires", &self.expires)
            .field("info", &Size::of(&self.info))
            .field("channels", &self.channels)
            .field("meta", &Size::of(&self.meta))
            .field("token_id", &self.token_id)
            .finish()
    }
}

/// What the application's own bytes are in `Debug`: they stay out of logs.
struct Size(usize);

impl Size {
    fn of(bytes: &Option<Vec<u8>>) -> Option<Self> {
        bytes.as_ref().map(|bytes| Self(bytes.len()))
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
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
        for (name, options) in claims.channels.iter() {
            if seen.insert(name.clone()) {
                channels.push(Self {
                    name: name.into_owned(),
                    options: ChannelOptions::from_claims(&options),
                });
            }
        }
        channels
    }
}

/// What the backend signed about one subscription.
///
/// `Debug` tells how long `info` and `data` are, and nothing of what they hold.
#[derive(Clone, Default, PartialEq, Eq)]
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

impl fmt::Debug for ChannelOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelOptions")
            .field("info", &Size::of(&self.info))
            .field("data", &Size::of(&self.data))
            .field("overrides", &self.overrides)
            .finish()
    }
}
