//! Payloads for those who issue tokens.
//!
//! What is written is decoded again before it is given out: an issuer cannot make
//! claims that a server refuses to read.

mod options;

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use countersign_json::ObjectWriter;

pub use options::NewSubscribeOptions;

use crate::read::At;
use crate::{
    ClaimsError, ConnectionClaims, DecodeOptions, Overrides, SubscriptionClaims, UnixTime,
};
use options::{NewBytes, raw_json};

/// The payload of a new connection token.
///
/// ```
/// use countersign_claims::{NewConnection, UnixTime};
///
/// let payload = NewConnection::new("42")
///     .exp(UnixTime::from_secs(1_700_000_000))
///     .info_json(r#"{"name":"A"}"#)
///     .channel("news")
///     .finish()?;
/// assert_eq!(
///     payload,
///     r#"{"sub":"42","exp":1700000000,"info":{"name":"A"},"channels":["news"]}"#
/// );
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
pub type NewConnection<'a> = NewClaims<'a, ForConnection<'a>>;

/// The payload of a new subscription token.
///
/// ```
/// use countersign_claims::NewSubscription;
///
/// let payload = NewSubscription::new("42", "$news").data_bytes(b"hi").finish()?;
/// assert_eq!(payload, r#"{"sub":"42","channel":"$news","b64data":"aGk="}"#);
/// assert!(NewSubscription::new("42", "").finish().is_err());
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
pub type NewSubscription<'a> = NewClaims<'a, ForSubscription<'a>>;

/// The payload of a new token, claim by claim; a claim set twice has the last value.
/// Made as [`NewConnection`] or [`NewSubscription`].
#[derive(Clone)]
pub struct NewClaims<'a, K> {
    user: Cow<'a, str>,
    iss: Option<Cow<'a, str>>,
    aud: Vec<Cow<'a, str>>,
    exp: Option<UnixTime>,
    nbf: Option<UnixTime>,
    iat: Option<UnixTime>,
    jti: Option<Cow<'a, str>>,
    expire_at: Option<ExpireAt>,
    info: Option<NewBytes<'a>>,
    more: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    kind: K,
}

#[derive(Clone, Copy)]
enum ExpireAt {
    Never,
    Time(UnixTime),
}

/// What a connection token alone has; see [`NewConnection`].
#[derive(Clone, Default)]
pub struct ForConnection<'a> {
    channels: Vec<Cow<'a, str>>,
    subs: Vec<(Cow<'a, str>, NewSubscribeOptions<'a>)>,
    meta: Option<Cow<'a, str>>,
}

/// What a subscription token alone has; see [`NewSubscription`].
#[derive(Clone)]
pub struct ForSubscription<'a> {
    channel: Cow<'a, str>,
    client: Option<Cow<'a, str>>,
    eto: bool,
    options: NewSubscribeOptions<'a>,
}

impl<'a, K> NewClaims<'a, K> {
    fn of(user: Cow<'a, str>, kind: K) -> Self {
        Self {
            user,
            iss: None,
            aud: Vec::new(),
            exp: None,
            nbf: None,
            iat: None,
            jti: None,
            expire_at: None,
            info: None,
            more: Vec::new(),
            kind,
        }
    }

    /// `iss`, who issues the token.
    #[must_use]
    pub fn iss(mut self, iss: impl Into<Cow<'a, str>>) -> Self {
        self.iss = Some(iss.into());
        self
    }

    /// One more `aud`, whom the token is for; one alone is written as a string.
    #[must_use]
    pub fn aud(mut self, aud: impl Into<Cow<'a, str>>) -> Self {
        self.aud.push(aud.into());
        self
    }

    /// `exp`, from when on the token is refused.
    #[must_use]
    pub fn exp(mut self, exp: UnixTime) -> Self {
        self.exp = Some(exp);
        self
    }

    /// `nbf`, before when the token is refused.
    #[must_use]
    pub fn nbf(mut self, nbf: UnixTime) -> Self {
        self.nbf = Some(nbf);
        self
    }

    /// `iat`, when the token is issued.
    #[must_use]
    pub fn iat(mut self, iat: UnixTime) -> Self {
        self.iat = Some(iat);
        self
    }

    /// `jti`, the token's own id.
    #[must_use]
    pub fn jti(mut self, jti: impl Into<Cow<'a, str>>) -> Self {
        self.jti = Some(jti.into());
        self
    }

    /// `expire_at`, when what the token opens expires, in whole seconds, a fraction
    /// being cut off; it must lie after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn expire_at(mut self, at: UnixTime) -> Self {
        self.expire_at = Some(ExpireAt::Time(at));
        self
    }

    /// `expire_at` 0: what the token opens never expires. The token still does, at `exp`.
    #[must_use]
    pub fn never_expires(mut self) -> Self {
        self.expire_at = Some(ExpireAt::Never);
        self
    }

    /// `info`: one JSON value, written as it is.
    #[must_use]
    pub fn info_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.info = Some(NewBytes::Json(json.into()));
        self
    }

    /// `b64info`: any bytes. None at all count as no info.
    #[must_use]
    pub fn info_bytes(mut self, bytes: &[u8]) -> Self {
        self.info = Some(NewBytes::of(bytes));
        self
    }

    /// A claim of your own: a name that is not set otherwise, and one JSON value.
    #[must_use]
    pub fn claim_json(
        mut self,
        name: impl Into<Cow<'a, str>>,
        json: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.more.push((name.into(), json.into()));
        self
    }

    fn registered(&self) -> Result<ObjectWriter, ClaimsError> {
        let mut out = ObjectWriter::new();
        if !self.user.is_empty() {
            out = out.string("sub", &self.user);
        }
        for (name, value) in [("iss", &self.iss), ("jti", &self.jti)] {
            if let Some(value) = value {
                out = out.string(name, value);
            }
        }
        out = match self.aud.as_slice() {
            [] => out,
            [aud] => out.string("aud", aud),
            several => out.strings("aud", several.iter().map(AsRef::as_ref)),
        };
        for (name, time) in [("exp", self.exp), ("nbf", self.nbf), ("iat", self.iat)] {
            if let Some(time) = time {
                out = out.raw(name, &time.to_string());
            }
        }
        match self.expire_at {
            None => {}
            Some(ExpireAt::Never) => out = out.raw("expire_at", "0"),
            Some(ExpireAt::Time(at)) if at.as_secs() > 0 => {
                out = out.raw("expire_at", &at.as_secs().to_string());
            }
            Some(ExpireAt::Time(_)) => {
                return Err(At::top("expire_at").invalid(
                    "is not after 1970, which would mean never; say never_expires if it is meant",
                ));
            }
        }
        match &self.info {
            Some(info) => info.write(out, At::top("info"), "b64info"),
            None => Ok(out),
        }
    }

    fn more(&self, mut out: ObjectWriter) -> Result<String, ClaimsError> {
        for (name, json) in &self.more {
            out = out.raw(name, raw_json(At::top(name), json)?);
        }
        Ok(out.finish())
    }
}

impl<'a> NewClaims<'a, ForConnection<'a>> {
    /// A connection of `user`; the empty user is anonymous.
    #[must_use]
    pub fn new(user: impl Into<Cow<'a, str>>) -> Self {
        Self::of(user.into(), ForConnection::default())
    }

    /// One more of `channels`, to which the connection is subscribed from its start.
    #[must_use]
    pub fn channel(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.kind.channels.push(name.into());
        self
    }

    /// One more of `subs`: a channel and its options. With any, `channels` must be empty.
    #[must_use]
    pub fn sub(
        mut self,
        channel: impl Into<Cow<'a, str>>,
        options: NewSubscribeOptions<'a>,
    ) -> Self {
        self.kind.subs.push((channel.into(), options));
        self
    }

    /// `meta`: one JSON value for the backend alone.
    #[must_use]
    pub fn meta_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.kind.meta = Some(json.into());
        self
    }

    /// The payload, compact JSON, its members in a fixed order.
    ///
    /// # Errors
    ///
    /// What a server would refuse when it decodes the token: a control character in
    /// an id, an empty channel name, too many channels, a claim set twice. And what it
    /// would take for something else: text that is not one JSON value, `channels`
    /// beside `subs`, a time before 1970 as `expire_at`.
    pub fn finish(&self) -> Result<String, ClaimsError> {
        let mut out = self.registered()?;
        if !self.kind.channels.is_empty() {
            if !self.kind.subs.is_empty() {
                return Err(At::top("channels")
                    .invalid("stands beside `subs` and would be ignored; name all in `subs`"));
            }
            out = out.strings("channels", self.kind.channels.iter().map(AsRef::as_ref));
        }
        if !self.kind.subs.is_empty() {
            let mut subs = ObjectWriter::new();
            for (channel, options) in &self.kind.subs {
                let at = At {
                    channel: Some(channel),
                    name: "",
                };
                let options = options.write(ObjectWriter::new(), at)?.finish();
                subs = subs.raw(channel, &options);
            }
            out = out.raw("subs", &subs.finish());
        }
        if let Some(meta) = &self.kind.meta {
            out = out.raw("meta", raw_json(At::top("meta"), meta)?);
        }
        let payload = self.more(out)?;
        ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default())?;
        Ok(payload)
    }
}

impl<'a> NewClaims<'a, ForSubscription<'a>> {
    /// A subscription of `user` to `channel`; the empty user is anonymous.
    #[must_use]
    pub fn new(user: impl Into<Cow<'a, str>>, channel: impl Into<Cow<'a, str>>) -> Self {
        let kind = ForSubscription {
            channel: channel.into(),
            client: None,
            eto: false,
            options: NewSubscribeOptions::default(),
        };
        Self::of(user.into(), kind)
    }

    /// `client`, the one connection that may use the token.
    #[must_use]
    pub fn client(mut self, client: impl Into<Cow<'a, str>>) -> Self {
        self.kind.client = Some(client.into());
        self
    }

    /// `eto`: `exp` bounds the token and not the subscription.
    #[must_use]
    pub fn expire_token_only(mut self) -> Self {
        self.kind.eto = true;
        self
    }

    /// `data`: one JSON value for the client, written as it is.
    #[must_use]
    pub fn data_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.kind.options = self.kind.options.data_json(json);
        self
    }

    /// `b64data`: any bytes for the client. None at all count as no data.
    #[must_use]
    pub fn data_bytes(mut self, bytes: &[u8]) -> Self {
        self.kind.options = self.kind.options.data_bytes(bytes);
        self
    }

    /// `override`: channel options that differ from the server's.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.kind.options = self.kind.options.overrides(overrides);
        self
    }

    /// The payload, compact JSON, its members in a fixed order.
    ///
    /// # Errors
    ///
    /// What a server would refuse when it decodes the token: an empty channel name, a
    /// control character in an id, a claim set twice. And what it would take for
    /// something else: text that is not one JSON value, an empty `client`, a time
    /// before 1970 as `expire_at`.
    pub fn finish(&self) -> Result<String, ClaimsError> {
        let mut out = self.registered()?.string("channel", &self.kind.channel);
        if let Some(client) = &self.kind.client {
            if client.is_empty() {
                return Err(At::top("client").invalid(
                    "is empty, which would mean any client; leave it out if it is meant",
                ));
            }
            out = out.string("client", client);
        }
        if self.kind.eto {
            out = out.raw("eto", "true");
        }
        out = self.kind.options.write(out, At::top(""))?;
        let payload = self.more(out)?;
        SubscriptionClaims::decode(payload.as_bytes(), &DecodeOptions::default())?;
        Ok(payload)
    }
}

/// What the claims hold stays out of logs.
impl<K> fmt::Debug for NewClaims<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewClaims").finish_non_exhaustive()
    }
}

impl fmt::Debug for ForConnection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForConnection").finish_non_exhaustive()
    }
}

impl fmt::Debug for ForSubscription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForSubscription").finish_non_exhaustive()
    }
}
