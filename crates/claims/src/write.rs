//! Payloads for those who issue tokens.
//!
//! What is written is decoded again before it is given out: an issuer cannot make claims
//! that a server refuses to read, by the default [`Limits`](crate::Limits). How long a
//! token may be is not known here.

mod connection;
mod options;
mod subscription;

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use countersign_json::ObjectWriter;

pub use connection::{ForConnection, NewConnection};
pub use options::NewSubscribeOptions;
pub use subscription::{ForSubscription, NewSubscription};

use crate::read::At;
use crate::{ClaimsError, UnixTime};
use options::{NewBytes, raw_json};

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

/// What the claims hold stays out of logs.
impl<K: fmt::Debug> fmt::Debug for NewClaims<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewClaims")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
