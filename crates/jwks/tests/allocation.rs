//! A look-up of a key that is held allocates nothing. This file is a program of its own, because it
//! counts with a global allocator.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use allocation_counter::measure;
use common::{bench, key, ok};
use countersign_jwks::Lookup;

#[test]
fn a_look_up_of_a_known_key_allocates_nothing() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    bench.jwks.refresh().unwrap();
    let once = || {
        for kid in ["a", "b"] {
            assert!(matches!(bench.jwks.lookup(Some(kid)), Lookup::Found(_)));
            assert!(matches!(bench.jwks.resolve(Some(kid)), Lookup::Found(_)));
            let unknown = bench.jwks.lookup(Some("c"));
            assert!(matches!(unknown, Lookup::Unavailable(_)));
        }
    };
    // The first look-up of a thread registers the thread as a reader.
    once();
    let cost = measure(once);
    assert_eq!(cost.count_total, 0, "{cost:?}");
}
