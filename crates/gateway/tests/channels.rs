//! Who may do what in which channel, by the rules of Centrifugo v2 and of v4 to v6.

use crate::support;

use countersign::{Authenticator, Rules};
use countersign_gateway::session::{
    Access, ChannelRules, ChannelSettings, NamespaceOptions, SessionAction, SessionSettings,
};
use countersign_gateway::wire::{ClientRequest, Generation};
use support::{Driver, SECRET, authority, token, told};

use Generation::{V1, V2};

/// What a user, or an anonymous one, is told.
fn driver(user: &str, channels: &ChannelSettings) -> Driver {
    let mut settings = SessionSettings::default();
    settings.channels = channels.clone();
    let rules = Rules::new(authority("main", SECRET)).allow_no_token();
    let mut driver = Driver::with(V2, settings, Authenticator::new(rules));
    let shown = token(&format!(r#"{{"sub":"{user}"}}"#));
    assert_eq!(told(&driver.connect(&shown), V2), "ok");
    driver
}

/// By the rules of v2, whose options come to these.
fn v2(options: impl FnOnce(&mut NamespaceOptions)) -> ChannelSettings {
    let mut channels = ChannelSettings::default();
    let mut open = NamespaceOptions::default();
    open.subscribe.client = true;
    open.user_limited = true;
    options(&mut open);
    channels.without_namespace = open;
    channels.namespaces.insert("ns".into(), open);
    channels
}

fn v4(options: impl FnOnce(&mut NamespaceOptions)) -> ChannelSettings {
    let mut channels = ChannelSettings::default();
    channels.rules = ChannelRules::V4;
    options(&mut channels.without_namespace);
    channels
}

fn everyone() -> Access {
    let mut everyone = Access::default();
    everyone.client = true;
    everyone.anonymous = true;
    everyone
}

#[test]
fn by_v2_a_channel_is_open_unless_its_name_or_an_option_says_otherwise() {
    let open = v2(|_| {});
    let anonymous = v2(|options| options.subscribe.anonymous = true);
    let server_side = v2(|options| options.server_side = true);
    for (channels, user, channel, expected) in [
        (&open, "42", "news", "ok"),
        (&open, "42", "ns:news", "ok"),
        (&open, "42", "unknown:news", "102"),
        (&open, "42", "$unknown:news", "102"),
        (&open, "42", "$news", "103"),
        (&open, "42", "$ns:news", "103"),
        (&open, "42", "dialog#42,43", "ok"),
        (&open, "43", "dialog#42,43", "ok"),
        (&open, "4", "dialog#42,43", "103"),
        (&open, "42", "a#1#42", "ok"),
        (&open, "42", "dialog#", "103"),
        (&open, "", "news", "103"),
        (&anonymous, "", "news", "ok"),
        (&anonymous, "", "dialog#", "103"),
        (&server_side, "42", "news", "103"),
    ] {
        let mut driver = driver(user, channels);
        assert_eq!(
            told(&driver.subscribe(channel, ""), V2),
            expected,
            "{user} {channel}"
        );
    }
}

#[test]
fn by_v2_only_private_channels_need_a_token() {
    let open = v2(|_| {});
    let mut driver = driver("42", &open);
    assert_eq!(told(&driver.subscribe("news", "nonsense"), V2), "ok");
    let shown = token(r#"{"sub":"42","channel":"$room#43"}"#);
    assert_eq!(told(&driver.subscribe("$room#43", &shown), V2), "103");
    let shown = token(r#"{"sub":"42","channel":"$ns:room"}"#);
    assert_eq!(told(&driver.subscribe("$ns:room", &shown), V2), "ok");
}

#[test]
fn by_v2_an_anonymous_user_needs_the_option_even_with_a_token() {
    let shown = token(r#"{"channel":"$room","client":"client-1"}"#);
    let mut closed = driver("", &v2(|_| {}));
    assert_eq!(told(&closed.subscribe("$room", &shown), V2), "103");
    let mut open = driver("", &v2(|options| options.subscribe.anonymous = true));
    assert_eq!(told(&open.subscribe("$room", &shown), V2), "ok");
}

#[test]
fn by_v4_nothing_is_allowed_unless_an_option_allows_it() {
    let closed = v4(|_| {});
    let clients = v4(|options| options.subscribe.client = true);
    let all = v4(|options| options.subscribe = everyone());
    let limited = v4(|options| {
        options.subscribe.client = true;
        options.user_limited = true;
    });
    for (channels, user, channel, expected) in [
        (&closed, "42", "news", "103"),
        (&closed, "42", "dialog#42", "103"),
        (&clients, "42", "news", "ok"),
        (&clients, "", "news", "103"),
        (&clients, "42", "$news", "103"),
        (&clients, "42", "dialog#43", "ok"),
        (&clients, "42", "ns:news", "102"),
        (&all, "", "news", "ok"),
        (&limited, "42", "dialog#42", "ok"),
        (&limited, "42", "dialog#43", "103"),
        (&limited, "42", "news", "ok"),
    ] {
        let mut driver = driver(user, channels);
        assert_eq!(
            told(&driver.subscribe(channel, ""), V2),
            expected,
            "{user} {channel}"
        );
    }
}

#[test]
fn by_v4_every_channel_takes_a_subscription_token() {
    let closed = v4(|_| {});
    let shown = token(r#"{"sub":"42","channel":"news"}"#);
    assert_eq!(
        told(&driver("42", &closed).subscribe("news", &shown), V2),
        "ok"
    );
    assert_eq!(
        told(&driver("43", &closed).subscribe("news", &shown), V2),
        "103"
    );
    assert_eq!(
        told(&driver("42", &closed).subscribe("else", &shown), V2),
        "103"
    );
    // An anonymous user with a token needs no option.
    let shown = token(r#"{"channel":"news","client":"client-1"}"#);
    assert_eq!(
        told(&driver("", &closed).subscribe("news", &shown), V2),
        "ok"
    );
}

#[test]
fn publishing_needs_an_option() {
    let closed = v2(|_| {});
    let clients = v2(|options| options.publish.client = true);
    let subscribers = v2(|options| options.publish.subscriber = true);
    for (channels, user, subscribed, expected) in [
        (&closed, "42", true, "103"),
        (&clients, "42", false, "ok"),
        (&clients, "", false, "103"),
        (&subscribers, "42", false, "103"),
        (&subscribers, "42", true, "ok"),
    ] {
        let mut driver = driver(user, channels);
        if subscribed {
            driver.subscribe("news", "");
        }
        assert_eq!(told(&driver.publish("news"), V2), expected);
        assert_eq!(told(&driver.publish("unknown:news"), V2), "102");
    }
    let mut driver = driver("42", &clients);
    assert_eq!(told(&driver.publish(""), V2), "close 3501");
}

#[test]
fn presence_needs_its_option_and_a_subscription() {
    let off = v2(|options| options.ask_presence.subscriber = true);
    let on = v2(|options| {
        options.presence = true;
        options.presence_for_clients = true;
        options.ask_presence.subscriber = true;
    });
    let hidden = v2(|options| {
        options.presence = true;
        options.ask_presence.subscriber = true;
    });
    for (channels, subscribed, expected) in [
        (&off, true, "108"),
        (&on, false, "103"),
        (&on, true, "ok"),
        (&hidden, true, "108"),
    ] {
        let mut driver = driver("42", channels);
        if subscribed {
            driver.subscribe("news", "");
        }
        let channel = "news".to_owned();
        let presence = ClientRequest::Presence {
            channel: channel.clone(),
        };
        assert_eq!(told(&driver.send(presence), V2), expected);
        let stats = ClientRequest::PresenceStats { channel };
        assert_eq!(told(&driver.send(stats), V2), expected);
    }
}

/// Whether a member is announced, and hears of others.
fn join_leave(generation: Generation, channels: &ChannelSettings, asks: bool) -> (bool, bool) {
    let mut settings = SessionSettings::default();
    settings.channels = channels.clone();
    let mut driver = Driver::open(generation, settings, r#"{"sub":"42"}"#);
    let actions = driver.send(ClientRequest::Subscribe {
        channel: "news".into(),
        token: String::new(),
        join_leave: asks,
    });
    let memberships = actions.iter().filter_map(|action| match action {
        SessionAction::Subscribe(it) => Some((it.announced, it.hears_others)),
        _ => None,
    });
    memberships.last().unwrap()
}

#[test]
fn join_and_leave_go_to_the_subscribers_that_may_get_them() {
    let off = v4(|options| options.subscribe.client = true);
    let on = v4(|options| {
        options.subscribe.client = true;
        options.join_leave = true;
    });
    let forced = v4(|options| {
        options.subscribe.client = true;
        options.join_leave = true;
        options.force_push_join_leave = true;
    });
    for (channels, generation, asks, expected) in [
        (&off, V1, false, (false, false)),
        (&off, V2, true, (false, false)),
        (&on, V1, false, (true, true)),
        (&on, V2, false, (true, false)),
        (&on, V2, true, (true, true)),
        (&forced, V2, false, (true, true)),
    ] {
        assert_eq!(join_leave(generation, channels, asks), expected);
    }
}

#[test]
fn the_separators_in_channel_names_can_be_changed() {
    let mut channels = v2(|_| {});
    channels.private_prefix = "@".into();
    channels.namespace_boundary = "/".into();
    channels.user_boundary = "!".into();
    channels.user_separator = "+".into();
    for (channel, expected) in [
        ("$news", "ok"),
        ("@news", "103"),
        ("ns/news", "ok"),
        ("unknown/news", "102"),
        ("unknown:news", "ok"),
        ("a#43", "ok"),
        ("a!43", "103"),
        ("a!43+42", "ok"),
    ] {
        let mut driver = driver("42", &channels);
        assert_eq!(
            told(&driver.subscribe(channel, ""), V2),
            expected,
            "{channel}"
        );
    }
    // Without a prefix no channel is private.
    channels.private_prefix = String::new();
    assert_eq!(
        told(&driver("42", &channels).subscribe("@news", ""), V2),
        "ok"
    );
}
