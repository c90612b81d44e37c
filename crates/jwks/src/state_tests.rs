//! The state machine, row by row: every state with every event, and every boundary.

#![allow(clippy::arithmetic_side_effects)]

use std::sync::LazyLock;

use countersign_keys::KeySet;
use countersign_signature::Provider;

use super::*;

const COOLDOWN: u64 = 30;
const HOUR: u64 = 3600;
/// When the first set was asked for.
const START: u64 = 1_000_000;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(START + seconds)
}

fn settings() -> Settings {
    Settings::default()
}

static PROVIDER: LazyLock<Provider> = LazyLock::new(countersign_ring::provider);

fn document(kids: &[&str]) -> KeySet {
    // RFC 8037 appendix A.1
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let jwk = |kid| format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}"#);
    let jwks: Vec<_> = kids.iter().map(jwk).collect();
    KeySet::from_json(format!(r#"{{"keys":[{}]}}"#, jwks.join(",")).as_bytes()).unwrap()
}

/// A set of one key under these names.
fn held(kids: &[&str], fetched_at: Duration) -> Held {
    Held {
        set: Arc::new(PublishedKeys::new(document(kids), &PROVIDER, false)),
        kept: None,
        discovered: None,
        etag: None,
        fetched_at,
        life: Duration::from_secs(HOUR),
        confirmed_by: 0,
    }
}

fn loaded(kids: &[&str], fetched_at: Duration) -> Outcome {
    Outcome::Loaded {
        held: held(kids, fetched_at),
        spread: 0,
    }
}

fn failure() -> Outcome {
    Outcome::Failed {
        error: FetchError::new(FetchErrorKind::Timeout, "slow"),
        pause: None,
        rejected: None,
    }
}

/// The state after a whole fetch at `now`, which takes no time.
fn fetch(state: &State, outcome: Outcome, now: Duration) -> State {
    let state = state
        .next(Event::Wanted { forced: false }, now, &settings())
        .expect("a fetch may begin");
    let number = state.in_flight().unwrap();
    state
        .next(Event::Ended { number, outcome }, now, &settings())
        .expect("the fetch is under way")
}

/// The answer in one word.
fn answer(state: &State, kid: &str, now: Duration) -> &'static str {
    match state.look_up(Some(kid), now, &settings()) {
        Answer::Found {
            is_stale: false, ..
        } => "found",
        Answer::Found { is_stale: true, .. } => "stale",
        Answer::KidRequired => "kid required",
        Answer::Pending => "pending",
        Answer::Missing {
            is_retired: true, ..
        } => "retired",
        Answer::Missing { error: None, .. } => "missing",
        Answer::Missing { error: Some(_), .. } | Answer::Unavailable { .. } => "unavailable",
    }
}

fn may_start(state: &State, now: Duration) -> bool {
    state
        .next(Event::Wanted { forced: false }, now, &settings())
        .is_some()
}

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    let never = State::new();
    let in_flight = never
        .next(Event::Wanted { forced: false }, at(0), &settings())
        .unwrap();
    let succeeded = fetch(&never, loaded(&["a"], at(0)), at(0));
    let failed = fetch(&never, failure(), at(0));
    let ends_with = |outcome| Event::Ended { number: 1, outcome };

    // For each state, soon after START: is there a next state after each event?
    for (name, state, restored, wanted, forced, ends) in [
        ("never", &never, true, true, true, false),
        ("in flight", &in_flight, false, false, false, true),
        ("succeeded", &succeeded, false, false, true, false),
        ("failed", &failed, false, false, true, false),
    ] {
        let soon = at(0) + Duration::from_millis(1);
        let happens = |event| state.next(event, soon, &settings()).is_some();
        let set = || held(&["b"], at(0));
        assert_eq!(happens(Event::Restored(set())), restored, "{name} restored");
        assert_eq!(
            happens(Event::Wanted { forced: false }),
            wanted,
            "{name} wanted"
        );
        assert_eq!(
            happens(Event::Wanted { forced: true }),
            forced,
            "{name} forced"
        );
        assert_eq!(
            happens(ends_with(loaded(&["b"], at(0)))),
            ends,
            "{name} loaded"
        );
        assert_eq!(happens(ends_with(failure())), ends, "{name} failed");
    }
}

#[test]
fn without_a_set_a_look_up_is_pending_until_the_fetch_fails_and_then_unavailable_for_a_second() {
    let state = State::new();
    assert_eq!(answer(&state, "a", at(0)), "pending");
    let state = fetch(&state, failure(), at(0));
    assert_eq!(answer(&state, "a", at(0)), "unavailable");
    let almost = at(1) - Duration::from_nanos(1);
    assert_eq!(answer(&state, "a", almost), "unavailable");
    assert!(!may_start(&state, almost));
    assert_eq!(answer(&state, "a", at(1)), "pending");
    assert!(may_start(&state, at(1)));
}

#[test]
fn without_keys_the_thread_tries_after_1_2_4_seconds_up_to_the_cooldown() {
    let mut state = State::new();
    let mut now = at(0);
    for pause in [1, 2, 4, 8, 16, COOLDOWN, COOLDOWN] {
        state = fetch(&state, failure(), now);
        let due = now + Duration::from_secs(pause);
        assert_eq!(state.due_at(&settings()), due);
        now = due;
    }
    // With keys, the cooldown counts again.
    let state = fetch(&state, loaded(&["a"], now), now);
    let later = now + Duration::from_secs(100);
    let state = fetch(&state, failure(), later);
    assert_eq!(
        state.due_at(&settings()),
        later + Duration::from_secs(COOLDOWN)
    );
    assert!(!may_start(
        &state,
        later + Duration::from_secs(COOLDOWN - 1)
    ));
}

#[test]
fn a_kid_that_an_earlier_set_had_is_retired_and_at_most_a_thousand_are_remembered() {
    let state = fetch(&State::new(), loaded(&["a", "b"], at(0)), at(0));
    let state = fetch(&state, loaded(&["b"], at(60)), at(60));
    assert_eq!(answer(&state, "a", at(60)), "retired");
    assert_eq!(answer(&state, "c", at(60)), "missing");
    assert_eq!(answer(&state, "a", at(60 + COOLDOWN)), "pending");
    // Two sets later as well, and until it comes back.
    let state = fetch(&state, loaded(&["c"], at(120)), at(120));
    assert_eq!(answer(&state, "a", at(120)), "retired");
    assert_eq!(answer(&state, "b", at(120)), "retired");
    let mut state = fetch(&state, loaded(&["a"], at(180)), at(180));
    assert_eq!(answer(&state, "a", at(180)), "found");
    for round in 0..1100_u64 {
        let now = at(240 + 60 * round);
        state = fetch(&state, loaded(&[&round.to_string()], now), now);
    }
    assert_eq!(state.retired.len(), MOST_RETIRED);
    assert!(!state.retired.iter().any(|kid| **kid == *"b"));
}

#[test]
fn the_pause_for_unknown_keys_may_be_shorter_than_that_after_failures() {
    let settings = Settings {
        unknown_key_cooldown: Some(Duration::from_secs(5)),
        ..settings()
    };
    let next = |state: &State, event, now| state.next(event, now, &settings);
    let begun = next(&State::new(), Event::Wanted { forced: false }, at(0)).unwrap();
    let ended = Event::Ended {
        number: 1,
        outcome: loaded(&["a"], at(0)),
    };
    let state = next(&begun, ended, at(0)).unwrap();
    let wanted = |now| next(&state, Event::Wanted { forced: false }, now).is_some();
    assert!(!wanted(at(4)));
    assert!(wanted(at(5)));
}

#[test]
fn j1_an_unknown_kid_is_unknown_for_a_cooldown_after_a_good_fetch_and_then_asks_again() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    assert_eq!(answer(&state, "b", at(0)), "missing");
    assert_eq!(answer(&state, "b", at(COOLDOWN - 1)), "missing");
    assert!(!may_start(&state, at(COOLDOWN - 1)));
    assert_eq!(answer(&state, "b", at(COOLDOWN)), "pending");
    assert!(may_start(&state, at(COOLDOWN)));
    assert_eq!(answer(&state, "a", at(COOLDOWN)), "found");
}

#[test]
fn an_unknown_kid_whose_fetch_failed_is_unavailable_and_never_unknown() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let state = fetch(&state, failure(), at(100));
    for second in [100, 101, 100 + COOLDOWN - 1] {
        assert_eq!(answer(&state, "b", at(second)), "unavailable");
        assert_eq!(answer(&state, "a", at(second)), "found");
    }
    assert_eq!(answer(&state, "b", at(100 + COOLDOWN)), "pending");
}

#[test]
fn j4_a_set_is_used_until_the_stale_limit_and_not_a_second_longer() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    assert_eq!(answer(&state, "a", at(HOUR - 1)), "found");
    // No fetch was tried since: the endpoint may be up again.
    assert_eq!(answer(&state, "a", at(HOUR)), "pending");
    let state = fetch(&state, failure(), at(HOUR));
    assert_eq!(answer(&state, "a", at(HOUR)), "stale");
    let state = fetch(&state, failure(), at(2 * HOUR - 10));
    assert_eq!(answer(&state, "a", at(2 * HOUR - 1)), "stale");
    assert_eq!(answer(&state, "a", at(2 * HOUR)), "unavailable");
}

#[test]
fn stale_keys_are_served_while_the_next_attempt_is_under_way() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let state = fetch(&state, failure(), at(HOUR));
    let now = at(HOUR + COOLDOWN);
    assert_eq!(answer(&state, "a", now), "stale");
    let state = state
        .next(Event::Wanted { forced: false }, now, &settings())
        .unwrap();
    assert_eq!(answer(&state, "a", now), "stale");
    assert_eq!(answer(&state, "b", now), "pending");
}

#[test]
fn an_old_failure_does_not_allow_a_stale_set() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    // Two cooldowns.
    let state = fetch(&state, failure(), at(HOUR - 59));
    assert_eq!(answer(&state, "a", at(HOUR)), "stale");
    assert_eq!(answer(&state, "a", at(HOUR + 1)), "pending");
}

#[test]
fn an_old_failure_does_not_allow_a_stale_set_during_another_fetch() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let state = fetch(&state, failure(), at(600));
    let now = at(HOUR + 1800);
    assert_eq!(answer(&state, "a", now), "pending");
    let state = state
        .next(Event::Wanted { forced: false }, now, &settings())
        .unwrap();
    assert_eq!(answer(&state, "a", now), "pending");
}

#[test]
fn a_stale_set_is_used_while_a_transport_never_returns() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let state = state
        .next(Event::Wanted { forced: false }, at(HOUR), &settings())
        .unwrap();
    assert_eq!(answer(&state, "a", at(HOUR + 5)), "pending");
    assert_eq!(answer(&state, "a", at(HOUR + 6)), "stale");
    assert_eq!(answer(&state, "b", at(HOUR + 6)), "unavailable");
    assert_eq!(answer(&state, "a", at(2 * HOUR - 1)), "stale");
    assert_eq!(answer(&state, "a", at(2 * HOUR)), "pending");
}

#[test]
fn a_stale_limit_of_zero_ends_a_set_with_its_freshness() {
    let settings = Settings {
        stale_if_error: Duration::ZERO,
        ..settings()
    };
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let state = fetch(&state, failure(), at(HOUR));
    assert!(matches!(
        state.look_up(Some("a"), at(HOUR), &settings),
        Answer::Unavailable { .. }
    ));
}

#[test]
fn a_set_is_replaced_whole() {
    let state = fetch(&State::new(), loaded(&["a", "b"], at(0)), at(0));
    let state = fetch(&state, loaded(&["b", "c"], at(60)), at(60));
    assert_eq!(answer(&state, "a", at(60)), "retired");
    assert_eq!(answer(&state, "b", at(60)), "found");
    assert_eq!(answer(&state, "c", at(60)), "found");
}

#[test]
fn a_304_renews_the_set_from_the_moment_of_its_request() {
    let state = fetch(&State::new(), loaded(&["a"], at(0)), at(0));
    let renewed = Outcome::NotModified {
        discovered: None,
        fetched_at: at(HOUR - 100),
        // The lifetime that the answer itself gives.
        life: Duration::from_secs(2 * HOUR),
        spread: 0,
    };
    let state = fetch(&state, renewed, at(HOUR - 90));
    assert_eq!(answer(&state, "a", at(3 * HOUR - 101)), "found");
    assert_eq!(answer(&state, "a", at(3 * HOUR - 100)), "pending");
}

#[test]
fn a_304_without_a_set_is_a_failure() {
    let renewed = Outcome::NotModified {
        discovered: None,
        fetched_at: at(0),
        life: Duration::from_secs(HOUR),
        spread: 0,
    };
    let state = fetch(&State::new(), renewed, at(0));
    assert_eq!(answer(&state, "a", at(0)), "unavailable");
}

#[test]
fn i12_a_transport_that_never_returns_is_abandoned_and_its_late_answer_ignored() {
    let state = State::new()
        .next(Event::Wanted { forced: false }, at(0), &settings())
        .unwrap();
    let stuck = state.in_flight().unwrap();
    // Twice the total deadline of 3 s.
    assert_eq!(answer(&state, "a", at(5)), "pending");
    assert!(!may_start(&state, at(5)));
    assert_eq!(answer(&state, "a", at(6)), "unavailable");
    assert!(!may_start(&state, at(6 + COOLDOWN - 1)));
    assert_eq!(answer(&state, "a", at(6 + COOLDOWN)), "pending");

    let state = state
        .next(
            Event::Wanted { forced: false },
            at(6 + COOLDOWN),
            &settings(),
        )
        .unwrap();
    let late = Event::Ended {
        number: stuck,
        outcome: loaded(&["a"], at(0)),
    };
    assert!(state.next(late, at(40), &settings()).is_none());
}

#[test]
fn the_next_refresh_is_due_ahead_of_the_end_and_spread_over_half_of_the_window() {
    for (spread, due) in [(0, HOUR - 300), (128, HOUR - 225)] {
        let outcome = Outcome::Loaded {
            held: held(&["a"], at(0)),
            spread,
        };
        let state = fetch(&State::new(), outcome, at(0));
        assert_eq!(state.due_at(&settings()), at(due), "{spread}");
    }
}

#[test]
fn i8_a_server_may_ask_for_a_longer_pause_up_to_a_limit() {
    for (asked, pause) in [(10, 10), (120, 120), (u64::MAX, 300)] {
        let outcome = Outcome::Failed {
            error: FetchError::new(FetchErrorKind::Status(503), "503"),
            pause: Some(Duration::from_secs(asked)),
            rejected: None,
        };
        let state = fetch(&State::new(), outcome, at(0));
        assert_eq!(state.due_at(&settings()), at(pause), "{asked}");
    }
}

#[test]
fn a_restored_set_is_used_while_fresh_and_fetched_again_if_not() {
    let restored = |fetched_at| {
        State::new()
            .next(
                Event::Restored(held(&["a"], fetched_at)),
                at(HOUR),
                &settings(),
            )
            .unwrap()
    };
    assert_eq!(answer(&restored(at(1)), "a", at(HOUR)), "found");
    assert_eq!(restored(at(1)).due_at(&settings()), Duration::ZERO);

    let stale = restored(at(0));
    assert_eq!(answer(&stale, "a", at(HOUR)), "pending");
    let stale = fetch(&stale, failure(), at(HOUR));
    assert_eq!(answer(&stale, "a", at(HOUR)), "stale");
    let stale = fetch(&stale, failure(), at(2 * HOUR - 1));
    assert_eq!(answer(&stale, "a", at(2 * HOUR)), "unavailable");
}
