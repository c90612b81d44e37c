//! The checked table of options: the values of a file and the environment. Keys are still text.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use countersign_jwks::Settings;

use super::secret::{KeyText, SecretText};
use crate::UnixTime;

/// The values of a file and the environment, read and with their types checked. Keys are still
/// text.
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
    /// `client.token_channel_limit`: the most entries of `channels` or `subs` in a token;
    /// 1000 if absent.
    pub token_channel_limit: Option<usize>,
    /// `channel.max_length`: the longest name of a channel in a token, in bytes; 255 if absent.
    pub channel_max_length: Option<usize>,
    /// The file that it was read from, for messages.
    pub(super) file: Option<String>,
    pub(super) left_alone: Vec<String>,
    pub(super) other_options: Vec<OtherOption>,
    pub(super) uses_sections: bool,
    pub(super) unknown: Vec<String>,
    /// Warnings that are known before keys are bound.
    pub(super) notes: Vec<String>,
}

/// How one kind of token is verified: keys, and requirements for the claims.
///
/// `Debug` names the options that are set and shows none of their values: a text that was given as
/// a public key may be a private one.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenConfig {
    /// The HMAC secret; the bytes of a text are taken literally.
    pub hmac_secret_key: Option<KeyText>,
    /// The HMAC secret before the last rotation.
    pub hmac_previous_secret_key: Option<KeyText>,
    /// Until when (inclusive) the previous secret is accepted; without limit if absent or 0.
    pub hmac_previous_secret_key_valid_until: Option<UnixTime>,
    /// An RSA public key: PEM, or a JWK.
    pub rsa_public_key: Option<KeyText>,
    /// An ECDSA public key: PEM, or a JWK.
    pub ecdsa_public_key: Option<KeyText>,
    /// An Ed25519 public key: PEM, or a JWK.
    pub eddsa_public_key: Option<KeyText>,
    /// Where the issuer publishes its keys. If set, static keys are not used.
    pub jwks_public_endpoint: Option<String>,
    /// The OpenID Connect issuer whose discovery document says where its keys are. Its tokens
    /// have exactly this `iss`.
    pub jwks_issuer: Option<String>,
    /// How its keys are fetched.
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
    /// The algorithms that are accepted. If empty, all that fit a key.
    pub algorithms: Vec<String>,
    /// How far clocks may differ; 0 by default.
    pub leeway: Duration,
    /// Whether `exp` is required; it is not by default.
    pub require_exp: bool,
    /// How old a token may be, by its `iat`, which is then required.
    pub max_age: Option<Duration>,
    /// The media type that `typ` must name.
    pub typ: Option<String>,
    /// The name of the authority: `default` for a section's own options, else the issuer.
    pub name: Option<String>,
    /// The text that is put before each user. A group of `issuer_regex` or `audience_regex` fills
    /// `{{group}}`.
    pub user_prefix: Option<String>,
    /// More issuers, each with its own keys and requirements.
    pub trusted_issuers: Vec<TokenConfig>,
    pub(super) origin: Origin,
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
            ("jwks_issuer", self.jwks_issuer.is_some()),
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
            ("name", self.name.is_some()),
            ("user_prefix", self.user_prefix.is_some()),
        ];
        f.debug_struct("TokenConfig")
            .field("set", &names_of(&set))
            .field("trusted_issuers", &self.trusted_issuers)
            .finish()
    }
}

impl TokenConfig {
    /// The exact `iss` of its tokens, from `issuer` or `jwks_issuer`.
    #[must_use]
    pub fn exact_issuer(&self) -> Option<&str> {
        self.issuer.as_deref().or(self.jwks_issuer.as_deref())
    }
}

/// How published keys are fetched: the options `jwks_…`.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksConfig {
    /// Times and limits.
    pub settings: Settings,
    /// A PEM file of the certificates to trust instead of the system's.
    pub ca_file: Option<String>,
    /// A PEM file of the client's certificate chain.
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

/// It shows no path: the path may be pasted key material.
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
        .filter(|(_, is_set)| *is_set)
        .map(|(name, _)| *name)
        .collect()
}

/// How the options of a section were given, for messages.
///
/// It doesn't change the meaning of a configuration, so all values are equal.
#[derive(Clone, Default)]
pub(super) struct Origin {
    /// By an option's name in the table, the name that the user wrote.
    pub(super) names: BTreeMap<&'static str, String>,
    /// The keys and secrets whose values were empty, by the names that the user wrote.
    pub(super) empty_keys: Vec<String>,
    /// Options that were found in tables that nobody reads: the path that the user wrote, and the
    /// name under which the option would be read.
    pub(super) misplaced: Vec<(String, String)>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Config {
    /// The options that were found and don't concern tokens: options of Centrifugo, and unknown
    /// options that are unlike any of ours, so they may belong to another program.
    #[must_use]
    pub fn left_alone(&self) -> &[String] {
        &self.left_alone
    }

    /// The unknown ones among them: no version of Centrifugo has them, as far as we know.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The options of Centrifugo among them, with their values, for the server that reads them.
    #[must_use]
    pub fn other_options(&self) -> &[OtherOption] {
        &self.other_options
    }

    /// Whether any option was given within a section `client` or `channel`, as Centrifugo v6
    /// has them.
    #[must_use]
    pub fn uses_sections(&self) -> bool {
        self.uses_sections
    }
}

/// An option of Centrifugo that does not concern tokens, as it was given.
///
/// `Debug` shows only its name: a value may be a password or a private key.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherOption {
    /// Its name: `namespaces`, `client.channel_limit`, `COUNTERSIGN_PORT`, `CENTRIFUGO_PORT`.
    pub name: String,
    /// Its value, as JSON. That of a variable is a JSON string.
    pub json: String,
    /// Whether it is an environment variable.
    pub from_environment: bool,
}

impl fmt::Debug for OtherOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
