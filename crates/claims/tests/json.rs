//! Rows F1 to F13: what is not sound JSON is refused before any claim is read.

use countersign_claims::{
    ClaimsError, ClaimsErrorKind, ConnectionClaims, DecodeOptions, SubscriptionClaims, TokenClaims,
};
use countersign_json::JsonError;

fn connection(payload: &str) -> Result<ConnectionClaims<'_>, ClaimsError> {
    connection_of(payload.as_bytes())
}

fn connection_of(payload: &[u8]) -> Result<ConnectionClaims<'_>, ClaimsError> {
    static OPTIONS: std::sync::LazyLock<DecodeOptions> =
        std::sync::LazyLock::new(DecodeOptions::default);
    ConnectionClaims::decode(payload, &OPTIONS)
}

fn is_malformed(payload: &[u8]) {
    let shown = String::from_utf8_lossy(&payload[..payload.len().min(80)]);
    let error = connection_of(payload).map(drop).unwrap_err();
    assert_eq!(error.kind(), ClaimsErrorKind::Malformed, "{shown}: {error}");
    let error = SubscriptionClaims::decode(payload, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ClaimsErrorKind::Malformed, "{shown}: {error}");
}

#[test]
fn f2_duplicate_claims_are_refused_at_any_level_even_if_unknown() {
    for (payload, name) in [
        (r#"{"sub":"a","sub":"b"}"#, "sub"),
        (r#"{"sub":"a","sub":"a"}"#, "sub"),
        (r#"{"x":1,"x":1}"#, "x"),
        (r#"{"subs":{"a":{},"a":{}}}"#, "a"),
        (r#"{"subs":{"a":{"info":1,"info":2}}}"#, "info"),
        (
            r#"{"subs":{"a":{"override":{"presence":{"value":true,"value":false}}}}}"#,
            "value",
        ),
        (r#"{"info":{"admin":false,"admin":true}}"#, "admin"),
        (r#"{"meta":[{"k":1,"k":2}]}"#, "k"),
    ] {
        let error = connection(payload).unwrap_err();
        assert_eq!(
            error,
            ClaimsError::Malformed(JsonError::Duplicate(name.into())),
            "{payload}"
        );
    }
}

#[test]
fn f3_duplicates_through_escapes_are_refused() {
    for payload in [
        r#"{"sub":"a","\u0073ub":"b"}"#,
        r#"{"\u0065xp":1,"exp":99999999999}"#,
        r#"{"subs":{"a":{},"\u0061":{}}}"#,
    ] {
        is_malformed(payload.as_bytes());
    }
}

/// A claim in another letter case is refused in the decoder that judges it, and ignored by
/// the others.
fn assert_refused_in_another_case(payload: &str, path: &str, right: &str) {
    let options = DecodeOptions::default();
    let error = match payload.contains(r#""channel":"#) {
        true => SubscriptionClaims::decode(payload.as_bytes(), &options).map(drop),
        false => ConnectionClaims::decode(payload.as_bytes(), &options).map(drop),
    };
    let error = error.unwrap_err();
    let expected = ClaimsError::LetterCase {
        found: path.into(),
        right: right.into(),
    };
    assert_eq!(error, expected, "{payload}");
    assert_eq!(error.kind(), ClaimsErrorKind::Claims);
    assert!(error.to_string().contains(&format!("write `{right}`")));
}

#[test]
fn f4_g22_a_claim_in_another_case_is_refused_and_the_error_has_the_right_name() {
    let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
    for name in ConnectionClaims::NAMES {
        for wrong in [capital(name), name.to_uppercase()] {
            assert_refused_in_another_case(&format!(r#"{{"{wrong}":1}}"#), &wrong, name);
            // Beside the right name too, before it and behind it.
            if *name != "channel" {
                let right = format!(r#""{name}":"#) + sample(name);
                for payload in [
                    format!(r#"{{{right},"{wrong}":null}}"#),
                    format!(r#"{{"{wrong}":null,{right}}}"#),
                ] {
                    assert_refused_in_another_case(&payload, &wrong, name);
                }
            }
        }
    }
    for name in SubscriptionClaims::NAMES {
        let (wrong, user) = (capital(name), r#""sub":"42""#);
        let payload = format!(r#"{{{user},"channel":"c","{wrong}":1}}"#);
        assert_refused_in_another_case(&payload, &wrong, name);
    }
    // As Go folds: the long s and the Kelvin sign.
    assert_refused_in_another_case("{\"\u{17f}ub\":\"a\"}", "\u{17f}ub", "sub");
    assert_refused_in_another_case(r#"{"\u017FUB":"a"}"#, "\u{17f}UB", "sub");
    // Also in any JWT, where no known name has so many bytes.
    for wrong in ["\u{17f}ub", "i\u{17f}\u{17f}", "Exp"] {
        let payload = format!(r#"{{"{wrong}":"a"}}"#);
        let error = TokenClaims::decode(payload.as_bytes(), &DecodeOptions::default());
        let is_letter_case = matches!(error, Err(ClaimsError::LetterCase { .. }));
        assert!(is_letter_case, "{payload}");
    }
    // In place of `channel`, too: it isn't a connection token that lacks it.
    let error = SubscriptionClaims::decode(
        br#"{"sub":"42","Channel":"news"}"#,
        &DecodeOptions::default(),
    );
    assert!(error.unwrap_err().to_string().contains("write `channel`"));
}

/// A right value for a claim of a connection.
fn sample(name: &str) -> &'static str {
    match name {
        "exp" | "nbf" | "iat" | "expire_at" => "1",
        "channels" | "aud" => "[]",
        "subs" => "{}",
        _ => r#""""#,
    }
}

#[test]
fn g22_options_in_another_case_are_refused_inside_subs_and_override() {
    for (options, path, right) in [
        (r#"{"Info":1}"#, r#"subs["News"].Info"#, "info"),
        (r#"{"B64INFO":1}"#, r#"subs["News"].B64INFO"#, "b64info"),
        (r#"{"Data":1}"#, r#"subs["News"].Data"#, "data"),
        (r#"{"B64Data":1}"#, r#"subs["News"].B64Data"#, "b64data"),
        (r#"{"Override":{}}"#, r#"subs["News"].Override"#, "override"),
        (
            r#"{"override":{"Presence":{}}}"#,
            r#"subs["News"].override.Presence"#,
            "presence",
        ),
        (
            r#"{"override":{"Force_Push_Join_Leave":{}}}"#,
            r#"subs["News"].override.Force_Push_Join_Leave"#,
            "force_push_join_leave",
        ),
        (
            r#"{"override":{"presence":{"Value":true}}}"#,
            r#"subs["News"].override.presence.Value"#,
            "value",
        ),
    ] {
        let payload = format!(r#"{{"subs":{{"News":{options}}}}}"#);
        assert_refused_in_another_case(&payload, path, right);
    }
    let payload = r#"{"sub":"42","channel":"c","override":{"Join_Leave":{"value":true}}}"#;
    assert_refused_in_another_case(payload, "override.Join_Leave", "join_leave");
    // What the application wrote has its own names.
    for payload in [
        r#"{"info":{"Sub":1,"EXP":2},"meta":{"Channel":1},"subs":{"Sub":{},"SUB":{}}}"#,
        r#"{"Sub_":1,"exp2":1,"Expires":1,"Client":1,"Eto":true,"Override":{}}"#,
    ] {
        assert!(connection(payload).is_ok(), "{payload}");
    }
}

#[test]
fn f4_g22_names_are_compared_exactly_and_escapes_do_not_hide_one() {
    // An escaped spelling is the same name.
    let claims = connection(r#"{"\u0073ub":"a"," sub":"b"}"#).unwrap();
    assert_eq!(claims.registered.user_id(), "a");
    assert_refused_in_another_case(r#"{"\u0053ub":"a"}"#, "Sub", "sub");
    // The claim that names the user is one that is judged.
    let mut options = DecodeOptions::default();
    options.user_id_claim = Some("user_id".into());
    for (payload, right) in [(r#"{"User_Id":"a"}"#, "user_id"), (r#"{"Sub":"a"}"#, "sub")] {
        let error = ConnectionClaims::decode(payload.as_bytes(), &options).unwrap_err();
        assert!(
            error.to_string().contains(&format!("write `{right}`")),
            "{error}"
        );
    }
}

#[test]
fn f5_a_payload_that_is_not_an_object_is_refused() {
    for payload in [
        "null",
        "[]",
        r#"["a",1,null]"#,
        r#""x""#,
        "1",
        "",
        "true",
        " ",
    ] {
        is_malformed(payload.as_bytes());
    }
}

#[test]
fn f6_text_that_is_not_json_by_rfc_8259_is_refused() {
    for payload in [
        "\u{feff}{}",
        "{/* c */}",
        r#"{"sub":"a",}"#,
        "{'sub':'a'}",
        r#"{"exp":NaN}"#,
        r#"{"exp":Infinity}"#,
        r#"{"exp":01}"#,
        r#"{"exp":+1}"#,
        r#"{"exp":1.}"#,
        r#"{"exp":.5}"#,
        r#"{"exp":0x10}"#,
        "{}x",
        "{}{}",
        "{\"sub\":\"a\nb\"}",
    ] {
        is_malformed(payload.as_bytes());
    }
    // Space around the object is JSON.
    assert!(connection(" \t\r\n{} \n").is_ok());
}

#[test]
fn f7_invalid_utf8_and_lone_surrogates_are_refused_also_in_ignored_claims() {
    for payload in [
        &b"{\"sub\":\"\xff\"}"[..],
        b"{\"x\":\"\xc0\x80\"}",
        b"{\"info\":\"\xed\xa0\x80\"}",
        br#"{"info":"\ud800"}"#,
        br#"{"x":{"y":"\udc00\ud800"}}"#,
        br#"{"\ud800":1}"#,
        br#"{"meta":["\ud800x"]}"#,
    ] {
        is_malformed(payload);
    }
}

#[test]
fn f8_control_characters_in_ids_are_refused() {
    let connection_ids = [
        r#"{"sub":"ID"}"#,
        r#"{"channels":["ok","ID"]}"#,
        r#"{"subs":{"ID":{}}}"#,
    ];
    let subscription_ids = [
        r#"{"channel":"ID"}"#,
        r#"{"channel":"c","client":"ID"}"#,
        r#"{"channel":"c","sub":"ID"}"#,
    ];
    let options = DecodeOptions::default();
    for control in [
        r"a\u0000b",
        r"\n",
        r"a\r",
        r"\u001b[31m",
        r"\u007f",
        r"\u0085",
        r"\t",
    ] {
        for template in connection_ids {
            let payload = template.replace("ID", control);
            let error = connection(&payload).unwrap_err();
            assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
            assert!(error.to_string().contains("control character"), "{error}");
        }
        for template in subscription_ids {
            let payload = template.replace("ID", control);
            let error = SubscriptionClaims::decode(payload.as_bytes(), &options).unwrap_err();
            assert_eq!(error.kind(), ClaimsErrorKind::Claims, "{payload}");
        }
        // What is not an id may hold them.
        let payload = format!(r#"{{"info":"{control}","meta":"{control}"}}"#);
        assert!(connection(&payload).is_ok(), "{payload}");
    }
    is_malformed(b"{\"sub\":\"a\x00b\"}");
}

#[test]
fn f9_deep_nesting_is_refused_also_in_info_meta_and_unknown_claims() {
    for name in ["info", "meta", "x", "sub", "subs"] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            for depth in [101, 5_000, 1_000_000] {
                let inner = if open == "[" { "" } else { "1" };
                let payload = format!(
                    r#"{{"{name}":{}{inner}{}}}"#,
                    open.repeat(depth),
                    close.repeat(depth)
                );
                let error = connection(&payload).unwrap_err();
                assert_eq!(error, ClaimsError::Malformed(JsonError::TooDeep));
            }
        }
    }
}

#[test]
fn f10_huge_numbers_are_errors_and_never_panics() {
    let digits = "9".repeat(1 << 20);
    for number in ["1e400", "-1e400", "1e99999999999999999999", &digits] {
        for name in ["exp", "nbf", "iat", "expire_at", "info"] {
            let payload = format!(r#"{{"{name}":{number}}}"#);
            let error = connection(&payload).unwrap_err();
            assert!(
                matches!(
                    error.kind(),
                    ClaimsErrorKind::Malformed | ClaimsErrorKind::Claims
                ),
                "{name}"
            );
            assert!(error.to_string().len() < 300);
        }
    }
}

#[test]
fn f11_very_many_members_are_read_in_reasonable_time() {
    let mut payload = String::from("{");
    for i in 0..100_000 {
        payload.push_str(&format!(r#""claim{i}":{i},"#));
    }
    payload.push_str(r#""sub":"42"}"#);
    assert_eq!(connection(&payload).unwrap().registered.user_id(), "42");
}

#[test]
fn f12_strings_with_escapes_are_accepted() {
    let claims = connection(
        r#"{"sub":"a\u0062\"","iss":"\u0069","aud":["\u0061","b"],"jti":"\/",
            "b64info":"e\u00330=","channels":["n\u0065ws"]}"#,
    )
    .unwrap();
    assert_eq!(claims.registered.user_id(), "ab\"");
    assert_eq!(claims.registered.iss.as_deref(), Some("i"));
    assert!(claims.registered.aud.iter().any(|aud| aud == "a"));
    assert_eq!(claims.registered.jti.as_deref(), Some("/"));
    assert_eq!(claims.info.unwrap().to_vec(), b"{}");
    assert!(claims.channels.get("news").is_some());
}

#[test]
fn f13_info_and_meta_pass_byte_for_byte() {
    for json in [
        r#"{"__proto__":{"admin":true},"constructor":1}"#,
        r#"{ "a" : 1.0e0 , "b":[ ]}"#,
        "null",
        "0",
        r#""\u0041\/""#,
        "[1,\n 2]",
        "-0.0",
        "12345678901234567890.123456789",
    ] {
        let payload = format!(r#"{{"info": {json} ,"meta":{json}}}"#);
        let claims = connection(&payload).unwrap();
        let info = claims.info.unwrap();
        assert_eq!(info.to_vec(), json.as_bytes());
        assert_eq!(info.as_json(), Some(json));
        assert_eq!(claims.meta.unwrap().as_json(), Some(json));
    }
}
