//! The claims of a subscription token.

use alloc::borrow::Cow;
use core::fmt;

use countersign_json::Object;

use crate::options::OptionsReader;
use crate::read::At;
use crate::{ClaimsError, DecodeOptions, Registered, SubscribeOptions, TokenKind, UnixTime};

/// The claims of a subscription token, borrowed from its payload.
///
/// Unknown claims are ignored, though sound JSON they must be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscriptionClaims<'a> {
    /// The user and the registered claims.
    pub registered: Registered<'a>,
    /// `channel`, the one channel that the token opens.
    pub channel: Cow<'a, str>,
    /// `client`, the one connection that may use the token; empty or absent is any.
    pub client: Option<Cow<'a, str>>,
    /// `info`, `b64info`, `data`, `b64data` and `override`.
    pub options: SubscribeOptions<'a>,
    /// `eto`, "expire token only": `exp` bounds the token and not the subscription.
    pub eto: bool,
    /// `expire_at` as written; [`expires`](Self::expires) says what it means.
    pub expire_at: Option<i64>,
}

impl<'a> SubscriptionClaims<'a> {
    /// Decodes the payload of a token whose signature was verified.
    ///
    /// Nothing is judged yet: see [`Policy::judge`](crate::Policy::judge) and
    /// [`Scope::check`].
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Malformed`] if the payload is not one sound JSON object;
    /// [`ClaimsError::WrongKind`] if there is no `channel`, whatever else is wrong;
    /// otherwise what is wrong with a claim.
    pub fn decode(payload: &'a [u8], options: &DecodeOptions) -> Result<Self, ClaimsError> {
        let mut registered = Registered::default();
        let mut subscribe = OptionsReader::default();
        let mut channel = Err(ClaimsError::WrongKind {
            found: TokenKind::Connection,
        });
        let mut client = None;
        let mut eto = false;
        let mut expire_at = None;
        let mut error = None;

        Object::parse(payload)?.each(|name, value| {
            let at = At::top(&name);
            let read = registered
                .member(&name, value, options)
                .and_then(|()| subscribe.member(at, value))
                .and_then(|()| {
                    match at.name {
                        "channel" => channel = at.channel_name(value, &options.limits),
                        "client" => client = Some(at.id(value)?),
                        "eto" => eto = at.boolean(value)?,
                        "expire_at" => expire_at = Some(at.integer(value)?),
                        _ => {}
                    }
                    Ok(())
                });
            // A missing `channel` says more about what went wrong.
            if error.is_none() {
                error = read.err();
            }
            Ok::<(), ClaimsError>(())
        })?;
        let channel = channel?;
        if let Some(error) = error {
            return Err(error);
        }
        Ok(Self {
            registered,
            channel,
            client: client.filter(|client| !client.is_empty()),
            options: subscribe.finish(),
            eto,
            expire_at,
        })
    }

    /// When the subscription expires and a new token is due; `None` is never.
    ///
    /// `expire_at` decides if present (zero or less is never). Without it the
    /// subscription expires at `exp`, or never under `eto`. Neither has a say in
    /// whether the token itself has expired: `exp` is judged all the same.
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
        Scope {
            channel: &self.channel,
            user: &self.registered.user,
            client: self.client.as_deref(),
        }
    }
}

/// The channel, and the user or the client, that a subscription token is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The one channel.
    pub channel: &'a str,
    /// The user; may be empty where a client is named, as in the tokens of Centrifugo v2.
    pub user: &'a str,
    /// The one connection that may use the token, if it names one.
    pub client: Option<&'a str>,
}

impl Scope<'_> {
    /// Checks that the token is for this request.
    ///
    /// A token that names a client is for that connection alone; if it names a user
    /// too, both must match. One that names no client must name the very user, the
    /// empty one if the connection is anonymous.
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
    /// [`ClaimsError::Mismatch`].
    pub fn check(&self, channel: &str, user: &str, client: &str) -> Result<(), ClaimsError> {
        let mismatch = |what| Err(ClaimsError::Mismatch { what });
        match self.client {
            _ if self.channel != channel => mismatch("channel"),
            Some(bound) if bound != client => mismatch("client"),
            Some(_) if self.user.is_empty() => Ok(()),
            _ if self.user != user => mismatch("user"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
