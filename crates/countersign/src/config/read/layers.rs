//! The layers of a configuration: a file, variables of Centrifugo, and our variables. A later layer
//! overrides an earlier one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::client_options::Draft;
use super::misplaced::misplaced;
use super::names::{Known, Names, Target, is_of_tokens, is_section};
use super::nearest::closest;
use super::refused::refuse;
use super::setting::{Setting, Source};
use super::spelling::{Prefix, Spelling, is_of_a_service};
use super::token_option::{EMPTY_RESTRICTION, WhenEmpty, check_key_files};
use super::value::{Table, Value};
use crate::config::error::ConfigError;
use crate::config::table::{Config, OtherOption, TokenConfig};

/// For each option, by its canonical name, the name under which a layer gave it a value.
type Given = BTreeMap<String, String>;

/// Reads a file and applies the environment. The file's name is for messages.
pub(super) fn read(
    file: Option<Table>,
    file_name: Option<&str>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Config, ConfigError> {
    let mut draft = Draft::default();
    draft.config.file = file_name.map(str::to_owned);
    if let Some(tree) = file {
        let read = flatten(tree).and_then(|settings| apply(&mut draft, &settings, Spelling::File));
        read.map_err(|error| located(error, file_name))?;
    }
    let (of_centrifugo, ours) = variables(environment)?;
    let beneath = apply(
        &mut draft,
        &of_centrifugo,
        Spelling::Variable(Prefix::Centrifugo),
    )?;
    let above = apply(&mut draft, &ours, Spelling::Variable(Prefix::Countersign))?;
    for (canonical, name) in &above {
        if let Some(other) = beneath.get(canonical) {
            let note = format!("`{name}` wins over `{other}`, which sets the same option");
            draft.config.notes.push(note);
        }
    }
    finish(draft).map_err(|error| located(error, file_name))
}

fn located(error: ConfigError, file: Option<&str>) -> ConfigError {
    match file {
        Some(file) => error.of_file_unless_variable(file),
        None => error,
    }
}

/// Turns the tree into options with full names. A table is a section only if it can contain an
/// option of ours.
fn flatten(tree: Table) -> Result<Vec<Setting>, ConfigError> {
    let mut settings = Vec::new();
    let mut sections = vec![(String::new(), tree)];
    while let Some((path, table)) = sections.pop() {
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in table {
            let name = format!("{path}{name}");
            if !is_section(&name) {
                settings.push(Setting {
                    name,
                    value,
                    source: Source::File,
                });
                continue;
            }
            if seen.contains(&name.to_lowercase()) {
                return Err(ConfigError::option(
                    name,
                    "found this section twice; write its options in one",
                ));
            }
            seen.push(name.to_lowercase());
            match value {
                Value::Table(section) => sections.push((format!("{name}."), section)),
                Value::Null => {}
                other => {
                    let found = other.kind();
                    return Err(ConfigError::option(
                        name,
                        format!("found {found}; expected a table of options"),
                    ));
                }
            }
        }
    }
    Ok(settings)
}

/// The variables that may be options, those of Centrifugo apart from ours.
fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(Vec<Setting>, Vec<Setting>), ConfigError> {
    let (mut of_centrifugo, mut ours) = (Vec::new(), Vec::new());
    for (name, value) in environment {
        let name = name.to_string_lossy().into_owned();
        let Some(prefix) = Prefix::of(&name) else {
            continue;
        };
        if is_of_a_service(&name, &value) {
            continue;
        }
        let value = match value.into_string() {
            Ok(value) => value,
            Err(_) if matters(&name, prefix) => {
                return Err(ConfigError::option(
                    name,
                    "found bytes that are not UTF-8 in this environment variable",
                ));
            }
            Err(_) => continue,
        };
        let setting = Setting {
            name,
            value: Value::Text(value),
            source: Source::Variable(prefix),
        };
        match prefix {
            Prefix::Centrifugo => of_centrifugo.push(setting),
            Prefix::Countersign => ours.push(setting),
        }
    }
    Ok((of_centrifugo, ours))
}

/// Whether a variable is an option of ours, or is an error.
pub(super) fn is_option(name: &OsStr, value: &OsStr) -> bool {
    let name = name.to_string_lossy();
    match Prefix::of(&name) {
        Some(prefix) => !is_of_a_service(&name, value) && matters(&name, prefix),
        None => false,
    }
}

fn matters(name: &str, prefix: Prefix) -> bool {
    let names = Names::of(Spelling::Variable(prefix));
    match names.look_up(name) {
        Known::Option(..) | Known::Refused(_) => true,
        Known::Elsewhere => false,
        Known::Unknown => closest(name, names.ours()).is_some(),
    }
}

/// Applies one layer, and returns the options that it set.
fn apply(
    draft: &mut Draft,
    settings: &[Setting],
    spelling: Spelling,
) -> Result<Given, ConfigError> {
    let names = Names::of(spelling);
    let mut mentioned = Given::new();
    let mut given = Given::new();
    let mut empty: Vec<&str> = Vec::new();
    for setting in settings {
        let name = setting.name.as_str();
        draft.config.uses_sections |= is_in_section(name);
        match names.look_up(name) {
            Known::Option(canonical, target) => {
                if let Some(other) = mentioned.insert(canonical.clone(), name.into()) {
                    return Err(setting.fault(format!(
                        "found the same option as `{other}`; set it only once"
                    )));
                }
                if setting.value.is_empty() {
                    if is_worth_a_warning(draft, setting, target)? {
                        empty.push(name);
                    }
                } else {
                    target.set(draft, setting)?;
                    given.insert(canonical, name.into());
                }
            }
            Known::Refused(instead) => refuse(setting, instead)?,
            Known::Elsewhere => {
                draft.config.left_alone.push(name.into());
                keep_for_the_server(draft, setting);
            }
            Known::Unknown => unknown(draft, &names, setting, spelling)?,
        }
    }
    if !empty.is_empty() {
        draft.config.notes.push(format!(
            "{}found no value for `{}`; an empty value counts as not set",
            file_prefix(draft, spelling),
            empty.join("`, `"),
        ));
    }
    Ok(given)
}

fn file_prefix(draft: &Draft, spelling: Spelling) -> String {
    match (&draft.config.file, spelling) {
        (Some(file), Spelling::File) => format!("{file}: "),
        _ => String::new(),
    }
}

/// Whether an empty value of an option is worth a warning.
fn is_worth_a_warning(
    draft: &mut Draft,
    setting: &Setting,
    target: Target,
) -> Result<bool, ConfigError> {
    match target.when_empty() {
        WhenEmpty::Pass => Ok(false),
        WhenEmpty::Warn => Ok(true),
        WhenEmpty::WarnOfKey => {
            let name = setting.name.clone();
            match target {
                Target::Token(_) => draft.config.token.origin.empty_keys.push(name),
                Target::SubscriptionToken(_) => {
                    draft.subscription_token.origin.empty_keys.push(name);
                }
                Target::Client(_) => {}
            }
            Ok(true)
        }
        WhenEmpty::Refuse if setting.source == Source::Variable(Prefix::Countersign) => {
            Err(setting.fault(EMPTY_RESTRICTION))
        }
        WhenEmpty::Refuse => Ok(true),
    }
}

/// Keeps an option that doesn't concern tokens, under the name by which the server knows it.
fn keep_for_the_server(draft: &mut Draft, setting: &Setting) {
    if setting.value.is_empty() {
        return;
    }
    let Ok(json) = serde_json::to_string(&setting.value) else {
        return;
    };
    let others = &mut draft.config.other_options;
    let (name, from_environment) = match setting.source {
        Source::Variable(_) => {
            // Our variable comes later and replaces that of Centrifugo.
            let key = variable_key(&setting.name);
            others.retain(|other| !other.from_environment || variable_key(&other.name) != key);
            (setting.name.clone(), true)
        }
        Source::File | Source::TrustedIssuer => (setting.name.to_lowercase(), false),
    };
    others.push(OtherOption {
        name,
        json,
        from_environment,
    });
}

/// A common name for a variable of Centrifugo and our variable for the same option.
fn variable_key(name: &str) -> String {
    let prefix = Prefix::of(name).unwrap_or(Prefix::Countersign);
    Spelling::Variable(prefix).key(name)
}

/// Whether an option of a file, or a variable about tokens, belongs to v6. The names of other
/// variables don't tell: COUNTERSIGN_CLIENT_CHANNEL_LIMIT exists in v2 too.
fn is_in_section(name: &str) -> bool {
    let prefixes = ["COUNTERSIGN_CLIENT_TOKEN_", "CENTRIFUGO_CLIENT_TOKEN_"];
    let lower = name.to_lowercase();
    lower.starts_with("client.")
        || lower.starts_with("channel.")
        || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// An unknown option is an error if it can only be ours. Elsewhere it belongs to another program.
fn unknown(
    draft: &mut Draft,
    names: &Names,
    setting: &Setting,
    spelling: Spelling,
) -> Result<(), ConfigError> {
    let name = setting.name.as_str();
    let meant = closest(name, names.ours());
    let is_file = spelling == Spelling::File;
    if meant.is_some() || (is_file && is_of_tokens(name)) {
        return Err(ConfigError::no_such_option(name, meant));
    }
    if is_file {
        note_misplaced(draft, names, setting);
        draft.config.left_alone.push(name.into());
        draft.config.unknown.push(name.into());
        if name.to_lowercase().starts_with("channel.") {
            keep_for_the_server(draft, setting);
        }
    } else {
        let note = format!("`{name}` is not an option; this variable is ignored");
        draft.config.notes.push(note);
    }
    Ok(())
}

/// Keeps what looks misplaced, for the error of a section without a key.
fn note_misplaced(draft: &mut Draft, names: &Names, setting: &Setting) {
    for option in misplaced(&setting.name, &setting.value, names) {
        let token = match option.is_of_subscriptions {
            true => &mut draft.subscription_token,
            false => &mut draft.config.token,
        };
        token.origin.misplaced.push((option.found, option.wanted));
    }
}

fn finish(draft: Draft) -> Result<Config, ConfigError> {
    let mut config = draft.config;
    check_key_files(&config.token)?;
    check_key_files(&draft.subscription_token)?;
    if draft.separate {
        config.subscription_token = Some(draft.subscription_token);
    } else if draft.subscription_token != TokenConfig::default() {
        config.notes.push(
            "client.subscription_token has options but is not enabled: \
             subscription tokens are verified by client.token"
                .into(),
        );
    }
    Ok(config)
}
