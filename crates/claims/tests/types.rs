//! Rows G2, G3, G7, G8, G14 to G16 and G20: a claim of the wrong type is never an absent one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_claims::{
    ClaimsError, ClaimsErrorKind, ConnectionClaims, DecodeOptions, MAX_AUDIENCES,
    SubscriptionClaims, TokenClaims,
};
use countersign_time::UnixTime;

/// Every JSON type, by the name of the type.
const VALUES: [(&str, &str); 9] = [
    ("null", "null"),
    ("boolean", "true"),
    ("boolean", "false"),
    ("number", "0"),
    ("number", "1.5"),
    ("string", r#""x""#),
    ("string", r#""1""#),
    ("array", "[]"),
    ("object", "{}"),
];

fn connection(payload: &str) -> Result<ConnectionClaims<'_>, ClaimsError> {
    ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default())
}

fn subscription(payload: &str) -> Result<SubscriptionClaims<'_>, ClaimsError> {
    SubscriptionClaims::decode(payload.as_bytes(), &DecodeOptions::default())
}

#[test]
fn g2_g7_g8_a_claim_of_the_wrong_type_is_an_error_also_null() {
    let connection_claims: &[(&str, &[&str])] = &[
        ("sub", &["string"]),
        ("iss", &["string"]),
        ("jti", &["string"]),
        ("aud", &["string", "array"]),
        ("exp", &["number"]),
        ("nbf", &["number"]),
        ("iat", &["number"]),
        ("channels", &["array"]),
        ("subs", &["object"]),
        (
            "info",
            &["null", "boolean", "number", "string", "array", "object"],
        ),
        (
            "meta",
            &["null", "boolean", "number", "string", "array", "object"],
        ),
        (
            "unknown",
            &["null", "boolean", "number", "string", "array", "object"],
        ),
    ];
    for (claim, right) in connection_claims {
        for (kind, value) in VALUES {
            let payload = format!(r#"{{"{claim}":{value}}}"#);
            let decoded = connection(&payload);
            if right.contains(&kind) {
                assert!(decoded.is_ok(), "{payload}");
                continue;
            }
            let error = decoded.unwrap_err();
            assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
            let ClaimsError::WrongType { claim: named, .. } = &error else {
                panic!("{payload}: {error}");
            };
            assert_eq!(named, claim);
            assert!(error.to_string().contains(kind), "{error}");
        }
    }
    let subscription_claims: &[(&str, &[&str])] = &[
        ("sub", &["string"]),
        ("client", &["string"]),
        ("eto", &["boolean"]),
        ("override", &["object"]),
        ("exp", &["number"]),
        (
            "data",
            &["null", "boolean", "number", "string", "array", "object"],
        ),
    ];
    for (claim, right) in subscription_claims {
        for (kind, value) in VALUES {
            let sub = if *claim == "sub" {
                ""
            } else {
                r#","sub":"42""#
            };
            let payload = format!(r#"{{"channel":"c"{sub},"{claim}":{value}}}"#);
            let decoded = subscription(&payload);
            assert_eq!(decoded.is_ok(), right.contains(&kind), "{payload}");
            if let Err(error) = decoded {
                assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
            }
        }
    }
}

#[test]
fn g2_the_error_says_what_was_found_and_expected() {
    let error = connection(r#"{"exp":"1700000000"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a string as `exp`, which must be a number of seconds, without quotes; \
         correct it where tokens are issued"
    );
    let error =
        connection(r#"{"subs":{"a\"":{"override":{"presence":{"value":1}}}}}"#).unwrap_err();
    assert!(
        error
            .to_string()
            .contains(r#"`subs["a\""].override.presence.value`, which must be a boolean"#),
        "{error}"
    );
}

#[test]
fn g3_dates_in_range_are_kept_and_others_are_errors() {
    for (number, secs) in [
        ("9223372036854775807", i64::MAX),
        ("1e18", 1_000_000_000_000_000_000),
        ("-1", -1),
        ("0", 0),
    ] {
        let payload = format!(r#"{{"exp":{number},"nbf":{number},"iat":{number}}}"#);
        let registered = connection(&payload).unwrap().registered;
        let time = Some(UnixTime::from_secs(secs));
        assert_eq!(
            (registered.exp, registered.nbf, registered.iat),
            (time, time, time)
        );
    }
    for claim in ["exp", "nbf", "iat"] {
        for number in [
            "1e308",
            "-1e308",
            "99999999999999999999",
            "9223372036854775808",
            "1e19",
        ] {
            let payload = format!(r#"{{"{claim}":{number}}}"#);
            let error = connection(&payload).unwrap_err();
            assert!(
                matches!(error, ClaimsError::OutOfRange { .. }),
                "{payload}: {error}"
            );
            assert_eq!(error.kind(), ClaimsErrorKind::Claims);
        }
    }
}

#[test]
fn g7_the_user_is_taken_exactly_as_written() {
    let long = "u".repeat(1 << 20);
    for user in [
        "",
        "42",
        " 42 ",
        "Admin",
        "admin",
        "\u{430}dmin",
        "e\u{301}",
        "\u{e9}",
        "null",
        &long,
    ] {
        let payload = format!(r#"{{"sub":"{user}"}}"#);
        let claims = connection(&payload).unwrap();
        assert_eq!(claims.registered.user_id(), user);
        assert_eq!(claims.registered.user.as_deref(), Some(user));
        assert_eq!(claims.registered.is_anonymous(), user.is_empty());
    }
    let absent = connection("{}").unwrap().registered;
    assert!(absent.is_anonymous() && absent.user.is_none());
}

#[test]
fn g8_an_audience_is_a_string_or_an_array_of_strings() {
    for (aud, ok) in [
        (r#""a""#, true),
        (r#"["a","b"]"#, true),
        ("[]", true),
        (r#""""#, true),
        (r#"["a",1]"#, false),
        (r#"["a",null]"#, false),
        (r#"[["a"]]"#, false),
        (r#"[{"a":1}]"#, false),
        ("null", false),
        ("{}", false),
        ("1", false),
    ] {
        let payload = format!(r#"{{"aud":{aud}}}"#);
        let decoded = connection(&payload);
        assert_eq!(decoded.is_ok(), ok, "{payload}");
        if let Ok(claims) = decoded {
            assert!(claims.registered.aud.is_present());
        }
    }
    assert!(!connection("{}").unwrap().registered.aud.is_present());
}

#[test]
fn g8_an_audience_has_at_most_100_elements() {
    let payload = |count: usize| format!(r#"{{"aud":[{}]}}"#, vec![r#""a""#; count].join(","));
    let most = payload(MAX_AUDIENCES);
    let claims = connection(&most).unwrap();
    assert_eq!(claims.registered.aud.iter().count(), 100);
    for count in [101, 3000] {
        let error = connection(&payload(count)).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims);
        assert_eq!(
            error.to_string(),
            "found more than 100 entries in `aud`; write 100 at most"
        );
    }
}

#[test]
fn g14_channels_and_subs_have_caps_and_strict_names() {
    let names = |count: usize| (0..count).map(|i| format!("c{i}")).collect::<Vec<_>>();
    for (count, ok) in [(1000, true), (1001, false), (100_000, false)] {
        let list = names(count)
            .iter()
            .map(|n| format!("\"{n}\""))
            .collect::<Vec<_>>();
        let subs = names(count)
            .iter()
            .map(|n| format!("\"{n}\":{{}}"))
            .collect::<Vec<_>>();
        for payload in [
            format!(r#"{{"channels":[{}]}}"#, list.join(",")),
            format!(r#"{{"subs":{{{}}}}}"#, subs.join(",")),
        ] {
            let decoded = connection(&payload);
            match decoded {
                Ok(claims) => {
                    assert!(ok);
                    assert_eq!(claims.channels.len(), count);
                    assert_eq!(claims.channels.iter().count(), count);
                }
                Err(error) => {
                    assert!(!ok);
                    assert!(
                        matches!(error, ClaimsError::TooMany { limit: 1000, .. }),
                        "{error}"
                    );
                }
            }
        }
    }
    let mut options = DecodeOptions::default();
    options.limits.channels = 1;
    let two = br#"{"channels":["a","b"]}"#;
    assert!(ConnectionClaims::decode(two, &options).is_err());

    let (longest, too_long) = ("a".repeat(255), "a".repeat(256));
    // 86 of these are 258 bytes.
    let too_long_in_bytes = "\u{20ac}".repeat(86);
    for (name, ok) in [
        ("a", true),
        (longest.as_str(), true),
        (too_long.as_str(), false),
        (too_long_in_bytes.as_str(), false),
        ("", false),
    ] {
        assert_eq!(
            connection(&format!(r#"{{"channels":["{name}"]}}"#)).is_ok(),
            ok
        );
        assert_eq!(
            connection(&format!(r#"{{"subs":{{"{name}":{{}}}}}}"#)).is_ok(),
            ok
        );
        assert_eq!(
            subscription(&format!(r#"{{"sub":"42","channel":"{name}"}}"#)).is_ok(),
            ok
        );
    }
}

#[test]
fn g14_entries_of_the_wrong_type_are_refused() {
    for payload in [
        r#"{"channels":[1]}"#,
        r#"{"channels":[null]}"#,
        r#"{"channels":["a",["b"]]}"#,
        r#"{"channels":"a"}"#,
        r#"{"channels":{"a":1}}"#,
        r#"{"subs":["a"]}"#,
        r#"{"subs":{"a":null}}"#,
        r#"{"subs":{"a":true}}"#,
        r#"{"subs":{"a":[]}}"#,
        r#"{"subs":{"a":{"override":null}}}"#,
        r#"{"subs":{"a":{"override":{"presence":true}}}}"#,
        r#"{"subs":{"a":{"override":{"presence":null}}}}"#,
        r#"{"subs":{"a":{"override":{"join_leave":{"value":"true"}}}}}"#,
        r#"{"subs":{"a":{"override":{"force_recovery":{"value":null}}}}}"#,
        r#"{"subs":{"a":{"override":{"force_positioning":{"value":0}}}}}"#,
        r#"{"subs":{"a":{"override":{"force_push_join_leave":[]}}}}"#,
        r#"{"subs":{"a":{"b64info":1}}}"#,
        r#"{"subs":{"a":{"b64data":null}}}"#,
        // Ignored behind `subs`, and checked all the same.
        r#"{"subs":{"a":{}},"channels":[1]}"#,
        r#"{"channels":null,"subs":{"a":{}}}"#,
    ] {
        let error = connection(payload).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}: {error}");
    }
    for (payload, sentence) in [
        (
            r#"{"channels":["a","b",1]}"#,
            "found a number as `channels[2]`, which must be a string, in quotes; \
             correct it where tokens are issued",
        ),
        (
            r#"{"aud":["a",null]}"#,
            "found null as `aud[1]`, which must be a string, in quotes; \
             correct it where tokens are issued",
        ),
    ] {
        assert_eq!(connection(payload).unwrap_err().to_string(), sentence);
    }
}

#[test]
fn g15_bad_base64_is_a_claims_error_when_decoded() {
    let long = "QUJD".repeat(100_000);
    for (text, ok) in [
        ("", true),
        ("e30=", true),
        ("AA==", true),
        ("+/+/", true),
        (long.as_str(), true),
        ("e30", false),
        ("e3 0=", false),
        // Line breaks, which Ruby's `encode64` writes.
        ("e30=\\n", true),
        ("\\r\\ne\\n30\\n=\\n", true),
        ("\\n", true),
        ("e30\\n", false),
        ("e30=\\ne30=\\n", false),
        ("e30=\\t", false),
        ("e30=\\f", false),
        ("-_-_", false),
        ("e31=", false),
        ("AB==", false),
        ("A===", false),
        ("====", false),
        ("e30=e30=", false),
        ("\u{e9}", false),
    ] {
        for payload in [
            format!(r#"{{"sub":"42","channel":"c","b64info":"{text}"}}"#),
            format!(r#"{{"sub":"42","channel":"c","b64data":"{text}"}}"#),
        ] {
            let decoded = subscription(&payload);
            assert_eq!(decoded.is_ok(), ok, "{text:.20}");
            if let Err(error) = decoded {
                assert_eq!(error.kind(), ClaimsErrorKind::Claims);
                assert!(!error.to_string().contains("e30"), "{error}");
            }
        }
        for payload in [
            format!(r#"{{"b64info":"{text}"}}"#),
            format!(r#"{{"subs":{{"a":{{"b64info":"{text}"}}}}}}"#),
            format!(r#"{{"subs":{{"a":{{"b64data":"{text}"}}}}}}"#),
        ] {
            assert_eq!(connection(&payload).is_ok(), ok, "{text:.20}");
        }
    }
    // Padding inside, at and around the end of a piece that is checked at once.
    for len in 1020..=1032_usize {
        let bytes: Vec<u8> = (0..len).map(|i| i.to_le_bytes()[0]).collect();
        let payload = format!(r#"{{"b64info":"{}"}}"#, STANDARD.encode(&bytes));
        let claims = connection(&payload).unwrap();
        assert_eq!(claims.info.unwrap().to_vec(), bytes);
        // The same, cut into lines of any length.
        let base64 = payload.split('"').rev().nth(1).unwrap();
        for length in [1, 60, 76, 1023, 1024] {
            let lines: Vec<&str> = base64
                .as_bytes()
                .chunks(length)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            let payload = format!(r#"{{"b64info":"{}\n"}}"#, lines.join("\\r\\n"));
            let claims = connection(&payload).unwrap();
            assert_eq!(claims.info.unwrap().to_vec(), bytes);
        }
    }
    let padded_inside = format!("{}AA=={}", "A".repeat(1020), "AAAA");
    assert!(connection(&format!(r#"{{"b64info":"{padded_inside}"}}"#)).is_err());
}

#[test]
fn g16_expire_at_is_a_whole_number() {
    let connection_payload = |value: &str| format!(r#"{{"exp":100,"expire_at":{value}}}"#);
    for (value, expires) in [
        ("200", Some(200)),
        ("1", Some(1)),
        ("0", None),
        ("-5", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", None),
    ] {
        let payload = connection_payload(value);
        let claims = connection(&payload).unwrap();
        assert_eq!(
            claims.expires(),
            expires.map(UnixTime::from_secs),
            "{value}"
        );
        // The token's own expiry is not touched.
        assert_eq!(claims.registered.exp, Some(UnixTime::from_secs(100)));
    }
    for value in [
        "1.5",
        "1.0",
        "1e3",
        "null",
        r#""1""#,
        "true",
        "[]",
        "{}",
        "9223372036854775808",
        "1e308",
        "-9223372036854775809",
    ] {
        let error = connection(&connection_payload(value)).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{value}");
        let payload = format!(r#"{{"channel":"c","expire_at":{value}}}"#);
        let error = subscription(&payload).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{value}");
    }
}

#[test]
fn g20_the_user_claim_is_read_in_the_same_pass_as_all_others() {
    let mut options = DecodeOptions::default();
    options.user_id_claim = Some("user_id".into());
    let user = |payload: &'static str| {
        ConnectionClaims::decode(payload.as_bytes(), &options)
            .map(|claims| claims.registered.user_id().to_owned())
    };
    assert_eq!(user(r#"{"user_id":"test"}"#).unwrap(), "test");
    assert_eq!(user(r#"{"sub":"a","user_id":"b"}"#).unwrap(), "b");
    assert_eq!(user(r#"{"user_id":"b","sub":"a"}"#).unwrap(), "b");
    assert_eq!(
        user(r#"{"sub":"a"}"#).unwrap(),
        "",
        "never falls back to sub"
    );
    assert_eq!(user("{}").unwrap(), "");
    for payload in [
        r#"{"user_id":"a","user_id":"b"}"#,
        r#"{"user_id":"a","\u0075ser_id":"b"}"#,
        r#"{"user_id":true}"#,
        r#"{"USER_ID":"b"}"#,
        r#"{"user_id":null}"#,
        r#"{"user_id":"a\u0000"}"#,
        r#"{"user_id":"a","sub":1}"#,
    ] {
        assert!(user(payload).is_err(), "{payload}");
    }
    // A dot is part of the name, not a path.
    options.user_id_claim = Some("a.b".into());
    let nested = br#"{"a":{"b":"x"},"a.b":"y"}"#;
    assert_eq!(
        ConnectionClaims::decode(nested, &options)
            .unwrap()
            .registered
            .user_id(),
        "y"
    );
    // A claim that has a meaning already keeps it.
    options.user_id_claim = Some("jti".into());
    let claims = ConnectionClaims::decode(br#"{"jti":"j"}"#, &options).unwrap();
    assert_eq!(
        (
            claims.registered.user_id(),
            claims.registered.jti.as_deref()
        ),
        ("j", Some("j"))
    );
    // Not configured, it is one more unknown claim.
    assert_eq!(
        connection(r#"{"user_id":"test"}"#)
            .unwrap()
            .registered
            .user_id(),
        ""
    );
}

#[test]
fn an_integer_is_the_user_if_an_option_names_the_claim() {
    let mut options = DecodeOptions::default();
    options.user_id_claim = Some("user_id".into());
    for (number, user) in [
        ("77", Some("77")),
        ("0", Some("0")),
        ("-5", Some("-5")),
        // Beyond every integer type and every float.
        (
            "123456789012345678901234567890",
            Some("123456789012345678901234567890"),
        ),
        ("1.5", None),
        ("77.0", None),
        ("1e3", None),
    ] {
        let payload = format!(r#"{{"sub":"other","user_id":{number}}}"#);
        match (ConnectionClaims::decode(payload.as_bytes(), &options), user) {
            (Ok(claims), Some(user)) => assert_eq!(claims.registered.user_id(), user),
            (Err(error), None) => {
                assert_eq!(error.kind(), ClaimsErrorKind::Claims);
                assert!(error.to_string().contains("`user_id`"), "{error}");
            }
            (decoded, _) => panic!("{number}: {decoded:?}"),
        }
    }
    // RFC 7519 section 4.1.2: `sub` is a string, whoever names it.
    options.user_id_claim = Some("sub".into());
    assert!(ConnectionClaims::decode(br#"{"sub":77}"#, &options).is_err());
    assert!(connection(r#"{"sub":77}"#).is_err());
}

#[test]
fn g22_any_jwt_checks_only_registered_claims() {
    let decode =
        |payload: &'static str| TokenClaims::decode(payload.as_bytes(), &DecodeOptions::default());
    let claims = decode(
        r#"{"sub":"42","exp":100,"channel":1,"Channel":2,"channels":"x","expire_at":"y","eto":0,
            "override":1,"client":["a"],"info":1,"b64info":"no base64"}"#,
    )
    .unwrap();
    assert_eq!(claims.registered.user_id(), "42");
    assert_eq!(claims.registered.exp, Some(UnixTime::from_secs(100)));
    for payload in [
        r#"{"exp":"100"}"#,
        r#"{"sub":null}"#,
        r#"{"aud":[1]}"#,
        r#"{"Exp":1}"#,
    ] {
        let error = decode(payload).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
    }
    assert_eq!(decode("[]").unwrap_err().kind(), ClaimsErrorKind::Malformed);
}
