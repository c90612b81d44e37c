//! The secrets and public keys that stand in the configuration itself.

use countersign_keys::{Key, KeyError};
use countersign_signature::{AlgorithmName, KeyMaterial, Provider};

use super::section::Section;
use crate::config::error::ConfigError;
use crate::config::secret::SecretText;
use crate::{Keyring, UnixTime, now, short_secret};

/// An option that takes a public key, and the kind of key that it takes.
struct PublicKeyOption<'t> {
    name: &'static str,
    text: Option<&'t str>,
    needed: &'static str,
    is_needed: fn(&KeyMaterial<'_>) -> bool,
}

/// Binds the static keys of one section.
pub(super) fn keyring(
    section: Section<'_>,
    provider: &Provider,
    warnings: &mut Vec<String>,
) -> Result<Keyring, ConfigError> {
    let token = section.token;
    let mut keyring = Keyring::new(section.listed(provider.clone()));

    if let Some(secret) = &token.hmac_secret_key {
        let key = checked_secret(section, "hmac_secret_key", secret, warnings)?;
        keyring = keyring
            .with(&key)
            .map_err(|error| unbound(section, "hmac_secret_key", &key, &error, provider))?;
    }
    let end = token.hmac_previous_secret_key_valid_until;
    if let Some(secret) = &token.hmac_previous_secret_key {
        let key = checked_secret(section, "hmac_previous_secret_key", secret, warnings)?;
        keyring = match end {
            Some(end) => keyring.with_until(&key, end),
            None => keyring.with(&key),
        }
        .map_err(|error| unbound(section, "hmac_previous_secret_key", &key, &error, provider))?;
    }
    check_end(section, end, warnings)?;

    for option in public_key_options(section) {
        let Some(text) = option.text else { continue };
        let key =
            public_key(text).map_err(|error| section.fault(option.name, error.to_string()))?;
        if !(option.is_needed)(key.material()) {
            let needed = option.needed;
            return Err(section.fault(
                option.name,
                format!("found {}; this option needs {needed}", key.material()),
            ));
        }
        keyring = keyring
            .with(&key)
            .map_err(|error| unbound(section, option.name, &key, &error, provider))?;
    }
    Ok(keyring)
}

fn public_key_options(section: Section<'_>) -> [PublicKeyOption<'_>; 3] {
    let token = section.token;
    [
        PublicKeyOption {
            name: "rsa_public_key",
            text: token.rsa_public_key.as_deref(),
            needed: "an RSA key",
            is_needed: |key| matches!(key, KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_)),
        },
        PublicKeyOption {
            name: "ecdsa_public_key",
            text: token.ecdsa_public_key.as_deref(),
            needed: "an elliptic-curve key",
            is_needed: |key| matches!(key, KeyMaterial::EcPublic(_) | KeyMaterial::EcPrivate(_)),
        },
        PublicKeyOption {
            name: "eddsa_public_key",
            text: token.eddsa_public_key.as_deref(),
            needed: "an Ed25519 key",
            is_needed: |key| matches!(key, KeyMaterial::OkpPublic(_) | KeyMaterial::OkpPrivate(_)),
        },
    ]
}

fn public_key(text: &str) -> Result<Key, KeyError> {
    if text.trim_start().starts_with('{') {
        Key::from_jwk(text.as_bytes())
    } else {
        Key::from_pem(text)
    }
}

fn checked_secret(
    section: Section<'_>,
    option: &str,
    secret: &SecretText,
    warnings: &mut Vec<String>,
) -> Result<Key, ConfigError> {
    let key = section.secret(option, secret)?;
    if let Some(warning) = short_secret(&key, longest_listed(section)) {
        warnings.push(format!("{}: {warning}", section.name(option)));
    }
    Ok(key)
}

/// The algorithm whose hash a secret must not be shorter than: the longest of those that
/// are listed. Where none is listed it is HS256, which signs tokens here.
fn longest_listed(section: Section<'_>) -> AlgorithmName {
    for longest in [AlgorithmName::HS512, AlgorithmName::HS384] {
        let mut listed = section.token.algorithms.iter();
        if listed.any(|name| longest.is_spelled(name)) {
            return longest;
        }
    }
    AlgorithmName::HS256
}

/// Checks the last moment of the previous secret.
fn check_end(
    section: Section<'_>,
    end: Option<UnixTime>,
    warnings: &mut Vec<String>,
) -> Result<(), ConfigError> {
    const OPTION: &str = "hmac_previous_secret_key_valid_until";
    let Some(end) = end else { return Ok(()) };
    if section.token.hmac_previous_secret_key.is_none() {
        return Err(section.fault(
            OPTION,
            "found no hmac_previous_secret_key that it could end; give it or remove this",
        ));
    }
    if end < now() {
        warnings.push(format!(
            "{} has passed: no token under that secret is accepted",
            section.name(OPTION)
        ));
    }
    Ok(())
}

/// Why a key was not added: no algorithm takes it, or none of those that are listed.
fn unbound(
    section: Section<'_>,
    option: &str,
    key: &Key,
    error: &KeyError,
    provider: &Provider,
) -> ConfigError {
    if !section.token.algorithms.is_empty()
        && let Ok(fitting) = key.verifiers(provider)
    {
        let names: Vec<&str> = fitting.iter().map(|it| it.algorithm().as_str()).collect();
        return section.fault(
            option,
            format!(
                "found {}, and `{}` lists none of {}; add one or remove this",
                key.material(),
                section.name("algorithms"),
                names.join(", ")
            ),
        );
    }
    section.fault(option, error.to_string())
}

impl Section<'_> {
    /// A secret as a key. Short ones are accepted: the documentation's own example is "secret".
    pub(super) fn secret(self, option: &str, secret: &SecretText) -> Result<Key, ConfigError> {
        match Key::secret(secret.expose().as_bytes()) {
            Ok(key) => Ok(key.allow_short()),
            Err(error) => Err(self.fault(option, error.to_string())),
        }
    }
}
