//! Measures reading a JWK Set of 100 keys with all checks, compared with the work that every
//! reader must do: `serde_json` for the same text, base64, and the backend's import of the same
//! keys.
//!
//! `cargo bench -p countersign-keys --bench jwk_set`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

use core::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_keys::{Key, KeySet};
use countersign_signature::Provider;
use serde::Deserialize;

const KEYS: usize = 100;
const ROUNDS: u32 = 60;

/// The members of a public JWK, for a reader without checks.
#[derive(Deserialize)]
struct Jwk<'a> {
    kty: &'a str,
    kid: &'a str,
    alg: &'a str,
    r#use: &'a str,
    n: Option<&'a str>,
    e: Option<&'a str>,
    x: Option<&'a str>,
    y: Option<&'a str>,
}

#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: Vec<Jwk<'a>>,
}

fn main() {
    let providers = [
        ("ring", countersign_ring::provider()),
        ("rustcrypto", countersign_rustcrypto::provider()),
    ];
    println!("microseconds for {KEYS} keys, the least of {ROUNDS} rounds");
    println!(
        "{:<22} {:>8} {:>8} {:>8} {:>6}",
        "", "serde", "import", "ours", "ratio"
    );
    for (file, alg) in [
        ("rsa2048.spki", "RS256"),
        ("p256.spki", "ES256"),
        ("p384.spki", "ES384"),
        ("ed25519.spki", "EdDSA"),
    ] {
        let key = key(file);
        let text = set_of(&key, alg);
        for (name, provider) in &providers {
            report(&format!("{alg} over {name}"), &text, &key, alg, provider);
        }
    }
}

fn key(file: &str) -> Key {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
    let pem = std::fs::read_to_string(format!("{folder}{file}.pem")).unwrap();
    Key::from_pem(&pem).unwrap()
}

/// The same key with a hundred different `kid`s.
fn set_of(key: &Key, alg: &str) -> String {
    let jwks = (0..KEYS).map(|number| {
        let key = key.clone().with_algorithm(alg).with_use("sig");
        key.with_kid(format!("2027-{number}")).to_jwk().unwrap()
    });
    format!("{{\"keys\":[{}]}}", jwks.collect::<Vec<_>>().join(","))
}

fn report(name: &str, text: &str, key: &Key, alg: &str, provider: &Provider) {
    let algorithm = provider.get(alg).unwrap();
    let serde = least(|| {
        let set: Set<'_> = serde_json::from_str(text).unwrap();
        for jwk in set.keys {
            black_box((jwk.kty, jwk.kid, jwk.alg, jwk.r#use));
            for number in [jwk.n, jwk.e, jwk.x, jwk.y].into_iter().flatten() {
                black_box(URL_SAFE_NO_PAD.decode(number).unwrap());
            }
        }
    });
    let import = least(|| {
        for _ in 0..KEYS {
            black_box(algorithm.verifier(key.material()).unwrap());
        }
    });
    let ours = least(|| {
        for key in KeySet::from_json(text.as_bytes()).unwrap().keys() {
            black_box(key.verifiers(provider).unwrap());
        }
    });
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "{name:<22} {:>8.1} {:>8.1} {:>8.1} {:>6.2}",
        micros(serde),
        micros(import),
        micros(ours),
        ours.as_secs_f64() / (serde + import).as_secs_f64(),
    );
}

fn least(mut work: impl FnMut()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap()
}
