//! The memory that an endless answer takes. This file is a program of its own, because it counts
//! with a global allocator.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/server.rs"]
mod server;

use std::time::Duration;

use allocation_counter::measure;
use countersign_fetch::{EndpointUrl, FetchErrorKind, HttpFetch, HttpOptions, Request};
use server::Server;

#[test]
fn i5_an_endless_answer_takes_no_more_memory_than_the_limit_on_bodies() {
    const LIMIT: usize = 1024 * 1024;
    let chunk = vec![b' '; 64 * 1024];
    let server = Server::behaving(move |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            out.write_all(&chunk)?;
        }
    });
    let endpoint = EndpointUrl::new(&server.url(), false).unwrap();
    let transport = HttpFetch::new(&HttpOptions::default()).unwrap();
    let request = Request::new(&endpoint, Duration::from_secs(20), LIMIT);
    let mut kind = None;
    let cost = measure(|| kind = request.send(&transport).err().map(|error| error.kind()));
    assert_eq!(kind, Some(FetchErrorKind::TooLarge));
    // The buffer doubles and its content moves; the connection has buffers of its own.
    let most = u64::try_from(4 * LIMIT).unwrap();
    assert!(cost.bytes_max < most, "{cost:?}");
}
