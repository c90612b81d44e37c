//! Checks whether a signature would fit the configured secret with a line break more or less. A
//! secret gains one easily if it is read from a file or piped through `echo`.

use countersign::config::{KeyText, TokenConfig};
use countersign::jws::{Scratch, Unverified};
use countersign::signature::KeyMaterial;
use countersign::{Key, Keyring, default_provider};

use crate::tokens::LINE_LIMIT;

/// A hint for a token whose signature fits a secret of these sections except for a line break.
pub(crate) fn hint(token: &str, section: &TokenConfig) -> Option<&'static str> {
    let issuers = section.trusted_issuers.iter();
    let mut sections = [section].into_iter().chain(issuers);
    sections.find_map(|section| hint_in(token, section))
}

fn hint_in(token: &str, section: &TokenConfig) -> Option<&'static str> {
    // If an endpoint is configured, secrets are not used.
    if section.jwks_public_endpoint.is_some() {
        return None;
    }
    for text in [&section.hmac_secret_key, &section.hmac_previous_secret_key] {
        let Some(Ok(key)) = text.as_ref().map(KeyText::secret) else {
            continue;
        };
        let KeyMaterial::Secret(secret) = key.material() else {
            continue;
        };
        let secret = secret.expose();
        if fits(token, &[secret, b"\n"].concat()) || fits(token, &[secret, b"\r\n"].concat()) {
            return Some(
                "the signature fits the configured secret with a line break after it; remove \
                 the line break from the secret where tokens are issued",
            );
        }
        let trimmed = secret.trim_ascii_end();
        if trimmed.len() < secret.len() && fits(token, trimmed) {
            return Some(
                "the signature fits the configured secret without the white space at its end; \
                 remove the white space from the configuration",
            );
        }
    }
    None
}

fn fits(token: &str, secret: &[u8]) -> bool {
    let Ok(key) = Key::secret(secret) else {
        return false;
    };
    let Ok(keyring) = Keyring::new(default_provider()).with(&key.allow_short()) else {
        return false;
    };
    let mut scratch = Scratch::default();
    let parsed = Unverified::parse_within(LINE_LIMIT, token, &mut scratch);
    parsed.is_ok_and(|token| keyring.open(&token, countersign::now()).is_ok())
}
