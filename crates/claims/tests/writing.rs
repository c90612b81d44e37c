//! What an issuer writes is what a server reads, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

use countersign_claims::{
    ClaimsErrorKind, ConnectionClaims, DecodeOptions, NewConnection, NewSubscribeOptions,
    NewSubscription, Overrides, SubscriptionClaims, UnixTime,
};

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
    assert_eq!(registered.user, "a \"quoted\" \u{e9}");
    assert_eq!(registered.iss.as_deref(), Some("me"));
    assert!(registered.aud.any(|aud| aud == "x") && registered.aud.any(|aud| aud == "y"));
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
fn simple_payloads_are_simple() {
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
fn text_that_is_not_exactly_one_json_value_slips_no_claim_in() {
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
fn what_a_server_would_refuse_is_never_written() {
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
            "subscription token",
        ),
        (
            NewConnection::new("a").claim_json("sub", "\"b\"").finish(),
            "twice",
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
            "twice",
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

/// Found by fuzzing (`tests/fuzz/corpus/written`): the name stood in the sentence as it was.
#[test]
fn k2_the_name_of_a_claim_of_ones_own_is_escaped_in_errors() {
    let error = NewConnection::new("a")
        .claim_json("a\u{6}b", "no JSON")
        .finish()
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("`a\\u{6}b` is not one sound JSON value"),
        "{text}"
    );
}

/// Found by fuzzing (`tests/fuzz/corpus/written`), which did not expect it.
#[test]
fn a_registered_claim_may_be_given_as_one_of_ones_own_where_it_is_not_given_otherwise() {
    let own = |new: NewConnection<'_>| new.claim_json("exp", "3").finish();
    let payload = own(NewConnection::new("a")).unwrap();
    let claims = ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    assert_eq!(claims.registered.exp, Some(UnixTime::from_secs(3)));
    let error = own(NewConnection::new("a").exp(UnixTime::from_secs(2))).unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
}
