//! The payload of a new subscription token.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use countersign_claims::{ClaimsError, Overrides, SubscriptionClaims};

use crate::own::checked;
use crate::value::invalid;
use crate::{NewClaims, NewSubscribeOptions, Opens};

/// The payload of a new subscription token.
///
/// ```
/// use countersign_new_claims::NewSubscription;
///
/// let payload = NewSubscription::new("42", "$news").data_bytes(b"hi").finish()?;
/// assert_eq!(payload, r#"{"sub":"42","channel":"$news","b64data":"aGk="}"#);
/// assert!(NewSubscription::new("42", "").finish().is_err());
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
pub type NewSubscription<'a> = NewClaims<'a, ForSubscription<'a>>;

/// The claims that only a subscription token has; see [`NewSubscription`].
#[derive(Clone)]
pub struct ForSubscription<'a> {
    channel: Cow<'a, str>,
    client: Option<Cow<'a, str>>,
    eto: bool,
    options: NewSubscribeOptions<'a>,
}

impl<'a> ForSubscription<'a> {
    fn new(channel: Cow<'a, str>) -> Self {
        Self {
            channel,
            client: None,
            eto: false,
            options: NewSubscribeOptions::default(),
        }
    }
}

impl<'a> NewClaims<'a, ForSubscription<'a>> {
    /// Begins the payload for a subscription of `user` to `channel`. An empty user is anonymous.
    #[must_use]
    pub fn new(user: impl Into<Cow<'a, str>>, channel: impl Into<Cow<'a, str>>) -> Self {
        Self::of(Some(user.into()), ForSubscription::new(channel.into()))
    }

    /// Begins the payload for a subscription of one connection to `channel`, for any user, like
    /// the tokens of Centrifugo v2.
    #[must_use]
    pub fn for_client(client: impl Into<Cow<'a, str>>, channel: impl Into<Cow<'a, str>>) -> Self {
        Self::of(None, ForSubscription::new(channel.into())).client(client)
    }

    /// `client`, the one connection that may use the token.
    #[must_use]
    pub fn client(mut self, client: impl Into<Cow<'a, str>>) -> Self {
        self.kind.client = Some(client.into());
        self
    }

    /// `eto`: `exp` limits only the token, not the subscription.
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

    /// `b64data`: any bytes for the client. No bytes count as no data.
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

    /// The payload as compact JSON, with its members in a fixed order.
    ///
    /// # Errors
    ///
    /// Claims that a server would refuse: an empty channel name, a control character in an id.
    /// Claims that a server would misread: text that is not one JSON value, an empty `client`, a
    /// time before 1970 as `expire_at`. Claims of your own that [`claim_json`](Self::claim_json)
    /// doesn't allow.
    pub fn finish(mut self) -> Result<String, ClaimsError> {
        let mut out = self.begin_opening()?;
        out.string("channel", &self.kind.channel);
        if let Some(client) = &self.kind.client {
            if client.is_empty() {
                return Err(invalid(
                    "client",
                    "is empty, which would mean any client; name the client, or don't set it",
                ));
            }
            out.string("client", client);
        }
        if self.kind.eto {
            out.raw("eto", "true");
        }
        self.kind.options.write(&mut out)?;
        let payload = self.end(out, SubscriptionClaims::NAMES)?;
        let decoded = SubscriptionClaims::decode(payload.as_bytes(), &self.reading()).map(|_| ());
        checked(payload, decoded)
    }
}

impl Opens for ForSubscription<'_> {}

impl fmt::Debug for ForSubscription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForSubscription").finish_non_exhaustive()
    }
}
