//! A client that is made when it is first needed, and not again for each token if it can't be.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod common;

use std::path::PathBuf;

use common::{URL, seconds};
use countersign_fetch::HttpOptions;
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Jwks, LazyJwks};

#[test]
fn a_client_that_cannot_be_made_is_tried_again_after_a_cooldown_and_not_for_each_token() {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lazy-{}.pem", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let clock = ManualClock::at(seconds(1_700_000_000));
    let mut options = HttpOptions::default();
    options.ca_file = Some(path.clone());
    let builder = Jwks::builder(URL, countersign_ring::provider())
        .http(options)
        .clock(clock.clone())
        .on_demand();
    let lazy = LazyJwks::new(builder);
    assert_eq!(lazy.retry_after(), None);
    let missing = lazy.client().unwrap_err();
    assert!(missing.to_string().contains("lazy-"), "{missing}");
    assert_eq!(lazy.retry_after(), Some(seconds(30)));

    // A client that looked at the file now would find another fault.
    std::fs::write(&path, "no certificate").unwrap();
    for _ in 0..29 {
        clock.advance(seconds(1));
        assert_eq!(lazy.client().unwrap_err(), missing);
    }
    assert_eq!(lazy.retry_after(), Some(seconds(1)));
    clock.advance(seconds(1));
    assert_ne!(lazy.client().unwrap_err(), missing);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_client_is_made_once_and_its_algorithms_are_known_before() {
    let lazy = LazyJwks::new(Jwks::builder(URL, countersign_ring::provider()).on_demand());
    assert!(lazy.provider().get("ES256").is_some());
    assert!(
        lazy.provider().get("HS256").is_none(),
        "no secret is published"
    );
    assert!(lazy.started().is_none());
    let made: *const Jwks = lazy.client().unwrap();
    assert_eq!(made, std::ptr::from_ref(lazy.started().unwrap()));
    assert_eq!(made, std::ptr::from_ref(lazy.client().unwrap()));
    assert_eq!(lazy.retry_after(), None);
}
