//! The entries of `trusted_issuers`: issuers that have keys and options of their own.

use super::nearest::closest;
use super::setting::{Setting, Source};
use super::token_option::{EMPTY_RESTRICTION, TokenOption, WhenEmpty, check_key_files};
use crate::config::error::ConfigError;
use crate::config::table::TokenConfig;

/// Reads the entries of a list, each with those options that an entry may have.
pub(super) fn trusted_issuers(
    list: &Setting,
    options: &'static [TokenOption],
) -> Result<Vec<TokenConfig>, ConfigError> {
    let mut issuers = Vec::new();
    for (index, table) in list.tables()?.into_iter().enumerate() {
        let path = format!("{}[{index}]", list.name);
        let mut issuer = TokenConfig::default();
        let mut given: Vec<(&str, String)> = Vec::new();
        for (name, value) in table {
            let setting = Setting {
                name: format!("{path}.{name}"),
                value,
                source: Source::TrustedIssuer,
            };
            let option = option_of_issuer(options, &path, &setting.name, &name)?;
            if let Some((_, other)) = given.iter().find(|(known, _)| *known == option.name) {
                return Err(setting.fault(format!(
                    "found the same option as `{other}`; set it only once"
                )));
            }
            given.push((option.name, setting.name.clone()));
            if !setting.value.is_empty() {
                option.apply(&mut issuer, &setting)?;
            } else if option.when_empty == WhenEmpty::Refuse {
                return Err(setting.fault(EMPTY_RESTRICTION));
            } else if option.when_empty == WhenEmpty::WarnOfKey {
                issuer.origin.empty_keys.push(setting.name);
            }
        }
        if issuer.exact_issuer().is_none() {
            return Err(ConfigError::option(
                format!("{path}.issuer"),
                "found no `issuer`; give the exact `iss` of this issuer, or `jwks_issuer`",
            ));
        }
        check_key_files(&issuer)?;
        issuers.push(issuer);
    }
    Ok(issuers)
}

/// The option of this name. A trusted issuer can't have trusted issuers.
fn option_of_issuer(
    options: &'static [TokenOption],
    path: &str,
    full_name: &str,
    name: &str,
) -> Result<&'static TokenOption, ConfigError> {
    let options = || {
        options
            .iter()
            .filter(|option| option.name != "trusted_issuers")
    };
    let lower = name.to_lowercase();
    if let Some(option) = options().find(|option| option.name == lower) {
        return Ok(option);
    }
    let known = options().map(|option| format!("{path}.{}", option.name));
    Err(ConfigError::no_such_option(
        full_name,
        closest(full_name, known),
    ))
}
