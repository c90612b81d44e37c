//! From a tree of values and environment variables to a configuration, by the table of options.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::centrifugo::{CLIENT_ELSEWHERE, ELSEWHERE};
use super::nearest::{nearest, no_such};
use super::setting::Setting;
use super::table::{CLIENT_OPTIONS, ClientOption, Draft, REFUSED, TOKEN_OPTIONS, TokenOption};
use super::{Config, ConfigError, TokenConfig};

/// The prefix of environment variables.
const ENVIRONMENT: &str = "COUNTERSIGN_";

/// The sections that options of ours stand in.
const SECTIONS: &[&str] = &["client", "client.token", "client.subscription_token"];

/// Where a name's value goes.
enum Target {
    Token(&'static TokenOption),
    SubscriptionToken(&'static TokenOption),
    Client(&'static ClientOption),
}

impl Target {
    fn set(&self, draft: &mut Draft, setting: &Setting) -> Result<(), ConfigError> {
        match self {
            Self::Token(option) => option.apply(&mut draft.config.token, setting),
            Self::SubscriptionToken(option) => option.apply(&mut draft.subscription_token, setting),
            Self::Client(option) => (option.set)(draft, setting),
        }
    }
}

/// Every name of every option, with its canonical one (that of v6).
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

/// The environment variable of a name.
fn variable(name: &str) -> String {
    format!(
        "{ENVIRONMENT}{}",
        name.replace('.', "_").to_ascii_uppercase()
    )
}

pub(super) fn read(
    file: Option<Map<String, Value>>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut draft = Draft::default();
    if let Some(tree) = file {
        let mut settings = Vec::new();
        flatten("", tree, &mut settings)?;
        apply(&mut draft, &settings, str::to_owned)?;
    }
    let variables: Vec<Setting> = environment
        .into_iter()
        .filter(|(name, _)| is_ours(name))
        .map(|(name, value)| Setting {
            name,
            value: Value::String(value),
            from_environment: true,
        })
        .collect();
    apply(&mut draft, &variables, variable)?;
    Ok(finish(draft))
}

/// Whether a variable of this name is read, or is an error.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.starts_with(ENVIRONMENT) && !is_of_a_service(variable)
}

/// Whether Kubernetes sets this variable by itself, for a service whose name begins
/// like the prefix: it would keep every pod beside that service from starting.
fn is_of_a_service(name: &str) -> bool {
    let parts = ["_PORT_", "_SERVICE_HOST", "_SERVICE_PORT"];
    name.ends_with("_PORT") || parts.iter().any(|part| name.contains(part))
}

/// Turns the tree into options by their full names. Sections are opened where an
/// option of ours can stand in them, and nowhere else.
fn flatten(
    path: &str,
    tree: Map<String, Value>,
    settings: &mut Vec<Setting>,
) -> Result<(), ConfigError> {
    for (name, value) in tree {
        let name = format!("{path}{name}");
        match value {
            Value::Object(section) if SECTIONS.contains(&name.as_str()) => {
                flatten(&format!("{name}."), section, settings)?;
            }
            _ if SECTIONS.contains(&name.as_str()) => {
                return Err(ConfigError::option(
                    name,
                    "found no table; expected a table of options",
                ));
            }
            value => settings.push(Setting {
                name,
                value,
                from_environment: false,
            }),
        }
    }
    Ok(())
}

/// Applies one layer: the file, or the environment, whose names are `spelled` otherwise.
fn apply(
    draft: &mut Draft,
    settings: &[Setting],
    spelled: fn(&str) -> String,
) -> Result<(), ConfigError> {
    let targets: BTreeMap<String, (String, Target)> = names()
        .map(|(name, canonical, target)| (spelled(&name), (canonical, target)))
        .collect();
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for setting in settings {
        let name = setting.name.as_str();
        if let Some((canonical, target)) = targets.get(name) {
            if let Some(other) = given.insert(canonical, name) {
                return Err(setting.fault(format!("the same option as `{other}`; give it once")));
            }
            target.set(draft, setting)?;
        } else if let Some((_, instead)) = REFUSED
            .iter()
            .find(|(names, _)| names.iter().any(|refused| spelled(refused) == name))
        {
            refuse(setting, instead)?;
        } else if elsewhere().any(|known| is_within(setting, &spelled(&known))) {
            draft.config.left_alone.push(name.into());
        } else {
            return Err(unknown(name, targets.into_keys(), spelled));
        }
    }
    Ok(())
}

/// The options of Centrifugo that do not concern tokens.
fn elsewhere() -> impl Iterator<Item = String> {
    let in_client = CLIENT_ELSEWHERE.iter().map(|name| format!("client.{name}"));
    let others = ELSEWHERE.iter().map(|name| (*name).to_owned());
    others.chain(in_client)
}

/// Whether it is the known option, or, of a section whose content is not looked at, an
/// environment variable for a part of it.
fn is_within(setting: &Setting, known: &str) -> bool {
    match setting.name.strip_prefix(known) {
        Some("") => true,
        Some(part) => setting.from_environment && part.starts_with('_'),
        None => false,
    }
}

/// An option that switches a check off may stand there, switched off itself.
fn refuse(setting: &Setting, instead: &str) -> Result<(), ConfigError> {
    let is_empty = setting.value == Value::Null || setting.value == "";
    if is_empty || matches!(setting.flag(), Ok(false)) {
        Ok(())
    } else {
        Err(setting.fault(format!("this option is refused: {instead}")))
    }
}

/// What is ours comes first: an option that is left alone must be much nearer, since
/// whoever follows the hint to it has set nothing.
fn unknown(
    name: &str,
    ours: impl Iterator<Item = String>,
    spelled: fn(&str) -> String,
) -> ConfigError {
    const NEAR: f64 = 0.8;
    const MUCH: f64 = 0.15;
    let refused = REFUSED.iter().flat_map(|(names, _)| names.iter());
    let sections = SECTIONS.iter().chain(refused).map(|it| spelled(it));
    // The oldest name of all works, and nobody should begin with it.
    let ours = ours.filter(|known| *known != spelled("secret"));
    let (ours, likeness) = nearest(name, ours.chain(sections));
    let (other, other_likeness) = nearest(name, elsewhere().map(|known| spelled(&known)));
    let is_other = other_likeness >= NEAR && other_likeness > likeness + MUCH;
    no_such(name, if is_other { &other } else { &ours })
}

fn finish(draft: Draft) -> Config {
    let mut config = draft.config;
    if draft.separate {
        config.subscription_token = Some(draft.subscription_token);
    } else if draft.subscription_token != TokenConfig::default() {
        config.notes.push(
            "client.subscription_token has options but is not enabled: \
             subscription tokens are verified by client.token"
                .into(),
        );
    }
    config
}
