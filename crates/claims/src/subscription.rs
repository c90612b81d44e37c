//! The claims of a subscription token.

use alloc::borrow::Cow;
use core::fmt;

use countersign_json::utf8;

use crate::members::{KnownNames, read_into, read_members};
use crate::options::OptionsReader;
use crate::{ClaimsError, DecodeOptions, Registered, SubscribeOptions, TokenKind};
use countersign_time::UnixTime;

/// The claims of a subscription token, borrowed from its payload.
///
/// Unknown claims are ignored, but must be valid JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionClaims<'a> {
    /// The user and the registered claims.
    pub registered: Registered<'a>,
    /// `channel`, the only channel that the token is for.
    pub channel: Cow<'a, str>,
    /// `client`, the only connection that may use the token; empty or absent means any.
    pub client: Option<Cow<'a, str>>,
    /// `info`, `b64info`, `data`, `b64data` and `override`.
    pub options: SubscribeOptions<'a>,
    /// `eto`, "expire token only": `exp` limits only the token, not the subscription.
    pub eto: bool,
    /// `expire_at` as written; [`expires`](Self::expires) says what it means.
    pub expire_at: Option<i64>,
}

impl<'a> SubscriptionClaims<'a> {
    /// The names of the claims that have a meaning in a subscription token.
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
        "data",
        "b64data",
        "override",
        "channel",
        "client",
        "eto",
        "expire_at",
    ];

    /// Decodes the payload of a token whose signature was verified.
    ///
    /// The policy and the scope are not checked yet: see [`Policy::judge`](crate::Policy::judge)
    /// and [`Scope::check`].
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Malformed`] if the payload is not one valid JSON object;
    /// [`ClaimsError::WrongKind`] if there is no `channel`, even if other claims are wrong;
    /// otherwise the error of the first bad claim; [`ClaimsError::Unbound`] if the token names
    /// neither a user nor a client.
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
        let mut subscribe = OptionsReader::default();
        let mut channel = None;

        let read = read_members(
            payload,
            options,
            const { &KnownNames::new(Self::NAMES) },
            &mut self.registered,
            |at, value| {
                match at.name {
                    "channel" => channel = Some(at.channel_name(value, &options.limits)),
                    "client" => self.client = Some(at.id(value)?),
                    "eto" => self.eto = at.boolean(value)?,
                    "expire_at" => self.expire_at = Some(at.integer(value)?),
                    _ => return subscribe.member(at, value),
                }
                Ok(true)
            },
        );
        let Some(channel) = channel else {
            return Err(match read {
                // These errors say more: there may be a `Channel`, for example.
                Err(error @ (ClaimsError::Malformed(_) | ClaimsError::LetterCase { .. })) => error,
                _ => ClaimsError::WrongKind {
                    found: TokenKind::Connection,
                },
            });
        };
        self.channel = channel.map_err(|refusal| *refusal)?;
        read?;
        if self.client.as_deref() == Some("") {
            self.client = None;
        }
        if self.client.is_none() && self.registered.user.is_none() {
            return Err(ClaimsError::Unbound {
                user_claim: options.user_claim().into(),
            });
        }
        self.options = subscribe.finish();
        Ok(())
    }

    /// When the subscription expires and a new token is due; `None` is never.
    ///
    /// `expire_at` decides if present (zero or less is never). Without it, the subscription
    /// expires at `exp`, or never with `eto`. Neither changes when the token itself expires:
    /// `exp` is always checked.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        if self.eto && self.expire_at.is_none() {
            return None;
        }
        self.registered.expires(self.expire_at)
    }

    /// What the token is for.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        let user = self.registered.user.as_deref();
        Scope::new(&self.channel, user, self.client.as_deref())
    }
}

/// The channel, and the user or the client, that a subscription token is for.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope<'a> {
    /// The one channel.
    pub channel: &'a str,
    /// The only user that may use the token; empty for anonymous connections. `None` if it names
    /// only a client, like the tokens of Centrifugo v2.
    pub user: Option<&'a str>,
    /// The only connection that may use the token, if it names one.
    pub client: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// What a token with these claims is for.
    #[must_use]
    pub const fn new(channel: &'a str, user: Option<&'a str>, client: Option<&'a str>) -> Self {
        Self {
            channel,
            user,
            client,
        }
    }

    /// Checks that the token is for this request: for this channel, and for the user and the
    /// client that it names. If it names both, both must match.
    ///
    /// ```
    /// # use countersign_claims::{SubscriptionClaims, DecodeOptions};
    /// let payload = br#"{"sub":"42","channel":"$news"}"#;
    /// let claims = SubscriptionClaims::decode(payload, &DecodeOptions::default())?;
    /// assert!(claims.scope().check("$news", "42", "any client").is_ok());
    /// let error = claims.scope().check("$gossip", "42", "any client").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the token is for another channel than this request; get a token for this channel"
    /// );
    /// # Ok::<(), countersign_claims::ClaimsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Mismatch`], or [`ClaimsError::Unbound`] if it names neither.
    pub fn check(&self, channel: &str, user: &str, client: &str) -> Result<(), ClaimsError> {
        if self.channel != channel {
            return Err(ClaimsError::Mismatch { what: "channel" });
        }
        if self.client.is_some_and(|bound| bound != client) {
            return Err(ClaimsError::Mismatch { what: "client" });
        }
        if self.user.is_some_and(|bound| bound != user) {
            return Err(ClaimsError::Mismatch { what: "user" });
        }
        if self.user.is_none() && self.client.is_none() {
            return Err(ClaimsError::Unbound {
                user_claim: "sub".into(),
            });
        }
        Ok(())
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
