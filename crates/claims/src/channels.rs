//! The channels that a connection is subscribed to from its start.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use countersign_json::{Array, Object, Value};

use crate::read::At;
use crate::{ClaimsError, Limits, SubscribeOptions};

/// The channels of `subs`, with their options, or, where that is empty or absent,
/// those of `channels`; checked when decoded and read on demand.
///
/// Names have 1 to 255 bytes and no control characters. `channels` may name one
/// channel twice, `subs` cannot.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Channels<'a>(Inner<'a>);

#[derive(Clone, Default, PartialEq, Eq)]
enum Inner<'a> {
    #[default]
    None,
    Names(Array<'a>, usize),
    Options(Object<'a>, usize),
}

impl<'a> Channels<'a> {
    pub(crate) fn read_channels(value: Value<'a>, limits: &Limits) -> Result<Self, ClaimsError> {
        let at = At::top("channels");
        let names = value
            .as_array()
            .ok_or_else(|| at.wrong_type(value, "an array of strings"))?;
        let mut count = Count::default();
        names.each(|name| {
            let text = name.as_str().ok_or_else(|| at.wrong_entry(count.0, name))?;
            at.check_channel_name(&text, limits)?;
            count.one_more(at, limits)
        })?;
        Ok(Self(Inner::Names(names, count.0)))
    }

    pub(crate) fn read_subs(value: Value<'a>, limits: &Limits) -> Result<Self, ClaimsError> {
        let at = At::top("subs");
        let subs = value
            .as_object()
            .ok_or_else(|| at.wrong_type(value, "an object of channels"))?;
        let mut count = Count::default();
        subs.each(|name, options| {
            at.check_channel_name(&name, limits)?;
            SubscribeOptions::read(&name, options)?;
            count.one_more(at, limits)
        })?;
        Ok(Self(Inner::Options(subs, count.0)))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.0 {
            Inner::None => 0,
            Inner::Names(_, count) | Inner::Options(_, count) => count,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` for every channel and its options, in the order of the token, until it fails.
    ///
    /// ```
    /// # use countersign_claims::{ConnectionClaims, DecodeOptions};
    /// let payload = br#"{"subs":{"news":{"data":[1]}},"channels":["ignored"]}"#;
    /// let claims = ConnectionClaims::decode(payload, &DecodeOptions::default())?;
    /// claims.channels.each(|name, options| {
    ///     assert_eq!(name, "news");
    ///     assert_eq!(options.data.and_then(|data| data.as_json()), Some("[1]"));
    ///     Ok::<(), ()>(())
    /// }).unwrap();
    /// # Ok::<(), countersign_claims::ClaimsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of `each`.
    pub fn each<E>(
        &self,
        mut each: impl FnMut(Cow<'a, str>, SubscribeOptions<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        // Everything was checked when it was decoded: no member is passed over here.
        match self.0 {
            Inner::None => Ok(()),
            Inner::Names(names, _) => names.each(|name| match name.as_str() {
                Some(name) => each(name, SubscribeOptions::default()),
                None => Ok(()),
            }),
            Inner::Options(subs, _) => {
                subs.each(|name, value| match SubscribeOptions::read(&name, value) {
                    Ok(options) => each(name, options),
                    Err(_) => Ok(()),
                })
            }
        }
    }

    /// The options of one channel, if it is among them.
    #[must_use]
    pub fn get(&self, channel: &str) -> Option<SubscribeOptions<'a>> {
        self.each(|name, options| {
            if name == channel {
                Err(options)
            } else {
                Ok(())
            }
        })
        .err()
    }

    /// All of them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(Cow<'a, str>, SubscribeOptions<'a>)> {
        let mut all = Vec::with_capacity(self.len());
        let _ = self.each(|name, options| {
            all.push((name, options));
            Ok::<(), ()>(())
        });
        all
    }
}

impl fmt::Debug for Channels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.to_vec()).finish()
    }
}

#[derive(Default)]
struct Count(usize);

impl Count {
    fn one_more(&mut self, at: At<'_>, limits: &Limits) -> Result<(), ClaimsError> {
        if self.0 >= limits.channels {
            return Err(ClaimsError::TooMany {
                claim: at.claim(),
                limit: limits.channels,
            });
        }
        self.0 = self.0.saturating_add(1);
        Ok(())
    }
}
