//! The channels that a connection is subscribed to from its start.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use countersign_json::{Array, Object, Value};

use crate::read::{At, Refusal};
use crate::{ClaimsError, Limits, SubscribeOptions};

/// The channels of `subs` with their options; if `subs` is empty or absent, those of `channels`.
/// They are checked when the token is decoded, and read on demand.
///
/// Names have 1 to 255 bytes and no control characters. `channels` may name one
/// channel twice, `subs` cannot.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Channels<'a>(Inner<'a>);

#[derive(Clone, Default, PartialEq, Eq)]
enum Inner<'a> {
    #[default]
    None,
    /// The only one of `channels`, written without escapes. This is the usual case, so the name
    /// isn't read again.
    Only(&'a str),
    Names(Array<'a>, usize),
    Options(Object<'a>, usize),
}

impl<'a> Channels<'a> {
    pub(crate) fn read_channels(value: &Value<'a>, limits: &Limits) -> Result<Self, Refusal> {
        let at = At::top("channels");
        let names = value
            .as_array()
            .ok_or_else(|| at.wrong_type(value, "an array of strings"))?;
        let mut count = Count::default();
        let mut plain = None;
        for name in names {
            let text = name
                .as_str()
                .ok_or_else(|| at.wrong_entry(count.0, &name))?;
            at.check_channel_name(&text, limits)?;
            count.one_more(&at, limits)?;
            plain = match text {
                Cow::Borrowed(text) => Some(text),
                Cow::Owned(_) => None,
            };
        }
        Ok(Self(match (count.0, plain) {
            (1, Some(name)) => Inner::Only(name),
            (count, _) => Inner::Names(names, count),
        }))
    }

    // Few tokens have `subs`, so this code is not in the way of the others.
    #[inline(never)]
    pub(crate) fn read_subs(value: &Value<'a>, limits: &Limits) -> Result<Self, Refusal> {
        let at = At::top("subs");
        let subs = value
            .as_object()
            .ok_or_else(|| at.wrong_type(value, "an object of channels"))?;
        let mut count = Count::default();
        for (name, options) in subs {
            at.check_channel_name(&name, limits)?;
            SubscribeOptions::read(&at, &name, &options)?;
            count.one_more(&at, limits)?;
        }
        Ok(Self(Inner::Options(subs, count.0)))
    }

    /// The number of channels.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0 {
            Inner::None => 0,
            Inner::Only(_) => 1,
            Inner::Names(_, count) | Inner::Options(_, count) => count,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The channels and their options, in the order of the token.
    ///
    /// ```
    /// # use countersign_claims::{ConnectionClaims, DecodeOptions};
    /// let payload = br#"{"subs":{"news":{"data":[1]}},"channels":["ignored"]}"#;
    /// let claims = ConnectionClaims::decode(payload, &DecodeOptions::default())?;
    /// for (name, options) in claims.channels.iter() {
    ///     assert_eq!(name, "news");
    ///     assert_eq!(options.data.and_then(|data| data.as_json()), Some("[1]"));
    /// }
    /// # Ok::<(), countersign_claims::ClaimsError>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'a, str>, SubscribeOptions<'a>)> + use<'a> {
        let (only, names, subs) = match self.0 {
            Inner::None => (None, None, None),
            Inner::Only(name) => (Some(Cow::Borrowed(name)), None, None),
            Inner::Names(names, _) => (None, Some(names), None),
            Inner::Options(subs, _) => (None, None, Some(subs)),
        };
        // Everything was checked when the token was decoded, so `flatten` leaves nothing out.
        let names = names.into_iter().flatten();
        let names = only
            .into_iter()
            .chain(names.filter_map(|name| name.as_str()));
        let names = names.map(|name| (name, SubscribeOptions::default()));
        let subs = subs.into_iter().flatten();
        let subs = subs.filter_map(|(name, value)| {
            let options = SubscribeOptions::read(&At::top("subs"), &name, &value).ok()?;
            Some((name, options))
        });
        names.chain(subs)
    }

    /// Calls `take` with each channel of [`iter`](Self::iter), which takes less time. The options
    /// are `None` for a channel of `channels`, which has none.
    #[inline]
    pub fn for_each(&self, mut take: impl FnMut(Cow<'a, str>, Option<SubscribeOptions<'a>>)) {
        match self.0 {
            Inner::None => {}
            Inner::Only(name) => take(Cow::Borrowed(name), None),
            Inner::Names(names, _) => names.into_iter().for_each(|name| {
                if let Some(name) = name.as_str() {
                    take(name, None);
                }
            }),
            Inner::Options(subs, _) => subs.into_iter().for_each(|(name, value)| {
                if let Ok(options) = SubscribeOptions::read(&At::top("subs"), &name, &value) {
                    take(name, Some(options));
                }
            }),
        }
    }

    /// The options of one channel, if it is among them.
    #[must_use]
    pub fn get(&self, channel: &str) -> Option<SubscribeOptions<'a>> {
        let (_, options) = self.iter().find(|(name, _)| name == channel)?;
        Some(options)
    }
}

impl fmt::Debug for Channels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Limits {
    /// Checks the names of channels as decoding checks those of `channels`.
    ///
    /// # Errors
    ///
    /// That of the first name that is refused, or [`ClaimsError::TooMany`].
    pub fn check_channels<'c>(
        &self,
        names: impl IntoIterator<Item = &'c str>,
    ) -> Result<(), ClaimsError> {
        let at = At::top("channels");
        let mut count = Count::default();
        let mut names = names.into_iter();
        let checked = names.try_for_each(|name| {
            at.check_channel_name(name, self)?;
            count.one_more(&at, self)
        });
        checked.map_err(|refusal| *refusal)
    }
}

#[derive(Default)]
struct Count(usize);

impl Count {
    fn one_more(&mut self, at: &At<'_>, limits: &Limits) -> Result<(), Refusal> {
        if self.0 >= limits.channels {
            return Err(too_many(at, limits));
        }
        self.0 = self.0.saturating_add(1);
        Ok(())
    }
}

#[cold]
fn too_many(at: &At<'_>, limits: &Limits) -> Refusal {
    Box::new(ClaimsError::TooMany {
        claim: at.claim(),
        limit: limits.channels,
    })
}
