//! One table of options, and the names of its options in errors.

use countersign_fetch::SettingsError;
use countersign_signature::{AlgorithmName, Provider};

use crate::config::error::ConfigError;
use crate::config::read::is_token_option;
use crate::config::table::TokenConfig;

/// A table of options, with its place for messages.
#[derive(Clone, Copy)]
pub(super) struct Section<'p> {
    path: &'p str,
    pub(super) token: &'p TokenConfig,
    file: Option<&'p str>,
}

impl<'p> Section<'p> {
    pub(super) fn new(path: &'p str, token: &'p TokenConfig, file: Option<&'p str>) -> Self {
        Self { path, token, file }
    }

    /// An entry of the section's `trusted_issuers`.
    pub(super) fn trusted_issuer(self, path: &'p str, token: &'p TokenConfig) -> Self {
        Self {
            path,
            token,
            ..self
        }
    }

    /// The name of an option: the name that the user wrote, else that of v6.
    pub(super) fn name(self, option: &str) -> String {
        let names = &self.token.origin.names;
        let given = names.get(option);
        let given = given.or_else(|| names.get(format!("{option}_file").as_str()));
        given
            .cloned()
            .unwrap_or_else(|| format!("{}.{option}", self.path))
    }

    /// The name of an option that conflicts with one that was given, in the same spelling: such as
    /// `token_audience` beside `token_jwks_public_endpoint`.
    pub(super) fn name_beside(self, option: &str, given: &str) -> String {
        let names = &self.token.origin.names;
        let Some(written) = names.get(given).filter(|_| !names.contains_key(option)) else {
            return self.name(option);
        };
        if let Some(prefix) = written.strip_suffix(given) {
            return format!("{prefix}{option}");
        }
        // An environment variable.
        match written.strip_suffix(&given.to_ascii_uppercase()) {
            Some(prefix) => format!("{prefix}{}", option.to_ascii_uppercase()),
            None => self.name(option),
        }
    }

    /// A fault of one option.
    pub(super) fn fault(self, option: &str, message: impl Into<String>) -> ConfigError {
        self.located(ConfigError::option(self.name(option), message))
    }

    /// A fault of the section as a whole.
    pub(super) fn fault_of_all(self, message: impl Into<String>) -> ConfigError {
        self.located(ConfigError::option(self.path, message))
    }

    /// A warning about one option.
    pub(super) fn warning(self, option: &str, message: impl Into<String>) -> String {
        self.fault(option, message).to_string()
    }

    fn located(self, error: ConfigError) -> ConfigError {
        match self.file {
            Some(file) => error.of_file_unless_variable(file),
            None => error,
        }
    }

    /// The option that says where keys are published.
    pub(super) fn endpoint_option(self) -> &'static str {
        match self.token.jwks_issuer {
            Some(_) => "jwks_issuer",
            None => "jwks_public_endpoint",
        }
    }

    /// A fault of one of the options `jwks_…`, or of the endpoint itself.
    pub(super) fn jwks_fault(self, error: &SettingsError) -> ConfigError {
        let Some(setting) = error.setting() else {
            return self.fault(self.endpoint_option(), error.to_string());
        };
        let option = Some(format!("jwks_{setting}")).filter(|option| is_token_option(option));
        let option = option.as_deref().unwrap_or(self.endpoint_option());
        self.fault(option, in_option_names(&error.to_string()))
    }

    /// Refuses algorithms that the provider does not have.
    pub(super) fn check_algorithms(self, provider: &Provider) -> Result<(), ConfigError> {
        for name in &self.token.algorithms {
            if provider.get(name).is_none() {
                let known: Vec<&str> = provider.iter().map(|it| it.name().as_str()).collect();
                return Err(self.fault(
                    "algorithms",
                    format!("found {name:?}; the algorithms are {}", known.join(", ")),
                ));
            }
        }
        Ok(())
    }

    /// The algorithms of `provider` that `algorithms` lists, if it lists any.
    pub(super) fn listed(self, provider: Provider) -> Provider {
        let names = &self.token.algorithms;
        let is_listed = |name: AlgorithmName| names.iter().any(|it| name.is_spelled(it));
        provider.only(|algorithm| names.is_empty() || is_listed(algorithm.name()))
    }
}

/// Replaces the names of settings in backticks by the names of their options: the crates that
/// fetch keys call the option `jwks_cooldown` by its name in code, `cooldown`.
fn in_option_names(message: &str) -> String {
    let mut parts: Vec<String> = message.split('`').map(String::from).collect();
    for name in parts.iter_mut().skip(1).step_by(2) {
        let option = format!("jwks_{name}");
        if is_token_option(&option) {
            *name = option;
        }
    }
    parts.join("`")
}
