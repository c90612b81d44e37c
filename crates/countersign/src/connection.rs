//! The content of a verified connection token.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

use countersign_claims::{Bytes, ClaimsError, ConnectionClaims, Overrides, SubscribeOptions};

use crate::accepted::Accepted;
use crate::token::{Size, Token};
use crate::{Error, Identity};

/// A connection that may be opened. Only an [`Authenticator`](crate::Authenticator) makes one.
///
/// It dereferences to [`Token`], which has the parts that every kind of token has: the user, the
/// authority, your own claims, and the expiry.
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, now};
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).build()?;
/// let token = issuer.connection("42").channel("news").claim("tenant", "acme")?.sign()?;
///
/// let auth = Authenticator::builder().key(key).build()?;
/// let connection = auth.connection(&token, now())?;
/// assert_eq!(connection.channels()[0].name, "news");
/// // Methods of `Token`:
/// assert_eq!(connection.user(), "42");
/// assert_eq!(connection.authority(), "default");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows the length of `info`, `meta` and the payload, and nothing of their content.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    token: Token,
    info: Option<Vec<u8>>,
    channels: Vec<Channel>,
    meta: Option<Vec<u8>>,
}

impl Connection {
    /// Data about the connection that other clients see: the JSON of `info` byte for byte, or the
    /// bytes of `b64info`.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        self.info.as_deref()
    }

    /// The channels to subscribe the connection to: those of `subs` if the token has it, else those
    /// of `channels`.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// Data about the connection for the backend only: the JSON of `meta` byte for byte. It is
    /// never sent to a client.
    #[must_use]
    pub fn meta(&self) -> Option<&[u8]> {
        self.meta.as_deref()
    }

    /// Checks that this connection, made from the new token of a refresh, is for the same user as
    /// the open one, whose [`identity`](Token::identity) is `current`.
    ///
    /// # Errors
    ///
    /// [`Error::Claims`] if it is for another user, or of another authority or issuer.
    pub fn check_identity(&self, current: &Identity) -> Result<(), Error> {
        let identity = self.identity();
        let what = if !identity.same_authority(current) {
            "authority"
        } else if identity.user() != current.user() {
            "user"
        } else {
            return Ok(());
        };
        Err(Error::Claims(ClaimsError::Mismatch { what }))
    }

    /// The connection of a client that shows no token. This isn't `Default`, because then anyone
    /// could make it.
    pub(crate) fn without_token() -> Self {
        Self {
            token: Token::none(),
            info: None,
            channels: Vec::new(),
            meta: None,
        }
    }

    pub(crate) fn with_payload(mut self, payload: Vec<u8>) -> Self {
        self.token = self.token.with_payload(payload);
        self
    }

    pub(crate) fn from_accepted(accepted: &Accepted<'_, ConnectionClaims<'_>>) -> Self {
        let claims = accepted.decoded();
        Self {
            token: Token::from_accepted(accepted),
            info: claims.info.as_ref().map(Bytes::to_vec),
            channels: Channel::each_once(claims),
            meta: claims.meta.as_ref().map(Bytes::to_vec),
        }
    }
}

/// The parts that every kind of token has.
impl Deref for Connection {
    type Target = Token;

    fn deref(&self) -> &Token {
        &self.token
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Connection");
        self.token.debug(&mut out);
        out.field("info", &size(&self.info))
            .field("channels", &self.channels)
            .field("meta", &size(&self.meta))
            .finish()
    }
}

/// How `Debug` shows the application's own bytes.
fn size(bytes: &Option<Vec<u8>>) -> Option<Size> {
    bytes.as_ref().map(|bytes| Size(bytes.len()))
}

/// A channel that a connection is subscribed to from its start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// The options of the subscription that the backend signed; empty for a channel of `channels`.
    pub options: ChannelOptions,
}

impl Channel {
    /// The channels of a token. `channels` may name one twice; it is subscribed only once.
    fn each_once(claims: &ConnectionClaims<'_>) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let is_only = claims.channels.len() == 1;
        let mut channels = Vec::with_capacity(claims.channels.len());
        for (name, options) in claims.channels.iter() {
            if is_only || seen.insert(name.clone()) {
                channels.push(Self {
                    name: name.into_owned(),
                    options: ChannelOptions::from_claims(&options),
                });
            }
        }
        channels
    }
}

/// The options of one subscription that the backend signed.
///
/// `Debug` shows the length of `info` and `data`, and nothing of their content.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelOptions {
    /// Data about the subscriber that the others in the channel see.
    pub info: Option<Vec<u8>>,
    /// Data for the client, sent when it is subscribed.
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
            .field("info", &size(&self.info))
            .field("data", &size(&self.data))
            .field("overrides", &self.overrides)
            .finish()
    }
}
