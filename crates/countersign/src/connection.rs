//! The content of a verified connection token.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use countersign_claims::{Bytes, ClaimsError, ConnectionClaims};

use crate::accepted::Voucher;
use crate::channel::{Channel, ChannelParts};
use crate::few::Few;
use crate::part::BytesPart;
use crate::size::Size;
use crate::token::Token;
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
/// assert!(connection.channels().any(|channel| channel.name == "news"));
/// // Methods of `Token`:
/// assert_eq!(connection.user(), "42");
/// assert_eq!(connection.authority(), "default");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows the length of `info`, `meta` and the payload, and nothing of their content.
#[derive(Clone)]
pub struct Connection {
    token: Token,
    info: Option<BytesPart>,
    channels: Few<ChannelParts>,
    meta: Option<BytesPart>,
}

impl Connection {
    /// Data about the connection that other clients see: the JSON of `info` byte for byte, or the
    /// bytes of `b64info`.
    #[must_use]
    pub fn info(&self) -> Option<&[u8]> {
        Some(self.info.as_ref()?.get(self.token.text()))
    }

    /// The channels to subscribe the connection to: those of `subs` if the token has it, else those
    /// of `channels`. They are in the order of the token, each once.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = Channel<'_>> {
        let payload = self.token.text();
        let channels = self.channels.as_slice();
        channels.iter().map(|channel| channel.get(payload))
    }

    /// Data about the connection for the backend only: the JSON of `meta` byte for byte. It is
    /// never sent to a client.
    #[must_use]
    pub fn meta(&self) -> Option<&[u8]> {
        Some(self.meta.as_ref()?.get(self.token.text()))
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
            channels: Few::EMPTY,
            meta: None,
        }
    }

    /// Without the payload, which is moved here later, without a copy.
    pub(crate) fn new(claims: &ConnectionClaims<'_>, payload: &str, voucher: Arc<Voucher>) -> Self {
        let part = |bytes: &Bytes<'_>| BytesPart::new(bytes, payload);
        Self {
            token: Token::new(claims, payload, voucher),
            info: claims.info.as_ref().map(part),
            channels: ChannelParts::each_once(claims, payload),
            meta: claims.meta.as_ref().map(part),
        }
    }

    pub(crate) fn set_payload(&mut self, payload: String) {
        self.token.set_payload(payload);
    }
}

/// The other fields are read from the payload, so they are equal if the tokens are.
impl PartialEq for Connection {
    fn eq(&self, other: &Self) -> bool {
        self.token == other.token
    }
}

impl Eq for Connection {}

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
        out.field("info", &Size::of(self.info()))
            .field("channels", &self.channels().collect::<Vec<_>>())
            .field("meta", &Size::of(self.meta()))
            .finish()
    }
}
