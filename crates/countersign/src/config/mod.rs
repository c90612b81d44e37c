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

mod bind;
mod error;
mod read;
mod secret;
mod table;

pub use bind::{ConfiguredEndpoint, Setup};
pub use error::ConfigError;
pub use read::{Format, OptionHelp, option_help, refused_option_help};
pub use secret::SecretText;
pub use table::{Config, JwksConfig, OtherOption, TokenConfig};
