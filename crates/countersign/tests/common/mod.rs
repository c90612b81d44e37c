//! Shared by the tests: fixed keys, and tokens with any header and payload. They have real
//! signatures, so that a token is only refused for the reason that the test is about.

#![allow(dead_code, unreachable_pub)] // each test binary uses its part

use std::ffi::OsString;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::config::{Config, ConfigError, Format};
use countersign::signature::{KeyMaterial, Secret, Signer};
use countersign::{
    Authenticator, Authority, Code, Connection, Key, Keyring, Rules, Subscription, UnixTime,
    default_provider, generate_key,
};

/// The time at which tokens are checked, unless a test sets another one.
pub const NOW: i64 = 1_700_000_000;
/// A secret long enough for every HMAC.
pub const SECRET: &str = "a secret of the tests, of 64 bytes, long enough for each hash ..";

pub const RSA_PRIVATE: &str = include_str!("../data/rsa2048.pkcs8.pem");
pub const RSA_PUBLIC: &str = include_str!("../data/rsa2048.spki.pem");
pub const P256_PRIVATE: &str = include_str!("../data/p256.pkcs8.pem");
pub const P256_PUBLIC: &str = include_str!("../data/p256.spki.pem");
pub const P384_PRIVATE: &str = include_str!("../data/p384.pkcs8.pem");
pub const P384_PUBLIC: &str = include_str!("../data/p384.spki.pem");
pub const P521_PRIVATE: &str = include_str!("../data/p521.pkcs8.pem");
pub const P521_PUBLIC: &str = include_str!("../data/p521.spki.pem");
pub const ED25519_PRIVATE: &str = include_str!("../data/ed25519.pkcs8.pem");
pub const ED25519_PUBLIC: &str = include_str!("../data/ed25519.spki.pem");

/// All thirteen algorithms.
pub const ALGORITHMS: [&str; 13] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "EdDSA",
];

pub fn now() -> UnixTime {
    UnixTime::from_secs(NOW)
}

pub fn secret() -> Key {
    Key::secret(SECRET.as_bytes()).unwrap()
}

/// The key that signs by an algorithm, and the key that verifies.
pub fn pair(alg: &str) -> (Key, Key) {
    let (private, public) = match alg {
        "HS256" | "HS384" | "HS512" => return (secret(), secret()),
        "ES256" => (P256_PRIVATE, P256_PUBLIC),
        "ES384" => (P384_PRIVATE, P384_PUBLIC),
        "ES512" => (P521_PRIVATE, P521_PUBLIC),
        "EdDSA" => (ED25519_PRIVATE, ED25519_PUBLIC),
        _ => (RSA_PRIVATE, RSA_PUBLIC),
    };
    (
        Key::from_pem(private).unwrap(),
        Key::from_pem(public).unwrap(),
    )
}

/// A second Ed25519 key pair, which no authenticator trusts.
pub fn stranger() -> &'static Key {
    static STRANGER: LazyLock<Key> = LazyLock::new(|| generate_key("EdDSA").unwrap());
    &STRANGER
}

pub fn signer(key: &Key, alg: &str) -> Arc<dyn Signer> {
    key.signer(&default_provider(), Some(alg)).unwrap()
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of these texts, with any signature.
pub fn token(header: &str, payload: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let input = format!("{}.{}", base64url(header), base64url(payload));
    let signature = sign(input.as_bytes());
    format!("{input}.{}", base64url(signature))
}

/// A token of these texts, signed with the algorithm `alg`, whatever the header says.
pub fn signed(key: &Key, alg: &str, header: &str, payload: &str) -> String {
    let signer = signer(key, alg);
    token(header, payload, |input| {
        let mut signature = Vec::new();
        signer.sign(input, &mut signature).unwrap();
        signature
    })
}

/// A token with an HMAC under any bytes, also bytes that [`Key`] refuses as a secret.
pub fn hmac(bytes: &[u8], alg: &str, payload: &str) -> String {
    let secret = KeyMaterial::Secret(Secret::new(bytes).unwrap().allow_short());
    let signer = default_provider()
        .get(alg)
        .unwrap()
        .signer(&secret)
        .unwrap();
    token(&format!(r#"{{"alg":"{alg}"}}"#), payload, |input| {
        let mut signature = Vec::new();
        signer.sign(input, &mut signature).unwrap();
        signature
    })
}

/// An HS256 token under [`SECRET`].
pub fn hs256(payload: &str) -> String {
    hmac(SECRET.as_bytes(), "HS256", payload)
}

pub fn keyring(keys: &[&Key]) -> Keyring {
    keys.iter()
        .fold(Keyring::new(default_provider()), |ring, key| {
            ring.with(key).unwrap()
        })
}

/// An authenticator that trusts these keys and has no other requirements.
pub fn trusting(keys: &[&Key]) -> Authenticator {
    Authenticator::new(Rules::new(Authority::new(keyring(keys))))
}

/// An authenticator with the key [`SECRET`].
pub fn hs256_authenticator() -> Authenticator {
    trusting(&[&secret()])
}

/// Environment variables.
pub fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(k, v)| (k.into(), v.into())).collect()
}

pub fn json(text: &str) -> Result<Config, ConfigError> {
    Config::from_text(text, Format::Json, [])
}

/// An authenticator of a configuration in JSON.
pub fn configured(text: &str) -> Authenticator {
    Authenticator::new(
        json(text)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .ignore_warnings()
            .rules,
    )
}

/// The result for a connection token: the user, or the code.
pub fn connect(authenticator: &Authenticator, token: &str) -> Result<String, Code> {
    let result = authenticator.connection(token, now());
    result
        .map(|it: Connection| it.user().into())
        .map_err(|error| error.code())
}

/// The result for a subscription token: the channel, or the code.
pub fn subscribe(authenticator: &Authenticator, token: &str) -> Result<String, Code> {
    let result = authenticator.subscription(token, now());
    result
        .map(|it: Subscription| it.channel().into())
        .map_err(|error| error.code())
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
