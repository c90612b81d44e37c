//! Other libraries in Rust, with the same tokens.

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
    use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    // In a build of the whole workspace, jsonwebtoken has a second provider, for the benchmarks,
    // and panics until one is chosen. Later calls fail because it is installed already; ignore
    // that.
    let _ = DEFAULT_PROVIDER.install_default();
    let algorithm: Algorithm = alg.parse().ok()?;
    let key = match alg {
        "HS256" | "HS384" | "HS512" => DecodingKey::from_secret(secret()),
        "ES256" | "ES384" => DecodingKey::from_ec_pem(pem(alg).as_bytes()).ok()?,
        "EdDSA" => DecodingKey::from_ed_pem(pem(alg).as_bytes()).ok()?,
        _ => DecodingKey::from_rsa_pem(pem(alg).as_bytes()).ok()?,
    };
    let mut validation = Validation::new(algorithm);
    // The same rules as ours: times are checked if present, and no claim is required.
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
    // Each algorithm has its own type, with the same methods.
    macro_rules! is_good {
        ($key:expr) => {
            $key.verify_token::<Claims>(token, options).is_ok()
        };
    }
    Some(match alg {
        "HS256" => is_good!(HS256Key::from_bytes(secret())),
        "HS384" => is_good!(HS384Key::from_bytes(secret())),
        "HS512" => is_good!(HS512Key::from_bytes(secret())),
        "RS256" => is_good!(RS256PublicKey::from_pem(&pem(alg)).ok()?),
        "RS384" => is_good!(RS384PublicKey::from_pem(&pem(alg)).ok()?),
        "RS512" => is_good!(RS512PublicKey::from_pem(&pem(alg)).ok()?),
        "PS256" => is_good!(PS256PublicKey::from_pem(&pem(alg)).ok()?),
        "PS384" => is_good!(PS384PublicKey::from_pem(&pem(alg)).ok()?),
        "PS512" => is_good!(PS512PublicKey::from_pem(&pem(alg)).ok()?),
        "ES256" => is_good!(ES256PublicKey::from_pem(&pem(alg)).ok()?),
        "ES384" => is_good!(ES384PublicKey::from_pem(&pem(alg)).ok()?),
        "EdDSA" => is_good!(Ed25519PublicKey::from_pem(&pem(alg)).ok()?),
        _ => return None,
    })
}
