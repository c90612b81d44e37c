//! Shows which keys of a JWK Set are used, and why the others are not.
//!
//! `cargo run -p countersign-published-keys --example report < jwks.json`, or with empty standard
//! input for a built-in set: a good key, a key for encryption, and a key on an unknown curve.

use std::error::Error;
use std::io::{self, Read as _};

use countersign_keys::KeySet;
use countersign_published_keys::PublishedKeys;

const KEYS: &[u8] = br#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"OKP","crv":"Ed25519","kid":"enc","use":"enc",
     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"BP-256","kid":"odd"}
]}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut document = Vec::new();
    io::stdin().read_to_end(&mut document)?;
    if document.is_empty() {
        document.extend_from_slice(KEYS);
    }
    let set = KeySet::from_json(&document)?;
    let keys = PublishedKeys::new(set, &countersign_ring::provider(), false);
    for key in keys.report().keys() {
        let algorithms: Vec<&str> = key.algorithms().iter().map(|name| name.as_str()).collect();
        let verdict = key.skipped().map_or(algorithms.join(" "), str::to_owned);
        println!("{:?}: {verdict}", key.kid().unwrap_or_default());
    }
    Ok(())
}
