//! Shows which keys of a JWK Set are used, and why the others are not.
//!
//! `cargo run -p countersign-published-keys --example report < jwks.json`

use std::error::Error;
use std::io::{self, Read as _};

use countersign_keys::KeySet;
use countersign_published_keys::PublishedKeys;

fn main() -> Result<(), Box<dyn Error>> {
    let mut document = Vec::new();
    io::stdin().read_to_end(&mut document)?;
    let set = KeySet::from_json(&document)?;
    let keys = PublishedKeys::new(set, &countersign_ring::provider(), false);
    for key in keys.report().keys() {
        let algorithms: Vec<&str> = key.algorithms().iter().map(|name| name.as_str()).collect();
        let verdict = key.skipped().map_or(algorithms.join(" "), str::to_owned);
        println!("{:?}: {verdict}", key.kid().unwrap_or_default());
    }
    Ok(())
}
