//! Secrets and tokens stay out of errors, traces and `Debug` (rows C10 and K2).

use crate::common;

use std::fmt::Debug;

use common::*;
use countersign::config::{Config, Format, KeyText, SecretText};
use countersign::{Issuer, Key, Keyring, Scratch, Stage, default_provider};

/// This text is put in the place of every value, and must never be shown.
const VALUE: &str = "Pa55-the-value-of-an-option";

fn hidden(what: &str, shown: impl Debug) {
    for shown in [format!("{shown:?}"), format!("{shown:#?}")] {
        for part in [
            VALUE,
            &SECRET[..16],
            &base64url(SECRET)[..20],
            &base64url(VALUE)[..20],
        ] {
            assert!(!shown.contains(part), "{what}: {shown}");
        }
        // The form in which a derived `Debug` shows bytes.
        assert!(!shown.contains("97, 32, 115, 101, 99"), "{what}: {shown}");
    }
}

#[test]
fn c10_k2_no_error_of_a_configuration_shows_a_value() {
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{VALUE}\n-----END PUBLIC KEY-----");
    let jwk = format!(r#"{{"kty":"RSA","n":"{VALUE}","e":"AQAB"}}"#);
    let oct = format!(r#"{{"kty":"oct","k":"{VALUE}"}}"#);
    let texts = [
        // Texts that can't be parsed.
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"{VALUE}""#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":{VALUE}}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"{VALUE}",}}"#),
        ),
        (
            Format::Json,
            format!("{{\"token_hmac_secret_key\":\"{VALUE}\n\"}}"),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"{VALUE}","token_hmac_secret_key":"{VALUE}"}}"#),
        ),
        (Format::Json, VALUE.into()),
        (Format::Toml, format!("token_hmac_secret_key = {VALUE}")),
        (Format::Toml, format!("token_hmac_secret_key = \"{VALUE}")),
        (
            Format::Toml,
            format!("token_hmac_secret_key = \"{VALUE}\"\ntoken_hmac_secret_key = \"{VALUE}\""),
        ),
        (
            Format::Toml,
            format!("token_hmac_secret_key = \"\\q{VALUE}\""),
        ),
        (Format::Yaml, format!("token_hmac_secret_key: \"{VALUE}")),
        (Format::Yaml, format!("token_hmac_secret_key: '{VALUE}'x")),
        (Format::Yaml, format!("token_hmac_secret_key: {VALUE}: x")),
        (Format::Yaml, format!("token_hmac_secret_key: *{VALUE}")),
        (
            Format::Yaml,
            format!("token_hmac_secret_key: {VALUE}\ntoken_hmac_secret_key: {VALUE}"),
        ),
        (Format::Yaml, VALUE.into()),
        // Texts with values that are wrong or of the wrong type.
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":["{VALUE}"]}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret":"{VALUE}"}}"#),
        ),
        (Format::Json, format!(r#"{{"token_leeway":"{VALUE}"}}"#)),
        (
            Format::Json,
            format!(r#"{{"token_require_exp":"{VALUE}"}}"#),
        ),
        (Format::Json, format!(r#"{{"client":"{VALUE}"}}"#)),
        (
            Format::Json,
            format!(r#"{{"token_trusted_issuers":["{VALUE}"]}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_trusted_issuers":[{{"hmac_secret_key":"{VALUE}"}}]}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"client_user_id_http_header":"{VALUE}"}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_rsa_public_key":"{VALUE}"}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_rsa_public_key":{}}}"#, quoted(&pem)),
        ),
        (
            Format::Json,
            format!(r#"{{"token_rsa_public_key":{}}}"#, quoted(&jwk)),
        ),
        (
            Format::Json,
            format!(r#"{{"token_rsa_public_key":{}}}"#, quoted(&oct)),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":{}}}"#, quoted(&pem)),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":{}}}"#, quoted(&jwk)),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"s","token_audience_regex":"({VALUE}"}}"#),
        ),
        (
            Format::Json,
            format!(
                r#"{{"token_hmac_secret_key":"s","token_audience":"{VALUE}","token_audience_regex":"x"}}"#
            ),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"{VALUE}","token_algorithms":["RS256"]}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_hmac_secret_key":"{VALUE}","token_leeway":999}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_jwks_public_endpoint":"ftp://me:{VALUE}@issuer.invalid/"}}"#),
        ),
        (
            Format::Json,
            format!(r#"{{"token_jwks_public_endpoint":"https://me:{VALUE}@issuer.invalid/"}}"#),
        ),
        (
            Format::Json,
            format!(
                r#"{{"token_jwks_public_endpoint":"https://i.invalid/","token_jwks_proxy":"ftp://me:{VALUE}@proxy.invalid"}}"#
            ),
        ),
    ];
    for (format, text) in texts {
        let config = Config::from_text(&text, format, []);
        if let Ok(config) = &config {
            hidden(&text, config);
        }
        let Err(error) = config.and_then(|config| config.setup().on_demand().build()) else {
            panic!("accepted: {text}");
        };
        hidden(&text, error.to_string());
        hidden(&text, error);
    }
    for name in [
        "COUNTERSIGN_TOKEN_LEEWAY",
        "COUNTERSIGN_TOKEN_AUDIENCES",
        "COUNTERSIGN_CLIENT_INSECURE",
    ] {
        let error = Config::from_environment([(name.into(), VALUE.into())]).unwrap_err();
        hidden(name, error.to_string());
    }
}

/// `Debug` says what it is, and hides what it holds.
fn named(name: &str, shown: impl Debug) {
    assert!(format!("{shown:?}").starts_with(name), "{shown:?}");
    hidden(name, shown);
}

#[test]
fn c10_no_debug_shows_a_secret_or_a_private_key() {
    let text = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_hmac_previous_secret_key":"{VALUE}",
            "token_trusted_issuers":[{{"issuer":"i","hmac_secret_key":"{VALUE}"}}],
            "admin_password":"{VALUE}"}}"#
    );
    let config = json(&text).unwrap();
    named("Config", &config);
    let checked = config.setup().build().unwrap();
    named("CheckedSetup", &checked);
    let setup = checked.ignore_warnings();
    named("Setup", &setup);
    named(
        "Authenticator",
        countersign::Authenticator::new(setup.rules),
    );
    let issuer = config.connection_issuer().unwrap();
    named("Issuer", &issuer);
    named("NewToken", issuer.connection(VALUE).info(&VALUE).unwrap());
    named("Key", secret());
    named(
        "Keyring",
        Keyring::new(default_provider()).with(&secret()).unwrap(),
    );
    assert_eq!(format!("{:?}", SecretText::new(VALUE)), "[redacted]");
    assert_eq!(format!("{:?}", KeyText::text(VALUE)), "[redacted]");
    assert_eq!(format!("{:?}", KeyText::jwk(VALUE)), "[redacted]");

    // A value that is identified only by its address.
    let endpoint = "https://id.example/{{realm}}/keys";
    let template = format!(
        r#"{{"token_jwks_public_endpoint":"{endpoint}","token_issuer_regex":"(?P<realm>a|b)"}}"#
    );
    let checked = json(&template).unwrap().setup().on_demand().build();
    let setup = checked.unwrap().ignore_warnings();
    let shown = format!("{:?}", setup.rules);
    assert!(shown.contains("KeyTemplate { endpoints: 2"), "{shown}");
    let endpoints = setup.rules.endpoints();
    assert_eq!(endpoints.len(), 2);
    named("KeyEndpoint", &endpoints[0]);

    let body = |pem: &str| pem.lines().nth(1).unwrap().to_owned();
    let misplaced = json(&format!(
        r#"{{"token_rsa_public_key":{}}}"#,
        quoted(RSA_PRIVATE)
    ))
    .unwrap();
    assert!(!format!("{misplaced:?}").contains(&body(RSA_PRIVATE)[..20]));
    let error = misplaced.setup().build().unwrap_err().to_string();
    assert!(!error.contains(&body(RSA_PRIVATE)[..20]), "{error}");
    let key = Key::from_pem(P256_PRIVATE).unwrap();
    let issuer = Issuer::builder().key(key.clone()).build().unwrap();
    let jwk = key.to_jwk().unwrap();
    let d = jwk.split(r#""d":""#).nth(1).unwrap();
    assert!(!format!("{key:?}{issuer:?}").contains(&d[..20]));
}

#[test]
fn k2_no_error_and_no_step_shows_the_token_or_its_signature() {
    let authenticator = hs256_authenticator();
    let payload = format!(r#"{{"sub":"{VALUE}","info":"{VALUE}","exp":1,"jti":"{VALUE}"}}"#);
    let expired = hs256(&payload);
    let long_alg = "A".repeat(5_000);
    let tokens = [
        expired.clone(),
        expired.replace('.', ".."),
        format!("{expired}x"),
        format!("Bearer {expired}"),
        hmac(b"other", "HS256", &payload),
        hs256(&format!(r#"{{"sub":"{VALUE}"}}"#)),
        hs256(&format!(r#"{{"sub":["{VALUE}"]}}"#)),
        hs256(&format!(r#"{{"sub":"42","info":{VALUE}}}"#)),
        hs256(&format!(r#"{{"sub":"42","channels":["{VALUE}",1]}}"#)),
        signed(
            &secret(),
            "HS256",
            &format!(r#"{{"alg":"{long_alg}"}}"#),
            "{}",
        ),
    ];
    for token in tokens {
        let parts: Vec<&str> = token.split('.').filter(|part| part.len() > 30).collect();
        let shown = authenticator.explain_connection(&token, now());
        let mut texts: Vec<String> = shown.steps.iter().map(|step| step.detail.clone()).collect();
        if let Err(error) = shown.result {
            texts.extend([error.to_string(), format!("{error:?}")]);
        }
        assert_eq!(shown.steps.len(), Stage::ALL.len());
        for text in texts {
            assert!(text.len() < 400, "{text}");
            assert!(!text.contains(VALUE) && !text.contains(&token), "{text}");
            assert!(
                parts.iter().all(|part| !text.contains(&part[..30])),
                "{text}"
            );
        }
    }
}

#[test]
fn c10_debug_of_what_was_verified_shows_nothing_of_the_application_s_own_bytes() {
    let json = format!(r#"{{"ssn":"{VALUE}"}}"#);
    let as_bytes = format!("{:?}", &json.as_bytes()[..6]);
    let as_bytes = as_bytes.trim_matches(['[', ']']);
    let length = format!("Some({} bytes)", json.len());
    let options = format!(r#"{{"info":{json},"data":{json}}}"#);
    let token = hs256(&format!(
        r#"{{"sub":"42","info":{json},"meta":{json},"subs":{{"news":{options}}}}}"#
    ));
    let subscription = hs256(&format!(
        r#"{{"sub":"42","channel":"news","info":{json},"data":{json}}}"#
    ));
    let authenticator = hs256_authenticator();
    let connection = authenticator.connection(&token, now()).unwrap();
    let subscription = authenticator.subscription(&subscription, now()).unwrap();
    let mut scratch = Scratch::default();
    let accepted = authenticator.connection_in(&token, now(), &mut scratch);
    assert_eq!(connection.meta(), Some(json.as_bytes()));
    for (shown, times) in [
        (format!("{connection:?}"), 4),
        (format!("{:?}", connection.channels().next()), 2),
        (format!("{:?}", subscription.options()), 2),
        (format!("{subscription:?}"), 2),
        (format!("{:?}", accepted.unwrap()), 0),
    ] {
        assert_eq!(shown.matches(&length).count(), times, "{shown}");
        assert!(!shown.contains(as_bytes), "{shown}");
        hidden("what was verified", &shown);
    }
}

/// A user may paste a key where the path of its file is expected.
#[test]
fn c10_debug_of_options_shows_the_names_of_those_that_are_given() {
    let shown = |options: &str| {
        let token = json(options).unwrap().token;
        format!("{token:?} {:?}", token.jwks)
    };
    let of = |token: &str, jwks: &str| {
        format!(
            "TokenConfig {{ set: [{token}], trusted_issuers: [] }} JwksConfig {{ set: [{jwks}] }}"
        )
    };
    assert_eq!(shown("{}"), of("", ""));
    let value = quoted(VALUE);
    for (option, value) in [
        ("hmac_secret_key", &*value),
        ("hmac_previous_secret_key", &value),
        ("hmac_previous_secret_key_valid_until", "5"),
        ("rsa_public_key", &value),
        ("ecdsa_public_key", &value),
        ("eddsa_public_key", &value),
        ("jwks_public_endpoint", &value),
        ("audience", &value),
        ("audience_regex", &value),
        ("issuer", &value),
        ("issuer_regex", &value),
        ("user_id_claim", &value),
        ("algorithms", &format!("[{value}]")),
        ("leeway", "5"),
        ("require_exp", "true"),
        ("max_age", "5"),
        ("typ", &value),
    ] {
        let shown = shown(&format!(r#"{{"token_{option}":{value}}}"#));
        assert_eq!(shown, of(&quoted(option), ""));
    }
    for (option, value, name) in [
        ("cooldown", "5", "settings"),
        ("ca_file", &*value, "ca_file"),
        ("client_certificate_file", &value, "client_certificate_file"),
        ("client_key_file", &value, "client_key_file"),
        ("proxy", &value, "proxy"),
        ("user_agent", &value, "user_agent"),
        ("public_addresses_only", "true", "public_addresses_only"),
        ("last_known_good_file", &value, "last_known_good_file"),
    ] {
        let shown = shown(&format!(r#"{{"token_jwks_{option}":{value}}}"#));
        assert_eq!(shown, of(&quoted("jwks"), &quoted(name)));
    }
}
