//! A cache between client and endpoint that serves one copy for days, over real sockets.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{key, seconds, set, word};
use countersign_fetch::FetchErrorKind;
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Clock as _, Jwks, Settings};

const START: u64 = 1_700_000_000;
const DAY: u64 = 86_400;

/// A cache that took its copy at the start, sends its age, and never asks the endpoint again.
fn cache(clock: ManualClock) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let body = set(&[key(1).jwk("removed")]);
    let requests = Arc::new(AtomicUsize::new(0));
    let counting = requests.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            counting.fetch_add(1, Ordering::SeqCst);
            let age = clock.now().as_secs() - START;
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nAge: {age}\r\nCache-Control: max-age=604800\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    (url, requests)
}

#[test]
fn j3_a_cache_that_serves_one_copy_for_days_does_not_prolong_the_trust_in_a_removed_key() {
    for allowed in [None, Some(seconds(2 * DAY))] {
        let clock = ManualClock::at(seconds(START));
        let (url, requests) = cache(clock.clone());
        let mut settings = Settings::default();
        // Allows for a loaded machine.
        settings.attempt_timeout = seconds(20);
        settings.total_deadline = seconds(25);
        settings.accept_age_up_to = allowed;
        let bound = settings.removed_key_trusted_at_most();
        let jwks = Jwks::builder(url, countersign_ring::provider())
            .settings(settings)
            .clock(clock.clone())
            .on_demand()
            .build()
            .unwrap();
        // The key was removed right after the cache had taken its copy.
        let mut trusted = seconds(0);
        for _ in 0..4 * DAY / 600 {
            if word(&jwks.resolve(Some("removed")), &key(1)) == "found" {
                trusted = clock.now() - seconds(START);
            }
            clock.advance(seconds(600));
        }
        assert!(trusted <= bound, "{trusted:?} > {bound:?}");
        assert!(trusted + seconds(3600) > bound, "it is as bad as is said");
        let error = jwks.refresh().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::TooOld);
        assert!(error.to_string().contains("`jwks_accept_age_up_to`"));
        assert!(requests.load(Ordering::SeqCst) > 1);
    }
}
