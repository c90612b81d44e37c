//! What a configuration's keys and expectations come to, and what is refused.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::*;
use countersign::{Authenticator, Code};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

fn pem(name: &str) -> String {
    let path = format!(
        "{}/../keys/tests/data/{name}.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn public_keys_load_from_every_form() {
    let jwk = |alg| pair(alg).1.public_jwk().unwrap();
    for (option, text, alg) in [
        ("rsa_public_key", RSA_PUBLIC.to_owned(), "RS256"),
        ("rsa_public_key", RSA_PUBLIC.replace('\n', "\\n"), "PS512"),
        ("rsa_public_key", RSA_PUBLIC.replace('\n', "\r\n"), "RS384"),
        ("rsa_public_key", pem("rsa2048.pkcs1-public"), "RS512"),
        ("rsa_public_key", jwk("RS256"), "PS256"),
        ("ecdsa_public_key", P256_PUBLIC.to_owned(), "ES256"),
        (
            "ecdsa_public_key",
            P384_PUBLIC.replace('\n', "\\n"),
            "ES384",
        ),
        ("ecdsa_public_key", P521_PUBLIC.to_owned(), "ES512"),
        ("ecdsa_public_key", format!("\n {}", jwk("ES512")), "ES512"),
        ("eddsa_public_key", ED25519_PUBLIC.to_owned(), "EdDSA"),
        ("eddsa_public_key", jwk("EdDSA"), "EdDSA"),
    ] {
        let authenticator = configured(&format!(r#"{{"token_{option}":{}}}"#, quoted(&text)));
        let token = signed(&pair(alg).0, alg, &format!(r#"{{"alg":"{alg}"}}"#), PAYLOAD);
        assert_eq!(connect(&authenticator, &token), Ok("42".into()), "{text}");
        assert_eq!(
            connect(&authenticator, &hs256(PAYLOAD)),
            Err(Code::Algorithm)
        );
    }
    for (option, file) in [
        ("rsa_public_key", "rsa2048.certificate"),
        ("ecdsa_public_key", "p256.certificate"),
        ("eddsa_public_key", "ed25519.certificate"),
    ] {
        let config = json(&format!(r#"{{"token_{option}":{}}}"#, quoted(&pem(file)))).unwrap();
        assert!(config.setup().is_ok(), "{file}");
    }
}

#[test]
fn a_key_that_does_not_belong_is_refused_with_what_was_found() {
    for (option, text, found) in [
        ("rsa_public_key", pem("rsa2048.pkcs8"), "private key"),
        ("rsa_public_key", pem("rsa2048.pkcs1"), "private key"),
        ("ecdsa_public_key", pem("p256.sec1"), "private key"),
        ("eddsa_public_key", pem("ed25519.pkcs8"), "private key"),
        ("rsa_public_key", P256_PUBLIC.into(), "an RSA key"),
        (
            "ecdsa_public_key",
            RSA_PUBLIC.into(),
            "an elliptic-curve key",
        ),
        (
            "ecdsa_public_key",
            ED25519_PUBLIC.into(),
            "an elliptic-curve key",
        ),
        ("eddsa_public_key", P256_PUBLIC.into(), "an Ed25519 key"),
        ("eddsa_public_key", pem("x25519.spki"), "X25519"),
        ("ecdsa_public_key", pem("secp256k1.spki"), "secp256k1"),
        ("rsa_public_key", pem("rsa1024.spki"), "1024"),
        (
            "rsa_public_key",
            format!("{RSA_PUBLIC}{RSA_PUBLIC}"),
            "2 PEM blocks",
        ),
        ("rsa_public_key", "a secret".into(), "no key in PEM"),
        (
            "rsa_public_key",
            r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}"#.into(),
            "secret",
        ),
        ("rsa_public_key", r#"{"kty":"RSA"}"#.into(), "found"),
    ] {
        let config = json(&format!(r#"{{"token_{option}":{}}}"#, quoted(&text))).unwrap();
        let error = config.setup().unwrap_err();
        assert_eq!(
            error.option_name(),
            Some(format!("client.token.{option}").as_str())
        );
        assert!(error.to_string().contains(found), "{found}: {error}");
    }
}

#[test]
fn a16_a_short_secret_is_accepted_with_a_warning_that_tells_its_bits() {
    for (bytes, bits) in [(1, "8 bits"), (6, "48 bits"), (31, "248 bits")] {
        let text = format!(r#"{{"token_hmac_secret_key":"{}"}}"#, "x".repeat(bytes));
        let warnings = json(&text).unwrap().setup().unwrap().warnings;
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let warning = warnings.concat();
        assert!(warning.contains(&format!("has {bits}")) && warning.contains("hmac_secret_key"));
    }
    let long = format!(r#"{{"token_hmac_secret_key":"{}"}}"#, "x".repeat(32));
    assert!(json(&long).unwrap().setup().unwrap().warnings.is_empty());
    let previous = r#"{"token_hmac_secret_key":"x","token_hmac_previous_secret_key":"y"}"#;
    assert_eq!(json(previous).unwrap().setup().unwrap().warnings.len(), 2);
}

#[test]
fn c11_the_previous_secret_is_accepted_until_its_day() {
    let outcome = |until: &str, secret: &str| {
        let config = format!(
            r#"{{"token_hmac_secret_key":"new-secret","token_hmac_previous_secret_key":"old-secret"{until}}}"#
        );
        connect(
            &configured(&config),
            &hmac(secret.as_bytes(), "HS256", PAYLOAD),
        )
    };
    let until = |at: i64| format!(r#","token_hmac_previous_secret_key_valid_until":{at}"#);
    for (until, secret, good) in [
        (String::new(), "new-secret", true),
        (String::new(), "old-secret", true),
        (until(0), "old-secret", true),
        (until(NOW + 1), "old-secret", true),
        (until(NOW), "old-secret", true),
        (until(NOW - 1), "old-secret", false),
        (until(NOW - 1), "new-secret", true),
        (String::new(), "no-secret", false),
    ] {
        let expected = if good {
            Ok("42".into())
        } else {
            Err(Code::Signature)
        };
        assert_eq!(outcome(&until, secret), expected, "{until} {secret}");
    }
}

#[test]
fn a6_listed_algorithms_are_the_only_ones() {
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
        let error = json(&listed(names)).unwrap().setup().unwrap_err();
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
        let authenticator = Authenticator::new(with(leeway).setup().unwrap().rules);
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
    assert!(with(r#","token_leeway":"5m""#).setup().is_ok());
    assert!(with(r#","token_leeway":301"#).setup().is_err());
}

#[test]
fn g1_g5_require_exp_and_max_age_hold() {
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
        let error = json(&text).unwrap().setup().unwrap_err();
        assert_eq!(
            error.option_name(),
            Some(format!("client.token.{name}").as_str())
        );
    }
}

#[test]
fn g10_a_regex_takes_linear_time_and_bounded_room() {
    let with = |regex: &str| {
        json(&format!(
            r#"{{"token_hmac_secret_key":"{SECRET}","token_audience_regex":{}}}"#,
            quoted(regex)
        ))
        .unwrap()
        .setup()
    };
    let authenticator = Authenticator::new(with("(a+)+$").unwrap().rules);
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
        assert_eq!(
            error.option_name(),
            Some("client.token.audience_regex"),
            "{regex}"
        );
    }
}

#[test]
fn a_trusted_issuer_has_a_name_keys_and_an_audience_of_its_own() {
    let ed = quoted(ED25519_PUBLIC);
    let text = format!(
        r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}","trusted_issuers":[
            {{"issuer":"https://a","eddsa_public_key":{ed},"audience":"chat","user_id_claim":"uid"}}]}}}}}}"#
    );
    let authenticator = configured(&text);
    let by_ed = |claims: &str| {
        let payload = format!(r#"{{"sub":"sub","uid":"uid",{claims}}}"#);
        connect(
            &authenticator,
            &signed(&pair("EdDSA").0, "EdDSA", r#"{"alg":"EdDSA"}"#, &payload),
        )
    };
    assert_eq!(by_ed(r#""iss":"https://a","aud":"chat""#), Ok("uid".into()));
    assert_eq!(by_ed(r#""iss":"https://a""#), Err(Code::Audience));
    assert_eq!(
        by_ed(r#""iss":"https://b","aud":"chat""#),
        Err(Code::Algorithm)
    );
    assert_eq!(
        connect(&authenticator, &hs256(r#"{"sub":"sub"}"#)),
        Ok("sub".into())
    );
    let hs256 = hs256(r#"{"sub":"sub","iss":"https://a","aud":"chat"}"#);
    assert_eq!(connect(&authenticator, &hs256), Err(Code::Algorithm));

    for (issuers, rest, found) in [
        (
            r#"[{"hmac_secret_key":"a"}]"#,
            "",
            "trusted_issuers[0].issuer",
        ),
        (
            r#"[{"issuer":"a","issuer_regex":"a","hmac_secret_key":"a"}]"#,
            "",
            "trusted_issuers[0].issuer",
        ),
        (r#"[{"issuer":"a"}]"#, "", "found no key"),
        (
            r#"[{"issuer":"a","trusted_issuers":[]}]"#,
            "",
            "no such option",
        ),
        // What would hold for nobody.
        (
            r#"[{"issuer":"a","hmac_secret_key":"a"}]"#,
            r#","token_audience":"chat""#,
            "no key that they are for",
        ),
    ] {
        let text = format!(r#"{{"token_trusted_issuers":{issuers}{rest}}}"#);
        let error = json(&text).and_then(|config| config.setup()).unwrap_err();
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[test]
fn subscription_tokens_have_their_own_section_or_share_that_of_connections() {
    let own = "the secret of subscription tokens, 32 bytes";
    let section = |enabled: bool| {
        format!(
            r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}","audience":"chat"}},
                "subscription_token":{{"enabled":{enabled},"hmac_secret_key":"{own}"}}}}}}"#
        )
    };
    let payload = r#"{"sub":"42","channel":"c"}"#;
    let by_own = hmac(own.as_bytes(), "HS256", payload);
    let separate = configured(&section(true));
    assert_eq!(
        subscribe(&separate, &by_own),
        Ok("c".into()),
        "the audience is not inherited"
    );
    assert_eq!(subscribe(&separate, &hs256(payload)), Err(Code::Signature));
    assert_eq!(
        connect(
            &separate,
            &hmac(own.as_bytes(), "HS256", r#"{"aud":"chat"}"#)
        ),
        Err(Code::Signature)
    );

    let setup = json(&section(false)).unwrap().setup().unwrap();
    assert!(
        setup.warnings.concat().contains("not enabled"),
        "{:?}",
        setup.warnings
    );
    let shared = Authenticator::new(setup.rules);
    assert_eq!(subscribe(&shared, &by_own), Err(Code::Signature));
    assert_eq!(subscribe(&shared, &hs256(payload)), Err(Code::Audience));

    let empty = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","separate_subscription_token_config":true}}"#
    );
    let error = json(&empty).unwrap().setup().unwrap_err();
    assert_eq!(error.option_name(), Some("client.subscription_token"));
}

#[test]
fn where_an_endpoint_is_configured_no_static_key_is_consulted() {
    let text = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_jwks_public_endpoint":"https://issuer.invalid/keys"}}"#
    );
    let setup = json(&text).unwrap().setup_on_demand().unwrap();
    assert!(
        setup.warnings.concat().contains("not consulted"),
        "{:?}",
        setup.warnings
    );
    let authenticator = Authenticator::new(setup.rules);
    assert_eq!(
        connect(&authenticator, &hs256(PAYLOAD)),
        Err(Code::Algorithm)
    );
}
