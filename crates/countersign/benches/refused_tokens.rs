//! What a refused token costs beside an accepted one, for every algorithm, in one run:
//! `cargo bench -p countersign --bench refused_tokens`.
//!
//! An attacker's token must never cost more than a good one.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign::{
    Authenticator, Authority, Issuer, Key, Keyring, Rules, Scratch, default_provider, generate_key,
    now,
};

const TURNS: usize = 60;
const BATCH: u32 = 10;

fn main() {
    println!("time of one verification, and its ratio to that of an accepted token");
    println!(
        "{:<8} {:>12} {:>20} {:>20} {:>20}",
        "alg", "accepted", "wrong signature", "wrong algorithm", "malformed"
    );
    let provider = default_provider();
    for algorithm in provider.iter() {
        let alg = algorithm.name().as_str();
        let key = generate_key(alg).unwrap();
        let public = if key.is_secret() {
            key.clone()
        } else {
            Key::from_jwk(key.public_jwk().unwrap().as_bytes()).unwrap()
        };
        let keyring = Keyring::new(default_provider()).with(&public).unwrap();
        let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));

        let sign = |key: &Key| {
            let issuer = Issuer::builder().key(key.clone()).build().unwrap();
            let token = issuer
                .connection("42")
                .expires_in(Duration::from_secs(3600));
            token.channel("news").sign().unwrap()
        };
        let other = if alg == "EdDSA" { "ES256" } else { "EdDSA" };
        let tokens = [
            sign(&key),
            sign(&generate_key(alg).unwrap()),
            sign(&generate_key(other).unwrap()),
            format!("{}=", sign(&key)),
        ];
        let mut scratch = Scratch::default();
        let mut times = tokens.each_ref().map(|_| Vec::new());
        for _ in 0..TURNS {
            for (token, times) in tokens.iter().zip(&mut times) {
                let start = Instant::now();
                for _ in 0..BATCH {
                    let verdict =
                        authenticator.connection_in(black_box(token), now(), &mut scratch);
                    let _ = black_box(verdict);
                }
                times.push(start.elapsed() / BATCH);
            }
        }
        let [accepted, signature, algorithm, malformed] = times.map(median);
        let beside = |time: Duration| {
            let ratio = time.as_secs_f64() / accepted.as_secs_f64();
            format!("{time:.2?} ({ratio:.3})")
        };
        println!(
            "{alg:<8} {:>12} {:>20} {:>20} {:>20}",
            format!("{accepted:.2?}"),
            beside(signature),
            beside(algorithm),
            beside(malformed)
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
