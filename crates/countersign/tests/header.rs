//! Other members of a header besides `alg`: they have no effect, or the token is refused.

use crate::common;

use std::io::ErrorKind;
use std::net::TcpListener;

use common::*;
use countersign::{Authenticator, Code};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

#[test]
fn d1_d3_a_key_that_comes_with_the_token_is_never_used() {
    let authenticator = trusting(&[&pair("EdDSA").1]);
    let jwk = stranger().public_jwk().unwrap();
    let x5c = base64url([0x30; 64]);
    for more in [
        format!(r#""jwk":{jwk}"#),
        format!(r#""jwk":{jwk},"kid":"k""#),
        format!(r#""x5c":["{x5c}"]"#),
        format!(r#""x5t":"{x5c}""#),
        format!(r#""x5t#S256":"{x5c}""#),
    ] {
        let header = format!(r#"{{"alg":"EdDSA",{more}}}"#);
        let forged = signed(stranger(), "EdDSA", &header, PAYLOAD);
        assert_eq!(
            connect(&authenticator, &forged),
            Err(Code::Signature),
            "{more}"
        );
        // D13: nor do they spoil a good token.
        let good = signed(&pair("EdDSA").0, "EdDSA", &header, PAYLOAD);
        assert_eq!(connect(&authenticator, &good), Ok("42".into()), "{more}");
    }
}

#[test]
fn d2_an_address_in_the_header_is_never_visited() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let authenticator = trusting(&[&pair("EdDSA").1]);
    for name in ["jku", "x5u"] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"k","{name}":"http://{address}/keys"}}"#);
        let forged = signed(stranger(), "EdDSA", &header, PAYLOAD);
        assert_eq!(
            connect(&authenticator, &forged),
            Err(Code::Signature),
            "{name}"
        );
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn d4_d5_d6_a_kid_is_only_a_name_and_is_shown_escaped() {
    let authenticator = trusting(&[&secret().with_kid("a")]);
    for kid in [
        "../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "*)(uid=*",
        r"a\u0000",
        r"a\r\nInjected: x",
        r"\u001b[31mred",
        "%s%n",
        "A",
        " a",
        "a ",
        "",
        "ａ",
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        let error = authenticator
            .connection(&signed(&secret(), "HS256", &header, PAYLOAD), now())
            .unwrap_err();
        assert_eq!(error.code(), Code::UnknownKey, "{kid}");
        assert!(
            !error.to_string().contains(|c: char| c.is_control()),
            "{kid}"
        );
    }
    let long = "k".repeat(257);
    for (kid, expected) in [
        (r#""a""#, Ok("42".into())),
        (r#""\u0061""#, Ok("42".into())),
        ("null", Err(Code::Malformed)),
        ("1", Err(Code::Malformed)),
        (r#"["a"]"#, Err(Code::Malformed)),
        (&format!("\"{long}\""), Err(Code::Malformed)),
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":{kid}}}"#);
        let token = signed(&secret(), "HS256", &header, PAYLOAD);
        assert_eq!(connect(&authenticator, &token), expected, "{kid}");
    }
    // D6: static keys work without a `kid`.
    assert_eq!(connect(&authenticator, &hs256(PAYLOAD)), Ok("42".into()));
}

#[test]
fn d7_two_kids_that_look_alike_are_different() {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}");
    let own = secret().with_kid(composed);
    let other = stranger()
        .clone()
        .into_public()
        .unwrap()
        .with_kid(decomposed);
    let authenticator = trusting(&[&own, &other]);
    for (kid, expected) in [
        (composed, Ok("42".into())),
        (r"\u00e9", Ok("42".into())),
        (decomposed, Err(Code::Algorithm)),
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        let token = signed(&secret(), "HS256", &header, PAYLOAD);
        assert_eq!(connect(&authenticator, &token), expected, "{kid}");
    }
}

#[test]
fn d8_a_named_key_is_the_only_one_that_is_tried() {
    let (private, public) = pair("EdDSA");
    let strange = stranger().clone().into_public().unwrap();
    let nameless = |kid: &str| {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#);
        signed(&private, "EdDSA", &header, PAYLOAD)
    };
    let both = trusting(&[
        &strange.clone().with_kid("A"),
        &public.clone().with_kid("B"),
    ]);
    assert_eq!(connect(&both, &nameless("A")), Err(Code::Signature));
    assert_eq!(connect(&both, &nameless("B")), Ok("42".into()));
    assert_eq!(connect(&both, &nameless("C")), Err(Code::UnknownKey));

    // A key without a name is for tokens whose `kid` no key has.
    let one = trusting(&[&strange.with_kid("A"), &public]);
    assert_eq!(connect(&one, &nameless("A")), Err(Code::Signature));
    assert_eq!(connect(&one, &nameless("C")), Ok("42".into()));
}

#[test]
fn d9_d10_d11_members_that_change_the_meaning_of_a_token_are_refused() {
    for more in [
        r#""crit":[]"#,
        r#""crit":["exp"]"#,
        r#""crit":["b64"],"b64":false"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""enc":"A128GCM""#,
    ] {
        let header = format!(r#"{{"alg":"HS256",{more}}}"#);
        let token = signed(&secret(), "HS256", &header, PAYLOAD);
        assert_eq!(
            connect(&hs256_authenticator(), &token),
            Err(Code::Malformed),
            "{more}"
        );
    }
}

#[test]
fn d12_a_configured_type_is_required() {
    let any = hs256_authenticator();
    let at_jwt = Authenticator::builder().key(secret()).typ("at+jwt");
    let at_jwt = at_jwt.build().unwrap();
    for (more, under_any, under_at_jwt) in [
        ("", true, false),
        (r#","typ":"JWT""#, true, false),
        (r#","typ":"at+jwt""#, true, true),
        (r#","typ":"AT+JWT""#, true, true),
        (r#","typ":"application/at+jwt""#, true, true),
        (r#","typ":"dpop+jwt""#, true, false),
        (r#","typ":"""#, true, false),
        (r#","typ":"at+jwt ""#, true, false),
    ] {
        let token = signed(
            &secret(),
            "HS256",
            &format!(r#"{{"alg":"HS256"{more}}}"#),
            PAYLOAD,
        );
        let expected = |good| {
            if good {
                Ok("42".into())
            } else {
                Err(Code::WrongKind)
            }
        };
        assert_eq!(connect(&any, &token), expected(under_any), "{more}");
        assert_eq!(connect(&at_jwt, &token), expected(under_at_jwt), "{more}");
    }
    for cty in ["JWT", "jwt", "application/jwt"] {
        let header = format!(r#"{{"alg":"HS256","cty":"{cty}"}}"#);
        let token = signed(&secret(), "HS256", &header, PAYLOAD);
        assert_eq!(connect(&any, &token), Err(Code::Malformed), "{cty}");
    }
}
