//! Subscriptions with a scripted clock: what a client is told, and when.

use crate::support;

use countersign_gateway::session::{SessionAction, SessionEvent, SessionSettings};
use countersign_gateway::wire::{
    ClientRequest, Close, Generation, Push, Reply, ReplyResult, SubscribeResult, Unsubscribed,
};
use support::{
    Driver, OTHER_SECRET, START, close_of, connected, membership, open_channels, result_of, token,
    token_by, told, unavailable,
};

use Generation::{V1, V2};

const BOTH: [Generation; 2] = [V1, V2];

fn room(exp: i64) -> String {
    let exp = START + exp;
    token(&format!(
        r#"{{"channel":"$room","client":"client-1","exp":{exp},"info":{{"s":1}}}}"#
    ))
}

#[test]
fn a_private_channel_needs_a_token_for_it() {
    let payload = |more: &str| token(&format!(r#"{{"channel":"$room"{more}}}"#));
    let expired = payload(&format!(r#","client":"client-1","exp":{}"#, START - 1));
    let other_channel = token(r#"{"channel":"$other","client":"client-1"}"#);
    let connection = token(r#"{"sub":"42"}"#);
    for (shown, in_v1, in_v2) in [
        ("", "103", "103"),
        ("nonsense", "103", "103"),
        (connection.as_str(), "103", "103"),
        (expired.as_str(), "109", "109"),
        (other_channel.as_str(), "103", "103"),
        // Of a connection before this one: clients 5.x keep it, and 109 makes them ask anew.
        (payload(r#","client":"client-0""#).as_str(), "103", "109"),
        (payload(r#","sub":"43""#).as_str(), "103", "103"),
        (
            payload(r#","sub":"43","client":"client-1""#).as_str(),
            "103",
            "103",
        ),
        (payload("").as_str(), "103", "103"),
        (payload(r#","client":"client-1""#).as_str(), "ok", "ok"),
        (payload(r#","sub":"42""#).as_str(), "ok", "ok"),
        (
            payload(r#","sub":"42","client":"client-1""#).as_str(),
            "ok",
            "ok",
        ),
    ] {
        for (generation, expected) in [(V1, in_v1), (V2, in_v2)] {
            let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
            let actions = driver.subscribe("$room", shown);
            assert_eq!(
                told(&actions, generation),
                expected,
                "{generation:?} {shown}"
            );
        }
    }
    for (generation, expected) in [(V1, "close 3004"), (V2, "100")] {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        let subscribe = driver.command(ClientRequest::Subscribe {
            channel: "$room".into(),
            token: "t".into(),
            join_leave: false,
        });
        driver.event(SessionEvent::Command(subscribe));
        let actions = driver.event(SessionEvent::Subscription(Err(unavailable())));
        assert_eq!(told(&actions, generation), expected);
    }
}

#[test]
fn a_subscription_token_of_another_authority_is_of_another_user() {
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    let shown = token_by(
        OTHER_SECRET,
        r#"{"sub":"42","iss":"other","channel":"$room"}"#,
    );
    assert_eq!(told(&driver.subscribe("$room", &shown), V2), "103");
}

#[test]
fn the_subscription_reply_comes_before_anything_from_the_channel() {
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    let actions = driver.subscribe("news", "");
    assert!(matches!(
        &actions[..],
        [SessionAction::Reply(_), SessionAction::Subscribe(_)]
    ));
    assert_eq!(told(&driver.subscribe("news", ""), V2), "105");
    let actions = driver.send(ClientRequest::Unsubscribe {
        channel: "news".into(),
    });
    assert!(matches!(
        &actions[..],
        [SessionAction::Reply(_), SessionAction::Unsubscribe { .. }]
    ));
    assert_eq!(told(&driver.subscribe("news", ""), V2), "ok");
}

#[test]
fn a_subscription_ends_25_seconds_after_its_token() {
    for generation in BOTH {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        let actions = driver.subscribe("$room", &room(60));
        let mut result = SubscribeResult::default();
        result.ttl = Some(60);
        assert_eq!(result_of(&actions), Some(&ReplyResult::Subscribe(result)));
        let info = membership(&actions).info.channel.clone().unwrap();
        assert_eq!(info.as_json().as_deref(), Some(r#"{"s":1}"#));
        assert_eq!(driver.pass_alive(84), []);
        let actions = driver.pass_alive(1);
        let left = SessionAction::Unsubscribe {
            channel: "$room".into(),
        };
        match generation {
            V1 => assert_eq!(
                actions,
                [left, SessionAction::Close(Close::SubscriptionExpired)]
            ),
            V2 => {
                let ended = Push::Unsubscribe {
                    channel: "$room".into(),
                    reason: Unsubscribed::Expired,
                };
                assert_eq!(actions, [SessionAction::Push(ended), left]);
                assert!(!driver.session.is_closed());
            }
        }
    }
}

#[test]
fn under_eto_an_expired_token_does_not_end_its_subscription() {
    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    let exp = START + 60;
    let shown = token(&format!(
        r#"{{"channel":"$room","client":"client-1","exp":{exp},"eto":true}}"#
    ));
    let actions = driver.subscribe("$room", &shown);
    let result = SubscribeResult::default();
    assert_eq!(result_of(&actions), Some(&ReplyResult::Subscribe(result)));
    assert_eq!(driver.pass_alive(1_000_000), []);
}

#[test]
fn sub_refresh_prolongs_and_is_refused_by_its_advice() {
    for generation in BOTH {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        assert_eq!(
            told(&driver.sub_refresh("$room", &room(60)), generation),
            "103"
        );
        driver.subscribe("$room", &room(60));
        assert_eq!(told(&driver.sub_refresh("$room", ""), generation), "107");
        driver.pass_alive(70);
        let actions = driver.sub_refresh("$room", &room(600));
        assert_eq!(
            result_of(&actions),
            Some(&ReplyResult::SubRefresh { ttl: Some(530) })
        );
        assert_eq!(driver.pass_alive(500), []);
        let refresh = driver.command(ClientRequest::SubRefresh {
            channel: "$room".into(),
            token: "t".into(),
        });
        driver.event(SessionEvent::Command(refresh));
        let actions = driver.event(SessionEvent::Subscription(Err(unavailable())));
        assert_eq!(told(&actions, generation), "100");
        assert_eq!(
            told(&driver.sub_refresh("$room", "nonsense"), generation),
            "close 3500"
        );
    }
    for generation in BOTH {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        driver.subscribe("$room", &room(60));
        let other = token(r#"{"channel":"$other","client":"client-1"}"#);
        assert_eq!(
            told(&driver.sub_refresh("$room", &other), generation),
            "close 3500"
        );
    }
}

#[test]
fn an_expired_sub_refresh_does_not_prolong() {
    let mut driver = Driver::open(V1, open_channels(), r#"{"sub":"42"}"#);
    driver.subscribe("$room", &room(60));
    assert_eq!(told(&driver.sub_refresh("$room", &room(-1)), V1), "109");
    assert_eq!(
        close_of(&driver.pass_alive(85)),
        Some(Close::SubscriptionExpired)
    );

    let mut driver = Driver::open(V2, open_channels(), r#"{"sub":"42"}"#);
    driver.subscribe("$room", &room(60));
    let actions = driver.sub_refresh("$room", &room(-1));
    // The push comes first, and the error behind it is not final.
    assert!(matches!(
        &actions[..],
        [
            SessionAction::Push(Push::Unsubscribe { .. }),
            SessionAction::Unsubscribe { .. },
            SessionAction::Reply(Reply { .. })
        ]
    ));
    assert_eq!(told(&actions, V2), "100");
    assert!(!driver.session.is_closed());
}

#[test]
fn channels_of_the_token_are_subscribed_to_by_the_server() {
    let mut settings = open_channels();
    settings.channels.personal = Some(String::new());
    let payload = r#"{"sub":"42","channels":["$a","b","b"]}"#;
    let mut driver = Driver::new(V2, settings.clone());
    let actions = driver.connect(&token(payload));
    let names: Vec<_> = connected(&actions)
        .subscriptions
        .iter()
        .map(|(channel, _)| channel.as_str())
        .collect();
    assert_eq!(names, ["$a", "b", "#42"]);
    assert!(matches!(
        &actions[..],
        [
            SessionAction::Reply(_),
            SessionAction::Subscribe(_),
            SessionAction::Subscribe(_),
            SessionAction::Subscribe(_)
        ]
    ));
    assert_eq!(told(&driver.subscribe("$a", ""), V2), "105");

    let payload = r#"{"sub":"42","subs":{"b":{"info":{"s":1},"data":[1]}}}"#;
    let mut driver = Driver::new(V2, SessionSettings::default());
    let actions = driver.connect(&token(payload));
    let (_, result) = &connected(&actions).subscriptions[0];
    assert_eq!(
        result.data.as_ref().unwrap().as_json().as_deref(),
        Some("[1]")
    );
    assert!(membership(&actions).info.channel.is_some());

    let mut driver = Driver::new(V2, SessionSettings::default());
    let actions = driver.connect(&token(r#"{"sub":"42","channels":["ns:a"]}"#));
    assert_eq!(told(&actions, V2), "102");
    assert_eq!(driver.session.user(), None);
}

#[test]
fn a_client_has_at_most_128_channels_with_names_of_at_most_255_bytes() {
    for (generation, long) in [(V1, "106"), (V2, "107")] {
        let mut driver = Driver::open(generation, open_channels(), r#"{"sub":"42"}"#);
        assert_eq!(
            told(&driver.subscribe(&"a".repeat(255), ""), generation),
            "ok"
        );
        assert_eq!(
            told(&driver.subscribe(&"a".repeat(256), ""), generation),
            long
        );
        for number in 1..128 {
            assert_eq!(
                told(&driver.subscribe(&format!("c{number}"), ""), generation),
                "ok"
            );
        }
        assert_eq!(told(&driver.subscribe("more", ""), generation), "106");
    }
}
