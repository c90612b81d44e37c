//! The settings that all sessions of a server share.

use std::time::Duration;

use countersign_lifetime::{ExpiredToken, ExpiryRules};

use super::ChannelSettings;
use crate::wire::Generation;

/// The settings that all sessions of a server share.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionSettings {
    /// The rules for channels.
    pub channels: ChannelSettings,
    /// How many channels a client may be subscribed to; 128.
    pub channel_limit: usize,
    /// How long after the end of its token a connection without a new token is closed; 25 s.
    pub expired_close_delay: Duration,
    /// The same for a subscription; 25 s.
    pub expired_sub_close_delay: Duration,
    /// How long a connection may be open without a `connect` that succeeds; 25 s.
    pub stale_close_delay: Duration,
    /// How often the server pings; 25 s.
    pub ping_interval: Duration,
    /// How long it waits for an answer; 10 s.
    pub pong_timeout: Duration,
}

impl Default for SessionSettings {
    fn default() -> Self {
        let usual = Duration::from_secs(25);
        Self {
            channels: ChannelSettings::default(),
            channel_limit: 128,
            expired_close_delay: usual,
            expired_sub_close_delay: usual,
            stale_close_delay: usual,
            ping_interval: usual,
            pong_timeout: Duration::from_secs(10),
        }
    }
}

impl SessionSettings {
    pub(super) fn connection_rules(&self) -> ExpiryRules {
        ExpiryRules::new().with_close_delay(self.expired_close_delay)
    }

    /// A client of the first generation is told of an expired token by an error, and has until
    /// the end of its old one.
    pub(super) fn subscription_rules(&self, generation: Generation) -> ExpiryRules {
        let expired_token = match generation {
            Generation::V1 => ExpiredToken::Refuse,
            Generation::V2 => ExpiredToken::Close,
        };
        ExpiryRules::new()
            .with_close_delay(self.expired_sub_close_delay)
            .with_expired_token(expired_token)
    }
}
