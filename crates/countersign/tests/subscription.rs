//! The parts of a verified subscription token, and who may use it.

use crate::common;

use common::{NOW, connect, hs256, hs256_authenticator, now, subscribe};
use countersign::{Code, Identity, Subscription, UnixTime};

fn subscription(payload: &str) -> Subscription {
    hs256_authenticator()
        .subscription(&hs256(payload), now())
        .unwrap()
}

#[test]
fn it_has_what_the_backend_signed() {
    let subscription = subscription(
        r#"{"sub":"42","client":"c1","channel":"$news","jti":"t-1","info":{"x": 1},
            "data":[1,  2],"override":{"force_recovery":{"value":true}}}"#,
    );
    assert_eq!(subscription.user(), "42");
    assert_eq!(subscription.client(), Some("c1"));
    assert_eq!(subscription.channel(), "$news");
    assert_eq!(subscription.info(), Some(&br#"{"x": 1}"#[..]));
    assert_eq!(subscription.options().data, Some(&b"[1,  2]"[..]));
    assert_eq!(subscription.options().overrides.force_recovery, Some(true));
    assert_eq!(subscription.options().overrides.presence, None);
    assert_eq!(subscription.token_id(), Some("t-1"));
}

#[test]
fn b64info_and_b64data_win_over_info_and_data() {
    let subscription = subscription(
        r#"{"sub":"42","channel":"c","info":1,"b64info":"AP8=","b64data":"e30=","data":2,"client":""}"#,
    );
    assert_eq!(subscription.info(), Some(&[0, 255][..]));
    assert_eq!(subscription.options().data, Some(&b"{}"[..]));
    assert_eq!(subscription.client(), None, "an empty client names none");
}

#[test]
fn g16_under_eto_exp_bounds_the_token_and_not_the_subscription() {
    let (soon, later) = (NOW + 60, NOW + 600);
    for (claims, expires) in [
        (String::new(), None),
        (format!(r#","exp":{soon}"#), Some(soon)),
        (format!(r#","exp":{soon},"eto":true"#), None),
        (format!(r#","exp":{soon},"eto":false"#), Some(soon)),
        (format!(r#","exp":{soon},"expire_at":{later}"#), Some(later)),
        (format!(r#","exp":{soon},"expire_at":0"#), None),
        (
            format!(r#","exp":{soon},"expire_at":{later},"eto":true"#),
            Some(later),
        ),
    ] {
        let subscription = subscription(&format!(r#"{{"sub":"42","channel":"c"{claims}}}"#));
        assert_eq!(
            subscription.expires(),
            expires.map(UnixTime::from_secs),
            "{claims}"
        );
    }
    let expired = hs256(&format!(
        r#"{{"sub":"42","channel":"c","exp":{NOW},"eto":true}}"#
    ));
    assert_eq!(
        subscribe(&hs256_authenticator(), &expired),
        Err(Code::Expired)
    );
}

#[test]
fn g13_a_token_is_valid_only_for_its_channel_and_its_user_or_client() {
    // The claims besides `channel`, and (channel, user, client) of requests.
    let users = r#""sub":"42""#;
    let clients = r#""client":"c1""#;
    let both = r#""sub":"42","client":"c1""#;
    let anonymous = r#""sub":"""#;
    let anonymous_client = r#""sub":"","client":"c1""#;
    for (claims, channel, user, client, good) in [
        (users, "$news", "42", "c1", true),
        (users, "$news", "42", "c2", true),
        (users, "$news", "43", "c1", false),
        (users, "$news", "", "c1", false),
        (users, "$gossip", "42", "c1", false),
        (users, "$new", "42", "c1", false),
        (users, "", "42", "c1", false),
        (clients, "$news", "42", "c1", true),
        (clients, "$news", "", "c1", true),
        (clients, "$news", "42", "c2", false),
        (clients, "$news", "42", "", false),
        (clients, "$gossip", "42", "c1", false),
        (both, "$news", "42", "c1", true),
        (both, "$news", "42", "c2", false),
        (both, "$news", "43", "c1", false),
        (both, "$news", "", "c1", false),
        (anonymous, "$news", "", "c1", true),
        (anonymous, "$news", "42", "c1", false),
        (anonymous_client, "$news", "", "c1", true),
        (anonymous_client, "$news", "", "c2", false),
        (anonymous_client, "$news", "42", "c1", false),
    ] {
        let subscription = subscription(&format!(r#"{{"channel":"$news",{claims}}}"#));
        let outcome =
            subscription.check_request(channel, &Identity::new("default", None, user), client);
        assert_eq!(
            outcome.is_ok(),
            good,
            "{claims}: {channel:?} {user:?} {client:?}"
        );
        if let Err(error) = outcome {
            assert_eq!(error.code(), Code::Claims);
        }
    }
}

#[test]
fn c12_g12_g13_one_secret_for_both_kinds_does_not_let_one_pass_for_the_other() {
    let authenticator = hs256_authenticator();
    let later = NOW + 60;
    for payload in [
        r#"{"sub":"42","channel":"$news"}"#.to_owned(),
        r#"{"sub":"42","channel":""}"#.to_owned(),
        r#"{"sub":"42","channel":null}"#.to_owned(),
        r#"{"sub":"42","channel":7}"#.to_owned(),
        format!(r#"{{"sub":"42","exp":{later},"chann\u0065l":"$news"}}"#),
        // Another fault doesn't hide that the token is of the wrong kind.
        r#"{"sub":42,"channel":"$news"}"#.to_owned(),
    ] {
        assert_eq!(
            connect(&authenticator, &hs256(&payload)),
            Err(Code::WrongKind),
            "{payload}"
        );
    }
    for payload in [
        r#"{"sub":"42"}"#,
        "{}",
        r#"{"sub":"42","channels":["$news"]}"#,
    ] {
        assert_eq!(
            subscribe(&authenticator, &hs256(payload)),
            Err(Code::WrongKind),
            "{payload}"
        );
    }
    for payload in [
        r#"{"channel":""}"#,
        r#"{"channel":null}"#,
        r#"{"channel":["a"]}"#,
    ] {
        assert_eq!(
            subscribe(&authenticator, &hs256(payload)),
            Err(Code::Claims),
            "{payload}"
        );
    }
}

#[test]
fn g23_a_token_that_names_neither_a_user_nor_a_client_is_refused() {
    for payload in [
        r#"{"channel":"$c1"}"#,
        r#"{"channel":"$c1","client":"","info":{}}"#,
    ] {
        let refused = subscribe(&hs256_authenticator(), &hs256(payload));
        assert_eq!(refused, Err(Code::Claims), "{payload}");
    }
}
