//! Cheap checks come first, and an earlier fault hides later ones.

use crate::common;

use common::*;
use countersign::{Authenticator, Authority, Code, Rules, claims};

/// Accepts tokens with the claims of [`GOOD`], of at most 500 bytes.
fn strict() -> Authenticator {
    let mut policy = claims::Policy::default();
    policy.audience = claims::Expectation::Exact("chat".into());
    policy.issuer = claims::Expectation::Exact("backend".into());
    policy.allow_anonymous = false;
    Authenticator::builder()
        .key(secret().with_kid("k"))
        .policy(policy)
        .typ("at+jwt")
        .token_limit(500)
        .build()
        .unwrap()
}

#[test]
fn j13_the_first_fault_is_reported_whatever_else_is_wrong() {
    let header = r#"{"alg":"HS256","kid":"k","typ":"at+jwt"}"#;
    let payload = |claims: &str| format!(r#"{{"sub":"42"{claims}}}"#);
    let long = "x".repeat(600);
    let early = format!(
        r#","iss":"backend","aud":"chat","exp":{},"nbf":{}"#,
        NOW,
        NOW + 1
    );
    // Each token has one fault less than the token before.
    let bad = |header: &str, payload: &str| token(header, payload, |_| vec![0; 32]);
    let good = |payload: &str| signed(&secret(), "HS256", header, payload);
    let rows = [
        (Code::Malformed, format!("{}.", bad("[]", &long))),
        (Code::Malformed, bad("[]", "x")),
        (Code::Algorithm, bad(r#"{"alg":"none"}"#, "x")),
        (Code::WrongKind, bad(r#"{"alg":"HS1","kid":"other"}"#, "x")),
        (
            Code::Algorithm,
            bad(r#"{"alg":"HS1","kid":"other","typ":"at+jwt"}"#, "x"),
        ),
        (
            Code::UnknownKey,
            bad(r#"{"alg":"HS256","kid":"other","typ":"at+jwt"}"#, "x"),
        ),
        (Code::Signature, bad(header, "x")),
        (Code::Malformed, good("x")),
        (Code::WrongKind, good(r#"{"sub":42,"channel":"c","exp":1}"#)),
        (Code::Claims, good(r#"{"sub":42,"exp":1}"#)),
        (Code::Issuer, good(r#"{"exp":1}"#)),
        (Code::Audience, good(r#"{"iss":"backend","exp":1}"#)),
        (Code::Expired, good(&payload(&early))),
        (
            Code::NotYetValid,
            good(&payload(
                &early.replace(&format!(r#""exp":{NOW}"#), r#""jti":"t""#),
            )),
        ),
        (Code::Anonymous, good(r#"{"iss":"backend","aud":"chat"}"#)),
    ];
    for (code, token) in rows {
        assert_eq!(connect(&strict(), &token), Err(code), "{token}");
    }
    let accepted = good(&payload(r#","iss":"backend","aud":["chat"]"#));
    assert_eq!(connect(&strict(), &accepted), Ok("42".into()));
}

#[test]
fn g6_a_bad_signature_is_never_called_expired() {
    let payload = |exp: i64| format!(r#"{{"sub":"42","exp":{exp}}}"#);
    for (exp, secret, expected) in [
        (NOW + 1, SECRET, Ok("42".into())),
        (NOW, SECRET, Err(Code::Expired)),
        (NOW + 1, "another secret", Err(Code::Signature)),
        (NOW, "another secret", Err(Code::Signature)),
    ] {
        let token = hmac(secret.as_bytes(), "HS256", &payload(exp));
        assert_eq!(
            connect(&hs256_authenticator(), &token),
            expected,
            "{exp} {secret}"
        );
    }
}

#[test]
fn e9_a_token_over_the_limit_is_not_parsed() {
    let padded = |bytes: usize| {
        let empty = hs256(r#"{"sub":"42","info":""}"#).len();
        // Three bytes of payload take four bytes of the token.
        let info = "x".repeat((bytes - empty) / 4 * 3);
        hs256(&format!(r#"{{"sub":"42","info":"{info}"}}"#))
    };
    let authenticator = |limit| {
        Authenticator::new(Rules::new(Authority::new(keyring(&[&secret()]))).token_limit(limit))
    };
    let token = padded(4_000);
    for (limit, good) in [
        (token.len() - 1, false),
        (token.len(), true),
        (token.len() + 1, true),
    ] {
        let expected = if good {
            Ok("42".into())
        } else {
            Err(Code::Malformed)
        };
        assert_eq!(connect(&authenticator(limit), &token), expected, "{limit}");
    }
    assert!(connect(&hs256_authenticator(), &padded(16_000)).is_ok());
    assert_eq!(
        connect(&hs256_authenticator(), &padded(17_000)),
        Err(Code::Malformed)
    );
}
