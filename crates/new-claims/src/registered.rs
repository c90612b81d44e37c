//! The claims that every kind of token may have.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use countersign_claims::{ClaimsError, DecodeOptions};
use countersign_json::ObjectWriter;
use countersign_time::UnixTime;

use crate::own::OwnClaims;
use crate::value::{NewBytes, invalid, is_exact};

/// Bytes that a payload usually has room in.
const ROOM: usize = 256;

/// Builds the payload of a new token, claim by claim. If a method is called twice for the same
/// claim, the last value counts.
///
/// Made by [`NewConnection`](crate::NewConnection), [`NewSubscription`](crate::NewSubscription)
/// or [`NewTokenClaims`](crate::NewTokenClaims).
#[derive(Clone)]
pub struct NewClaims<'a, K> {
    pub(crate) user: Option<Cow<'a, str>>,
    user_id_claim: Option<Cow<'a, str>>,
    iss: Option<Cow<'a, str>>,
    aud: Option<Cow<'a, str>>,
    more_aud: Vec<Cow<'a, str>>,
    exp: Option<UnixTime>,
    nbf: Option<UnixTime>,
    iat: Option<UnixTime>,
    jti: Option<Cow<'a, str>>,
    expire_at: Option<ExpireAt>,
    info: Option<NewBytes<'a>>,
    own: OwnClaims<'a>,
    pub(crate) kind: K,
}

#[derive(Clone, Copy)]
enum ExpireAt {
    Never,
    Time(UnixTime),
}

impl<'a, K> NewClaims<'a, K> {
    pub(crate) fn of(user: Option<Cow<'a, str>>, kind: K) -> Self {
        Self {
            user,
            user_id_claim: None,
            iss: None,
            aud: None,
            more_aud: Vec::new(),
            exp: None,
            nbf: None,
            iat: None,
            jti: None,
            expire_at: None,
            info: None,
            own: OwnClaims::default(),
            kind,
        }
    }

    /// Writes the user into the claim `name` too, for servers that read the user from it
    /// ([`DecodeOptions::user_id_claim`]).
    #[must_use]
    pub fn user_id_claim(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.user_id_claim = Some(name.into());
        self
    }

    /// `iss`, who issues the token.
    #[must_use]
    pub fn iss(mut self, iss: impl Into<Cow<'a, str>>) -> Self {
        self.iss = Some(iss.into());
        self
    }

    /// Adds an audience to `aud`: a service that the token is for. A single audience is written
    /// as a string.
    #[must_use]
    pub fn aud(mut self, aud: impl Into<Cow<'a, str>>) -> Self {
        if self.aud.is_none() {
            self.aud = Some(aud.into());
        } else {
            self.more_aud.push(aud.into());
        }
        self
    }

    /// `exp`: the token is refused from this time on.
    #[must_use]
    pub fn exp(mut self, exp: UnixTime) -> Self {
        self.exp = Some(exp);
        self
    }

    /// `nbf`: the token is refused before this time.
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

    /// Adds a claim of your own: a name that has no method here, and one JSON value.
    ///
    /// `finish` refuses a name that has a method, a name that differs from such a name only in
    /// letter case, and a name that is given twice.
    #[must_use]
    pub fn claim_json(
        mut self,
        name: impl Into<Cow<'a, str>>,
        json: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.own.add(name.into(), json.into());
        self
    }

    /// Adds claims of your own: the members of one JSON object, under the rules of
    /// [`claim_json`](Self::claim_json).
    #[must_use]
    pub fn claims_json(mut self, object: impl Into<Cow<'a, str>>) -> Self {
        self.own.add_object(object.into());
        self
    }

    /// Begins the payload with the registered claims.
    pub(crate) fn begin(&self) -> ObjectWriter {
        let mut out = ObjectWriter::with_capacity(ROOM);
        self.write_registered(&mut out);
        out
    }

    fn write_registered(&self, out: &mut ObjectWriter) {
        for (name, value) in [("sub", &self.user), ("iss", &self.iss), ("jti", &self.jti)] {
            if let Some(value) = value {
                out.string(name, value);
            }
        }
        if let Some(aud) = &self.aud {
            if self.more_aud.is_empty() {
                out.string("aud", aud);
            } else {
                let more = self.more_aud.iter().map(AsRef::as_ref);
                out.strings("aud", core::iter::once(&**aud).chain(more));
            }
        }
        for (name, time) in [("exp", &self.exp), ("nbf", &self.nbf), ("iat", &self.iat)] {
            if let Some(time) = time {
                match time.subsec_nanos() {
                    0 => out.integer(name, time.as_secs()),
                    _ => out.number(name, time),
                };
            }
        }
    }

    /// Ends the payload with the issuer's own claims; `reserved` are the names that these may not
    /// have.
    pub(crate) fn end(
        &self,
        mut out: ObjectWriter,
        reserved: &[&str],
    ) -> Result<String, ClaimsError> {
        if let (Some(name), Some(user)) = (&self.user_id_claim, &self.user)
            && name != "sub"
        {
            out.string(name, user);
        }
        self.own.write(&mut out, reserved)?;
        Ok(out.finish())
    }

    /// Whether each claim has a method of its own and one value. Then each was checked when it
    /// was set or written, and no name can be there twice: what a server decodes is known.
    pub(crate) fn is_plain(&self) -> bool {
        self.own.is_empty() && self.user_id_claim.is_none() && self.more_aud.is_empty()
    }

    /// The options with which a server reads these claims.
    pub(crate) fn reading(&self) -> DecodeOptions {
        let mut options = DecodeOptions::default();
        options.user_id_claim = self.user_id_claim.as_deref().map(String::from);
        options
    }
}

/// The kinds of token that open something in a real-time server: a connection or a
/// subscription.
pub trait Opens {}

impl<'a, K: Opens> NewClaims<'a, K> {
    /// `expire_at`: when the connection or subscription expires, in whole seconds. A fraction is
    /// cut off. The time must be after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn expire_at(mut self, at: UnixTime) -> Self {
        self.expire_at = Some(ExpireAt::Time(at));
        self
    }

    /// `expire_at` 0: the connection or subscription never expires. The token itself still
    /// expires at `exp`.
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

    /// `b64info`: any bytes. No bytes count as no info.
    #[must_use]
    pub fn info_bytes(mut self, bytes: &[u8]) -> Self {
        self.info = Some(NewBytes::of(bytes));
        self
    }

    /// Begins the payload with the claims that both kinds have.
    pub(crate) fn begin_opening(&mut self) -> Result<ObjectWriter, ClaimsError> {
        let mut out = match self.info.take() {
            // The payload is written in the room that `info` has already.
            Some(NewBytes::Json(Cow::Owned(json))) if is_exact("info", &json)? => {
                ObjectWriter::in_room_of(json)
            }
            info => {
                self.info = info;
                ObjectWriter::with_capacity(ROOM)
            }
        };
        self.write_registered(&mut out);
        if let Some(expire_at) = self.expire_at {
            let secs = match expire_at {
                ExpireAt::Never => 0,
                ExpireAt::Time(at) if at.as_secs() > 0 => at.as_secs(),
                ExpireAt::Time(_) => {
                    return Err(invalid(
                        "expire_at",
                        "is not after 1970, which would mean never; call never_expires if you mean that",
                    ));
                }
            };
            out.integer("expire_at", secs);
        }
        match &self.info {
            Some(info) => info.write(&mut out, "info", "b64info")?,
            None => {
                out.given("info");
            }
        }
        Ok(out)
    }
}

/// Shows only the kind, to keep claims out of logs.
impl<K: fmt::Debug> fmt::Debug for NewClaims<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewClaims")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
