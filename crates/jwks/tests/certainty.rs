//! The client says `unknown_key` only if that is certain, whatever tokens strangers show meanwhile.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod common;

use common::{Bench, bench, bench_with, key, ok, seconds, word};
use countersign_jwks::Lookup;

/// The cooldown, in seconds.
const COOLDOWN: u64 = 30;

/// The answer for a token, which its `kid` and a number identify.
fn show(bench: &Bench, kid: &str, number: u32) -> Lookup {
    bench.jwks.resolve_for(Some(kid), &number.to_le_bytes())
}

#[test]
fn j9_ten_thousand_clients_with_a_retired_key_know_within_two_cooldowns() {
    const CLIENTS: u32 = 10_000;
    let bench = bench();
    // This process never held the retired key, as after a restart.
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    // Each client comes at another time, tries again when it is told to, and stops when it has a
    // final answer.
    let mut next: Vec<Option<u64>> = (0..CLIENTS)
        .map(|client| Some(u64::from(client) % COOLDOWN))
        .collect();
    let mut longest = 0;
    for second in 0..=3 * COOLDOWN {
        for (client, at) in (0..CLIENTS).zip(&mut next) {
            if *at != Some(second) {
                continue;
            }
            match show(&bench, "retired", client) {
                Lookup::UnknownKey => {
                    longest = longest.max(second - u64::from(client) % COOLDOWN);
                    *at = None;
                }
                Lookup::Unavailable(unavailable) => {
                    *at = Some(second + unavailable.retry_after().unwrap().as_secs());
                }
                other => panic!("{other:?}"),
            }
        }
        bench.advance(1);
    }
    assert!(next.iter().all(Option::is_none));
    assert!(longest <= 2 * COOLDOWN, "{longest} s");
    assert!(bench.script.requests() <= 4);
}

#[test]
fn j9_a_key_that_was_just_published_is_accepted_within_the_cooldown_whatever_others_send() {
    for pause in [COOLDOWN, 5] {
        let bench = bench_with(|settings| settings.unknown_key_cooldown = Some(seconds(pause)));
        bench.script.then(ok(&[key(1).jwk("a")]));
        assert_eq!(bench.resolve("a", &key(1)), "found");
        bench.script.otherwise(ok(&[key(1).jwk("a")]));
        let mut number = 1_000_000;
        let mut flood = |bench: &Bench| {
            for _ in 0..100 {
                number += 1;
                drop(show(bench, &format!("forged-{number}"), number));
                // Also with the very `kid` that will be published, because it is not a secret.
                drop(show(bench, "new", number));
                drop(bench.jwks.lookup_for(Some("new"), &number.to_le_bytes()));
                drop(bench.jwks.lookup(None));
            }
        };
        // The worst moment: the flood has just caused the fetch that the cooldown allows.
        bench.advance(COOLDOWN);
        flood(&bench);
        let fresh = [key(1).jwk("a"), key(2).jwk("new")];
        bench.script.otherwise(ok(&fresh));
        let mut waited = 0;
        loop {
            flood(&bench);
            let found = show(&bench, "new", 7);
            if word(&found, &key(2)) == "found" {
                break;
            }
            let Lookup::Unavailable(unavailable) = found else {
                panic!("after {waited} s: {found:?}");
            };
            assert_eq!(unavailable.retry_after(), Some(seconds(pause - waited)));
            bench.advance(1);
            waited += 1;
        }
        assert_eq!(waited, pause);
    }
}

#[test]
fn j2_the_key_of_a_token_that_a_flood_pushed_out_of_memory_is_not_called_unknown() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    drop(show(&bench, "b", 0));
    for number in 1..=16_384 {
        drop(show(&bench, "b", number));
    }
    bench.advance(COOLDOWN);
    bench.jwks.refresh().unwrap();
    // The remembered tokens have a final answer; the oldest counts as new again.
    assert!(matches!(show(&bench, "b", 16_384), Lookup::UnknownKey));
    assert!(matches!(show(&bench, "b", 0), Lookup::Unavailable(_)));
    bench.advance(COOLDOWN);
    bench.jwks.refresh().unwrap();
    assert!(matches!(show(&bench, "b", 0), Lookup::UnknownKey));
}

#[test]
fn j9_a_kid_that_was_asked_for_before_its_key_was_published_is_not_called_unknown() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench
        .script
        .otherwise(ok(&[key(1).jwk("a"), key(2).jwk("new")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(COOLDOWN);
    // A caller that causes a fetch gets a certain answer. Then the key is published.
    assert_eq!(bench.resolve("new", &key(2)), "unknown");
    for _ in 0..COOLDOWN {
        assert_eq!(bench.resolve("new", &key(2)), "unavailable");
        assert_eq!(bench.lookup("new", &key(2)), "unavailable");
        bench.advance(1);
    }
    assert_eq!(bench.resolve("new", &key(2)), "found");
}

#[test]
fn j9_ten_thousand_clients_with_a_retired_key_all_know_at_once() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    bench.script.otherwise(ok(&[key(2).jwk("b")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.jwks.refresh().unwrap();
    for client in 0..10_000_u32 {
        let found = bench.jwks.resolve_for(Some("a"), &client.to_le_bytes());
        assert!(matches!(found, Lookup::UnknownKey));
    }
    assert_eq!(bench.script.requests(), 2);
}
