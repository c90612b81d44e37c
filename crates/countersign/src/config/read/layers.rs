//! The layers of a configuration: a file, and the environment, which wins over it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::client_options::Draft;
use super::elsewhere::{elsewhere, is_within};
use super::environment::{is_ours, variable};
use super::names::{SECTIONS, Target, names};
use super::nearest::{nearest, no_such};
use super::refused::{REFUSED, instead_of, refuse};
use super::setting::Setting;
use crate::config::error::ConfigError;
use crate::config::table::{Config, OtherOption, TokenConfig};

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
        draft.config.uses_sections |= is_in_section(name);
        if let Some((canonical, target)) = targets.get(name) {
            if let Some(other) = given.insert(canonical, name) {
                return Err(setting.fault(format!("the same option as `{other}`; give it once")));
            }
            target.set(draft, setting)?;
        } else if let Some(instead) = instead_of(name, spelled) {
            refuse(setting, instead)?;
        } else if elsewhere().any(|known| is_within(setting, &spelled(known))) {
            draft.config.left_alone.push(name.into());
            draft.config.other_options.push(OtherOption {
                name: name.into(),
                json: setting.value.to_string(),
                from_environment: setting.from_environment,
            });
        } else {
            return Err(unknown(name, targets.into_keys(), spelled));
        }
    }
    Ok(())
}

/// Whether an option of a file, or the variable of one of tokens, is one of v6. The names of other
/// variables don't tell: COUNTERSIGN_CLIENT_CHANNEL_LIMIT is one of v2 too.
fn is_in_section(name: &str) -> bool {
    let prefixes = ["client.", "channel.", "COUNTERSIGN_CLIENT_TOKEN_"];
    name == "channel" || prefixes.iter().any(|prefix| name.starts_with(prefix))
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
    let (other, other_likeness) = nearest(name, elsewhere().map(spelled));
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
