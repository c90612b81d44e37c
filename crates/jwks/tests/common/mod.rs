//! Keys that are made from a number, and a client with a scripted endpoint and a clock that stands
//! still.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)] // each test file uses its own part

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_fetch::Response;
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Jwks, Lookup, Settings};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

pub(crate) const URL: &str = "https://keys.example/jwks.json";
pub(crate) const MESSAGE: &[u8] = b"header.payload";

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An Ed25519 key, a different one for each number.
pub(crate) struct TestKey(Ed25519KeyPair);

pub(crate) fn key(number: u8) -> TestKey {
    TestKey(Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap())
}

impl TestKey {
    pub(crate) fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    pub(crate) fn jwk(&self, kid: &str) -> String {
        format!(
            r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{}"}}"#,
            self.x()
        )
    }

    pub(crate) fn sign(&self) -> Vec<u8> {
        self.0.sign(MESSAGE).as_ref().to_vec()
    }
}

pub(crate) fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// An answer of status 200 with these keys.
pub(crate) fn ok(keys: &[String]) -> Response {
    Response::new(200, set(keys))
}

/// The result of a look-up in one word: `found` if it found exactly `key`.
pub(crate) fn word(lookup: &Lookup, key: &TestKey) -> &'static str {
    match lookup {
        Lookup::Found(keys) => {
            let verifier = keys.for_alg("EdDSA").expect("an Ed25519 key");
            match verifier.verify(MESSAGE, &key.sign()) {
                Ok(()) => "found",
                Err(_) => "another key",
            }
        }
        Lookup::Pending(_) => "pending",
        Lookup::UnknownKey => "unknown",
        Lookup::KidRequired => "kid required",
        Lookup::Unavailable(_) => "unavailable",
    }
}

/// A client, its script and its clock.
pub(crate) struct Bench {
    pub(crate) jwks: Jwks,
    pub(crate) script: ScriptedFetch,
    pub(crate) clock: ManualClock,
}

pub(crate) fn bench() -> Bench {
    bench_with(|_| {})
}

pub(crate) fn bench_with(change: impl FnOnce(&mut Settings)) -> Bench {
    let mut settings = Settings::default();
    change(&mut settings);
    let script = ScriptedFetch::new();
    let clock = ManualClock::at(seconds(1_700_000_000));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .settings(settings)
        .fetch(script.clone())
        .clock(clock.clone())
        .on_demand()
        .build()
        .unwrap();
    Bench {
        jwks,
        script,
        clock,
    }
}

impl Bench {
    /// The answer for a token with this `kid`, signed with this key, after waiting if needed.
    pub(crate) fn resolve(&self, kid: &str, key: &TestKey) -> &'static str {
        word(&self.jwks.resolve(Some(kid)), key)
    }

    /// The same without waiting.
    pub(crate) fn lookup(&self, kid: &str, key: &TestKey) -> &'static str {
        word(&self.jwks.lookup(Some(kid)), key)
    }

    pub(crate) fn advance(&self, by: u64) {
        self.clock.advance(seconds(by));
    }

    /// The result of a look-up of `kid` in the set of this document.
    pub(crate) fn only_document(document: &str) -> Self {
        let bench = bench();
        bench.script.then(Response::new(200, document));
        bench
    }
}
