//! Configuration: a file in JSON, TOML or YAML, and environment variables that win over it.
//!
//! The option names of Centrifugo work unchanged: the flat ones of v2 to v5
//! (`token_hmac_secret_key`) and the nested ones of v6
//! (`client.token.hmac_secret_key`). An option `client.token.NAME` is also
//! `COUNTERSIGN_CLIENT_TOKEN_NAME` and `COUNTERSIGN_TOKEN_NAME`.
//!
//! - An unknown option is an error that names the nearest known one.
//! - An empty value is an error, never "not set": a secret or an audience that
//!   expanded to nothing must not open the door.
//! - Variables that Kubernetes sets for a service (`COUNTERSIGN_SERVICE_HOST`) are passed over.
//! - The options of Centrifugo that do not concern tokens are left alone and
//!   listed ([`Config::left_alone`]), also as variables (`COUNTERSIGN_LOG_LEVEL`).
//! - Options that switch a check off are refused: there is no such switch here.
//!
//! It never shows a secret or a key in an error, and no value of an option of tokens in `Debug`.
//!
//! ```
//! use countersign::config::{Config, Format};
//!
//! let config = Config::from_text(r#"{"token_hmac_secret_key": "secret"}"#, Format::Json, [])?;
//! let setup = config.setup()?;
//! assert!(setup.warnings[0].contains("48 bits"));
//!
//! let typo = Config::from_text(r#"{"token_hmac_secret": "secret"}"#, Format::Json, []);
//! assert!(typo.unwrap_err().to_string().contains("`token_hmac_secret_key`"));
//! # Ok::<(), countersign::config::ConfigError>(())
//! ```

mod binder;
mod centrifugo;
mod endpoint;
mod error;
mod given;
mod nearest;
mod options;
mod secret;
mod setting;
mod setup;
mod source;
mod table;
mod template;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use countersign_jwks::Settings;

use crate::UnixTime;

pub use error::ConfigError;
pub use options::{OptionHelp, option_help, refused_option_help};
pub use secret::SecretText;
pub use setup::{ConfiguredEndpoint, Setup};
pub use source::Format;

/// What a file and the environment say, read and type-checked; keys are still text.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// `client.token`: how connection tokens are verified, and subscription tokens
    /// too unless they have a section of their own.
    pub token: TokenConfig,
    /// `client.subscription_token`, if it is enabled. It inherits nothing.
    pub subscription_token: Option<TokenConfig>,
    /// `client.allow_anonymous_connect_without_token`: off by default.
    pub allow_anonymous_connect_without_token: bool,
    /// `client.disallow_anonymous_connection_tokens`: a signed token with an empty
    /// user is accepted by default.
    pub disallow_anonymous_connection_tokens: bool,
    /// `client.token_size_limit`: the longest token that is read, in bytes; 16 KiB if absent.
    pub token_size_limit: Option<usize>,
    left_alone: Vec<String>,
    notes: Vec<String>,
}

/// How one kind of token is verified: keys, and what is expected of the claims.
///
/// `Debug` names the options that are set and shows none of their values: what was
/// given as a public key may be a private one.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenConfig {
    /// The HMAC secret; its bytes are taken literally.
    pub hmac_secret_key: Option<SecretText>,
    /// The HMAC secret before the last rotation.
    pub hmac_previous_secret_key: Option<SecretText>,
    /// Until when (inclusive) the previous secret is accepted; for ever if absent or 0.
    pub hmac_previous_secret_key_valid_until: Option<UnixTime>,
    /// An RSA public key: PEM, or a JWK.
    pub rsa_public_key: Option<String>,
    /// An ECDSA public key: PEM, or a JWK.
    pub ecdsa_public_key: Option<String>,
    /// An Ed25519 public key: PEM, or a JWK.
    pub eddsa_public_key: Option<String>,
    /// Where the issuer publishes its keys; if set, static keys are not consulted.
    pub jwks_public_endpoint: Option<String>,
    /// How it is fetched from there.
    pub jwks: JwksConfig,
    /// Exactly this element in `aud`.
    pub audience: Option<String>,
    /// A regular expression that matches an element of `aud` as a whole.
    pub audience_regex: Option<String>,
    /// Exactly this `iss`.
    pub issuer: Option<String>,
    /// A regular expression that matches `iss` as a whole.
    pub issuer_regex: Option<String>,
    /// Another claim than `sub` to read the user from.
    pub user_id_claim: Option<String>,
    /// The algorithms that are accepted; all that fit a key if empty.
    pub algorithms: Vec<String>,
    /// How far clocks may disagree; 0 by default.
    pub leeway: Duration,
    /// Whether `exp` is required; it is not by default.
    pub require_exp: bool,
    /// How old a token may be, by its `iat`, which is then required.
    pub max_age: Option<Duration>,
    /// The media type that `typ` must name.
    pub typ: Option<String>,
    /// More issuers, each with keys and expectations of its own.
    pub trusted_issuers: Vec<TokenConfig>,
    given: given::Names,
}

impl fmt::Debug for TokenConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = [
            ("hmac_secret_key", self.hmac_secret_key.is_some()),
            (
                "hmac_previous_secret_key",
                self.hmac_previous_secret_key.is_some(),
            ),
            (
                "hmac_previous_secret_key_valid_until",
                self.hmac_previous_secret_key_valid_until.is_some(),
            ),
            ("rsa_public_key", self.rsa_public_key.is_some()),
            ("ecdsa_public_key", self.ecdsa_public_key.is_some()),
            ("eddsa_public_key", self.eddsa_public_key.is_some()),
            ("jwks_public_endpoint", self.jwks_public_endpoint.is_some()),
            ("jwks", self.jwks != JwksConfig::default()),
            ("audience", self.audience.is_some()),
            ("audience_regex", self.audience_regex.is_some()),
            ("issuer", self.issuer.is_some()),
            ("issuer_regex", self.issuer_regex.is_some()),
            ("user_id_claim", self.user_id_claim.is_some()),
            ("algorithms", !self.algorithms.is_empty()),
            ("leeway", !self.leeway.is_zero()),
            ("require_exp", self.require_exp),
            ("max_age", self.max_age.is_some()),
            ("typ", self.typ.is_some()),
        ];
        f.debug_struct("TokenConfig")
            .field("set", &names_of(&set))
            .field("trusted_issuers", &self.trusted_issuers)
            .finish()
    }
}

/// How keys are fetched from `jwks_public_endpoint`: the options `jwks_…`.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksConfig {
    /// Times and limits.
    pub settings: Settings,
    /// A PEM file of the certificates to trust instead of the system's.
    pub ca_file: Option<String>,
    /// A PEM file of the certificate chain to show.
    pub client_certificate_file: Option<String>,
    /// A PEM file of that certificate's private key.
    pub client_key_file: Option<String>,
    /// The proxy's URL, which may hold credentials, or `environment`.
    pub proxy: Option<SecretText>,
    /// The `User-Agent`.
    pub user_agent: Option<String>,
    /// Whether to refuse hosts that resolve to private or otherwise special addresses.
    pub public_addresses_only: bool,
    /// A file that keeps the last good set over restarts.
    pub last_known_good_file: Option<String>,
}

/// What stands where a file's name belongs may be what is in the file.
impl fmt::Debug for JwksConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = [
            ("settings", self.settings != Settings::default()),
            ("ca_file", self.ca_file.is_some()),
            (
                "client_certificate_file",
                self.client_certificate_file.is_some(),
            ),
            ("client_key_file", self.client_key_file.is_some()),
            ("proxy", self.proxy.is_some()),
            ("user_agent", self.user_agent.is_some()),
            ("public_addresses_only", self.public_addresses_only),
            ("last_known_good_file", self.last_known_good_file.is_some()),
        ];
        f.debug_struct("JwksConfig")
            .field("set", &names_of(&set))
            .finish()
    }
}

fn names_of(set: &[(&'static str, bool)]) -> Vec<&'static str> {
    set.iter()
        .filter_map(|(name, is_set)| is_set.then_some(*name))
        .collect()
}

impl Config {
    /// Reads a file, its format told by its extension, and applies environment
    /// variables (`std::env::vars()`), of which those that begin with
    /// `COUNTERSIGN_` are read.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the file cannot be read, or says something unknown or wrong.
    pub fn load(
        path: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let format = Format::of(path)?;
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        let tree = source::parse(&text, format, &path.display().to_string())?;
        options::read(Some(tree), environment)
    }

    /// As [`load`](Self::load), from text.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the text says something unknown or wrong.
    pub fn from_text(
        text: &str,
        format: Format,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let tree = source::parse(text, format, "the configuration")?;
        options::read(Some(tree), environment)
    }

    /// From environment variables alone.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a variable is unknown or wrong.
    pub fn from_environment(
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        options::read(None, environment)
    }

    /// Whether an environment variable of this name concerns a configuration, so that it
    /// is read or is an error.
    #[must_use]
    pub fn reads(variable: &str) -> bool {
        options::is_ours(variable)
    }

    /// The options of Centrifugo that were found and do not concern tokens.
    #[must_use]
    pub fn left_alone(&self) -> &[String] {
        &self.left_alone
    }
}
