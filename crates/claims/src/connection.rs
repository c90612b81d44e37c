//! The claims of a connection token.

use alloc::boxed::Box;

use countersign_json::utf8;

use crate::bytes::Pair;
use crate::members::{KnownNames, read_into, read_members};
use crate::read::Refusal;
use crate::{Bytes, Channels, ClaimsError, DecodeOptions, Registered, SubscribeOptions, TokenKind};
use countersign_time::UnixTime;

/// The claims of a connection token, borrowed from its payload.
///
/// Unknown claims are ignored, but must be valid JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionClaims<'a> {
    /// The user and the registered claims.
    pub registered: Registered<'a>,
    /// Data about the connection, shown to others: `b64info`, otherwise `info`.
    pub info: Option<Bytes<'a>>,
    /// `subs`, or, if it is empty or absent, `channels`.
    pub channels: Channels<'a>,
    /// `meta`: data about the connection, only for the backend; never sent to a client.
    pub meta: Option<Bytes<'a>>,
    /// `expire_at` as written; [`expires`](Self::expires) says what it means.
    pub expire_at: Option<i64>,
}

impl<'a> ConnectionClaims<'a> {
    /// The names of the claims that have a meaning in a connection token.
    pub const NAMES: &'static [&'static str] = &[
        "sub",
        "iss",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "info",
        "b64info",
        "channels",
        "subs",
        "meta",
        "expire_at",
        "channel",
    ];

    /// Decodes the payload of a token whose signature was verified.
    ///
    /// The policy is not checked yet: see [`Policy::judge`](crate::Policy::judge).
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Malformed`] if the payload is not one valid JSON object;
    /// [`ClaimsError::WrongKind`] if there is a `channel` of any type, even if other claims are
    /// wrong; otherwise the error of the first bad claim.
    pub fn decode(payload: &'a [u8], options: &DecodeOptions) -> Result<Self, ClaimsError> {
        let mut claims = Self::default();
        claims.decode_into(utf8(payload)?, options)?;
        Ok(claims)
    }

    /// Like [`decode`](Self::decode), but writes into these claims and replaces their content,
    /// which saves copies of the result. After an error they are empty. The payload is already
    /// known to be UTF-8.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn decode_into(
        &mut self,
        payload: &'a str,
        options: &DecodeOptions,
    ) -> Result<(), ClaimsError> {
        read_into(self, |claims| claims.read(payload, options))
    }

    fn read(&mut self, payload: &'a str, options: &DecodeOptions) -> Result<(), ClaimsError> {
        let mut info = Pair::default();
        let mut subs = Channels::default();
        read_members(
            payload,
            options,
            const { &KnownNames::new(Self::NAMES) },
            &mut self.registered,
            |at, value| {
                match at.name {
                    "channel" => return Err(wrong_kind()),
                    "info" => info.json(value),
                    "b64info" => info.base64(at, value)?,
                    "channels" => self.channels = Channels::read_channels(value, &options.limits)?,
                    "subs" => subs = Channels::read_subs(value, &options.limits)?,
                    "meta" => self.meta = Some(Bytes::from_json(value)),
                    "expire_at" => self.expire_at = Some(at.integer(value)?),
                    _ => return Ok(false),
                }
                Ok(true)
            },
        )?;
        self.info = info.finish();
        if !subs.is_empty() {
            self.channels = subs;
        }
        Ok(())
    }

    /// When the connection expires and a new token is due; `None` is never.
    ///
    /// `expire_at` decides if present (zero or less is never), otherwise `exp`. It doesn't change
    /// when the token itself expires: `exp` is always checked.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.registered.expires(self.expire_at)
    }

    /// The options of a channel that the connection is subscribed to from its start.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<SubscribeOptions<'a>> {
        self.channels.get(name)
    }
}

/// The error for a token with `channel`.
#[cold]
fn wrong_kind() -> Refusal {
    Box::new(ClaimsError::WrongKind {
        found: TokenKind::Subscription,
    })
}
