//! The keys of each section of a configuration, and the keys that are refused.

use crate::common;

use std::sync::Arc;

use common::*;
use countersign::signature::{
    Algorithm, AlgorithmName, KeyMaterial, KeyRejected, Signer, Verifier,
};
use countersign::{Authenticator, Code, Error, default_provider};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

fn pem(name: &str) -> String {
    let path = format!("{}/tests/data/{name}.pem", env!("CARGO_MANIFEST_DIR"));
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
        assert!(config.setup().build().is_ok(), "{file}");
    }
}

#[test]
fn a_key_of_the_wrong_kind_is_refused_with_what_was_found() {
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
        let error = config.setup().build().unwrap_err();
        assert_eq!(
            error.option_name(),
            Some(format!("token_{option}").as_str())
        );
        assert!(error.to_string().contains(found), "{found}: {error}");
    }
}

#[test]
fn a16_a_short_secret_is_accepted_with_a_warning_that_says_how_many_bits_it_has() {
    for (bytes, bits) in [(1, "8 bits"), (6, "48 bits"), (31, "248 bits")] {
        let text = format!(r#"{{"token_hmac_secret_key":"{}"}}"#, "x".repeat(bytes));
        let warnings = json(&text)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .warnings()
            .to_vec();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let warning = warnings.concat();
        assert!(
            warning.contains(&format!("has {bits}")) && warning.contains("token_hmac_secret_key")
        );
    }
    let long = format!(r#"{{"token_hmac_secret_key":"{}"}}"#, "x".repeat(32));
    assert!(
        json(&long)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .warnings()
            .to_vec()
            .is_empty()
    );
    let previous = r#"{"token_hmac_secret_key":"x","token_hmac_previous_secret_key":"y"}"#;
    assert_eq!(
        json(previous)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .warnings()
            .to_vec()
            .len(),
        2
    );
}

#[test]
fn a16_a_secret_is_compared_with_the_longest_hash_that_it_is_used_for() {
    let warnings = |algorithms: &str| {
        let text = format!(
            r#"{{"client":{{"token":{{"hmac_secret_key":"{}"{algorithms}}}}}}}"#,
            "x".repeat(40)
        );
        json(&text)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .warnings()
            .to_vec()
            .concat()
    };
    for (listed, needed) in [
        (r#", "algorithms":["HS512"]"#, "HS512 needs at least 512"),
        (
            r#", "algorithms":["HS256","HS384"]"#,
            "HS384 needs at least 384",
        ),
    ] {
        let warning = warnings(listed);
        assert!(
            warning.starts_with("`client.token.hmac_secret_key`: the secret has 320 bits; ")
                && warning.contains(needed),
            "{warning}"
        );
    }
    // If any algorithm may be used, tokens are signed with HS256.
    for listed in ["", r#", "algorithms":["HS256"]"#] {
        assert_eq!(warnings(listed), "");
    }
}

#[test]
fn the_error_about_an_unused_key_names_the_algorithms_that_it_needs() {
    for (keys, option, needed) in [
        (
            format!(
                r#""token_hmac_secret_key":"{SECRET}","token_rsa_public_key":{}"#,
                quoted(RSA_PUBLIC)
            ),
            "token_hmac_secret_key",
            "lists none of HS256, HS384, HS512",
        ),
        (
            format!(r#""token_ecdsa_public_key":{}"#, quoted(P256_PUBLIC)),
            "token_ecdsa_public_key",
            "lists none of ES256",
        ),
    ] {
        let text = format!(r#"{{{keys},"token_algorithms":["RS256"]}}"#);
        let error = json(&text).unwrap().setup().build().unwrap_err();
        assert_eq!(error.option_name(), Some(option));
        let sentence = error.to_string();
        assert!(
            sentence.contains(needed) && sentence.contains("`token_algorithms`"),
            "{sentence}"
        );
    }
}

#[test]
fn c11_an_expired_previous_secret_gives_a_warning() {
    let warnings = |until: i64| {
        let text = format!(
            r#"{{"token_hmac_secret_key":"{SECRET}","token_hmac_previous_secret_key":"{SECRET}",
                "token_hmac_previous_secret_key_valid_until":{until}}}"#
        );
        json(&text)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .warnings()
            .to_vec()
            .concat()
    };
    assert!(
        warnings(5).contains("`token_hmac_previous_secret_key_valid_until`: this time has passed")
    );
    assert_eq!(warnings(i64::MAX), "");
}

#[test]
fn c11_the_previous_secret_is_accepted_until_its_end() {
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

/// The `kid` doesn't matter here, and the token need not have one.
#[test]
fn c11_the_error_says_that_the_secret_of_a_token_has_expired() {
    let another = format!(r#","token_eddsa_public_key":{}"#, quoted(ED25519_PUBLIC));
    for beside in ["", &another] {
        let authenticator = configured(&format!(
            r#"{{"token_hmac_previous_secret_key":"old-secret",
                "token_hmac_previous_secret_key_valid_until":5{beside}}}"#,
        ));
        let error = authenticator
            .connection(&hmac(b"old-secret", "HS256", PAYLOAD), now())
            .unwrap_err();
        assert_eq!((error.code(), &error), (Code::UnknownKey, &Error::KeyEnded));
        assert!(error.to_string().contains("has passed"), "{error}");
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
        // Keys that no token could select.
        (
            r#"[{"issuer":"a","hmac_secret_key":"a"},{"issuer":"a","hmac_secret_key":"b"}]"#,
            "",
            "trusted_issuers[1].issuer",
        ),
        (
            r#"[{"issuer":"a","hmac_secret_key":"a"},
                {"issuer":"a","hmac_secret_key":"b","audience":"chat"}]"#,
            "",
            "trusted_issuers[1].issuer",
        ),
        // Options that would have no effect.
        (
            r#"[{"issuer":"a","hmac_secret_key":"a"}]"#,
            r#","token_audience":"chat""#,
            "options that have no effect",
        ),
    ] {
        let text = format!(r#"{{"token_trusted_issuers":{issuers}{rest}}}"#);
        let error = json(&text)
            .and_then(|config| config.setup().build())
            .unwrap_err();
        assert!(error.to_string().contains(found), "{error}");
        assert!(!error.to_string().contains("  "), "{error}");
    }
    // The user would expect these keys to be used, but no token would select them.
    let beside = |trusted: &str| {
        let text = format!(
            r#"{{"client":{{"token":{{"issuer":"a","hmac_secret_key":"{SECRET}","trusted_issuers":[
                {{"issuer":"{trusted}","hmac_secret_key":"b","audience":"chat"}}]}}}}}}"#
        );
        json(&text).unwrap().setup().build()
    };
    assert!(beside("b").is_ok());
    let error = beside("a").unwrap_err();
    assert_eq!(
        error.option_name(),
        Some("client.token.trusted_issuers[0].issuer")
    );
    assert!(error.to_string().contains("own keys"), "{error}");
    // The same issuer twice, distinguished by the audience. The name distinguishes their users.
    let twice = |names: [&str; 2]| {
        let [first, second] = names;
        let text = format!(
            r#"{{"token_trusted_issuers":[
                {{"issuer":"a","hmac_secret_key":"a","audience":"chat"{first}}},
                {{"issuer":"a","hmac_secret_key":"b"{second}}}]}}"#
        );
        json(&text).unwrap().setup().build().map(|_| ())
    };
    assert!(twice([r#","name":"x""#, r#","name":"y""#]).is_ok());
    for names in [
        ["", ""],
        [r#","name":"x""#, ""],
        [r#","name":"x""#, r#","name":"x""#],
    ] {
        let error = twice(names).unwrap_err().to_string();
        assert!(error.contains("`name`"), "{error}");
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

    let checked = json(&section(false)).unwrap().setup().build().unwrap();
    let (setup, warnings) = checked.into_parts();
    assert!(warnings.concat().contains("not enabled"), "{:?}", warnings);
    let shared = Authenticator::new(setup.rules);
    assert_eq!(subscribe(&shared, &by_own), Err(Code::Signature));
    assert_eq!(subscribe(&shared, &hs256(payload)), Err(Code::Audience));

    let empty = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","separate_subscription_token_config":true}}"#
    );
    let error = json(&empty).unwrap().setup().build().unwrap_err();
    assert_eq!(error.option_name(), Some("client.subscription_token"));
}

#[test]
fn if_an_endpoint_is_configured_static_keys_are_not_used() {
    let text = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_jwks_public_endpoint":"https://issuer.invalid/keys"}}"#
    );
    let checked = json(&text).unwrap().setup().on_demand().build().unwrap();
    let (setup, warnings) = checked.into_parts();
    assert!(
        warnings.concat().contains("they are not used"),
        "{:?}",
        warnings
    );
    let authenticator = Authenticator::new(setup.rules);
    assert_eq!(
        connect(&authenticator, &hs256(PAYLOAD)),
        Err(Code::Algorithm)
    );
}

/// Signs for ES256 under another name.
#[derive(Debug)]
struct Theirs;

impl Algorithm for Theirs {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static("THEIRS")
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Err(key.cannot_verify(self.name(), "a key of theirs"))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Err(key.cannot_sign(self.name(), "a key of theirs"))
    }
}

#[test]
fn an_algorithm_of_another_crate_may_be_listed() {
    let provider = default_provider().with(&Theirs);
    let own =
        format!(r#"{{"token_hmac_secret_key":"{SECRET}","token_algorithms":["HS384","THEIRS"]}}"#);
    let config = json(&own).unwrap();
    assert!(config.setup().provider(provider.clone()).build().is_ok());
    assert!(config.setup().build().is_err());
    let issuer = config.connection_issuer().unwrap();
    assert_eq!(issuer.algorithm(), AlgorithmName::HS384);

    let none = own.replace("\"HS384\",", "");
    let error = json(&none).unwrap().connection_issuer().unwrap_err();
    assert_eq!(error.option_name(), Some("token_algorithms"));

    let endpoint = r#"{"token_jwks_public_endpoint":"https://id.example/keys",
        "token_algorithms":["ES256","THEIRS"]}"#;
    let config = json(endpoint).unwrap();
    let endpoints = config
        .setup()
        .provider(provider.clone())
        .endpoints()
        .unwrap();
    assert!(endpoints[0].provider.get("THEIRS").is_some());
    assert!(endpoints[0].provider.get("RS256").is_none());
    assert!(config.setup().endpoints().is_err());
}
