//! Every name of every option, and the place of its value.

use std::collections::BTreeMap;

use super::client_options::{CLIENT_OPTIONS, ClientOption, Draft};
use super::elsewhere::{elsewhere, is_within};
use super::refused::REFUSED;
use super::setting::Setting;
use super::spelling::Spelling;
use super::token_option::{TokenOption, WhenEmpty};
use super::token_options::TOKEN_OPTIONS;
use crate::config::error::ConfigError;

/// The sections that contain options of ours.
const SECTIONS: &[&str] = &[
    "client",
    "client.token",
    "client.subscription_token",
    "channel",
];

/// The oldest name of the first option, from before v2. It works, but new configurations should
/// not use it.
const OLDEST: &str = "secret";

/// The place of an option's value.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Token(&'static TokenOption),
    SubscriptionToken(&'static TokenOption),
    Client(&'static ClientOption),
}

impl Target {
    pub(super) fn set(self, draft: &mut Draft, setting: &Setting) -> Result<(), ConfigError> {
        match self {
            Self::Token(option) => option.apply(&mut draft.config.token, setting),
            Self::SubscriptionToken(option) => option.apply(&mut draft.subscription_token, setting),
            Self::Client(option) => (option.set)(draft, setting),
        }
    }

    pub(super) fn when_empty(self) -> WhenEmpty {
        match self {
            Self::Token(option) | Self::SubscriptionToken(option) => option.when_empty,
            Self::Client(option) => option.when_empty,
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Token(option) | Self::SubscriptionToken(option) => option.help,
            Self::Client(option) => option.help,
        }
    }
}

/// The meaning of a name.
pub(super) enum Known {
    /// An option of ours: its canonical name (that of v6), and the place of its value.
    Option(String, Target),
    /// An option that switches a check off, and what to do instead.
    Refused(&'static str),
    /// An option of Centrifugo that doesn't concern tokens.
    Elsewhere,
    /// An unknown name.
    Unknown,
}

/// The names of one layer.
pub(super) struct Names {
    spelling: Spelling,
    options: BTreeMap<String, (String, Target)>,
}

impl Names {
    pub(super) fn of(spelling: Spelling) -> Self {
        let options = names()
            .map(|(name, canonical, target)| (spelling.key(&name), (canonical, target)))
            .collect();
        Self { spelling, options }
    }

    pub(super) fn look_up(&self, name: &str) -> Known {
        let key = self.spelling.key(name);
        if let Some((canonical, target)) = self.options.get(&key) {
            return Known::Option(canonical.clone(), *target);
        }
        for (names, instead) in REFUSED {
            if names
                .iter()
                .any(|refused| self.spelling.key(refused) == key)
            {
                return Known::Refused(instead);
            }
        }
        if elsewhere().any(|known| is_within(&key, &self.spelling.key(known), self.spelling)) {
            return Known::Elsewhere;
        }
        Known::Unknown
    }

    /// Our names that the user may have meant, as this layer writes them.
    pub(super) fn ours(&self) -> impl Iterator<Item = String> {
        let spelling = self.spelling;
        let options = names().map(|(name, ..)| name).filter(|name| name != OLDEST);
        let refused = REFUSED.iter().flat_map(|(names, _)| names.iter());
        // A variable can't set a whole section.
        let sections = match spelling {
            Spelling::File => &["client", "client.token", "client.subscription_token"][..],
            Spelling::Variable(_) => &[],
        };
        let others = refused.chain(sections).map(|name| (*name).to_owned());
        options.chain(others).map(move |name| spelling.write(&name))
    }
}

/// Whether this is the path of a section that contains options of ours.
pub(super) fn is_section(path: &str) -> bool {
    let path = path.to_lowercase();
    SECTIONS.contains(&path.as_str())
}

/// Whether an option of this name would be in one of the sections that only we read, in the
/// spelling of v6 or in the flat spelling of Centrifugo v2 to v5.
pub(super) fn is_of_tokens(name: &str) -> bool {
    const SECTIONS: [&str; 4] = [
        "client.token.",
        "client.subscription_token.",
        "token_",
        "subscription_token_",
    ];
    let name = name.to_lowercase();
    SECTIONS.iter().any(|section| name.starts_with(section))
}

/// Every name of every option, with its canonical name (that of v6).
fn names() -> impl Iterator<Item = (String, String, Target)> {
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
    let oldest = TOKEN_OPTIONS.iter().take(1).map(|option| {
        let canonical = format!("client.token.{}", option.name);
        (OLDEST.into(), canonical, Target::Token(option))
    });
    token.chain(subscription_token).chain(client).chain(oldest)
}

/// The names of a section's options: with the prefix of v6, which is canonical, and with that of v2
/// to v5.
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

/// The description of an option.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OptionHelp {
    /// Its name, as in Centrifugo v6 (`client.token.audience`).
    pub name: String,
    /// Its other names, those of v2 to v5 (`token_audience`).
    pub also: Vec<String>,
    /// One line of text.
    pub help: &'static str,
}

/// All options, without repetition.
#[must_use]
pub fn option_help() -> Vec<OptionHelp> {
    let mut options: Vec<OptionHelp> = Vec::new();
    for (name, canonical, target) in names() {
        match options.iter_mut().find(|option| option.name == canonical) {
            Some(option) => option.also.push(name),
            None => options.push(OptionHelp {
                name: canonical,
                also: Vec::new(),
                help: target.help(),
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
