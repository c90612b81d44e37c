//! The measured token, its keys, and the struct into which a user would read it.

use core::time::Duration;

use countersign::signature::{AlgorithmName, KeyMaterial};
use countersign::{Key, UnixTime};
use countersign_test_backends::keys;
use serde::{Deserialize, Serialize};

/// A typical payload of a connection token. The token has 207 characters.
pub(crate) const PAYLOAD: &str = r#"{"sub":"42","exp":4102444800,"iat":1700000000,"info":{"name":"Alexander"},"channels":["news"]}"#;

/// The claims of [`PAYLOAD`].
pub(crate) const SUB: &str = "42";
pub(crate) const EXP: i64 = 4_102_444_800;
pub(crate) const IAT: i64 = 1_700_000_000;

/// A user's own claims.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) info: Info,
    pub(crate) channels: Vec<String>,
}

/// What the application says about a connection.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Info {
    pub(crate) name: String,
}

impl Claims {
    pub(crate) fn new() -> Self {
        serde_json::from_str(PAYLOAD).unwrap()
    }
}

/// The secret of the three HMAC algorithms.
pub(crate) fn secret() -> Vec<u8> {
    let KeyMaterial::Secret(secret) = keys::signing(AlgorithmName::HS256) else {
        panic!("HS256 has a secret");
    };
    secret.expose().to_vec()
}

pub(crate) fn signing_key(name: AlgorithmName) -> Key {
    Key::new(keys::signing(name)).unwrap()
}

pub(crate) fn verifying_key(name: AlgorithmName) -> Key {
    Key::new(keys::verifying(name)).unwrap()
}

/// [`PAYLOAD`], signed.
pub(crate) fn token(name: AlgorithmName) -> String {
    token_with(name, &format!(r#"{{"alg":"{name}","typ":"JWT"}}"#))
}

/// [`PAYLOAD`] with the given header, signed.
pub(crate) fn token_with(name: AlgorithmName, header: &str) -> String {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let input = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(PAYLOAD.as_bytes())
    );
    let signature = countersign_test_backends::sign(name, input.as_bytes());
    format!("{input}.{}", encode(&signature))
}

/// A time at which the token is valid.
pub(crate) fn now() -> UnixTime {
    UnixTime::from_secs(IAT).saturating_add(Duration::from_secs(60))
}
