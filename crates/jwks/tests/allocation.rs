//! What a look-up costs whose key is held, and what an endless answer may cost. This file is a program of its own: it counts
//! with a global allocator.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;
#[path = "common/server.rs"]
mod server;

use std::time::Duration;

use allocation_counter::measure;
use common::{bench, key, ok};
use countersign_jwks::{FetchErrorKind, Jwks, Lookup, Settings};
use server::Server;

#[test]
fn a_look_up_whose_key_is_held_allocates_nothing() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    bench.jwks.refresh().unwrap();
    let once = || {
        for kid in ["a", "b"] {
            assert!(matches!(bench.jwks.lookup(Some(kid)), Lookup::Found(_)));
            assert!(matches!(bench.jwks.resolve(Some(kid)), Lookup::Found(_)));
            assert!(matches!(bench.jwks.lookup(Some("c")), Lookup::UnknownKey));
        }
    };
    // The first look-up of a thread takes its place among the readers.
    once();
    let cost = measure(once);
    assert_eq!(cost.count_total, 0, "{cost:?}");
}

#[test]
fn i5_an_endless_answer_takes_no_more_memory_than_the_cap_on_bodies_needs() {
    const LIMIT: usize = 1024 * 1024;
    let chunk = vec![b' '; 64 * 1024];
    let server = Server::behaving(move |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            out.write_all(&chunk)?;
        }
    });
    let mut settings = Settings::default();
    settings.body_limit = LIMIT;
    settings.attempt_timeout = Duration::from_secs(20);
    settings.total_deadline = Duration::from_secs(40);
    let jwks = Jwks::builder(server.url(), countersign_ring::provider())
        .settings(settings)
        .build()
        .unwrap();
    let mut kind = None;
    let cost = measure(|| kind = jwks.refresh().err().map(|error| error.kind()));
    assert_eq!(kind, Some(FetchErrorKind::TooLarge));
    // A buffer that grows by doubling, while its content moves; and the connection's own.
    let most = u64::try_from(4 * LIMIT).unwrap();
    assert!(cost.bytes_max < most, "{cost:?}");
}
