//! A connection with a scripted clock: what a client is told, and when.

use crate::support;

use std::sync::Arc;

use countersign::{Authenticator, Rules, UnixTime};
use countersign_gateway::session::{Reload, SessionAction, SessionEvent, SessionSettings, Wakeup};
use countersign_gateway::wire::{ClientRequest, Close, Generation, ReplyResult};
use support::{
    Driver, OTHER_SECRET, START, authority, close_of, connected, error_of, membership,
    open_channels, result_of, token, token_by, told, unavailable, user,
};

use Generation::{V1, V2};

const BOTH: [Generation; 2] = [V1, V2];

#[test]
fn the_connect_reply_has_the_client_id_the_ttl_and_the_pings() {
    for (generation, ping) in [(V1, 0), (V2, 25)] {
        let mut driver = Driver::new(generation, SessionSettings::default());
        let actions = driver.connect(&user(60));
        let result = connected(&actions);
        assert_eq!(result.client, "client-1");
        assert_eq!(result.ttl, Some(60));
        assert_eq!(result.ping, ping);
        assert_eq!(driver.session.user(), Some("42"));

        let mut driver = Driver::new(generation, SessionSettings::default());
        let actions = driver.connect(&token(r#"{"sub":"42"}"#));
        assert_eq!(connected(&actions).ttl, None);
    }
}

#[test]
fn a_refused_connect_is_answered_by_its_advice() {
    let unsigned = token_by(OTHER_SECRET, r#"{"sub":"42"}"#);
    let early = token(&format!(r#"{{"sub":"42","nbf":{}}}"#, START + 60));
    let subscription = token(r#"{"sub":"42","channel":"a"}"#);
    for (shown, in_v1, in_v2) in [
        ("", "close 3003", "close 3501"),
        ("nonsense", "close 3500", "close 3500"),
        (unsigned.as_str(), "close 3500", "close 3500"),
        (subscription.as_str(), "close 3500", "close 3500"),
        (user(-1).as_str(), "109", "109"),
        (early.as_str(), "close 3004", "100"),
    ] {
        for (generation, expected) in [(V1, in_v1), (V2, in_v2)] {
            let mut driver = Driver::new(generation, SessionSettings::default());
            let actions = driver.connect(shown);
            assert_eq!(told(&actions, generation), expected, "{generation:?}");
        }
    }
}

#[test]
fn unavailable_keys_are_never_a_permanent_refusal() {
    for (generation, expected) in [(V1, "close 3004"), (V2, "100")] {
        let mut driver = Driver::new(generation, SessionSettings::default());
        let token = user(60);
        let command = driver.command(ClientRequest::Connect { token });
        driver.event(SessionEvent::Command(command));
        let actions = driver.event(SessionEvent::Connection(Err(unavailable())));
        assert_eq!(told(&actions, generation), expected);
    }
    for generation in BOTH {
        let mut driver = Driver::open(generation, SessionSettings::default(), r#"{"sub":"42"}"#);
        let token = user(60);
        let command = driver.command(ClientRequest::Refresh { token });
        driver.event(SessionEvent::Command(command));
        let actions = driver.event(SessionEvent::Connection(Err(unavailable())));
        assert_eq!(told(&actions, generation), "100");
        assert!(!driver.session.is_closed());
    }
}

#[test]
fn without_a_token_a_client_connects_only_if_that_is_allowed() {
    let allowed =
        Authenticator::new(Rules::new(authority("main", support::SECRET)).allow_no_token());
    let mut driver = Driver::with(V2, open_channels(), allowed);
    let actions = driver.connect("");
    assert_eq!(connected(&actions).ttl, None);
    assert_eq!(driver.session.user(), Some(""));
    // By the rules of v2 a channel is closed to anonymous users unless it says otherwise.
    assert_eq!(told(&driver.subscribe("news", ""), V2), "103");
}

#[test]
fn commands_behind_connect_wait_for_its_token() {
    let mut driver = Driver::new(V2, open_channels());
    let token = user(60);
    let connect = driver.command(ClientRequest::Connect {
        token: token.clone(),
    });
    let subscribe = driver.command(ClientRequest::Subscribe {
        channel: "news".into(),
        token: String::new(),
        join_leave: false,
    });
    let publish = driver.command(ClientRequest::Publish {
        channel: "news".into(),
        data: (&b"1"[..]).into(),
    });
    assert_eq!(driver.event(SessionEvent::Command(connect)).len(), 1);
    assert!(driver.session.is_waiting());
    assert_eq!(driver.event(SessionEvent::Command(subscribe)), []);
    assert_eq!(driver.event(SessionEvent::Command(publish)), []);
    let verdict = driver.authenticator.connection(&token, driver.wall);
    let actions = driver.settle(SessionEvent::Connection(verdict));
    let order: Vec<_> = actions
        .iter()
        .map(|action| match action {
            SessionAction::Reply(reply) => format!("reply {}", reply.id),
            SessionAction::Subscribe(it) => format!("enter {}", it.channel),
            SessionAction::Publish { channel, .. } => format!("publish {channel}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        order,
        [
            "reply 1",
            "reply 2",
            "enter news",
            "publish news",
            "reply 3"
        ]
    );
}

#[test]
fn commands_behind_a_refused_connect_are_never_served() {
    for generation in BOTH {
        let mut driver = Driver::new(generation, open_channels());
        assert_eq!(told(&driver.connect(&user(-1)), generation), "109");
        assert_eq!(driver.subscribe("news", ""), []);
        assert_eq!(driver.publish("news"), []);
        // The client may try again with another token.
        assert_eq!(told(&driver.connect(&user(60)), generation), "ok");
    }
}

#[test]
fn a_command_before_connect_and_a_second_connect_are_bad_requests() {
    let mut driver = Driver::new(V1, open_channels());
    assert_eq!(told(&driver.subscribe("news", ""), V1), "close 3003");
    for (generation, expected) in [(V1, "close 3003"), (V2, "close 3501")] {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        assert_eq!(told(&driver.connect(&user(60)), generation), expected);
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        let actions = driver.settle(SessionEvent::Malformed);
        assert_eq!(told(&actions, generation), expected);
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        driver.next_id = 0;
        assert_eq!(told(&driver.subscribe("news", ""), generation), expected);
    }
}

#[test]
fn a_connection_without_connect_is_stale_after_25_seconds() {
    let mut driver = Driver::new(V2, SessionSettings::default());
    let stale = driver.session.wakeup().monotonic.unwrap();
    assert_eq!(stale - driver.monotonic, std::time::Duration::from_secs(25));
    assert_eq!(driver.pass(24), []);
    assert_eq!(driver.pass(1), [SessionAction::Close(Close::Stale)]);
    assert_eq!(driver.session.wakeup(), Wakeup::default());
    // A connect that was refused does not count.
    let mut driver = Driver::new(V2, SessionSettings::default());
    driver.connect(&user(-1));
    assert_eq!(driver.pass(25), [SessionAction::Close(Close::Stale)]);
}

#[test]
fn a_connection_ends_25_seconds_after_its_token() {
    for generation in BOTH {
        let mut driver = Driver::new(generation, SessionSettings::default());
        driver.connect(&user(60));
        let due = driver.session.wakeup().wall.unwrap();
        assert_eq!(due, UnixTime::from_secs(START + 60));
        assert_eq!(driver.pass_alive(60), []);
        assert_eq!(driver.pass_alive(24), []);
        assert_eq!(driver.pass_alive(1), [SessionAction::Close(Close::Expired)]);
    }
}

#[test]
fn a_refresh_prolongs_and_a_token_without_exp_never_ends() {
    for generation in BOTH {
        let mut driver = Driver::new(generation, SessionSettings::default());
        driver.connect(&user(60));
        driver.pass_alive(70);
        let actions = driver.refresh(&user(600));
        let ttl = Some(530);
        let client = "client-1".to_owned();
        assert_eq!(
            result_of(&actions),
            Some(&ReplyResult::Refresh { client, ttl })
        );
        assert_eq!(driver.pass_alive(500), []);
        let actions = driver.refresh(&token(r#"{"sub":"42"}"#));
        let client = "client-1".to_owned();
        assert_eq!(
            result_of(&actions),
            Some(&ReplyResult::Refresh { client, ttl: None })
        );
        assert_eq!(driver.pass_alive(1_000_000), []);
        assert_eq!(driver.session.wakeup().wall, None);
    }
}

#[test]
fn a_refused_refresh_is_answered_by_its_advice() {
    let other_user = token(r#"{"sub":"43"}"#);
    let other_authority = token_by(OTHER_SECRET, r#"{"sub":"42","iss":"other"}"#);
    for (shown, in_v1, in_v2) in [
        ("", "close 3003", "close 3501"),
        ("nonsense", "close 3500", "close 3500"),
        (user(-1).as_str(), "close 3005", "close 3005"),
        (other_user.as_str(), "close 3500", "close 3500"),
        (other_authority.as_str(), "close 3005", "close 3005"),
    ] {
        for (generation, expected) in [(V1, in_v1), (V2, in_v2)] {
            let mut driver =
                Driver::open(generation, SessionSettings::default(), r#"{"sub":"42"}"#);
            let actions = driver.refresh(shown);
            assert_eq!(told(&actions, generation), expected, "{generation:?}");
        }
    }
}

#[test]
fn a_refresh_shows_its_info_everywhere_and_keeps_the_old_if_it_has_none() {
    let mut settings = open_channels();
    settings.channels.without_namespace.presence = true;
    let mut driver = Driver::open(V2, settings, r#"{"sub":"42","info":{"n":1}}"#);
    let shown = |info: &countersign_gateway::wire::ClientInfo| {
        info.connection
            .as_ref()
            .unwrap()
            .as_json()
            .unwrap()
            .into_owned()
    };
    let actions = driver.subscribe("news", "");
    assert_eq!(shown(&membership(&actions).info), r#"{"n":1}"#);
    let actions = driver.refresh(&token(r#"{"sub":"42"}"#));
    assert_eq!(actions.len(), 1, "{actions:?}");
    let actions = driver.refresh(&token(r#"{"sub":"42","info":{"n":2}}"#));
    let updated = actions.iter().find_map(|action| match action {
        SessionAction::UpdateInfo { channel, info } => Some((channel.as_str(), shown(info))),
        _ => None,
    });
    assert_eq!(updated, Some(("news", r#"{"n":2}"#.into())));
    let actions = driver.publish("news");
    let published = actions.iter().find_map(|action| match action {
        SessionAction::Publish { info, .. } => Some(shown(info)),
        _ => None,
    });
    assert_eq!(published.as_deref(), Some(r#"{"n":2}"#));
}

#[test]
fn a_step_of_the_wall_clock_ends_nothing_that_is_still_valid() {
    let hour = std::time::Duration::from_secs(3600);
    let mut driver = Driver::new(V2, SessionSettings::default());
    driver.connect(&user(2 * 3600));
    driver.wall = driver.wall.saturating_add(hour);
    assert_eq!(driver.settle(SessionEvent::TimePassed), []);
    driver.wall = driver.wall.saturating_sub(hour).saturating_sub(hour);
    assert_eq!(driver.settle(SessionEvent::TimePassed), []);
    assert!(!driver.session.is_closed());
    // Pings follow the monotonic clock alone.
    let ping = driver.session.wakeup().monotonic.unwrap();
    assert_eq!(ping - driver.monotonic, std::time::Duration::from_secs(25));
}

#[test]
fn the_server_pings_and_closes_clients_that_do_not_answer() {
    for generation in BOTH {
        let mut driver = Driver::open(generation, SessionSettings::default(), r#"{"sub":"42"}"#);
        for _ in 0..3 {
            assert_eq!(driver.pass(24), []);
            assert_eq!(driver.pass(1), [SessionAction::Ping]);
            let pong = driver.command(ClientRequest::Pong);
            assert_eq!(driver.settle(SessionEvent::Command(pong)), []);
        }
        assert_eq!(driver.pass(25), [SessionAction::Ping]);
        assert_eq!(driver.pass(9), []);
        assert_eq!(driver.pass(1), [SessionAction::Close(Close::NoPong)]);
    }
}

#[test]
fn commands_that_are_not_implemented_are_not_available() {
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    let history = ClientRequest::History {
        channel: "news".into(),
    };
    for (request, expected) in [
        (history, "108"),
        (ClientRequest::Rpc, "108"),
        (ClientRequest::Unknown, "104"),
        (ClientRequest::Ping, "ok"),
        (ClientRequest::Send, "nothing"),
        (ClientRequest::Pong, "nothing"),
    ] {
        assert_eq!(
            told(&driver.send(request.clone()), V2),
            expected,
            "{request:?}"
        );
    }
}

#[test]
fn a_reload_closes_only_those_whose_authority_is_gone() {
    let reload = |names: &[&str], settings: SessionSettings| {
        SessionEvent::Reloaded(Reload::new(
            Arc::new(settings),
            names.iter().map(|name| (*name).to_owned()).collect(),
        ))
    };
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    assert_eq!(
        driver.settle(reload(&["other", "main"], SessionSettings::default())),
        []
    );
    // The new rules hold from now on.
    assert_eq!(told(&driver.subscribe("news", ""), V2), "103");
    let actions = driver.settle(reload(&["other"], open_channels()));
    assert_eq!(actions, [SessionAction::Close(Close::Expired)]);

    let allowed =
        Authenticator::new(Rules::new(authority("main", support::SECRET)).allow_no_token());
    let mut driver = Driver::with(V2, SessionSettings::default(), allowed);
    driver.connect("");
    assert_eq!(
        driver.settle(reload(&["main"], SessionSettings::default())),
        []
    );
}

#[test]
fn a_connection_that_ends_leaves_all_channels_and_does_nothing_more() {
    for event in [
        SessionEvent::Gone,
        SessionEvent::Shutdown,
        SessionEvent::Malformed,
    ] {
        let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
        driver.subscribe("a", "");
        driver.subscribe("b", "");
        let is_told = !matches!(event, SessionEvent::Gone);
        let actions = driver.settle(event);
        let left = actions
            .iter()
            .filter(|it| matches!(it, SessionAction::Unsubscribe { .. }));
        assert_eq!(left.count(), 2);
        assert_eq!(close_of(&actions).is_some(), is_told);
        assert_eq!(driver.subscribe("c", ""), []);
        assert_eq!(driver.pass(1000), []);
        assert_eq!(driver.settle(SessionEvent::Shutdown), []);
    }
}

#[test]
fn an_unexpected_verdict_changes_nothing() {
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    let verdict = driver
        .authenticator
        .connection(&token(r#"{"sub":"43"}"#), driver.wall);
    assert_eq!(driver.event(SessionEvent::Connection(verdict)), []);
    assert_eq!(driver.session.user(), Some("42"));
    assert_eq!(
        driver.event(SessionEvent::Subscription(Err(unavailable()))),
        []
    );
    assert!(error_of(&driver.subscribe("news", "")).is_none());
}
