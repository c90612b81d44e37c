//! Configuration: a file in JSON, TOML or YAML, and environment variables that win over it.
//!
//! The option names of Centrifugo work unchanged, in any case: the flat ones of v2 to v5
//! (`token_hmac_secret_key`) and the nested ones of v6
//! (`client.token.hmac_secret_key`). An option `client.token.NAME` is also
//! `COUNTERSIGN_CLIENT_TOKEN_NAME` and `COUNTERSIGN_TOKEN_NAME`. Variables of Centrifugo
//! (`CENTRIFUGO_…`) are read too; ours win over them.
//!
//! - An unknown option is an error in the sections of tokens, and also elsewhere if it is close to
//!   one of ours. Otherwise it belongs to another program: it is ignored and listed
//!   ([`Config::left_alone`]).
//! - An empty value counts as not set, with a warning for a secret, a key or a restriction. An
//!   empty restriction in a `COUNTERSIGN_…` variable or a trusted issuer is an error: a variable that
//!   expanded to nothing must not accept more tokens.
//! - Variables that container platforms set for a service (`COUNTERSIGN_SERVICE_HOST`) are ignored.
//! - Options of Centrifugo that switch a check off are refused: every check is always on.
//!
//! It never shows a secret or a key in an error, and no value of an option of tokens in `Debug`.
//!
//! ```
//! use countersign::Authenticator;
//! use countersign::config::{Config, Format};
//!
//! let config = Config::from_text(r#"{"token_hmac_secret_key": "secret"}"#, Format::Json, [])?;
//! let setup = config.setup().build()?.report(|warning| eprintln!("warning: {warning}"));
//! let authenticator = Authenticator::new(setup.rules);
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

pub use bind::{CheckedSetup, ConfiguredEndpoint, EndpointSource, Setup, SetupBuilder};
pub use error::ConfigError;
pub use read::{Format, OptionHelp, option_help, refused_option_help};
pub use secret::{KeyText, SecretText};
pub use table::{Config, JwksConfig, OtherOption, TokenConfig};
