//! A server reads exactly the claims that an issuer wrote.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

use countersign_claims::{
    ClaimsError, ClaimsErrorKind, ConnectionClaims, DecodeOptions, Overrides, SubscriptionClaims,
    TokenClaims,
};
use countersign_new_claims::{NewConnection, NewSubscribeOptions, NewSubscription, NewTokenClaims};
use countersign_time::UnixTime;

fn presence(on: bool) -> Overrides {
    let mut overrides = Overrides::default();
    overrides.presence = Some(on);
    overrides
}

#[test]
fn every_claim_of_a_connection_comes_back_as_it_was_written() {
    let options = NewSubscribeOptions::default()
        .info_bytes(b"\x00\xff")
        .data_json(r#"{"d": 1}"#)
        .overrides(presence(false));
    let payload = NewConnection::new("a \"quoted\" \u{e9}")
        .iss("me")
        .aud("x")
        .aud("y")
        .exp(UnixTime::new(1_700_000_000, 500_000_000))
        .nbf(UnixTime::from_secs(-1))
        .iat(UnixTime::from_secs(0))
        .jti("j")
        .expire_at(UnixTime::new(5, 999))
        .info_json("  { \"a\" : null }\n")
        .meta_json("null")
        .sub("news", options)
        .sub("plain", NewSubscribeOptions::default().data_bytes(b"\x01"))
        .claim_json("tenant", r#""t""#)
        .finish()
        .unwrap();
    let claims = ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    let registered = &claims.registered;
    assert_eq!(registered.user_id(), "a \"quoted\" \u{e9}");
    assert_eq!(registered.iss.as_deref(), Some("me"));
    let audiences: Vec<_> = registered.aud.iter().collect();
    assert_eq!(audiences, ["x", "y"]);
    assert_eq!(
        registered.exp,
        Some(UnixTime::new(1_700_000_000, 500_000_000))
    );
    assert_eq!(registered.nbf, Some(UnixTime::from_secs(-1)));
    assert_eq!(registered.iat, Some(UnixTime::EPOCH));
    assert_eq!(registered.jti.as_deref(), Some("j"));
    assert_eq!(claims.expires(), Some(UnixTime::from_secs(5)));
    assert_eq!(
        claims.info.as_ref().unwrap().as_json(),
        Some(r#"{ "a" : null }"#)
    );
    assert_eq!(claims.meta.as_ref().unwrap().as_json(), Some("null"));
    assert_eq!(claims.channels.len(), 2);
    let news = claims.channel("news").unwrap();
    assert_eq!(news.info.unwrap().to_vec(), b"\x00\xff");
    assert_eq!(news.data.unwrap().as_json(), Some(r#"{"d": 1}"#));
    assert_eq!(news.overrides, presence(false));
    let plain = claims.channel("plain").unwrap();
    assert_eq!((plain.info, plain.data.unwrap().to_vec()), (None, vec![1]));
    assert!(payload.contains(r#""tenant":"t""#));
}

#[test]
fn every_claim_of_a_subscription_comes_back_as_it_was_written() {
    let payload = NewSubscription::new("42", "$news")
        .client("c1")
        .exp(UnixTime::from_secs(100))
        .expire_token_only()
        .info_bytes(b"i")
        .data_json("[1,2]")
        .overrides(presence(true))
        .finish()
        .unwrap();
    let claims = SubscriptionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    assert!(claims.scope().check("$news", "42", "c1").is_ok());
    assert!(claims.eto);
    assert_eq!(claims.expires(), None);
    assert_eq!(claims.options.info.unwrap().to_vec(), b"i");
    assert_eq!(claims.options.data.unwrap().as_json(), Some("[1,2]"));
    assert_eq!(claims.options.overrides, presence(true));

    let forever = NewSubscription::new("42", "c")
        .exp(UnixTime::from_secs(100))
        .never_expires();
    assert_eq!(
        forever.finish().unwrap(),
        r#"{"sub":"42","exp":100,"expire_at":0,"channel":"c"}"#
    );
}

#[test]
fn a_simple_payload_has_only_its_claims() {
    assert_eq!(
        NewConnection::new("42").finish().unwrap(),
        r#"{"sub":"42"}"#
    );
    assert_eq!(NewConnection::new("").finish().unwrap(), "{}");
    assert_eq!(
        NewConnection::new("42")
            .aud("a")
            .channel("x")
            .channel("y")
            .finish()
            .unwrap(),
        r#"{"sub":"42","aud":"a","channels":["x","y"]}"#
    );
    // The last value counts.
    let late = UnixTime::from_secs(2);
    assert_eq!(
        NewConnection::new("42")
            .exp(UnixTime::EPOCH)
            .exp(late)
            .finish()
            .unwrap(),
        r#"{"sub":"42","exp":2}"#
    );
}

#[test]
fn text_that_is_not_exactly_one_json_value_adds_no_claim() {
    for json in [
        "",
        " ",
        r#"1,"sub":"admin""#,
        r#"1,"exp":9999999999"#,
        "1}",
        "{}{}",
        "{} []",
        "[1,]",
        "nul",
        r#"{"a":1,"a":2}"#,
        "\u{feff}1",
        "\"\u{1}\"",
        r#""\ud800""#,
        "// comment",
    ] {
        let nested = || NewSubscribeOptions::default();
        for payload in [
            NewConnection::new("42").info_json(json).finish(),
            NewConnection::new("42").meta_json(json).finish(),
            NewConnection::new("42").claim_json("x", json).finish(),
            NewConnection::new("42")
                .sub("c", nested().info_json(json))
                .finish(),
            NewConnection::new("42")
                .sub("c", nested().data_json(json))
                .finish(),
            NewSubscription::new("42", "c").info_json(json).finish(),
            NewSubscription::new("42", "c").data_json(json).finish(),
            NewSubscription::new("42", "c")
                .claim_json("x", json)
                .finish(),
        ] {
            assert_eq!(
                payload.unwrap_err().kind(),
                ClaimsErrorKind::Claims,
                "{json}"
            );
        }
    }
}

#[test]
fn claims_that_a_server_would_refuse_are_never_written() {
    let early = UnixTime::from_secs(-5);
    for (payload, because) in [
        (
            NewConnection::new("a\n").finish(),
            "`sub` holds a control character",
        ),
        (
            NewConnection::new("a").channel("").finish(),
            "empty channel name",
        ),
        (
            NewConnection::new("a").channel("x\0").finish(),
            "control character",
        ),
        (
            NewConnection::new("a").channel("x".repeat(256)).finish(),
            "255 bytes",
        ),
        (
            NewConnection::new("a")
                .sub("", NewSubscribeOptions::default())
                .finish(),
            "empty",
        ),
        (
            NewConnection::new("a")
                .channel("x")
                .sub("y", NewSubscribeOptions::default())
                .finish(),
            "would be ignored",
        ),
        (
            NewConnection::new("a")
                .sub("y", NewSubscribeOptions::default())
                .sub("y", NewSubscribeOptions::default())
                .finish(),
            "twice",
        ),
        (
            NewConnection::new("a")
                .claim_json("channel", "\"x\"")
                .finish(),
            "not a claim of your own",
        ),
        (
            NewConnection::new("a").claim_json("sub", "\"b\"").finish(),
            "not a claim of your own",
        ),
        (
            NewConnection::new("a")
                .claim_json("exp", "\"soon\"")
                .finish(),
            "`exp`",
        ),
        (
            NewConnection::new("a").expire_at(early).finish(),
            "never_expires",
        ),
        (
            NewConnection::new("a").expire_at(UnixTime::EPOCH).finish(),
            "never_expires",
        ),
        (NewSubscription::new("a", "").finish(), "empty channel name"),
        (
            NewSubscription::new("a", "\u{7f}").finish(),
            "control character",
        ),
        (
            NewSubscription::new("a", "c").client("").finish(),
            "any client",
        ),
        (
            NewSubscription::new("a", "c").client("\r").finish(),
            "control character",
        ),
        (
            NewSubscription::new("a", "c")
                .claim_json("channel", "\"d\"")
                .finish(),
            "not a claim of your own",
        ),
    ] {
        let error = payload.unwrap_err().to_string();
        assert!(error.contains(because), "{error} / {because}");
    }
    let many = (0..1001).fold(NewConnection::new("a"), |new, i| {
        new.channel(format!("c{i}"))
    });
    assert!(
        many.finish()
            .unwrap_err()
            .to_string()
            .contains("more than 1000")
    );
}

/// Found by fuzzing (`tests/fuzz/corpus/written`): the name was not escaped.
#[test]
fn k2_the_name_of_a_custom_claim_is_escaped_in_errors() {
    let error = NewConnection::new("a")
        .claim_json("a\u{6}b", "no JSON")
        .finish()
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("`a\\u{6}b` is not exactly one valid JSON value"),
        "{text}"
    );
}

#[test]
fn custom_claims_never_replace_a_claim_that_a_method_sets() {
    fn finish(kind: &str, name: &str) -> Result<String, ClaimsError> {
        let json = "1";
        match kind {
            "connection" => NewConnection::new("a").claim_json(name, json).finish(),
            "subscription" => NewSubscription::new("a", "c")
                .claim_json(name, json)
                .finish(),
            _ => NewTokenClaims::new().claim_json(name, json).finish(),
        }
    }
    for (kind, names) in [
        ("connection", ConnectionClaims::NAMES),
        ("subscription", SubscriptionClaims::NAMES),
        ("token", TokenClaims::NAMES),
    ] {
        for name in names {
            let error = finish(kind, name).unwrap_err();
            assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{kind} {name}");
            assert!(
                error.to_string().contains("not a claim of your own"),
                "{error}"
            );
            let error = finish(kind, &name.to_uppercase()).unwrap_err();
            assert!(error.to_string().contains("letter case"), "{error}");
        }
        assert!(finish(kind, "tenant").unwrap().ends_with(r#""tenant":1}"#));
    }
}

#[test]
fn a_name_that_is_given_twice_is_an_error() {
    let token = NewTokenClaims::new;
    for payload in [
        token().claim_json("a", "1").claim_json("a", "2").finish(),
        token()
            .claim_json("a", "1")
            .claims_json(r#"{"a":2}"#)
            .finish(),
        token()
            .claims_json(r#"{"a":1}"#)
            .claims_json(r#"{"b":1,"a":2}"#)
            .finish(),
        token().claims_json(r#"{"a":1,"a":2}"#).finish(),
        token()
            .user("42")
            .user_id_claim("a")
            .claim_json("a", "1")
            .finish(),
        NewConnection::new("42")
            .claim_json("a", "1")
            .claim_json("a", "1")
            .finish(),
    ] {
        let error = payload.unwrap_err();
        assert_eq!(error.to_string(), "`a` is given twice; give it once");
        assert_eq!(error.kind(), ClaimsErrorKind::Claims);
    }
    // Text that is not exactly one object is an error and no panic.
    for json in ["", "[]", "1", r#"{"a":1"#, r#"{"a":1},"b":{"c":2}"#] {
        assert!(token().claims_json(json).finish().is_err(), "{json}");
    }
}

#[test]
fn any_jwt_is_written_with_registered_and_custom_claims() {
    let payload = NewTokenClaims::new()
        .user("42")
        .iss("me")
        .aud("a")
        .aud("b")
        .exp(UnixTime::from_secs(3))
        .claims_json(r#" {"tenant": "t", "channel" : [1, 2]} "#)
        .claim_json("client", "null")
        .finish()
        .unwrap();
    assert_eq!(
        payload,
        r#"{"sub":"42","iss":"me","aud":["a","b"],"exp":3,"tenant":"t","channel":[1, 2],"client":null}"#
    );
    assert_eq!(NewTokenClaims::default().finish().unwrap(), "{}");
    let claims = TokenClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    assert_eq!(claims.registered.exp, Some(UnixTime::from_secs(3)));
}

#[test]
fn a_subscription_says_whom_it_is_for() {
    assert_eq!(
        NewSubscription::new("", "c").finish().unwrap(),
        r#"{"sub":"","channel":"c"}"#
    );
    assert_eq!(
        NewSubscription::for_client("c1", "c").finish().unwrap(),
        r#"{"channel":"c","client":"c1"}"#
    );
    assert!(NewSubscription::for_client("", "c").finish().is_err());
    assert_eq!(
        NewSubscription::new("42", "c")
            .user_id_claim("user_id")
            .finish()
            .unwrap(),
        r#"{"sub":"42","channel":"c","user_id":"42"}"#
    );
}

#[test]
fn c10_debug_shows_the_kind_and_no_claim() {
    let options = NewSubscribeOptions::default().data_json("\"hush\"");
    let shown = format!("{options:?}");
    assert!(
        shown.starts_with("NewSubscribeOptions { overrides: "),
        "{shown}"
    );
    assert!(!shown.contains("hush"), "{shown}");
    assert_eq!(
        format!("{:?}", NewTokenClaims::new().user("hush")),
        "NewClaims { kind: ForToken, .. }"
    );
    assert_eq!(
        format!("{:?}", NewConnection::new("hush")),
        "NewClaims { kind: ForConnection { .. }, .. }"
    );
    assert_eq!(
        format!("{:?}", NewSubscription::new("hush", "hush")),
        "NewClaims { kind: ForSubscription { .. }, .. }"
    );
}

/// A payload of claims that have methods of their own is not decoded again.
#[test]
fn a_plain_payload_is_refused_exactly_where_decoding_refuses_it() {
    let long = "c".repeat(256);
    let texts = [
        "",
        "a",
        "\u{0}",
        "a\nb",
        "\u{7f}",
        "\u{85}",
        "\u{e9}",
        "\"\\",
        "\u{1f600}",
        &long,
        "a b",
    ];
    let infos = ["null", " 1 ", "[[]]", r#"{"a":1e308}"#];
    for user in texts {
        for channel in texts {
            for info in infos {
                let written = NewConnection::new(user)
                    .info_json(info.to_owned())
                    .exp(UnixTime::from_secs(i64::MAX))
                    .iat(UnixTime::from_secs(0))
                    .channel(channel)
                    .channel("other")
                    .finish();
                let quoted = countersign_json::quote;
                let sub = if user.is_empty() {
                    String::new()
                } else {
                    format!(r#""sub":{},"#, quoted(user))
                };
                let payload = format!(
                    r#"{{{sub}"exp":9223372036854775807,"iat":0,"info":{},"channels":[{},"other"]}}"#,
                    info.trim(),
                    quoted(channel)
                );
                let decoded =
                    ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default());
                assert_eq!(written, decoded.map(|_| payload.clone()), "{payload}");
            }
        }
        let written = NewTokenClaims::new().user(user).finish();
        let payload = format!(r#"{{"sub":{}}}"#, countersign_json::quote(user));
        let decoded = TokenClaims::decode(payload.as_bytes(), &DecodeOptions::default());
        assert_eq!(written, decoded.map(|_| payload.clone()), "{payload}");
    }
    let many = |count: usize| {
        let begun = NewConnection::new("42");
        let claims = (0..count).fold(begun, |claims, at| claims.channel(at.to_string()));
        claims.finish().map(drop)
    };
    assert_eq!(many(1000), Ok(()));
    assert!(matches!(many(1001), Err(ClaimsError::TooMany { .. })));
}
