//! The parts of a verified connection token.

use crate::common;

use common::{NOW, configured, connect, hs256, hs256_authenticator, now};
use countersign::{Code, Connection, Identity, UnixTime};

fn connection(payload: &str) -> Connection {
    hs256_authenticator()
        .connection(&hs256(payload), now())
        .unwrap()
}

#[test]
fn the_examples_of_the_documentation_are_accepted() {
    let later = NOW + 1;
    for payload in [
        r#"{"sub":"42"}"#.to_owned(),
        format!(r#"{{"sub":"42","exp":{later}}}"#),
        r#"{"sub":"42","info":{"name":"Alexander"}}"#.to_owned(),
    ] {
        assert_eq!(connection(&payload).user(), "42", "{payload}");
    }
}

#[test]
fn the_user_is_passed_on_exactly_as_signed() {
    for (sub, user) in [
        ("42", "42"),
        (" 42 ", " 42 "),
        (r"\u0034\u0032", "42"),
        ("Ａ", "Ａ"),
        ("e\u{301}", "e\u{301}"),
        ("", ""),
    ] {
        assert_eq!(connection(&format!(r#"{{"sub":"{sub}"}}"#)).user(), user);
    }
    assert_eq!(connection("{}").user(), "", "no `sub` is anonymous");
}

#[test]
fn g16_expire_at_decides_when_a_new_token_is_due_and_exp_is_still_checked() {
    let (soon, later) = (NOW + 60, NOW + 600);
    for (claims, expires) in [
        (String::new(), None),
        (format!(r#","exp":{soon}"#), Some(soon)),
        (format!(r#","exp":{soon},"expire_at":{later}"#), Some(later)),
        (format!(r#","expire_at":{later}"#), Some(later)),
        (format!(r#","exp":{soon},"expire_at":0"#), None),
        (format!(r#","exp":{soon},"expire_at":-5"#), None),
    ] {
        let connection = connection(&format!(r#"{{"sub":"42"{claims}}}"#));
        assert_eq!(
            connection.expires(),
            expires.map(UnixTime::from_secs),
            "{claims}"
        );
    }
    for expire_at in ["0".to_owned(), later.to_string()] {
        let payload = format!(r#"{{"sub":"42","exp":{NOW},"expire_at":{expire_at}}}"#);
        let outcome = connect(&hs256_authenticator(), &hs256(&payload));
        assert_eq!(outcome, Err(Code::Expired), "{payload}");
    }
}

#[test]
fn info_and_meta_are_kept_byte_for_byte() {
    for json in [
        r#"{"b":1,  "a":1.0, "c":"\u0041","__proto__":null}"#,
        "[1e2,\t-0]",
        "\"text\"",
        "12345678901234567890123",
        "false",
    ] {
        let both = connection(&format!(r#"{{"sub":"42","info":{json},"meta": {json} }}"#));
        assert_eq!(both.info(), Some(json.as_bytes()));
        assert_eq!(both.meta(), Some(json.as_bytes()));
    }
    let none = connection(r#"{"sub":"42"}"#);
    assert_eq!(
        (none.info(), none.meta(), none.token_id()),
        (None, None, None)
    );
    assert_eq!(connection(r#"{"jti":"t-1"}"#).token_id(), Some("t-1"));
}

#[test]
fn b64info_may_have_any_bytes_and_wins_over_info() {
    for (claims, info) in [
        (r#""b64info":"e30=""#, &b"{}"[..]),
        (r#""b64info":"AP8=","info":{"a":1}"#, &[0, 255]),
        (r#""info":{"a":1},"b64info":"AP8=""#, &[0, 255]),
        (r#""info":{"a":1},"b64info":"""#, br#"{"a":1}"#),
    ] {
        let connection = connection(&format!(r#"{{"sub":"42",{claims}}}"#));
        assert_eq!(connection.info(), Some(info), "{claims}");
    }
    let outcome = connect(&hs256_authenticator(), &hs256(r#"{"b64info":"e3-="}"#));
    assert_eq!(outcome, Err(Code::Claims));
}

#[test]
fn channels_are_named_in_order_and_subs_win_with_their_options() {
    let names = |connection: &Connection| {
        let names = connection.channels().map(|channel| channel.name.to_owned());
        names.collect::<Vec<_>>()
    };
    let plain = connection(r#"{"sub":"42","channels":["news","$chat:1"]}"#);
    assert_eq!(names(&plain), ["news", "$chat:1"]);
    assert_eq!(
        plain.channels().next().unwrap().options,
        countersign::ChannelOptions::default()
    );
    assert_eq!(connection(r#"{"sub":"42"}"#).channels().len(), 0);

    let subs = connection(
        r#"{"channels":["ignored"],"subs":{
            "a":{"info":{"x": 1},"b64data":"AP8=","override":{"presence":{"value":true},"join_leave":{}}},
            "b":{}}}"#,
    );
    assert_eq!(names(&subs), ["a", "b"]);
    let options = subs.channels().next().unwrap().options;
    assert_eq!(options.info, Some(&br#"{"x": 1}"#[..]));
    assert_eq!(options.data, Some(&[0, 255][..]));
    assert_eq!(options.overrides.presence, Some(true));
    assert_eq!(options.overrides.join_leave, Some(false));
    assert_eq!(options.overrides.force_recovery, None);

    let empty = connection(r#"{"channels":["used"],"subs":{}}"#);
    assert_eq!(names(&empty), ["used"]);
}

#[test]
fn g13_a_refresh_for_another_user_is_refused() {
    let connection = connection(r#"{"sub":"42"}"#);
    let of = |authority: &str, user: &str| Identity::new(authority, None, user);
    assert!(connection.check_identity(&of("default", "42")).is_ok());
    for other in [
        of("default", "43"),
        of("default", ""),
        of("default", "42 "),
        of("default", "４２"),
        of("another", "42"),
        Identity::new("default", Some("https://a".into()), "42"),
    ] {
        let error = connection.check_identity(&other).unwrap_err();
        assert_eq!(error.code(), Code::Claims, "{other:?}");
    }
    let anonymous = self::connection("{}");
    assert!(anonymous.check_identity(&of("default", "")).is_ok());
}

#[test]
fn a_connection_without_a_token_is_refused_unless_it_is_allowed() {
    let closed = configured(r#"{"token_hmac_secret_key":"secret"}"#);
    assert_eq!(closed.without_token().unwrap_err().code(), Code::NoToken);

    for name in ["client_anonymous", "allow_anonymous_connect_without_token"] {
        let open = configured(&format!(
            r#"{{"token_hmac_secret_key":"secret","{name}":true}}"#
        ));
        let connection = open.without_token().unwrap();
        assert_eq!((connection.user(), connection.expires()), ("", None));
        assert!(connection.channels().len() == 0 && connection.info().is_none());
        assert_eq!(
            connect(&open, ""),
            Err(Code::Malformed),
            "an empty token is no absent one"
        );
    }
}

#[test]
fn a_signed_anonymous_user_is_accepted_unless_it_is_disallowed() {
    let secret = common::SECRET;
    let open = configured(&format!(r#"{{"token_hmac_secret_key":"{secret}"}}"#));
    let closed = configured(&format!(
        r#"{{"client":{{"token":{{"hmac_secret_key":"{secret}"}},
            "disallow_anonymous_connection_tokens":true}}}}"#
    ));
    for payload in ["{}", r#"{"sub":""}"#] {
        assert_eq!(connect(&open, &hs256(payload)), Ok(String::new()));
        assert_eq!(connect(&closed, &hs256(payload)), Err(Code::Anonymous));
    }
    assert_eq!(connect(&closed, &hs256(r#"{"sub":"42"}"#)), Ok("42".into()));

    // A subscription token of v2 names a client instead of a user.
    let subscription = hs256(r#"{"channel":"$news","client":"c1"}"#);
    assert_eq!(
        common::subscribe(&closed, &subscription),
        Ok("$news".into())
    );
}

#[test]
fn a_channel_that_is_named_twice_is_subscribed_to_once() {
    let authenticator = hs256_authenticator();
    let token = hs256(r#"{"sub":"42","channels":["b","a","b","\u0061"]}"#);
    let connection = authenticator.connection(&token, now()).unwrap();
    assert!(connection.channels().map(|it| it.name).eq(["b", "a"]));
}

#[test]
fn a_connection_and_a_plain_token_that_expire_at_different_times_are_not_equal() {
    let authenticator = hs256_authenticator();
    for (expire_at, are_equal) in [(0, false), (NOW + 50, false), (NOW + 100, true)] {
        let exp = NOW + 100;
        let token = hs256(&format!(r#"{{"exp":{exp},"expire_at":{expire_at}}}"#));
        let connection = authenticator.connection(&token, now()).unwrap();
        let token = authenticator.token(&token, now()).unwrap();
        assert_eq!(token.expires() == connection.expires(), are_equal);
        assert_eq!(token == *connection, are_equal, "{expire_at}");
    }
}

#[test]
fn an_owned_connection_keeps_its_parts_however_they_are_written() {
    let plain = ["42", "backend", "t-1", "chat", "news"];
    let escaped = [
        r"4\u0032",
        r"\u0062ackend",
        r"t\u002d1",
        r"\u0063hat",
        r"new\u0073",
    ];
    for [sub, iss, jti, aud, channel] in [plain, escaped] {
        let payload = format!(
            r#"{{"sub":"{sub}","iss":"{iss}","jti":"{jti}","aud":["mail","{aud}"],
                "channels":["{channel}"]}}"#
        );
        let first = connection(&payload);
        let kept = Box::new(first.clone());
        assert!(*kept == first && *kept != connection(r#"{"sub":"42"}"#));
        drop(first);
        let origin = (kept.user(), kept.iss(), kept.token_id());
        assert_eq!(origin, ("42", Some("backend"), Some("t-1")), "{payload}");
        assert!(kept.aud().eq(["mail", "chat"]), "{payload}");
        assert!(kept.channels().map(|it| it.name).eq(["news"]), "{payload}");
        assert_eq!(kept.payload(), payload.as_bytes());
    }
}
