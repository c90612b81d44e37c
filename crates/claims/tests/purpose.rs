//! Rows C12, G12 and G13, and what claims mean once they are read.

use countersign_claims::{
    ClaimsError, ClaimsErrorKind, ConnectionClaims, DecodeOptions, Overrides, Scope,
    SubscriptionClaims,
};
use countersign_time::UnixTime;

fn connection(payload: &str) -> Result<ConnectionClaims<'_>, ClaimsError> {
    ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default())
}

fn subscription(payload: &str) -> Result<SubscriptionClaims<'_>, ClaimsError> {
    SubscriptionClaims::decode(payload.as_bytes(), &DecodeOptions::default())
}

fn at(secs: i64) -> Option<UnixTime> {
    Some(UnixTime::from_secs(secs))
}

#[test]
fn c12_g12_a_token_with_any_channel_is_never_a_connection_token() {
    for channel in [r#""news""#, r#""""#, "null", "0", "true", "[]", "{}"] {
        for payload in [
            format!(r#"{{"sub":"42","channel":{channel}}}"#),
            format!(r#"{{"\u0063hannel":{channel},"sub":"42"}}"#),
            // Whatever else is wrong, on either side of it.
            format!(r#"{{"exp":"x","channel":{channel}}}"#),
            format!(r#"{{"channel":{channel},"exp":"x"}}"#),
        ] {
            let error = connection(&payload).unwrap_err();
            assert_eq!(error.kind(), ClaimsErrorKind::WrongKind, "{payload}");
            assert!(error.to_string().contains("subscription token"), "{error}");
        }
    }
}

#[test]
fn c12_g13_a_token_without_a_channel_is_never_a_subscription_token() {
    for payload in [
        "{}",
        r#"{"sub":"42","channels":["news"]}"#,
        r#"{"sub":"42","client":"c","channels":"news"}"#,
        r#"{"exp":"x"}"#,
    ] {
        let error = subscription(payload).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::WrongKind, "{payload}");
        assert!(error.to_string().contains("connection token"), "{error}");
    }
    for payload in [
        r#"{"channel":""}"#,
        r#"{"channel":null}"#,
        r#"{"channel":1}"#,
        r#"{"channel":["news"]}"#,
    ] {
        let error = subscription(payload).unwrap_err();
        assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
    }
}

#[test]
fn g13_a_token_is_valid_only_for_its_channel_user_and_client() {
    let bound = r#"{"sub":"42","channel":"news","client":"c1"}"#;
    let open = r#"{"sub":"42","channel":"news"}"#;
    let empty_client = r#"{"sub":"42","channel":"news","client":""}"#;
    let anonymous = r#"{"sub":"","channel":"news"}"#;
    let anonymous_client = r#"{"sub":"","channel":"news","client":"c1"}"#;
    let of_centrifugo_v2 = r#"{"channel":"news","client":"c1"}"#;
    for (payload, request, refused_for) in [
        (bound, ("news", "42", "c1"), None),
        (bound, ("news", "42", "c2"), Some("client")),
        (bound, ("news", "42", ""), Some("client")),
        (bound, ("news2", "42", "c1"), Some("channel")),
        (bound, ("new", "42", "c1"), Some("channel")),
        (bound, ("News", "42", "c1"), Some("channel")),
        (bound, ("news", "43", "c1"), Some("user")),
        (bound, ("news", "", "c1"), Some("user")),
        (open, ("news", "42", "c2"), None),
        (empty_client, ("news", "42", "c2"), None),
        (anonymous, ("news", "", "c2"), None),
        (anonymous, ("news", "42", "c2"), Some("user")),
        (anonymous_client, ("news", "", "c1"), None),
        (anonymous_client, ("news", "", "c2"), Some("client")),
        (anonymous_client, ("news", "42", "c1"), Some("user")),
        (of_centrifugo_v2, ("news", "42", "c1"), None),
        (of_centrifugo_v2, ("news", "", "c1"), None),
        (of_centrifugo_v2, ("news", "42", "c2"), Some("client")),
    ] {
        let (channel, user, client) = request;
        let claims = subscription(payload).unwrap();
        match (claims.scope().check(channel, user, client), refused_for) {
            (Ok(()), None) => {}
            (Err(error), Some(what)) => {
                assert_eq!(error, ClaimsError::Mismatch { what });
                assert_eq!(error.kind(), ClaimsErrorKind::Claims);
            }
            (outcome, _) => panic!("{payload} {request:?}: {outcome:?}"),
        }
    }
}

#[test]
fn g23_a_subscription_token_names_a_user_or_a_client() {
    for payload in [
        r#"{"channel":"$c1"}"#,
        r#"{"channel":"$c1","client":""}"#,
        r#"{"channel":"$c1","exp":4102444800,"info":{"sub":"42"}}"#,
    ] {
        let error = subscription(payload).unwrap_err();
        assert!(matches!(error, ClaimsError::Unbound { .. }), "{payload}");
        assert_eq!(error.kind().code(), "claims");
        let text = error.to_string();
        assert!(
            text.contains("`sub`") && text.contains("`client`"),
            "{text}"
        );
    }
    // Where an option names the user's claim, `sub` doesn't count.
    let mut options = DecodeOptions::default();
    options.user_id_claim = Some("user_id".into());
    let decode = |payload: &'static str| {
        SubscriptionClaims::decode(payload.as_bytes(), &options)
            .map(|claims| claims.scope().user.map(String::from))
    };
    let error = decode(r#"{"channel":"c","sub":"42"}"#).unwrap_err();
    assert!(error.to_string().contains("`user_id`"), "{error}");
    assert_eq!(
        decode(r#"{"channel":"c","user_id":""}"#),
        Ok(Some("".into()))
    );
    assert_eq!(
        decode(r#"{"channel":"c","user_id":7}"#),
        Ok(Some("7".into()))
    );
    assert_eq!(
        decode(r#"{"channel":"c","sub":"42","client":"c1"}"#),
        Ok(None)
    );
}

#[test]
fn g23_a_scope_without_user_and_client_matches_nobody() {
    let scope = Scope::new("news", None, None);
    let error = scope.check("news", "", "").unwrap_err();
    assert!(matches!(error, ClaimsError::Unbound { .. }));
}

#[test]
fn g13_a_token_that_refreshes_names_the_same_user() {
    let claims = connection(r#"{"sub":"42"}"#).unwrap();
    assert!(claims.registered.check_user("42").is_ok());
    for other in ["43", "", "42 ", "4"] {
        assert!(claims.registered.check_user(other).is_err(), "{other:?}");
    }
    let anonymous = connection("{}").unwrap();
    assert!(anonymous.registered.check_user("").is_ok());
    assert!(anonymous.registered.check_user("42").is_err());
}

#[test]
fn base64_wins_over_json_on_every_level() {
    let claims = connection(
        r#"{"info":{"a":1},"b64info":"e30=",
            "subs":{"x":{"info":1,"b64info":"AQ==","b64data":"Ag==","data":2},"y":{"data":2},"z":{"info":[3]}}}"#,
    )
    .unwrap();
    let info = claims.info.as_ref().unwrap();
    assert_eq!(
        (info.to_vec().as_slice(), info.as_json()),
        (&b"{}"[..], None)
    );
    let x = claims.channels.get("x").unwrap();
    assert_eq!(x.info.unwrap().to_vec(), [1]);
    assert_eq!(x.data.unwrap().to_vec(), [2]);
    let y = claims.channel("y").unwrap();
    assert_eq!((y.info, y.data.unwrap().to_vec()), (None, b"2".to_vec()));
    let z = claims.channel("z").unwrap();
    assert_eq!((z.info.unwrap().to_vec(), z.data), (b"[3]".to_vec(), None));

    let claims =
        subscription(r#"{"sub":"42","channel":"c","b64info":"AQ==","info":1,"data":null}"#)
            .unwrap();
    assert_eq!(claims.options.info.unwrap().to_vec(), [1]);
    let mut out = b"data: ".to_vec();
    claims.options.data.unwrap().append_to(&mut out);
    assert_eq!(out, b"data: null");

    // As in Centrifugo, empty is not set.
    let claims = connection(r#"{"info":1,"b64info":""}"#).unwrap();
    assert_eq!(claims.info.unwrap().to_vec(), b"1");
}

#[test]
fn subs_win_over_channels_unless_they_are_empty() {
    let names = |payload: &str| {
        let claims = connection(payload).unwrap();
        let names: Vec<_> = claims
            .channels
            .iter()
            .map(|(name, _)| name.into_owned())
            .collect();
        assert_eq!(names.len(), claims.channels.len());
        assert_eq!(names.is_empty(), claims.channels.is_empty());
        names
    };
    assert_eq!(names(r#"{"channels":["a","b"],"subs":{"x":{}}}"#), ["x"]);
    assert_eq!(
        names(r#"{"subs":{"x":{},"y":{}},"channels":["a"]}"#),
        ["x", "y"]
    );
    assert_eq!(names(r#"{"channels":["b","a"],"subs":{}}"#), ["b", "a"]);
    assert_eq!(names(r#"{"channels":[]}"#), [""; 0]);
    assert_eq!(names("{}"), [""; 0]);
}

#[test]
fn overrides_are_read_by_name_and_unknown_ones_ignored() {
    let claims = subscription(
        r#"{"sub":"42","channel":"c","override":{"presence":{"value":true},"join_leave":{"value":false},
            "force_recovery":{"value":true},"force_positioning":{},
            "force_push_join_leave":{"value":true,"x":1},"new_option":7}}"#,
    )
    .unwrap();
    let mut expected = Overrides::default();
    expected.presence = Some(true);
    expected.join_leave = Some(false);
    expected.force_recovery = Some(true);
    // Go leaves a false `value` out.
    expected.force_positioning = Some(false);
    expected.force_push_join_leave = Some(true);
    assert_eq!(claims.options.overrides, expected);

    let claims = connection(r#"{"subs":{"a":{"override":{"presence":{"value":true}}}}}"#).unwrap();
    let overrides = claims.channel("a").unwrap().overrides;
    assert_eq!(
        (overrides.presence, overrides.join_leave),
        (Some(true), None)
    );
}

#[test]
fn access_ends_by_expire_at_then_eto_then_exp() {
    for (claims, expires) in [
        (r#""exp":100"#, at(100)),
        (r#""exp":100.5"#, Some(UnixTime::new(100, 500_000_000))),
        ("", None),
        (r#""expire_at":200"#, at(200)),
        (r#""exp":100,"expire_at":0"#, None),
        (r#""exp":100,"expire_at":200"#, at(200)),
    ] {
        let payload = format!("{{{claims}}}");
        assert_eq!(
            connection(&payload).unwrap().expires(),
            expires,
            "{payload}"
        );
        let comma = if claims.is_empty() { "" } else { "," };
        let payload = format!(r#"{{"sub":"42","channel":"c"{comma}{claims}}}"#);
        assert_eq!(
            subscription(&payload).unwrap().expires(),
            expires,
            "{payload}"
        );
    }
    for (claims, expires) in [
        (r#""exp":100,"eto":true"#, None),
        (r#""exp":100,"eto":false"#, at(100)),
        (r#""exp":100,"eto":true,"expire_at":200"#, at(200)),
        (r#""exp":100,"eto":true,"expire_at":0"#, None),
    ] {
        let payload = format!(r#"{{"sub":"42","channel":"c",{claims}}}"#);
        let decoded = subscription(&payload).unwrap();
        assert_eq!(decoded.expires(), expires, "{payload}");
        assert_eq!(decoded.registered.exp, at(100));
    }
    // `eto` belongs to subscriptions.
    assert_eq!(
        connection(r#"{"exp":100,"eto":true}"#).unwrap().expires(),
        at(100)
    );
}

#[test]
fn c10_what_the_application_put_in_a_token_stays_out_of_debug_output() {
    let claims = connection(
        r#"{"sub":"42","info":"hush","meta":{"key":"hush"},
            "subs":{"a":{"data":"hush","info":"hush"}}}"#,
    )
    .unwrap();
    assert!(!format!("{claims:?}").contains("hush"));
    let claims =
        subscription(r#"{"sub":"42","channel":"c","info":"hush","b64data":"aHVzaA=="}"#).unwrap();
    let shown = format!("{claims:?}");
    assert!(
        !shown.contains("hush") && !shown.contains("aHVz"),
        "{shown}"
    );
}
