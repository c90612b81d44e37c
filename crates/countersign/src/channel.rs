//! The channels of a connection and the options of subscriptions, as views and as they are kept.

use std::collections::BTreeSet;
use std::fmt;

use countersign_claims::{Bytes, ConnectionClaims, Overrides, SubscribeOptions};

use crate::few::Few;
use crate::part::{BytesPart, TextPart};
use crate::size::Size;

/// A channel that a connection is subscribed to from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel<'a> {
    /// Its name.
    pub name: &'a str,
    /// The options of the subscription that the backend signed; empty for a channel of `channels`.
    pub options: ChannelOptions<'a>,
}

/// The options of one subscription that the backend signed.
///
/// `Debug` shows the length of `info` and `data`, and nothing of their content.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelOptions<'a> {
    /// Data about the subscriber that the others in the channel see.
    pub info: Option<&'a [u8]>,
    /// Data for the client, sent when it is subscribed.
    pub data: Option<&'a [u8]>,
    /// Options of the channel that the token overrides.
    pub overrides: Overrides,
}

impl fmt::Debug for ChannelOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelOptions")
            .field("info", &Size::of(self.info))
            .field("data", &Size::of(self.data))
            .field("overrides", &self.overrides)
            .finish()
    }
}

/// A channel of an owned connection.
#[derive(Clone)]
pub(crate) struct ChannelParts {
    name: TextPart,
    /// In a box, because channels of `channels` have none.
    options: Option<Box<OptionsParts>>,
}

impl ChannelParts {
    /// The channels of a token. `channels` may name one twice; it is subscribed only once.
    pub(crate) fn each_once(claims: &ConnectionClaims<'_>, payload: &str) -> Few<Self> {
        let count = claims.channels.len();
        // An only channel needs no search.
        let mut seen = (count > 1).then(BTreeSet::new);
        let mut channels = Few::with_capacity(count);
        claims.channels.for_each(|name, options| {
            let parts = Self::new(&name, options, payload);
            if seen.as_mut().is_none_or(|seen| seen.insert(name)) {
                channels.push(parts);
            }
        });
        channels
    }

    fn new(name: &str, options: Option<SubscribeOptions<'_>>, payload: &str) -> Self {
        Self {
            name: TextPart::new(name, payload),
            options: options.map(|options| Box::new(OptionsParts::new(&options, payload))),
        }
    }

    pub(crate) fn get<'a>(&'a self, payload: &'a str) -> Channel<'a> {
        Channel {
            name: self.name.get(payload),
            options: match &self.options {
                Some(options) => options.get(payload),
                None => ChannelOptions::default(),
            },
        }
    }
}

/// The options of a subscription of an owned token.
#[derive(Clone)]
pub(crate) struct OptionsParts {
    info: Option<BytesPart>,
    data: Option<BytesPart>,
    overrides: Overrides,
}

impl OptionsParts {
    pub(crate) fn new(options: &SubscribeOptions<'_>, payload: &str) -> Self {
        let part = |bytes: &Bytes<'_>| BytesPart::new(bytes, payload);
        Self {
            info: options.info.as_ref().map(part),
            data: options.data.as_ref().map(part),
            overrides: options.overrides,
        }
    }

    pub(crate) fn get<'a>(&'a self, payload: &'a str) -> ChannelOptions<'a> {
        let get = |part: &'a BytesPart| part.get(payload);
        ChannelOptions {
            info: self.info.as_ref().map(get),
            data: self.data.as_ref().map(get),
            overrides: self.overrides,
        }
    }
}
