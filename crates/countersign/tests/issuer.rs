//! New tokens: their content, and that their own server accepts them.

use crate::common;

use std::collections::HashMap;
use std::time::Duration;

use common::*;
use countersign::claims::Overrides;
use countersign::jws::{Scratch, Unverified, danger};
use countersign::new_claims::NewSubscribeOptions;
use countersign::{
    Authenticator, Code, GenerateError, IssueError, Issuer, IssuerBuilder, Key, Keyring, UnixTime,
    default_provider, generate_key, generate_rsa_key,
};

fn builder() -> IssuerBuilder {
    Issuer::builder().key(secret())
}

fn issuer() -> Issuer {
    builder().build().unwrap()
}

fn payload(token: &str) -> String {
    let mut scratch = Scratch::default();
    let token = Unverified::parse(token, &mut scratch).unwrap();
    String::from_utf8(danger::unverified_payload(&token).unwrap().to_vec()).unwrap()
}

fn header(token: &str) -> (String, Option<String>, Option<String>) {
    let mut scratch = Scratch::default();
    let token = Unverified::parse(token, &mut scratch).unwrap();
    let header = token.header();
    let owned = |text: Option<&str>| text.map(String::from);
    (
        header.alg().into(),
        owned(header.kid()),
        owned(header.typ()),
    )
}

#[test]
fn a13_a_token_and_the_jwk_of_its_key_have_the_same_alg() {
    let (private, public) = pair("EdDSA");
    for alg in ["EdDSA", "Ed25519"] {
        let private = private.clone().with_algorithm(alg);
        let token = Issuer::builder()
            .key(private.clone())
            .build()
            .unwrap()
            .connection("42")
            .sign()
            .unwrap();
        assert_eq!(header(&token).0, alg);
        let public = public.clone().with_algorithm(alg);
        let jwk = public.public_jwk().unwrap();
        assert!(jwk.contains(&format!(r#""alg":"{alg}""#)), "{jwk}");
        for key in [Key::from_jwk(jwk.as_bytes()).unwrap(), public] {
            assert!(trusting(&[&key]).connection(&token, now()).is_ok());
        }
    }
}

#[test]
fn claims_are_written_as_they_were_given() {
    let issuer = builder().iss("backend").aud("chat").user_id_claim("uid");
    let issuer = issuer.build().unwrap();
    let token = issuer
        .connection("4\"2")
        .issued_at(UnixTime::new(NOW, 999))
        .expires_in(Duration::from_millis(600_500))
        .info(&["any", "JSON"])
        .unwrap()
        .channel("news")
        .with(|claims| {
            claims
                .jti("t-1")
                .meta_json("{}")
                .expire_at(UnixTime::from_secs(9))
        })
        .sign()
        .unwrap();
    let exp = NOW.saturating_add(600);
    assert_eq!(
        payload(&token),
        format!(
            r#"{{"sub":"4\"2","iss":"backend","jti":"t-1","aud":"chat","exp":{exp}.5,"iat":{NOW},"expire_at":9,"info":["any","JSON"],"channels":["news"],"meta":{{}},"uid":"4\"2"}}"#
        )
    );
    let mut overrides = Overrides::default();
    overrides.presence = Some(true);
    let token = issuer
        .subscription("42", "$news")
        .issued_at(now())
        .with(|claims| {
            claims
                .client("c1")
                .data_json("[1]")
                .overrides(overrides)
                .expire_token_only()
        })
        .sign()
        .unwrap();
    assert_eq!(
        payload(&token),
        format!(
            r#"{{"sub":"42","iss":"backend","aud":"chat","iat":{NOW},"channel":"$news","client":"c1","eto":true,"data":[1],"override":{{"presence":{{"value":true}}}},"uid":"42"}}"#
        )
    );
    let anonymous = self::issuer()
        .connection("")
        .issued_at(now())
        .sign()
        .unwrap();
    assert_eq!(payload(&anonymous), format!(r#"{{"iat":{NOW}}}"#));
}

#[test]
fn the_header_names_the_algorithm_the_key_and_the_type() {
    for (alg, first) in [
        ("HS384", "HS256"),
        ("PS512", "RS256"),
        ("ES512", "ES512"),
        ("EdDSA", "EdDSA"),
    ] {
        let key = pair(alg).0.with_kid("2026-11");
        let by_default = Issuer::builder().key(key.clone()).build().unwrap();
        let token = by_default.connection("42").sign().unwrap();
        assert_eq!(
            header(&token),
            (first.into(), Some("2026-11".into()), Some("JWT".into()))
        );

        let issuer = Issuer::builder()
            .key(key.clone())
            .algorithm(alg)
            .typ("at+jwt")
            .build()
            .unwrap();
        assert_eq!(issuer.algorithm().as_str(), alg);
        let token = issuer.connection("42").sign().unwrap();
        assert_eq!(
            header(&token),
            (alg.into(), Some("2026-11".into()), Some("at+jwt".into()))
        );
        assert_eq!(connect(&trusting(&[&pair(alg).1]), &token), Ok("42".into()));
    }
    let error = Issuer::builder()
        .key(pair("ES256").1)
        .build()
        .unwrap_err()
        .to_string();
    assert!(error.contains("private"), "{error}");
    assert!(
        Issuer::builder()
            .key(pair("ES256").0)
            .algorithm("ES384")
            .build()
            .is_err()
    );
    assert!(
        Issuer::builder()
            .key(secret())
            .algorithm("none")
            .build()
            .is_err()
    );
}

#[test]
fn a_token_that_a_configuration_makes_passes_its_own_check() {
    for options in [
        "",
        r#","audience":"chat","issuer":"backend""#,
        r#","user_id_claim":"user_id""#,
        r#","user_id_claim":"sub""#,
        r#","typ":"at+jwt""#,
        r#","algorithms":["ES256","HS512","HS384"]"#,
        r#","algorithms":["HS512"],"audience":"a\"b","issuer":"é","typ":"x","user_id_claim":"u","max_age":"1h""#,
    ] {
        for (section, more) in [
            (
                format!(r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}"{options}}}}}}}"#),
                false,
            ),
            (
                format!(
                    r#"{{"client":{{"token":{{"hmac_secret_key":"other","audience":"o"}},
                    "subscription_token":{{"enabled":true,"hmac_secret_key":"{SECRET}"{options}}}}}}}"#
                ),
                true,
            ),
        ] {
            let config = json(&section).unwrap();
            let authenticator =
                Authenticator::new(config.setup().build().unwrap().ignore_warnings().rules);
            let issuer = config.connection_issuer().unwrap();
            let token = issuer.connection("42").issued_at(now()).sign().unwrap();
            assert_eq!(
                connect(&authenticator, &token),
                Ok("42".into()),
                "{options} {more}"
            );

            let issuer = config.subscription_issuer().unwrap();
            let token = issuer
                .subscription("42", "$news")
                .issued_at(now())
                .sign()
                .unwrap();
            let subscription = authenticator.subscription(&token, now()).unwrap();
            assert_eq!(
                (subscription.user(), subscription.channel()),
                ("42", "$news")
            );
        }
    }
    let public_only = json(&format!(
        r#"{{"token_rsa_public_key":{}}}"#,
        quoted(RSA_PUBLIC)
    ))
    .unwrap();
    let error = public_only.connection_issuer().unwrap_err();
    assert_eq!(error.option_name(), Some("client.token.hmac_secret_key"));
}

#[test]
fn a_lifetime_that_overflows_is_clamped() {
    for lifetime in [
        Duration::MAX,
        Duration::from_secs(u64::MAX),
        Duration::from_secs(1 << 62),
    ] {
        let token = issuer()
            .connection("42")
            .issued_at(now())
            .expires_in(lifetime)
            .sign()
            .unwrap();
        assert_eq!(
            connect(&hs256_authenticator(), &token),
            Ok("42".into()),
            "{lifetime:?}"
        );
    }
    let at_once = issuer()
        .connection("42")
        .issued_at(now())
        .expires_in(Duration::ZERO)
        .sign()
        .unwrap();
    assert_eq!(
        connect(&hs256_authenticator(), &at_once),
        Err(Code::Expired)
    );
    for at in [i64::MIN, -1, i64::MAX] {
        let issuer = issuer();
        let token = issuer
            .connection("42")
            .issued_at(UnixTime::from_secs(at))
            .expires_in(Duration::MAX);
        assert!(token.sign().is_ok(), "{at}");
    }
}

/// RFC 9864: some libraries know only one of the names.
#[test]
fn the_header_has_the_requested_name_of_eddsa() {
    let key = generate_key("EdDSA").unwrap();
    let named = generate_key("Ed25519").unwrap();
    let provider = default_provider();
    for (issuer, expected) in [
        (Issuer::builder().key(key.clone()).build(), "EdDSA"),
        (
            Issuer::builder()
                .key(key.clone())
                .algorithm("EdDSA")
                .build(),
            "EdDSA",
        ),
        (
            Issuer::builder()
                .key(key.clone())
                .algorithm("Ed25519")
                .build(),
            "Ed25519",
        ),
        (Issuer::builder().key(named.clone()).build(), "Ed25519"),
    ] {
        let token = issuer.unwrap().connection("42").sign().unwrap();
        assert_eq!(header(&token).0, expected);
        let mut keyring = Keyring::new(provider.clone());
        for key in [&key, &named] {
            keyring = keyring.with(&key.clone().into_public().unwrap()).unwrap();
        }
        let mut scratch = Scratch::default();
        let token = Unverified::parse(&token, &mut scratch).unwrap();
        assert!(keyring.open(&token, now()).is_ok(), "{expected}");
    }
}

#[test]
fn an_issuer_signs_no_claims_that_a_server_would_refuse() {
    let issuer = issuer();
    let keys_are_lists = HashMap::from([(vec![1], 2)]);
    assert_eq!(
        issuer.connection("42").info(&keys_are_lists).unwrap_err(),
        IssueError::NoJson {
            claim: Some("info".into())
        }
    );
    let error = issuer.connection("42").claim("map", &keys_are_lists);
    assert!(error.unwrap_err().to_string().contains("`map`"));

    for token in [
        issuer.connection("4\u{0}2").sign(),
        issuer.connection("42").channel("").sign(),
        issuer.connection("42").with(|it| it.info_json("{")).sign(),
        issuer
            .connection("42")
            .with(|it| it.info_json(r#"1,"sub":"admin""#))
            .sign(),
        issuer
            .connection("42")
            .with(|it| it.claim_json("sub", r#""admin""#))
            .sign(),
        issuer
            .connection("42")
            .with(|it| it.claim_json("channel", r#""c""#))
            .sign(),
        issuer
            .connection("42")
            .channel("a")
            .with(|it| it.sub("b", NewSubscribeOptions::default()))
            .sign(),
        builder()
            .user_id_claim("exp")
            .build()
            .unwrap()
            .connection("42")
            .sign(),
        issuer.subscription("42", "").sign(),
        issuer
            .subscription("42", "c")
            .with(|it| it.client(""))
            .sign(),
    ] {
        assert!(matches!(token, Err(IssueError::Claims(_))), "{token:?}");
    }
}

#[test]
fn a_token_longer_than_a_server_reads_is_not_made() {
    use countersign::{Authority, Rules};

    let long = "x".repeat(20_000);
    let token = |issuer: &Issuer, user: &str| issuer.connection(user).info(&long).unwrap().sign();
    let error = token(&issuer(), "42").unwrap_err();
    let IssueError::TooLong { found, limit } = error else {
        panic!("{error}");
    };
    assert_eq!(limit, countersign::jws::DEFAULT_LIMIT);
    assert_eq!(
        error.to_string(),
        format!("found claims that make a token of {found} bytes; at most 16384 are read")
    );
    let subscription = issuer()
        .subscription("42", "news")
        .info(&long)
        .unwrap()
        .sign();
    assert!(matches!(subscription, Err(IssueError::TooLong { .. })));

    // The limit of both ends may be higher, to the byte.
    let limited = |limit| builder().token_limit(limit).build().unwrap();
    let rules = Rules::new(Authority::new(keyring(&[&secret()])));
    let server = |limit| Authenticator::new(rules.clone().token_limit(limit));
    let made = token(&limited(30_000), "42").unwrap();
    assert_eq!(connect(&server(made.len()), &made), Ok("42".into()));
    assert!(token(&limited(found - 1), "42").is_err());
    assert!(token(&limited(made.len() - 1), "42").is_err());
    assert!(token(&limited(made.len()), "42").is_ok());
    assert_eq!(
        connect(&server(made.len() - 1), &made),
        Err(Code::Malformed)
    );
}

#[test]
fn d5_a_key_with_a_kid_that_is_too_long_is_refused_for_signing_and_verifying() {
    let named = |bytes| secret().with_kid("k".repeat(bytes));
    let issuer = Issuer::builder().key(named(256)).build().unwrap();
    let token = issuer.connection("42").sign().unwrap();
    assert_eq!(connect(&trusting(&[&named(256)]), &token), Ok("42".into()));

    const SENTENCE: &str = "found a key with a `kid` of 257 bytes; the `kid` of a \
        token has at most 256; give the key a shorter one";
    let refused = Issuer::builder().key(named(257)).build().unwrap_err();
    assert_eq!(refused.to_string(), SENTENCE);
    let refused = Keyring::new(default_provider()).with(&named(257));
    assert_eq!(refused.unwrap_err().to_string(), SENTENCE);
}

#[test]
fn a_new_key_has_the_requested_name_of_its_algorithm() {
    for alg in ["EdDSA", "Ed25519", "HS512"] {
        assert_eq!(generate_key(alg).unwrap().algorithm(), Some(alg));
    }
    for (alg, bits, error, sentence) in [
        (
            "RS256",
            2047,
            GenerateError::RsaBits(2047),
            "asked for 2047 bits; RSA keys have 2048 to 8192 bits",
        ),
        (
            "HS1024",
            2048,
            GenerateError::UnknownAlgorithm("HS1024".into()),
            "found the algorithm \"HS1024\"; the algorithms are HS256, HS384, HS512, RS256, \
             RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, ES512",
        ),
    ] {
        let found = generate_rsa_key(alg, bits).unwrap_err();
        assert_eq!(found, error);
        assert_eq!(found.to_string(), sentence);
    }
}
