//! An empty value counts as not set, and never accepts more tokens without a message.

use crate::common;

use common::*;
use countersign::config::{Config, Format};

/// A file as a program writes it that lists all of its options.
const ALL_LISTED: &str = r#"{"client":{
    "token":{
        "hmac_secret_key":"the one value that is there, 32 bytes long","hmac_previous_secret_key":"",
        "hmac_previous_secret_key_valid_until":0,"rsa_public_key":"","ecdsa_public_key":"",
        "jwks_public_endpoint":"","audience":"","audience_regex":"","issuer":"","issuer_regex":"",
        "user_id_claim":"","insecure_skip_jwks_endpoint_safety_check":false},
    "subscription_token":{"enabled":false,"hmac_secret_key":"","audience":""},
    "user_id_http_header":"","insecure":false,"allowed_origins":[]},
    "channel":{"namespaces":[],"max_length":255,"private_prefix":"$"},"proxies":[]}"#;

#[test]
fn a15_a_file_that_lists_all_options_loads_with_a_warning_about_the_empty_ones() {
    for (text, format) in [
        (ALL_LISTED.to_owned(), Format::Json),
        (ALL_LISTED.replace(r#""""#, "null"), Format::Json),
        (ALL_LISTED.to_owned(), Format::Yaml),
    ] {
        let config = Config::from_text(&text, format, []).unwrap();
        let checked = config.setup().build().unwrap();
        let warnings = checked.warnings().join("\n");
        for name in [
            "hmac_previous_secret_key",
            "rsa_public_key",
            "audience",
            "issuer_regex",
        ] {
            assert!(
                warnings.contains(&format!("`client.token.{name}`")),
                "{warnings}"
            );
        }
        assert!(!warnings.contains("user_id_claim"), "{warnings}");
        let authenticator = countersign::Authenticator::new(checked.ignore_warnings().rules);
        let secret = b"the one value that is there, 32 bytes long";
        let token = hmac(secret, "HS256", r#"{"sub":"42"}"#);
        assert_eq!(connect(&authenticator, &token), Ok("42".into()));
    }
}

#[test]
fn a15_if_no_key_is_left_the_error_names_the_empty_options() {
    let text = r#"{"token_hmac_secret_key":"","token_rsa_public_key":null,"token_audience":"a"}"#;
    let error = json(text).unwrap().setup().build().unwrap_err().to_string();
    for name in ["token_hmac_secret_key", "token_rsa_public_key"] {
        assert!(error.contains(name), "{error}");
    }
    let entry = r#"{"token_trusted_issuers":[{"issuer":"a","hmac_secret_key":""}]}"#;
    let error = json(entry)
        .unwrap()
        .setup()
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`token_trusted_issuers[0].hmac_secret_key`"),
        "{error}"
    );
    for text in ["{}", r#"{"client":null}"#, r#"{"client":{"token":null}}"#] {
        let error = json(text).unwrap().setup().build().unwrap_err().to_string();
        assert!(error.contains("found no key; give"), "{error}");
    }
}

const RESTRICTIONS: [(&str, &str); 6] = [
    ("audience", "[]"),
    ("audience_regex", r#""""#),
    ("issuer", r#""""#),
    ("issuer_regex", "null"),
    ("typ", r#""""#),
    ("algorithms", "[]"),
];

#[test]
fn a15_an_empty_restriction_is_an_error_in_our_variables_and_in_trusted_issuers() {
    let file = format!(r#"{{"token_hmac_secret_key":"{SECRET}"}}"#);
    for (name, empty) in RESTRICTIONS {
        let of = |prefix: &str| {
            let variable = format!("{prefix}_TOKEN_{}", name.to_uppercase());
            Config::from_text(&file, Format::Json, variables(&[(&variable, "")]))
        };
        let error = of("COUNTERSIGN").unwrap_err();
        assert_eq!(
            error.option_name(),
            Some(&*format!("COUNTERSIGN_TOKEN_{}", name.to_uppercase()))
        );
        // A variable of Centrifugo is read as Centrifugo reads it.
        let warned = of("CENTRIFUGO").unwrap().setup().build().unwrap();
        assert!(warned.warnings().concat().contains(&name.to_uppercase()));

        let issuer = if name == "issuer" {
            ""
        } else {
            r#""issuer":"i","#
        };
        let entry = format!(
            r#"{{"token_trusted_issuers":[{{{issuer}"hmac_secret_key":"{SECRET}","{name}":{empty}}}]}}"#
        );
        let error = json(&entry).unwrap_err();
        let option = format!("token_trusted_issuers[0].{name}");
        assert_eq!(error.option_name(), Some(&*option), "{error}");
    }
}

#[test]
fn a15_an_empty_variable_never_replaces_the_value_of_a_file() {
    let file = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_require_exp":true,"token_max_age":"1h",
            "token_audience":"chat"}}"#
    );
    let expected = json(&file).unwrap();
    for name in [
        "COUNTERSIGN_TOKEN_HMAC_SECRET_KEY",
        "COUNTERSIGN_TOKEN_REQUIRE_EXP",
        "COUNTERSIGN_CLIENT_TOKEN_MAX_AGE",
        "CENTRIFUGO_TOKEN_HMAC_SECRET_KEY",
        "CENTRIFUGO_CLIENT_TOKEN_AUDIENCE",
    ] {
        let config = Config::from_text(&file, Format::Json, variables(&[(name, "")])).unwrap();
        assert_eq!(config.token, expected.token, "{name}");
        let checked = config.setup().build().unwrap();
        assert!(checked.warnings().concat().contains(name), "{name}");
    }
}
