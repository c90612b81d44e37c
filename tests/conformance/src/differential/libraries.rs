//! Other people's libraries in Rust, asked the same question.

use std::panic;

use crate::cases::{parts, signature};

/// Whether a library accepts a token under the fixed key of an algorithm; `None` if it does
/// not have the algorithm.
pub(super) type Ask = fn(&str, &str) -> Option<bool>;

pub(super) const LIBRARIES: [(&str, Ask); 2] =
    [("jsonwebtoken", jsonwebtoken), ("jwt-simple", jwt_simple)];

fn pem(alg: &str) -> String {
    let key = parts::key(signature::own_key(alg), false);
    key.public_pem().expect("a public key")
}

fn secret() -> &'static [u8] {
    parts::get("hs.text").expect("a secret")
}

fn jsonwebtoken(alg: &str, token: &str) -> Option<bool> {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    let algorithm: Algorithm = alg.parse().ok()?;
    let key = match alg {
        "HS256" | "HS512" => DecodingKey::from_secret(secret()),
        "ES256" | "ES384" => DecodingKey::from_ec_pem(pem(alg).as_bytes()).ok()?,
        "EdDSA" => DecodingKey::from_ed_pem(pem(alg).as_bytes()).ok()?,
        _ => DecodingKey::from_rsa_pem(pem(alg).as_bytes()).ok()?,
    };
    let mut validation = Validation::new(algorithm);
    // What is expected of tokens here, too: times that are there hold, nothing is required.
    validation.required_spec_claims.clear();
    validation.validate_aud = false;
    validation.validate_nbf = true;
    validation.leeway = 0;
    let asked = panic::catch_unwind(|| {
        decode::<serde_json::Map<String, serde_json::Value>>(token, &key, &validation).is_ok()
    });
    Some(asked.expect("an answer"))
}

fn jwt_simple(alg: &str, token: &str) -> Option<bool> {
    use jwt_simple::prelude::*;
    type Claims = std::collections::BTreeMap<String, serde_json::Value>;
    let options = Some(VerificationOptions {
        time_tolerance: Some(Duration::from_secs(0)),
        ..VerificationOptions::default()
    });
    let pem = |alg: &str| pem(alg);
    Some(match alg {
        "HS256" => HS256Key::from_bytes(secret())
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "HS512" => HS512Key::from_bytes(secret())
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "RS256" => RS256PublicKey::from_pem(&pem(alg))
            .ok()?
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "PS256" => PS256PublicKey::from_pem(&pem(alg))
            .ok()?
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "ES256" => ES256PublicKey::from_pem(&pem(alg))
            .ok()?
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "ES384" => ES384PublicKey::from_pem(&pem(alg))
            .ok()?
            .verify_token::<Claims>(token, options)
            .is_ok(),
        "EdDSA" => Ed25519PublicKey::from_pem(&pem(alg))
            .ok()?
            .verify_token::<Claims>(token, options)
            .is_ok(),
        _ => return None,
    })
}
