//! What is wrong with a configuration is told: where, what was found, what is expected.

#![cfg(feature = "config")]
#![allow(clippy::unwrap_used)]

mod common;

use common::{json, quoted};
use countersign::config::{Config, Format};

#[test]
fn an_option_that_does_not_exist_names_the_nearest() {
    for (text, option, nearest) in [
        (
            r#"{"token_hmac_secret":"x"}"#,
            "token_hmac_secret",
            "token_hmac_secret_key",
        ),
        (
            r#"{"token_hmac_secret_kye":"x"}"#,
            "token_hmac_secret_kye",
            "token_hmac_secret_key",
        ),
        (
            r#"{"client":{"token":{"audiance":"x"}}}"#,
            "client.token.audiance",
            "client.token.audience",
        ),
        (
            r#"{"client":{"token":{"trusted_issuers":[{"isuer":"x"}]}}}"#,
            "client.token.trusted_issuers[0].isuer",
            "client.token.trusted_issuers[0].issuer",
        ),
        (
            r#"{"client":{"tokens":{"audience":"x"}}}"#,
            "client.tokens",
            "`client.token`",
        ),
        (
            r#"{"client":{"subscription_tokens":{}}}"#,
            "client.subscription_tokens",
            "`client.subscription_token`",
        ),
        (r#"{"clent":{}}"#, "clent", "`client`"),
        (
            r#"{"client":{"allowed_orgins":[]}}"#,
            "client.allowed_orgins",
            "`client.allowed_origins`",
        ),
        (
            r#"{"token_jwks_endpoint":"x"}"#,
            "token_jwks_endpoint",
            "`token_jwks_public_endpoint`",
        ),
        (r#"{"adress":"x"}"#, "adress", "address"),
        (r#"{"TOKEN_AUDIENCE":"x"}"#, "TOKEN_AUDIENCE", ""),
    ] {
        let error = json(text).unwrap_err();
        assert_eq!(error.option_name(), Some(option));
        let sentence = error.to_string();
        assert!(
            sentence.contains("no such option") && sentence.contains(nearest),
            "{sentence}"
        );
    }
    let error = Config::from_environment([("COUNTERSIGN_TOKEN_AUDIANCE".into(), "x".into())]);
    let sentence = error.unwrap_err().to_string();
    assert!(
        sentence.contains("`COUNTERSIGN_TOKEN_AUDIENCE`"),
        "{sentence}"
    );
}

#[test]
fn one_option_given_twice_is_an_error() {
    for (text, format) in [
        (
            r#"{"token_audience":"a","token_audience":"a"}"#,
            Format::Json,
        ),
        (
            r#"{"token_audience":"a","client":{"token":{"audience":"a"}}}"#,
            Format::Json,
        ),
        (r#"{"client":{"token":{}},"client":{}}"#, Format::Json),
        (
            r#"{"client.token.audience":"a","client":{"token":{"audience":"a"}}}"#,
            Format::Json,
        ),
        (
            r#"{"secret":"a","token_hmac_secret_key":"a"}"#,
            Format::Json,
        ),
        (
            r#"{"token_trusted_issuers":[{"issuer":"a","issuer":"b"}]}"#,
            Format::Json,
        ),
        (
            "token_audience = \"a\"\ntoken_audience = \"a\"\n",
            Format::Toml,
        ),
        (
            "token_audience = \"a\"\n[client.token]\naudience = \"a\"\n",
            Format::Toml,
        ),
        ("token_audience: a\ntoken_audience: a\n", Format::Yaml),
        (
            "token_audience: a\nclient:\n  token:\n    audience: a\n",
            Format::Yaml,
        ),
    ] {
        assert!(Config::from_text(text, format, []).is_err(), "{text}");
    }
    let both = [
        "COUNTERSIGN_TOKEN_AUDIENCE",
        "COUNTERSIGN_CLIENT_TOKEN_AUDIENCE",
    ];
    assert!(Config::from_environment(both.map(|name| (name.into(), "a".into()))).is_err());
    let twice = r#"[{"issuer":"a","audience":"a","audience":"b"}]"#;
    let error =
        Config::from_environment([("COUNTERSIGN_TOKEN_TRUSTED_ISSUERS".into(), twice.into())]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "`COUNTERSIGN_TOKEN_TRUSTED_ISSUERS`: found the name \"audience\" twice; names must be unique"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_what_is_expected() {
    for (text, option, expected) in [
        (
            r#"{"token_hmac_secret_key":12345}"#,
            "token_hmac_secret_key",
            "found a number; expected a string",
        ),
        (r#"{"token_leeway":"soon"}"#, "token_leeway", "a duration"),
        (r#"{"token_leeway":-1}"#, "token_leeway", "a duration"),
        (r#"{"token_leeway":1.5}"#, "token_leeway", "a duration"),
        (
            r#"{"token_require_exp":"true"}"#,
            "token_require_exp",
            "found a string; expected true or false",
        ),
        (
            r#"{"token_algorithms":"ES256"}"#,
            "token_algorithms",
            "a list of strings",
        ),
        (
            r#"{"token_algorithms":["ES256",1]}"#,
            "token_algorithms",
            "a list of strings",
        ),
        (
            r#"{"token_trusted_issuers":{}}"#,
            "token_trusted_issuers",
            "a list of tables",
        ),
        (
            r#"{"token_trusted_issuers":[1]}"#,
            "token_trusted_issuers",
            "a list of tables",
        ),
        (
            r#"{"token_hmac_previous_secret_key_valid_until":"2030-01-01"}"#,
            "token_hmac_previous_secret_key_valid_until",
            "seconds since 1970",
        ),
        (
            r#"{"client":{"token_size_limit":0}}"#,
            "client.token_size_limit",
            "every token would be refused",
        ),
        (r#"{"client":[]}"#, "client", "a table of options"),
        (
            r#"{"client":{"token":"x"}}"#,
            "client.token",
            "a table of options",
        ),
        (
            r#"{"client":{"subscription_token":{"enabled":1}}}"#,
            "client.subscription_token.enabled",
            "true or false",
        ),
    ] {
        let error = json(text).unwrap_err();
        assert_eq!(error.option_name(), Some(option), "{text}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for text in ["[]", "1", "\"x\"", "true"] {
        assert!(json(text).is_err(), "{text}");
    }
    let text = quoted("x\ny");
    assert_eq!(
        json(&format!(r#"{{"token_audience":{text}}}"#))
            .unwrap()
            .token
            .audience
            .unwrap(),
        "x\ny"
    );
}

#[test]
fn the_extension_of_a_file_tells_its_format() {
    let folder = std::env::temp_dir().join(format!("countersign-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in [
        ("c.json", r#"{"token_audience":"a"}"#),
        ("c.toml", "token_audience = \"a\""),
        ("c.yaml", "token_audience: a"),
        ("c.yml", "token_audience: a"),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, text).unwrap();
        assert_eq!(
            Config::load(&path, []).unwrap().token.audience.as_deref(),
            Some("a"),
            "{file}"
        );
    }
    for (file, bytes, expected) in [
        ("c.ini", &b"x"[..], "the extension tells the format"),
        ("c", b"x", "the extension tells the format"),
        ("bytes.json", b"{\"token_audience\":\"\xff\"}", "not UTF-8"),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, bytes).unwrap();
        let sentence = Config::load(&path, []).unwrap_err().to_string();
        assert!(
            sentence.contains(expected) && sentence.contains(file),
            "{sentence}"
        );
    }
    let sentence = Config::load(&folder.join("absent.json"), [])
        .unwrap_err()
        .to_string();
    assert!(
        sentence.contains("no such file") && sentence.contains("genconfig"),
        "{sentence}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn variables_that_kubernetes_sets_for_a_service_are_passed_over() {
    let of = |names: &[&str]| {
        let variables = names
            .iter()
            .map(|name| ((*name).to_owned(), "x".to_owned()));
        Config::from_environment(variables)
    };
    // For services that are named "countersign" and "countersign-client".
    assert!(
        of(&[
            "COUNTERSIGN_PORT",
            "COUNTERSIGN_PORT_8000_TCP",
            "COUNTERSIGN_PORT_8000_TCP_ADDR",
            "COUNTERSIGN_SERVICE_HOST",
            "COUNTERSIGN_SERVICE_PORT",
            "COUNTERSIGN_SERVICE_PORT_HTTP",
            "COUNTERSIGN_CLIENT_SERVICE_HOST",
            "COUNTERSIGN_CLIENT_PORT_8000_TCP_PROTO",
        ])
        .is_ok()
    );
    for name in [
        "COUNTERSIGN_PORTS",
        "COUNTERSIGN_SERVICE",
        "COUNTERSIGN_TOKEN_AUDIENCE_",
    ] {
        assert!(of(&[name]).is_err(), "{name}");
    }
}
