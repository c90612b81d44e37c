//! Every state meets every event, and no step of the clock ends what is still valid.
#![allow(clippy::arithmetic_side_effects)] // test code

use core::time::Duration;

use countersign_lifetime::{
    Action, CloseReason, Event, ExpiredToken, Expiry, ExpiryRules, Lifetime, State,
};
use countersign_time::UnixTime;

const RULES: ExpiryRules = ExpiryRules::new();
const HOUR: i64 = 3600;

/// In most tests `exp` is 1000, the leeway 10 seconds, and closing is 25 seconds after that.
const EXPIRES: i64 = 1000;
const CLOSES: i64 = 1035;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

fn expiry(expires: i64) -> Expiry {
    Expiry::new(at(expires), at(expires + 10))
}

/// A lifetime in the state that is asked for, reached by events alone.
fn lifetime(state: State, rules: &ExpiryRules) -> Lifetime {
    let mut lifetime = Lifetime::new(Some(expiry(EXPIRES)));
    let now = match state {
        State::Active => EXPIRES - 1,
        State::RefreshDue => EXPIRES,
        _ => CLOSES,
    };
    let _ = lifetime.step(Event::TimePassed, at(now), rules);
    assert_eq!(lifetime.state(), state);
    lifetime
}

#[test]
fn every_state_answers_every_event() {
    use Action::{Accept, AskForToken, Close, Nothing, RefuseExpired, TryAgain};
    use Event::{
        KeysUnavailable, OtherAuthority, OtherUser, Renewed, TimePassed, TokenExpired, TokenInvalid,
    };
    use State::{Active, Closed, RefreshDue};

    let lenient = RULES.with_expired_token(ExpiredToken::Refuse);
    let renewed = |expires| Renewed(Some(expiry(expires)));
    let accept = |ttl| Accept { ttl: Some(ttl) };
    let close = |reason| (Closed, Close(reason));

    // Rules, state before, event, its time; state after and action.
    let rows = [
        (RULES, Active, TimePassed, 0, (Active, Nothing)),
        (RULES, Active, TimePassed, 999, (Active, Nothing)),
        (RULES, Active, TimePassed, 1000, (RefreshDue, AskForToken)),
        (RULES, Active, TimePassed, 1034, (RefreshDue, AskForToken)),
        (
            RULES,
            Active,
            TimePassed,
            1035,
            close(CloseReason::NotRenewed),
        ),
        (RULES, RefreshDue, TimePassed, 999, (Active, Nothing)),
        (RULES, RefreshDue, TimePassed, 1000, (RefreshDue, Nothing)),
        (RULES, RefreshDue, TimePassed, 1034, (RefreshDue, Nothing)),
        (
            RULES,
            RefreshDue,
            TimePassed,
            1035,
            close(CloseReason::NotRenewed),
        ),
        (RULES, Closed, TimePassed, 0, (Closed, Nothing)),
        (RULES, Closed, TimePassed, 9999, (Closed, Nothing)),
        // A new token without an end, and one with.
        (
            RULES,
            Active,
            Renewed(None),
            999,
            (Active, Accept { ttl: None }),
        ),
        (RULES, Active, renewed(2000), 999, (Active, accept(1001))),
        (
            RULES,
            RefreshDue,
            Renewed(None),
            1034,
            (Active, Accept { ttl: None }),
        ),
        (
            RULES,
            RefreshDue,
            renewed(2000),
            1034,
            (Active, accept(966)),
        ),
        // It came late, but nobody has closed the connection yet.
        (
            RULES,
            RefreshDue,
            renewed(2000),
            1900,
            (Active, accept(100)),
        ),
        (RULES, Closed, Renewed(None), 1035, (Closed, Nothing)),
        (RULES, Closed, renewed(2000), 1035, (Closed, Nothing)),
        // It lives on its leeway.
        (RULES, Active, renewed(990), 999, (RefreshDue, accept(1))),
        (
            RULES,
            RefreshDue,
            renewed(1000),
            1009,
            (RefreshDue, accept(1)),
        ),
        // It ended while it was being verified.
        (
            RULES,
            Active,
            renewed(980),
            990,
            close(CloseReason::TokenExpired),
        ),
        (
            RULES,
            RefreshDue,
            renewed(1000),
            1010,
            close(CloseReason::TokenExpired),
        ),
        (lenient, Active, renewed(980), 990, (Active, RefuseExpired)),
        (
            lenient,
            RefreshDue,
            renewed(1000),
            1010,
            (RefreshDue, RefuseExpired),
        ),
        (
            RULES,
            Active,
            TokenExpired,
            999,
            close(CloseReason::TokenExpired),
        ),
        (
            RULES,
            RefreshDue,
            TokenExpired,
            1001,
            close(CloseReason::TokenExpired),
        ),
        (RULES, Closed, TokenExpired, 1036, (Closed, Nothing)),
        (lenient, Active, TokenExpired, 999, (Active, RefuseExpired)),
        (
            lenient,
            RefreshDue,
            TokenExpired,
            1001,
            (RefreshDue, RefuseExpired),
        ),
        (lenient, Closed, TokenExpired, 1036, (Closed, Nothing)),
        (
            RULES,
            Active,
            TokenInvalid,
            999,
            close(CloseReason::TokenInvalid),
        ),
        (
            RULES,
            RefreshDue,
            TokenInvalid,
            1001,
            close(CloseReason::TokenInvalid),
        ),
        (RULES, Closed, TokenInvalid, 1036, (Closed, Nothing)),
        (RULES, Active, OtherUser, 999, close(CloseReason::OtherUser)),
        (
            RULES,
            RefreshDue,
            OtherUser,
            1001,
            close(CloseReason::OtherUser),
        ),
        (RULES, Closed, OtherUser, 1036, (Closed, Nothing)),
        (
            RULES,
            Active,
            OtherAuthority,
            999,
            close(CloseReason::OtherAuthority),
        ),
        (
            RULES,
            RefreshDue,
            OtherAuthority,
            1001,
            close(CloseReason::OtherAuthority),
        ),
        (RULES, Closed, OtherAuthority, 1036, (Closed, Nothing)),
        (RULES, Active, KeysUnavailable, 999, (Active, TryAgain)),
        (
            RULES,
            RefreshDue,
            KeysUnavailable,
            1001,
            (RefreshDue, TryAgain),
        ),
        (RULES, Closed, KeysUnavailable, 1036, (Closed, Nothing)),
    ];
    for (rules, before, event, now, (after, action)) in rows {
        let mut lifetime = lifetime(before, &rules);
        let found = lifetime.step(event, at(now), &rules);
        assert_eq!(
            (lifetime.state(), found),
            (after, action),
            "{before:?}, {event:?} at {now}"
        );
    }
}

#[test]
fn a_refused_token_leaves_the_end_as_it_was() {
    let lenient = RULES.with_expired_token(ExpiredToken::Refuse);
    for state in [State::Active, State::RefreshDue] {
        for event in [
            Event::TokenExpired,
            Event::KeysUnavailable,
            Event::Renewed(Some(expiry(900))),
        ] {
            let mut lifetime = lifetime(state, &lenient);
            let before = lifetime;
            let _ = lifetime.step(event, at(1001), &lenient);
            assert_eq!(lifetime, before, "{state:?}, {event:?}");
        }
    }
}

#[test]
fn a_token_without_an_end_never_wakes_anybody_up() {
    let mut lifetime = Lifetime::new(None);
    assert_eq!(lifetime.wakeup(&RULES), None);
    assert_eq!(
        lifetime.step(Event::TimePassed, UnixTime::MAX, &RULES),
        Action::Nothing
    );
    assert_eq!(lifetime.state(), State::Active);
}

#[test]
fn a_wakeup_is_the_time_of_the_next_change_to_the_nanosecond() {
    let nanosecond = Duration::from_nanos(1);
    let mut lifetime = Lifetime::new(Some(expiry(EXPIRES)));
    let mut actions = Vec::new();
    while let Some(wakeup) = lifetime.wakeup(&RULES) {
        let early = wakeup.saturating_sub(nanosecond);
        assert_eq!(
            lifetime.step(Event::TimePassed, early, &RULES),
            Action::Nothing
        );
        actions.push((wakeup, lifetime.step(Event::TimePassed, wakeup, &RULES)));
    }
    assert_eq!(
        actions,
        [
            (at(EXPIRES), Action::AskForToken),
            (at(CLOSES), Action::Close(CloseReason::NotRenewed)),
        ]
    );
}

#[test]
fn the_close_delay_counts_from_the_end_with_leeway() {
    let rules = RULES.with_close_delay(Duration::from_secs(3));
    let mut lifetime = lifetime(State::RefreshDue, &rules);
    assert_eq!(lifetime.wakeup(&rules), Some(at(1013)));
    assert_eq!(
        lifetime.step(Event::TimePassed, at(1012), &rules),
        Action::Nothing
    );
    assert_eq!(
        lifetime.step(Event::TimePassed, at(1013), &rules),
        Action::Close(CloseReason::NotRenewed)
    );
}

#[test]
fn a_clock_that_is_set_closes_nothing_that_is_still_valid() {
    for step in [-HOUR, HOUR] {
        for now in [EXPIRES - 1, EXPIRES, CLOSES - 1] {
            let mut lifetime = Lifetime::new(Some(expiry(EXPIRES + HOUR)));
            for time in [now, now + step, now] {
                let action = lifetime.step(Event::TimePassed, at(time), &RULES);
                assert_ne!(
                    action,
                    Action::Close(CloseReason::NotRenewed),
                    "{now}, {time}"
                );
            }
        }
    }
}

#[test]
fn a_clock_that_is_set_back_makes_a_due_connection_active_and_later_due_again() {
    let mut lifetime = lifetime(State::RefreshDue, &RULES);
    assert_eq!(
        lifetime.step(Event::TimePassed, at(EXPIRES - HOUR), &RULES),
        Action::Nothing
    );
    assert_eq!(lifetime.wakeup(&RULES), Some(at(EXPIRES)));
    assert_eq!(
        lifetime.step(Event::TimePassed, at(EXPIRES), &RULES),
        Action::AskForToken
    );
}

#[test]
fn no_time_makes_a_step_panic() {
    let times = [UnixTime::MIN, at(-1), UnixTime::EPOCH, at(1), UnixTime::MAX];
    let rules = RULES.with_close_delay(Duration::MAX);
    for expires in times {
        for valid_until in times {
            for now in times {
                let expiry = Expiry::new(expires, valid_until);
                for event in [Event::TimePassed, Event::Renewed(Some(expiry))] {
                    let mut lifetime = Lifetime::new(Some(expiry));
                    let _ = lifetime.step(event, now, &rules);
                    assert!(
                        lifetime
                            .wakeup(&rules)
                            .is_none_or(|wakeup| wakeup >= expires)
                    );
                }
            }
        }
    }
}

#[test]
fn a_ttl_is_whole_seconds_rounded_up_and_never_zero() {
    for (now, ttl) in [
        (at(0), 1000),
        (at(999), 1),
        (UnixTime::new(998, 999_999_999), 2),
        (UnixTime::new(999, 1), 1),
        (at(1000), 1),
        (at(2000), 1),
        (at(1000 - i64::from(u32::MAX)), u32::MAX),
        (at(999 - i64::from(u32::MAX)), u32::MAX),
        (UnixTime::MIN, u32::MAX),
    ] {
        assert_eq!(expiry(EXPIRES).ttl(now), ttl, "{now}");
    }
    let fraction = Expiry::at(UnixTime::new(1000, 1));
    assert_eq!(fraction.ttl(at(1000)), 1);
    assert_eq!(fraction.ttl(at(999)), 2);
}

#[test]
fn the_end_with_leeway_is_never_the_earlier_one() {
    let expiry = Expiry::new(at(1000), at(900));
    assert_eq!(expiry.valid_until(), at(1000));
}

#[test]
fn who_may_come_back_is_who_needs_another_token_or_connection() {
    for (reason, may) in [
        (CloseReason::NotRenewed, true),
        (CloseReason::TokenExpired, true),
        (CloseReason::OtherAuthority, true),
        (CloseReason::TokenInvalid, false),
        (CloseReason::OtherUser, false),
    ] {
        assert_eq!(reason.may_reconnect(), may, "{reason:?}");
    }
}
