//! Every state with every event. A clock that is set closes nothing whose token is still valid.
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

/// A lifetime whose token expires at `expires`.
fn until(expires: i64) -> Lifetime {
    Lifetime::new(Some(expiry(expires)))
}

/// A lifetime in this state. Only events have brought it there.
fn lifetime(state: State, rules: &ExpiryRules) -> Lifetime {
    let mut lifetime = until(EXPIRES);
    let now = match state {
        State::Active => EXPIRES - 1,
        State::RefreshDue => EXPIRES,
        _ => CLOSES,
    };
    let _ = look(&mut lifetime, at(now), rules);
    assert_eq!(lifetime.state(), state);
    lifetime
}

/// Tells a lifetime that it is `now`.
fn look(lifetime: &mut Lifetime, now: UnixTime, rules: &ExpiryRules) -> Action {
    lifetime.step(Event::TimePassed, now, rules)
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
    let not_renewed = close(CloseReason::NotRenewed);
    let expired = close(CloseReason::TokenExpired);
    let invalid = close(CloseReason::TokenInvalid);
    let other_user = close(CloseReason::OtherUser);
    let other_authority = close(CloseReason::OtherAuthority);
    let endless = (Active, Accept { ttl: None });

    // Rules, state before, event, time of the event; state after it, and action.
    let rows = [
        (RULES, Active, TimePassed, 0, (Active, Nothing)),
        (RULES, Active, TimePassed, 999, (Active, Nothing)),
        (RULES, Active, TimePassed, 1000, (RefreshDue, AskForToken)),
        (RULES, Active, TimePassed, 1034, (RefreshDue, AskForToken)),
        (RULES, Active, TimePassed, 1035, not_renewed),
        (RULES, RefreshDue, TimePassed, 999, (Active, Nothing)),
        (RULES, RefreshDue, TimePassed, 1000, (RefreshDue, Nothing)),
        (RULES, RefreshDue, TimePassed, 1034, (RefreshDue, Nothing)),
        (RULES, RefreshDue, TimePassed, 1035, not_renewed),
        (RULES, Closed, TimePassed, 0, (Closed, Nothing)),
        (RULES, Closed, TimePassed, 9999, (Closed, Nothing)),
        // A new token without an end, and one with an end.
        (RULES, Active, Renewed(None), 999, endless),
        (RULES, Active, renewed(2000), 999, (Active, accept(1001))),
        (RULES, RefreshDue, Renewed(None), 1034, endless),
        (
            RULES,
            RefreshDue,
            renewed(2000),
            1034,
            (Active, accept(966)),
        ),
        // The token came late, but the connection is still open.
        (
            RULES,
            RefreshDue,
            renewed(2000),
            1900,
            (Active, accept(100)),
        ),
        (RULES, Closed, Renewed(None), 1035, (Closed, Nothing)),
        (RULES, Closed, renewed(2000), 1035, (Closed, Nothing)),
        // The new token has expired, but it is still within its leeway.
        (RULES, Active, renewed(990), 999, (RefreshDue, accept(1))),
        (
            RULES,
            RefreshDue,
            renewed(1000),
            1009,
            (RefreshDue, accept(1)),
        ),
        // The new token ended while the server verified it.
        (RULES, Active, renewed(980), 990, expired),
        (RULES, RefreshDue, renewed(1000), 1010, expired),
        (lenient, Active, renewed(980), 990, (Active, RefuseExpired)),
        (
            lenient,
            RefreshDue,
            renewed(1000),
            1010,
            (RefreshDue, RefuseExpired),
        ),
        (RULES, Active, TokenExpired, 999, expired),
        (RULES, RefreshDue, TokenExpired, 1001, expired),
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
        (RULES, Active, TokenInvalid, 999, invalid),
        (RULES, RefreshDue, TokenInvalid, 1001, invalid),
        (RULES, Closed, TokenInvalid, 1036, (Closed, Nothing)),
        (RULES, Active, OtherUser, 999, other_user),
        (RULES, RefreshDue, OtherUser, 1001, other_user),
        (RULES, Closed, OtherUser, 1036, (Closed, Nothing)),
        (RULES, Active, OtherAuthority, 999, other_authority),
        (RULES, RefreshDue, OtherAuthority, 1001, other_authority),
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
fn a_token_without_an_end_causes_no_wakeup() {
    let mut lifetime = Lifetime::new(None);
    assert_eq!(lifetime.wakeup(&RULES), None);
    assert_eq!(look(&mut lifetime, UnixTime::MAX, &RULES), Action::Nothing);
    assert_eq!(lifetime.state(), State::Active);
}

#[test]
fn a_wakeup_is_the_time_of_the_next_change_to_the_nanosecond() {
    let nanosecond = Duration::from_nanos(1);
    let mut lifetime = until(EXPIRES);
    let mut actions = Vec::new();
    while let Some(wakeup) = lifetime.wakeup(&RULES) {
        let early = wakeup.saturating_sub(nanosecond);
        assert_eq!(look(&mut lifetime, early, &RULES), Action::Nothing);
        actions.push((wakeup, look(&mut lifetime, wakeup, &RULES)));
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
    assert_eq!(look(&mut lifetime, at(1012), &rules), Action::Nothing);
    assert_eq!(
        look(&mut lifetime, at(1013), &rules),
        Action::Close(CloseReason::NotRenewed)
    );
}

#[test]
fn a_clock_that_is_set_closes_nothing_that_is_still_valid() {
    for step in [-HOUR, HOUR] {
        for now in [EXPIRES - 1, EXPIRES, CLOSES - 1] {
            let mut lifetime = until(EXPIRES + HOUR);
            for time in [now, now + step, now] {
                let action = look(&mut lifetime, at(time), &RULES);
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
        look(&mut lifetime, at(EXPIRES - HOUR), &RULES),
        Action::Nothing
    );
    assert_eq!(lifetime.wakeup(&RULES), Some(at(EXPIRES)));
    assert_eq!(
        look(&mut lifetime, at(EXPIRES), &RULES),
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
fn a_client_may_reconnect_if_another_token_or_connection_helps() {
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
