//! The options of the sections `client` and `channel` themselves.

use super::setting::Setting;
use super::token_option::WhenEmpty;
use crate::config::error::ConfigError;
use crate::config::table::{Config, TokenConfig};

/// The options that are read before it is known whether subscription tokens have a section of their
/// own.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) config: Config,
    pub(super) subscription_token: TokenConfig,
    pub(super) separate: bool,
}

/// A row of the table.
pub(super) struct ClientOption {
    /// The name in v6, then the flat names of v2 to v5.
    pub(super) names: &'static [&'static str],
    pub(super) when_empty: WhenEmpty,
    pub(super) set: fn(&mut Draft, &Setting) -> Result<(), ConfigError>,
    pub(super) help: &'static str,
}

pub(super) const CLIENT_OPTIONS: &[ClientOption] = &[
    ClientOption {
        names: &[
            "client.allow_anonymous_connect_without_token",
            "allow_anonymous_connect_without_token",
            "client_anonymous",
        ],
        when_empty: WhenEmpty::Pass,
        set: |draft, setting| {
            draft.config.allow_anonymous_connect_without_token = setting.flag()?;
            Ok(())
        },
        help: "accept a connection without a token as the user \"\"; off by default",
    },
    ClientOption {
        names: &[
            "client.disallow_anonymous_connection_tokens",
            "disallow_anonymous_connection_tokens",
        ],
        when_empty: WhenEmpty::Warn,
        set: |draft, setting| {
            draft.config.disallow_anonymous_connection_tokens = setting.flag()?;
            Ok(())
        },
        help: "refuse a connection token with an empty user; off by default",
    },
    ClientOption {
        names: &["client.token_size_limit", "client_token_size_limit"],
        when_empty: WhenEmpty::Pass,
        set: |draft, setting| {
            draft.config.token_size_limit = Some(limit(setting, "token")?);
            Ok(())
        },
        help: "the longest token that is read, in bytes; 16384 by default",
    },
    ClientOption {
        names: &["client.token_channel_limit", "client_token_channel_limit"],
        when_empty: WhenEmpty::Pass,
        set: |draft, setting| {
            draft.config.token_channel_limit = Some(limit(setting, "token with channels")?);
            Ok(())
        },
        help: "the most entries of `channels` or `subs` in a token; 1000 by default",
    },
    ClientOption {
        names: &["channel.max_length", "channel_max_length"],
        when_empty: WhenEmpty::Pass,
        set: |draft, setting| {
            draft.config.channel_max_length = Some(limit(setting, "channel")?);
            Ok(())
        },
        help: "the longest name of a channel in a token, in bytes; 255 by default",
    },
    ClientOption {
        names: &[
            "client.subscription_token.enabled",
            "separate_subscription_token_config",
            "subscription_token_enabled",
        ],
        when_empty: WhenEmpty::Pass,
        set: |draft, setting| {
            draft.separate = setting.flag()?;
            Ok(())
        },
        help: "verify subscription tokens by `client.subscription_token`, which inherits nothing",
    },
];

fn limit(setting: &Setting, what: &str) -> Result<usize, ConfigError> {
    match setting.count()? {
        0 => Err(setting.fault(format!(
            "found 0, so every {what} would be refused; give a larger number"
        ))),
        limit => Ok(limit),
    }
}
