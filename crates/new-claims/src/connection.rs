//! The payload of a new connection token.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use countersign_claims::{ClaimsError, ConnectionClaims, Limits, Registered};
use countersign_json::ObjectWriter;

use crate::own::checked;
use crate::value::{invalid, raw_json};
use crate::{NewClaims, NewSubscribeOptions, Opens};

/// The payload of a new connection token.
///
/// ```
/// use countersign_time::UnixTime;
/// use countersign_new_claims::NewConnection;
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

/// The claims that only a connection token has; see [`NewConnection`].
#[derive(Clone, Default)]
pub struct ForConnection<'a> {
    channel: Option<Cow<'a, str>>,
    more_channels: Vec<Cow<'a, str>>,
    subs: Vec<(Cow<'a, str>, NewSubscribeOptions<'a>)>,
    meta: Option<Cow<'a, str>>,
}

impl<'a> NewClaims<'a, ForConnection<'a>> {
    /// Begins the payload for a connection of `user`. An empty user is anonymous.
    #[must_use]
    pub fn new(user: impl Into<Cow<'a, str>>) -> Self {
        let user = Some(user.into()).filter(|user| !user.is_empty());
        Self::of(user, ForConnection::default())
    }

    /// Adds a channel to `channels`. The connection is subscribed to them from its start.
    #[must_use]
    pub fn channel(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        if self.kind.channel.is_none() {
            self.kind.channel = Some(name.into());
        } else {
            self.kind.more_channels.push(name.into());
        }
        self
    }

    /// Adds a channel with its options to `subs`. It can't be combined with
    /// [`channel`](Self::channel).
    #[must_use]
    pub fn sub(
        mut self,
        channel: impl Into<Cow<'a, str>>,
        options: NewSubscribeOptions<'a>,
    ) -> Self {
        self.kind.subs.push((channel.into(), options));
        self
    }

    /// `meta`: one JSON value that only the backend sees.
    #[must_use]
    pub fn meta_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.kind.meta = Some(json.into());
        self
    }

    /// The payload as compact JSON, with its members in a fixed order.
    ///
    /// # Errors
    ///
    /// Claims that a server would refuse: a control character in an id, an empty channel name,
    /// too many channels. Claims that a server would misread: text that is not one JSON value,
    /// `channels` beside `subs`, a time before 1970 as `expire_at`. Claims of your own that
    /// [`claim_json`](Self::claim_json) doesn't allow.
    pub fn finish(mut self) -> Result<String, ClaimsError> {
        let mut out = self.begin_opening()?;
        let channels = || {
            let first = self.kind.channel.iter();
            first.chain(&self.kind.more_channels).map(AsRef::as_ref)
        };
        if self.kind.channel.is_some() {
            if !self.kind.subs.is_empty() {
                return Err(invalid(
                    "channels",
                    "would be ignored because `subs` is set too; name all channels in `subs`",
                ));
            }
            out.strings("channels", channels());
        }
        if !self.kind.subs.is_empty() {
            let mut subs = ObjectWriter::new();
            for (channel, options) in &self.kind.subs {
                let mut written = ObjectWriter::new();
                options.write(&mut written)?;
                subs.raw(channel, &written.finish());
            }
            out.raw("subs", &subs.finish());
        }
        if let Some(meta) = &self.kind.meta {
            out.raw("meta", raw_json("meta", meta)?);
        }
        let payload = self.end(out, ConnectionClaims::NAMES)?;
        if self.is_plain() && self.kind.subs.is_empty() {
            Registered::check_sub(self.user.as_deref().unwrap_or_default())?;
            Limits::default().check_channels(channels())?;
            return Ok(payload);
        }
        let decoded = ConnectionClaims::decode(payload.as_bytes(), &self.reading()).map(|_| ());
        checked(payload, decoded)
    }
}

impl Opens for ForConnection<'_> {}

impl fmt::Debug for ForConnection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForConnection").finish_non_exhaustive()
    }
}
