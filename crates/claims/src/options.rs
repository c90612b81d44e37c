//! The options of one subscription: an entry of `subs`, or claims of a subscription token.

use countersign_json::Value;

use crate::Bytes;
use crate::bytes::Pair;
use crate::read::{At, Refusal};

/// Channel options that a token overrides; `None` leaves the server's own setting.
///
/// Each is an object `{"value": bool}`; without `value` it is `false`, because Go omits it then.
/// Unknown options are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overrides {
    /// `presence`: take part in the channel's presence.
    pub presence: Option<bool>,
    /// `join_leave`: send join and leave messages.
    pub join_leave: Option<bool>,
    /// `force_recovery`: recover missed messages after a reconnect.
    pub force_recovery: Option<bool>,
    /// `force_positioning`: follow the position in the stream.
    pub force_positioning: Option<bool>,
    /// `force_push_join_leave`: push join and leave messages to the client.
    pub force_push_join_leave: Option<bool>,
}

impl Overrides {
    fn read(at: &At<'_>, value: &Value<'_>) -> Result<Self, Refusal> {
        let mut overrides = Self::default();
        for (name, value) in at.object(value)? {
            let at = at.member(&name);
            let option = match &*name {
                "presence" => &mut overrides.presence,
                "join_leave" => &mut overrides.join_leave,
                "force_recovery" => &mut overrides.force_recovery,
                "force_positioning" => &mut overrides.force_positioning,
                "force_push_join_leave" => &mut overrides.force_push_join_leave,
                _ => {
                    at.check_case(overrides.iter().map(|(name, _)| name))?;
                    continue;
                }
            };
            *option = Some(read_override(&at, &value)?);
        }
        Ok(overrides)
    }

    /// Each option by name, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<bool>)> + use<> {
        [
            ("presence", self.presence),
            ("join_leave", self.join_leave),
            ("force_recovery", self.force_recovery),
            ("force_positioning", self.force_positioning),
            ("force_push_join_leave", self.force_push_join_leave),
        ]
        .into_iter()
    }
}

/// `{"value": bool}`.
fn read_override(at: &At<'_>, value: &Value<'_>) -> Result<bool, Refusal> {
    let mut is_on = false;
    for (name, value) in at.object(value)? {
        let at = at.member(&name);
        match at.name {
            "value" => is_on = at.boolean(&value)?,
            _ => at.check_case(["value"])?,
        }
    }
    Ok(is_on)
}

/// What the backend signed about one subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribeOptions<'a> {
    /// Data about the subscriber, shown to others in the channel: `b64info`, otherwise `info`.
    pub info: Option<Bytes<'a>>,
    /// Data for the client, sent when it is subscribed: `b64data`, otherwise `data`.
    pub data: Option<Bytes<'a>>,
    /// `override`.
    pub overrides: Overrides,
}

impl<'a> SubscribeOptions<'a> {
    /// Reads an entry of `subs`.
    pub(crate) fn read(subs: &At<'_>, channel: &str, value: &Value<'a>) -> Result<Self, Refusal> {
        let at = subs.channel(channel);
        let mut reader = OptionsReader::default();
        for (name, value) in at.object(value)? {
            let at = at.member(&name);
            if !reader.member(&at, &value)? {
                at.check_case(OptionsReader::NAMES.iter().copied())?;
            }
        }
        Ok(reader.finish())
    }
}

/// The options while they are read, member by member.
#[derive(Default)]
pub(crate) struct OptionsReader<'a> {
    info: Pair<'a>,
    data: Pair<'a>,
    overrides: Overrides,
}

impl<'a> OptionsReader<'a> {
    /// The names of the options.
    const NAMES: &'static [&'static str] = &["info", "b64info", "data", "b64data", "override"];

    /// Reads the member if it is an option. If it isn't, the result is false.
    pub(crate) fn member(&mut self, at: &At<'_>, value: &Value<'a>) -> Result<bool, Refusal> {
        match at.name {
            "info" => self.info.json(value),
            "b64info" => self.info.base64(at, value)?,
            "data" => self.data.json(value),
            "b64data" => self.data.base64(at, value)?,
            "override" => self.overrides = Overrides::read(at, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn finish(self) -> SubscribeOptions<'a> {
        SubscribeOptions {
            info: self.info.finish(),
            data: self.data.finish(),
            overrides: self.overrides,
        }
    }
}
