//! Every name of every option, and where its value goes.

use super::client_options::{CLIENT_OPTIONS, ClientOption, Draft};
use super::refused::REFUSED;
use super::setting::Setting;
use super::token_options::{TOKEN_OPTIONS, TokenOption};
use crate::config::error::ConfigError;

/// The sections that options of ours stand in.
pub(super) const SECTIONS: &[&str] = &["client", "client.token", "client.subscription_token"];

/// Where a name's value goes.
pub(super) enum Target {
    Token(&'static TokenOption),
    SubscriptionToken(&'static TokenOption),
    Client(&'static ClientOption),
}

impl Target {
    pub(super) fn set(&self, draft: &mut Draft, setting: &Setting) -> Result<(), ConfigError> {
        match self {
            Self::Token(option) => option.apply(&mut draft.config.token, setting),
            Self::SubscriptionToken(option) => option.apply(&mut draft.subscription_token, setting),
            Self::Client(option) => (option.set)(draft, setting),
        }
    }
}

/// Every name of every option, with its canonical one (that of v6).
pub(super) fn names() -> impl Iterator<Item = (String, String, Target)> {
    let token = section(["client.token.", "token_"], Target::Token);
    let subscription_token = section(
        ["client.subscription_token.", "subscription_token_"],
        Target::SubscriptionToken,
    );
    let client = CLIENT_OPTIONS.iter().flat_map(|option| {
        let canonical = option.names.first().copied().unwrap_or_default();
        option
            .names
            .iter()
            .map(move |name| ((*name).into(), canonical.into(), Target::Client(option)))
    });
    let secret = TOKEN_OPTIONS.iter().take(1).map(|option| {
        // The name of the first option before v2.
        let canonical = format!("client.token.{}", option.name);
        ("secret".into(), canonical, Target::Token(option))
    });
    token.chain(subscription_token).chain(client).chain(secret)
}

/// The names of a section's options: by the prefix of v6, which is canonical, and by
/// that of v2 to v5.
fn section(
    prefixes: [&'static str; 2],
    target: fn(&'static TokenOption) -> Target,
) -> impl Iterator<Item = (String, String, Target)> {
    let [canonical, _] = prefixes;
    prefixes.into_iter().flat_map(move |prefix| {
        TOKEN_OPTIONS.iter().map(move |option| {
            let name = option.name;
            (
                format!("{prefix}{name}"),
                format!("{canonical}{name}"),
                target(option),
            )
        })
    })
}

/// What an option is for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OptionHelp {
    /// Its name, as in Centrifugo v6 (`client.token.audience`).
    pub name: String,
    /// Its other names, those of v2 to v5 (`token_audience`).
    pub also: Vec<String>,
    /// One line.
    pub help: &'static str,
}

/// All options, each once.
#[must_use]
pub fn option_help() -> Vec<OptionHelp> {
    let mut options: Vec<OptionHelp> = Vec::new();
    for (name, canonical, target) in names() {
        match options.iter_mut().find(|option| option.name == canonical) {
            Some(option) => option.also.push(name),
            None => options.push(OptionHelp {
                name: canonical,
                also: Vec::new(),
                help: match target {
                    Target::Token(option) | Target::SubscriptionToken(option) => option.help,
                    Target::Client(option) => option.help,
                },
            }),
        }
    }
    options
}

/// The options of Centrifugo that are refused unless they are off, each with what to do
/// instead.
#[must_use]
pub fn refused_option_help() -> Vec<OptionHelp> {
    let refused = REFUSED.iter().filter_map(|(names, help)| {
        let (name, also) = names.split_first()?;
        Some(OptionHelp {
            name: (*name).into(),
            also: also.iter().map(|name| (*name).into()).collect(),
            help,
        })
    });
    refused.collect()
}
