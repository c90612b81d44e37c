//! One table of options, and how its options are called in errors.

use countersign_fetch::SettingsError;
use countersign_signature::{AlgorithmName, Provider};

use crate::config::error::ConfigError;
use crate::config::read::is_token_option;
use crate::config::table::TokenConfig;

/// A table of options, and its path, for errors.
#[derive(Clone, Copy)]
pub(super) struct Section<'p> {
    pub(super) path: &'p str,
    pub(super) token: &'p TokenConfig,
}

impl<'p> Section<'p> {
    pub(super) fn new(path: &'p str, token: &'p TokenConfig) -> Self {
        Self { path, token }
    }

    /// What to call an option: the name under which it was given, else that of v6.
    pub(super) fn name(self, option: &str) -> String {
        let given = self.token.given.0.get(option).cloned();
        given.unwrap_or_else(|| format!("{}.{option}", self.path))
    }

    pub(super) fn fault(self, option: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::option(self.name(option), message)
    }

    /// A fault of one of the options `jwks_…`, or of the endpoint itself.
    pub(super) fn jwks_fault(self, error: &SettingsError) -> ConfigError {
        let option = match error.setting() {
            Some(setting) => format!("jwks_{setting}"),
            None => "jwks_public_endpoint".into(),
        };
        if is_token_option(&option) {
            self.fault(&option, error.to_string())
        } else {
            self.fault("jwks_public_endpoint", error.to_string())
        }
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
