//! The requirements of a configuration for tokens, and their limits.

use crate::common;

use common::*;
use countersign::config::{Config, Format};
use countersign::{Authenticator, Code};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

#[test]
fn a6_only_listed_algorithms_are_accepted() {
    let listed = |names: &str| {
        format!(r#"{{"token_hmac_secret_key":"{SECRET}","token_algorithms":{names}}}"#)
    };
    let authenticator = configured(&listed(r#"["HS512","HS384"]"#));
    for (alg, expected) in [
        ("HS256", Err(Code::Algorithm)),
        ("HS384", Ok("42".into())),
        ("HS512", Ok("42".into())),
    ] {
        assert_eq!(
            connect(&authenticator, &hmac(SECRET.as_bytes(), alg, PAYLOAD)),
            expected
        );
    }
    for (names, found) in [
        (r#"["none"]"#, "the algorithms are"),
        (r#"["hs256"]"#, "the algorithms are"),
        (r#"["HS256","ES257"]"#, "\"ES257\""),
        (r#"["RS256"]"#, "HS256"),
    ] {
        let error = json(&listed(names)).unwrap().setup().build().unwrap_err();
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[test]
fn g4_leeway_has_a_bound_and_is_none_by_default() {
    let with = |leeway: &str| {
        json(&format!(
            r#"{{"token_hmac_secret_key":"{SECRET}"{leeway}}}"#
        ))
        .unwrap()
    };
    let outcome = |leeway: &str, claims: &str| {
        let authenticator = Authenticator::new(
            with(leeway)
                .setup()
                .build()
                .unwrap()
                .ignore_warnings()
                .rules,
        );
        connect(
            &authenticator,
            &hs256(&format!(r#"{{"sub":"42",{claims}}}"#)),
        )
    };
    let five = r#","token_leeway":"5s""#;
    for (leeway, claims, expected) in [
        ("", format!(r#""exp":{NOW}"#), Err(Code::Expired)),
        (five, format!(r#""exp":{}"#, NOW - 4), Ok("42".into())),
        (five, format!(r#""exp":{}"#, NOW - 5), Err(Code::Expired)),
        ("", format!(r#""nbf":{NOW}"#), Ok("42".into())),
        ("", format!(r#""nbf":{}"#, NOW + 1), Err(Code::NotYetValid)),
        (five, format!(r#""nbf":{}"#, NOW + 5), Ok("42".into())),
        (
            five,
            format!(r#""nbf":{}"#, NOW + 6),
            Err(Code::NotYetValid),
        ),
    ] {
        assert_eq!(outcome(leeway, &claims), expected, "{leeway} {claims}");
    }
    assert!(with(r#","token_leeway":"5m""#).setup().build().is_ok());
    assert!(with(r#","token_leeway":301"#).setup().build().is_err());
}

#[test]
fn g1_g5_require_exp_and_max_age_are_enforced() {
    let authenticator = configured(&format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_require_exp":true,"token_max_age":"1h"}}"#
    ));
    let exp = NOW + 10;
    for (claims, expected) in [
        (format!(r#""exp":{exp},"iat":{NOW}"#), Ok("42".into())),
        (
            format!(r#""exp":{exp},"iat":{}"#, NOW + 999),
            Ok("42".into()),
        ),
        (
            format!(r#""exp":{exp},"iat":{}"#, NOW - 3600),
            Ok("42".into()),
        ),
        (
            format!(r#""exp":{exp},"iat":{}"#, NOW - 3601),
            Err(Code::Expired),
        ),
        (format!(r#""exp":{exp}"#), Err(Code::Claims)),
        (format!(r#""iat":{NOW}"#), Err(Code::Claims)),
    ] {
        let outcome = connect(
            &authenticator,
            &hs256(&format!(r#"{{"sub":"42",{claims}}}"#)),
        );
        assert_eq!(outcome, expected, "{claims}");
    }
}

#[test]
fn an_exact_expectation_and_a_regex_exclude_each_other() {
    for name in ["audience", "issuer"] {
        let text = format!(
            r#"{{"token_hmac_secret_key":"s","token_{name}":"a","token_{name}_regex":"a"}}"#
        );
        let error = json(&text).unwrap().setup().build().unwrap_err();
        assert_eq!(error.option_name(), Some(format!("token_{name}").as_str()));
    }
}

#[test]
fn g10_a_regex_takes_linear_time_and_bounded_memory() {
    let with = |regex: &str| {
        json(&format!(
            r#"{{"token_hmac_secret_key":"{SECRET}","token_audience_regex":{}}}"#,
            quoted(regex)
        ))
        .unwrap()
        .setup()
        .build()
    };
    let authenticator = Authenticator::new(with("(a+)+$").unwrap().ignore_warnings().rules);
    let aud = format!("{}!", "a".repeat(8_000));
    let outcome = connect(&authenticator, &hs256(&format!(r#"{{"aud":"{aud}"}}"#)));
    assert_eq!(outcome, Err(Code::Audience));

    for regex in [
        "(a{1000}){1000}",
        "(",
        "a)|(?:b",
        "[z-a]",
        r"(a)\1",
        "(?=a)",
        "(?x)a#",
    ] {
        let error = with(regex).unwrap_err();
        assert_eq!(error.option_name(), Some("token_audience_regex"), "{regex}");
    }
}

#[test]
fn d12_a_configured_type_applies_to_both_kinds_of_token() {
    let authenticator = configured(&format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_typ":"at+jwt"}}"#
    ));
    for (typ, good) in [
        ("at+jwt", true),
        ("application/AT+JWT", true),
        ("JWT", false),
    ] {
        let header = format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#);
        let make = |payload| signed(&secret(), "HS256", &header, payload);
        let expected = |accepted: &str| {
            if good {
                Ok(accepted.into())
            } else {
                Err(Code::WrongKind)
            }
        };
        assert_eq!(
            connect(&authenticator, &make(PAYLOAD)),
            expected("42"),
            "{typ}"
        );
        let subscription = make(r#"{"sub":"42","channel":"c"}"#);
        assert_eq!(
            subscribe(&authenticator, &subscription),
            expected("c"),
            "{typ}"
        );
    }
    assert_eq!(
        connect(&authenticator, &hs256(PAYLOAD)),
        Err(Code::WrongKind)
    );
}

#[test]
fn e9_the_limit_for_tokens_is_configured() {
    let limited = configured(&format!(
        r#"{{"client":{{"token_size_limit":120,"token":{{"hmac_secret_key":"{SECRET}"}}}}}}"#
    ));
    assert!(connect(&limited, &hs256(r#"{"sub":"42"}"#)).is_ok());
    let long = hs256(&format!(r#"{{"sub":"42","info":"{}"}}"#, "a".repeat(100)));
    assert_eq!(connect(&limited, &long), Err(Code::Malformed));
}

#[test]
fn an_issuer_makes_no_token_over_the_configured_limit() {
    let text = format!(
        r#"{{"client":{{"token_size_limit":120,"token":{{"hmac_secret_key":"{SECRET}"}}}}}}"#
    );
    let issuer = json(&text).unwrap().connection_issuer().unwrap();
    assert!(issuer.connection("42").sign().is_ok());
    assert!(issuer.connection(&"4".repeat(100)).sign().is_err());
}

#[test]
fn a_byte_order_mark_before_a_configuration_is_ignored() {
    for (format, text) in [
        (Format::Json, "\u{feff}{\"token_audience\":\"chat\"}"),
        (Format::Toml, "\u{feff}token_audience = \"chat\""),
        (Format::Yaml, "\u{feff}token_audience: chat"),
    ] {
        let config = Config::from_text(text, format, []).unwrap();
        assert_eq!(config.token.audience.as_deref(), Some("chat"));
    }
}

#[test]
fn c11_an_end_without_a_previous_secret_is_refused() {
    let text = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_hmac_previous_secret_key_valid_until":5}}"#
    );
    let error = json(&text).unwrap().setup().build().unwrap_err();
    let option = "token_hmac_previous_secret_key_valid_until";
    assert_eq!(error.option_name(), Some(option));
}
