//! The claims of a subscription token.

use alloc::borrow::Cow;

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
    /// [`check_request`](Self::check_request).
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

    /// Checks that the token is for this channel, this user, and, where it names a
    /// client, for this client.
    ///
    /// ```
    /// # use countersign_claims::{SubscriptionClaims, DecodeOptions};
    /// let payload = br#"{"sub":"42","channel":"$news"}"#;
    /// let claims = SubscriptionClaims::decode(payload, &DecodeOptions::default())?;
    /// assert!(claims.check_request("$news", "42", "any client").is_ok());
    /// let error = claims.check_request("$gossip", "42", "any client").unwrap_err();
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
    pub fn check_request(
        &self,
        channel: &str,
        user: &str,
        client: &str,
    ) -> Result<(), ClaimsError> {
        if self.channel != channel {
            return Err(ClaimsError::Mismatch { what: "channel" });
        }
        self.registered.check_user(user)?;
        if self.client.as_ref().is_some_and(|bound| bound != client) {
            return Err(ClaimsError::Mismatch { what: "client" });
        }
        Ok(())
    }
}
