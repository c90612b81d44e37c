//! The options of `client` itself.

use super::setting::Setting;
use crate::config::error::ConfigError;
use crate::config::table::{Config, TokenConfig};

/// What is read before it is known whether subscription tokens have a section of their own.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) config: Config,
    pub(super) subscription_token: TokenConfig,
    pub(super) separate: bool,
}

/// An option of `client` itself.
pub(super) struct ClientOption {
    /// The name in v6, then the flat ones of v2 to v5.
    pub(super) names: &'static [&'static str],
    pub(super) help: &'static str,
    pub(super) set: fn(&mut Draft, &Setting) -> Result<(), ConfigError>,
}

pub(super) const CLIENT_OPTIONS: &[ClientOption] = &[
    ClientOption {
        names: &[
            "client.allow_anonymous_connect_without_token",
            "allow_anonymous_connect_without_token",
            "client_anonymous",
        ],
        help: "accept a connection without a token as the user \"\"; off by default",
        set: |draft, value| {
            value
                .flag()
                .map(|it| draft.config.allow_anonymous_connect_without_token = it)
        },
    },
    ClientOption {
        names: &[
            "client.disallow_anonymous_connection_tokens",
            "disallow_anonymous_connection_tokens",
        ],
        help: "refuse a connection token with an empty user; off by default",
        set: |draft, value| {
            value
                .flag()
                .map(|it| draft.config.disallow_anonymous_connection_tokens = it)
        },
    },
    ClientOption {
        names: &["client.token_size_limit"],
        help: "the longest token that is read, in bytes; 16384 by default",
        set: |draft, value| match value.size()? {
            0 => Err(value.fault("found 0, by which every token would be refused")),
            bytes => {
                draft.config.token_size_limit = Some(bytes);
                Ok(())
            }
        },
    },
    ClientOption {
        names: &[
            "client.subscription_token.enabled",
            "separate_subscription_token_config",
            "subscription_token_enabled",
        ],
        help: "verify subscription tokens by `client.subscription_token`, which inherits nothing",
        set: |draft, value| value.flag().map(|it| draft.separate = it),
    },
];
