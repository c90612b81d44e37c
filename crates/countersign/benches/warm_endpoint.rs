//! What it costs to verify by a key from an endpoint that is held already, as a ratio
//! to the same key held statically. Both are measured in turns in one run:
//! `cargo bench -p countersign --bench warm_endpoint`.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign::fetch::Response;
use countersign::fetch::testing::ScriptedFetch;
use countersign::jwks::Jwks;
use countersign::{
    Authenticator, Authority, Issuer, Key, KeySource, Keyring, Rules, Scratch, default_provider,
    generate_key, now,
};

/// Turns, and verifications in each: enough that a pause of the machine is one turn of many.
const TURNS: usize = 200;
const BATCH: u32 = 20;

fn main() {
    println!(
        "a connection token, verified by a key from a warm endpoint and by the same key held statically"
    );
    println!(
        "{:<8} {:>12} {:>12} {:>8}",
        "alg", "static", "endpoint", "ratio"
    );
    for alg in ["EdDSA", "ES256", "RS256"] {
        let key = generate_key(alg).unwrap().with_kid("k");
        let public = Key::from_jwk(key.public_jwk().unwrap().as_bytes()).unwrap();

        let script = ScriptedFetch::new();
        script.otherwise(Response::new(
            200,
            format!(r#"{{"keys":[{}]}}"#, public.public_jwk().unwrap()),
        ));
        let jwks = Jwks::builder("https://keys.example/", default_provider())
            .fetch(script)
            .build()
            .unwrap();
        jwks.refresh().unwrap();

        let keyring = Keyring::new(default_provider()).with(&public).unwrap();
        let authenticator = |keys: KeySource| Authenticator::new(Rules::new(Authority::new(keys)));
        let held = authenticator(keyring.into());
        let published = authenticator(jwks.into());

        let issuer = Issuer::builder().key(key.clone()).build().unwrap();
        let token = issuer
            .connection("42")
            .expires_in(Duration::from_secs(3600))
            .channel("news")
            .sign()
            .unwrap();
        let mut scratch = Scratch::default();
        let mut turn = |authenticator: &Authenticator| {
            let start = Instant::now();
            for _ in 0..BATCH {
                let accepted = authenticator.connection_in(black_box(&token), now(), &mut scratch);
                black_box(accepted.unwrap());
            }
            start.elapsed() / BATCH
        };
        let (mut statics, mut endpoints) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            statics.push(turn(&held));
            endpoints.push(turn(&published));
        }
        let (statics, endpoints) = (median(statics), median(endpoints));
        let ratio = endpoints.as_secs_f64() / statics.as_secs_f64();
        println!("{alg:<8} {statics:>12.2?} {endpoints:>12.2?} {ratio:>8.3}");
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
