//! The secrets and public keys in the configuration itself.

use countersign_keys::{Key, KeyError};
use countersign_signature::{AlgorithmName, KeyMaterial, Provider};

use super::section::Section;
use crate::config::error::ConfigError;
use crate::config::secret::KeyText;
use crate::{Keyring, UnixTime, now, short_secret};

/// An option that takes a public key, and the kind of key that it takes.
struct PublicKeyOption<'t> {
    name: &'static str,
    key: &'t Option<KeyText>,
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
        let Some(text) = option.key else { continue };
        let key = text.public_key();
        let key = key.map_err(|error| section.fault(option.name, error.to_string()))?;
        warn_of_key(section, option.name, &key, warnings);
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
            key: &token.rsa_public_key,
            needed: "an RSA key",
            is_needed: |key| matches!(key, KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_)),
        },
        PublicKeyOption {
            name: "ecdsa_public_key",
            key: &token.ecdsa_public_key,
            needed: "an elliptic-curve key",
            is_needed: |key| matches!(key, KeyMaterial::EcPublic(_) | KeyMaterial::EcPrivate(_)),
        },
        PublicKeyOption {
            name: "eddsa_public_key",
            key: &token.eddsa_public_key,
            needed: "an Ed25519 key",
            is_needed: |key| matches!(key, KeyMaterial::OkpPublic(_) | KeyMaterial::OkpPrivate(_)),
        },
    ]
}

fn checked_secret(
    section: Section<'_>,
    option: &str,
    secret: &KeyText,
    warnings: &mut Vec<String>,
) -> Result<Key, ConfigError> {
    let key = section.secret(option, secret)?;
    if let Some(warning) = short_secret(&key, longest_listed(section)) {
        warnings.push(section.warning(option, warning));
    }
    warn_of_key(section, option, &key, warnings);
    Ok(key)
}

fn warn_of_key(section: Section<'_>, option: &str, key: &Key, warnings: &mut Vec<String>) {
    for warning in key.warnings() {
        warnings.push(section.warning(option, warning.to_string()));
    }
}

/// The algorithm with the longest hash among the listed ones: a secret must be at least as long. If
/// none is listed, it is HS256, which signs tokens here.
fn longest_listed(section: Section<'_>) -> AlgorithmName {
    for longest in [AlgorithmName::HS512, AlgorithmName::HS384] {
        let mut listed = section.token.algorithms.iter();
        if listed.any(|name| longest.is_spelled(name)) {
            return longest;
        }
    }
    AlgorithmName::HS256
}

/// Checks until when the previous secret is accepted.
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
            "found this without `hmac_previous_secret_key`; set that option too, or remove this one",
        ));
    }
    if end < now() {
        warnings.push(section.warning(
            OPTION,
            "this time has passed: no token that was signed with this secret is accepted",
        ));
    }
    Ok(())
}

/// Why a key was not added: no algorithm fits it, or no listed one.
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
    /// A secret as a key.
    pub(super) fn secret(self, option: &str, secret: &KeyText) -> Result<Key, ConfigError> {
        let key = secret.secret();
        let key = key.map_err(|error| self.fault(option, error.to_string()))?;
        // A JWK may be any kind of key.
        if matches!(key.material(), KeyMaterial::Secret(_)) {
            return Ok(key);
        }
        Err(self.fault(
            option,
            format!("found {}; this option needs a secret", key.material()),
        ))
    }
}
