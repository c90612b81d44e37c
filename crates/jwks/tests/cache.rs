//! Which keys are trusted, for how long, and how often the endpoint is asked: rows J of the attack
//! catalogue, with a scripted endpoint and a clock that the test moves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{bench, bench_with, key, ok, seconds, set};
use countersign_fetch::{FetchErrorKind, Response};
use countersign_jwks::Lookup;

const HOUR: u64 = 3600;

#[test]
fn j1_ten_thousand_unknown_kids_make_at_most_two_requests() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(31);
    for number in 0..10_000 {
        let kid = format!("unknown-{number}");
        // One token was shown before the second fetch began, so its key is certainly unknown.
        let expected = if number == 0 {
            "unknown"
        } else {
            "unavailable"
        };
        assert_eq!(bench.resolve(&kid, &key(1)), expected);
    }
    assert_eq!(bench.script.requests(), 2);
    let counters = bench.jwks.counters();
    assert_eq!(counters.unknown_kids, 10_000);
    assert_eq!(counters.fetches, [("ok", 2)]);
}

#[test]
fn j1_unknown_kids_make_one_request_a_cooldown_also_when_it_fails() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.otherwise(Response::new(404, ""));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    for minute in 1..=10 {
        bench.advance(60);
        for number in 0..100 {
            assert_eq!(bench.resolve(&format!("{number}"), &key(1)), "unavailable");
        }
        assert_eq!(bench.script.requests(), 1 + minute);
        assert_eq!(bench.resolve("a", &key(1)), "found");
    }
}

#[test]
fn j2_a_hundred_thousand_unknown_kids_leave_nothing_behind() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let before = format!("{:?}", bench.jwks).len();
    for number in 0..100_000 {
        let found = bench.lookup(&format!("{number}"), &key(1));
        assert_eq!(found, "unavailable");
    }
    // The counters show the whole state of the client: it keeps nothing about an unknown `kid`.
    let after = format!("{:?}", bench.jwks);
    assert!(after.len() < before + 64, "{after}");
}

#[test]
fn j3_a_removed_key_is_refused_after_the_hour_even_if_used_every_second() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    bench.script.otherwise(ok(&[key(2).jwk("b")]));
    for _ in 0..HOUR {
        assert_eq!(bench.resolve("a", &key(1)), "found");
        bench.advance(1);
    }
    assert_eq!(bench.resolve("a", &key(1)), "unknown");
    assert_eq!(bench.resolve("b", &key(2)), "found");
    assert_eq!(bench.script.requests(), 2);
}

#[test]
fn j3_a_background_refresh_drops_a_removed_key_ahead_of_the_hour() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    bench.script.otherwise(ok(&[key(2).jwk("b")]));
    let mut next = bench.jwks.drive();
    assert_eq!(bench.lookup("a", &key(1)), "found");
    assert!(next >= seconds(HOUR - 300) && next <= seconds(HOUR - 150));
    bench.clock.advance(next);
    next = bench.jwks.drive();
    assert_eq!(bench.lookup("a", &key(1)), "unknown");
    assert!(next >= seconds(HOUR - 300));
    assert_eq!(bench.script.requests(), 2);
}

#[test]
fn j4_an_outage_after_a_good_fetch_verifies_until_the_stale_limit_and_not_a_second_longer() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.otherwise(Response::new(500, ""));
    for second in 0..2 * HOUR {
        assert_eq!(bench.resolve("a", &key(1)), "found", "second {second}");
        bench.advance(1);
    }
    for second in 0..120 {
        assert_eq!(
            bench.resolve("a", &key(1)),
            "unavailable",
            "second {second}"
        );
        bench.advance(1);
    }
    // From the hour on, at most one fetch of two attempts in each cooldown, and every other one if
    // no thread fetches in the background. Without keys, one a second.
    let requests = bench.script.requests() as u64;
    assert!(
        (1 + HOUR / 30..=1 + 2 * HOUR / 30 + 2 * 121).contains(&requests),
        "{requests}"
    );
    let counters = bench.jwks.counters();
    assert_eq!(counters.stale_hits, HOUR);
    assert_eq!(counters.age, Some(seconds(2 * HOUR + 120)));

    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    bench.advance(30);
    assert_eq!(bench.resolve("a", &key(1)), "found");
}

#[test]
fn j4_without_a_stale_limit_an_outage_ends_the_set_with_its_hour() {
    let bench = bench_with(|settings| settings.stale_if_error = seconds(0));
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.otherwise_fail(FetchErrorKind::Timeout);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(HOUR - 1);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(1);
    assert_eq!(bench.resolve("a", &key(1)), "unavailable");
}

#[test]
fn j6_a_thousand_threads_asking_at_once_make_one_request() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    let asking = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| {
                asking.fetch_add(1, Ordering::SeqCst);
                assert_eq!(bench.resolve("a", &key(1)), "found");
            });
        }
        while asking.load(Ordering::SeqCst) < 1000 {
            thread::yield_now();
        }
        bench.script.release();
    });
    assert_eq!(bench.script.requests(), 1);
}

#[test]
fn j6_if_the_fetch_of_a_caller_fails_the_others_get_the_error() {
    let bench = bench();
    for _ in 0..2 {
        bench.script.then_panic();
    }
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    thread::scope(|scope| {
        let first = scope.spawn(|| bench.resolve("a", &key(1)));
        bench.script.wait_for(1);
        let others: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| bench.resolve("a", &key(1))))
            .collect();
        while bench.jwks.counters().waiters < 50 {
            thread::yield_now();
        }
        bench.script.release();
        assert_eq!(first.join().unwrap(), "unavailable");
        for other in others {
            assert_eq!(other.join().unwrap(), "unavailable");
        }
    });
    bench.advance(30);
    assert_eq!(bench.resolve("a", &key(1)), "found");
}

#[test]
fn j7_garbage_or_an_empty_set_never_evicts_good_keys() {
    for garbage in [
        r#"{"keys":[]}"#,
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        "{}",
        "",
        "null",
        "[]",
        "<html></html>",
        r#"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#,
        r#"{"keys":[{"kty":"RSA"}]}"#,
        // A `kid` that no token can have.
        &set(&[key(1).jwk(&"k".repeat(257))]),
    ] {
        let bench = bench();
        bench.script.then(ok(&[key(1).jwk("a")]));
        bench.script.otherwise(Response::new(200, garbage));
        assert_eq!(bench.resolve("a", &key(1)), "found");
        assert!(bench.jwks.refresh().is_err(), "{garbage}");
        assert_eq!(bench.lookup("a", &key(1)), "found", "{garbage}");
        bench.advance(2 * HOUR - 1);
        assert_eq!(bench.resolve("a", &key(1)), "found", "{garbage}");
        bench.advance(1);
        assert_eq!(bench.resolve("a", &key(1)), "unavailable", "{garbage}");
    }
}

#[test]
fn j8_new_material_under_an_old_kid_replaces_it() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.then(ok(&[key(2).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(HOUR);
    assert_eq!(bench.resolve("a", &key(1)), "another key");
    assert_eq!(bench.resolve("a", &key(2)), "found");
}

#[test]
fn j9_a_rotated_key_is_accepted_within_one_cooldown() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench
        .script
        .otherwise(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let mut waited = 0;
    while bench.resolve("b", &key(2)) != "found" {
        bench.advance(1);
        waited += 1;
    }
    assert_eq!(waited, 30);

    // Long after the last fetch, no caller has to wait.
    let bench = common::bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench
        .script
        .otherwise(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(60);
    assert_eq!(bench.resolve("b", &key(2)), "found");
}

#[test]
fn j10_max_age_shortens_the_hour_of_a_set() {
    let bench = bench();
    let answer = ok(&[key(1).jwk("a")]).with_header("Cache-Control", "public, max-age=120");
    bench.script.then(answer);
    bench.script.otherwise(ok(&[key(2).jwk("b")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(119);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(1);
    assert_eq!(bench.resolve("a", &key(1)), "unknown");
}

#[test]
fn j10_the_age_in_a_cache_does_not_lengthen_the_trust_in_a_removed_key() {
    for (control, age) in [
        ("", 0),
        ("", 1800),
        ("max-age=604800", 1800),
        ("max-age=604800", 3540),
        ("max-age=3000", 600),
    ] {
        for stale in [0, HOUR] {
            let bench = bench_with(|settings| settings.stale_if_error = seconds(stale));
            let answer = ok(&[key(1).jwk("a")])
                .with_header("Cache-Control", control)
                .with_header("Age", age.to_string());
            // Fetched right after the key was removed, but the cache took its copy `age` seconds
            // earlier.
            bench.script.then(answer);
            bench.script.otherwise(Response::new(500, ""));
            let bound = bench.jwks.settings().removed_key_trusted_at_most();
            assert_eq!(bound, seconds(HOUR + stale));
            assert_eq!(bench.resolve("a", &key(1)), "found");
            let mut trusted = age;
            while bench.resolve("a", &key(1)) == "found" {
                bench.advance(30);
                trusted += 30;
            }
            assert!(seconds(trusted) <= bound, "{control:?}, Age: {age}");
        }
    }
}

#[test]
fn with_the_least_life_a_refresh_is_due_before_it_ends() {
    let bench = bench_with(|settings| settings.time_to_live = seconds(60));
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    let mut next = bench.jwks.drive();
    for round in 1..10 {
        assert_eq!(bench.script.requests(), round);
        bench.clock.advance(next);
        assert_eq!(bench.lookup("a", &key(1)), "found");
        next = bench.jwks.drive();
    }
}

#[test]
fn j12_readers_see_one_whole_set_or_the_other_while_it_is_exchanged() {
    let bench = bench();
    let one = ok(&[key(1).jwk("a"), key(1).jwk("b")]);
    let other = ok(&[key(2).jwk("a"), key(2).jwk("b")]);
    for _ in 0..10 {
        bench.script.then(one.clone());
        bench.script.then(other.clone());
    }
    bench.jwks.refresh().unwrap();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while done.load(Ordering::Relaxed) == 0 {
                    let found = bench.jwks.lookup(Some("a"));
                    let (one, other) =
                        (common::word(&found, &key(1)), common::word(&found, &key(2)));
                    assert!(matches!(
                        (one, other),
                        ("found", "another key") | ("another key", "found")
                    ));
                }
            });
        }
        for _ in 1..20 {
            bench.jwks.refresh().unwrap();
        }
        done.store(1, Ordering::Relaxed);
    });
}

#[test]
fn j13_a_token_with_a_known_key_or_without_kid_makes_no_request() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(60);
    for _ in 0..100 {
        assert_eq!(bench.resolve("a", &key(1)), "found");
        assert!(matches!(bench.jwks.resolve(None), Lookup::KidRequired));
    }
    assert_eq!(bench.script.requests(), 1);
}

#[test]
fn j14_waiting_callers_are_bounded_in_number_while_the_endpoint_hangs() {
    let bench = bench_with(|settings| settings.waiter_limit = 10);
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    thread::scope(|scope| {
        let leader = scope.spawn(|| bench.resolve("a", &key(1)));
        bench.script.wait_for(1);
        let waiters: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| bench.resolve("a", &key(1))))
            .collect();
        while bench.jwks.counters().waiters < 10 {
            thread::yield_now();
        }
        for _ in 0..10_000 {
            let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
                panic!("it must not wait");
            };
            assert_eq!(
                error.fetch_error().unwrap().kind(),
                FetchErrorKind::TooManyWaiting
            );
        }
        bench.script.release();
        assert_eq!(leader.join().unwrap(), "found");
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), "found");
        }
    });
    assert_eq!(bench.jwks.counters().waiters, 0);
}

#[test]
fn j14_a_waiting_caller_waits_no_longer_than_the_total_deadline() {
    let bench = bench_with(|settings| {
        settings.attempt_timeout = seconds(0) + std::time::Duration::from_millis(20);
        settings.total_deadline = std::time::Duration::from_millis(50);
    });
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    thread::scope(|scope| {
        let leader = scope.spawn(|| bench.resolve("a", &key(1)));
        bench.script.wait_for(1);
        let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
            panic!("the endpoint hangs");
        };
        assert_eq!(error.fetch_error().unwrap().kind(), FetchErrorKind::Timeout);
        bench.script.release();
        assert_eq!(leader.join().unwrap(), "found");
    });
}

#[test]
fn a_server_error_is_retried_once_and_a_client_error_is_not() {
    for (status, requests) in [
        (500, 2),
        (503, 2),
        (400, 1),
        (404, 1),
        (429, 1),
        (204, 1),
        (206, 1),
        (302, 1),
        (304, 1),
    ] {
        let bench = bench();
        bench
            .script
            .otherwise(Response::new(status, set(&[key(1).jwk("a")])));
        assert_eq!(bench.resolve("a", &key(1)), "unavailable", "{status}");
        assert_eq!(bench.script.requests(), requests, "{status}");
    }
    let bench = bench();
    bench.script.then_fail(FetchErrorKind::Timeout);
    bench.script.then(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert_eq!(bench.jwks.counters().fetches, [("ok", 1), ("timeout", 1)]);
}

#[test]
fn an_etag_makes_the_next_request_conditional_and_304_renews_the_hour() {
    let bench = bench();
    bench
        .script
        .then(ok(&[key(1).jwk("a")]).with_header("ETag", "\"v1\""));
    bench.script.then(Response::new(304, ""));
    bench.script.otherwise(Response::new(500, ""));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(HOUR - 1);
    bench.jwks.refresh().unwrap();
    bench.advance(HOUR - 1);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert_eq!(bench.script.requests(), 2);
    let etags: Vec<_> = bench
        .script
        .asked()
        .into_iter()
        .map(|asked| asked.etag)
        .collect();
    assert_eq!(etags, [None, Some("\"v1\"".into())]);
}

#[test]
fn an_etag_that_cannot_be_sent_makes_no_conditional_request() {
    for etag in ["", "\"a b\"", "\"\r\nx: y\"", &"x".repeat(300)] {
        let bench = bench();
        bench
            .script
            .otherwise(ok(&[key(1).jwk("a")]).with_header("ETag", etag));
        bench.jwks.refresh().unwrap();
        bench.jwks.refresh().unwrap();
        assert_eq!(bench.script.asked()[1].etag, None, "{etag:?}");
    }
}

#[test]
fn i12_a_panic_in_the_transport_is_an_error_of_that_fetch_alone() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.then_panic();
    bench.script.then_panic();
    bench.script.otherwise(ok(&[key(2).jwk("b")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let error = bench.jwks.refresh().unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Panicked);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.jwks.refresh().unwrap();
    assert_eq!(bench.resolve("b", &key(2)), "found");
}

#[test]
fn an_attempt_never_gets_more_time_than_is_left_of_the_total_deadline() {
    let bench = bench_with(|settings| {
        settings.attempt_timeout = seconds(2);
        settings.total_deadline = seconds(3);
        settings.retries = 5;
    });
    #[derive(Debug)]
    struct Slow(
        countersign_jwks::testing::ManualClock,
        countersign_fetch::testing::ScriptedFetch,
    );
    impl countersign_fetch::Fetch for Slow {
        fn fetch(
            &self,
            request: &countersign_fetch::Request<'_>,
        ) -> Result<Response, countersign_fetch::FetchError> {
            self.0.advance(request.timeout());
            self.1.fetch(request)
        }
    }
    bench.script.otherwise_fail(FetchErrorKind::Timeout);
    let jwks = countersign_jwks::Jwks::builder(common::URL, countersign_ring::provider())
        .settings(bench.jwks.settings().clone())
        .clock(bench.clock.clone())
        .fetch(Slow(bench.clock.clone(), bench.script.clone()))
        .on_demand()
        .build()
        .unwrap();
    assert!(jwks.refresh().is_err());
    let given: Vec<_> = bench
        .script
        .asked()
        .iter()
        .map(|asked| asked.timeout)
        .collect();
    assert_eq!(given, [seconds(2), seconds(1)]);
}

#[test]
fn j1_a_key_is_unknown_if_a_fetch_after_the_token_was_shown_lacks_it() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let lookup = |token: &[u8]| bench.jwks.resolve_for(Some("b"), token);
    // The cooldown forbids a fetch: the key may be newer than the set.
    for _ in 0..2 {
        let Lookup::Unavailable(unavailable) = lookup(b"one") else {
            panic!("it may be newer");
        };
        assert_eq!(unavailable.retry_after(), Some(seconds(30)));
        assert!(unavailable.fetch_error().is_none());
    }
    bench.advance(30);
    assert!(matches!(lookup(b"one"), Lookup::UnknownKey));
    // Another token with the same `kid` that was never shown before.
    assert!(matches!(lookup(b"two"), Lookup::Unavailable(_)));
    assert!(matches!(lookup(b"one"), Lookup::UnknownKey));
    assert_eq!(bench.script.requests(), 2);
}

#[test]
fn j9_forged_tokens_do_not_make_a_freshly_published_key_unknown() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench
        .script
        .otherwise(ok(&[key(1).jwk("a"), key(2).jwk("new")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(30);
    // An attacker uses up the fetch that the cooldown allows; then the key is published.
    assert_eq!(bench.resolve("forged", &key(1)), "unknown");
    for second in 0..30 {
        let found = bench.jwks.resolve_for(Some("new"), &[second]);
        assert!(matches!(found, Lookup::Unavailable(_)), "{second}");
        bench.advance(1);
    }
    assert_eq!(bench.resolve("new", &key(2)), "found");
}

#[test]
fn an_unused_client_fetches_nothing_until_it_is_used() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(2 * HOUR);
    bench.jwks.drive();
    assert_eq!(bench.script.requests(), 2);
    bench.advance(HOUR);
    bench.jwks.drive();
    assert_eq!(bench.script.requests(), 2);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert_eq!(bench.script.requests(), 3);
}
