//! Every option by every name, in every format and from the environment.

use crate::common;

use common::{json, variables};
use countersign::config::{Config, Format, TokenConfig, option_help, refused_option_help};

/// An option of a token section: its name, a value in JSON (which is also YAML), the value in TOML
/// if that differs, and the text of a variable if the value is not a plain string.
struct Row(
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

const ROWS: &[Row] = &[
    Row("hmac_secret_key", r#""s3cret""#, None, None),
    Row("hmac_previous_secret_key", r#""before""#, None, None),
    Row(
        "hmac_previous_secret_key_valid_until",
        "1700000000",
        None,
        Some("1700000000"),
    ),
    Row("rsa_public_key", r#""PEM""#, None, None),
    Row("ecdsa_public_key", r#""PEM""#, None, None),
    Row("eddsa_public_key", r#""PEM""#, None, None),
    Row(
        "jwks_public_endpoint",
        r#""https://issuer.example/jwks.json""#,
        None,
        None,
    ),
    Row("jwks_issuer", r#""https://issuer.example""#, None, None),
    Row("jwks_unknown_key_cooldown", r#""5s""#, None, Some("5")),
    Row("jwks_accept_age_up_to", r#""24h""#, None, None),
    Row("jwks_idle_after", r#""1h""#, None, Some("3600")),
    Row("jwks_time_to_live", r#""30m""#, None, None),
    Row("jwks_stale_if_error", "0", None, Some("0")),
    Row("jwks_refresh_ahead", r#""1m""#, None, None),
    Row("jwks_cooldown", "10", None, Some("10")),
    Row("jwks_attempt_timeout", r#""500ms""#, None, None),
    Row("jwks_total_deadline", r#""2s""#, None, None),
    Row("jwks_retries", "3", None, Some("3")),
    Row("jwks_body_limit", "1000", None, Some("1000")),
    Row("jwks_key_limit", "7", None, Some("7")),
    Row("jwks_waiter_limit", "9", None, Some("9")),
    Row("jwks_cache_control_may_lengthen_to", r#""2h""#, None, None),
    Row("jwks_allow_missing_kid", "true", None, Some("true")),
    Row("jwks_allow_plain_http", "true", None, Some("1")),
    Row("jwks_ca_file", r#""ca.pem""#, None, None),
    Row("jwks_client_certificate_file", r#""me.pem""#, None, None),
    Row("jwks_client_key_file", r#""me.key""#, None, None),
    Row("jwks_proxy", r#""environment""#, None, None),
    Row("jwks_user_agent", r#""chat""#, None, None),
    Row("jwks_public_addresses_only", "true", None, Some("True")),
    Row("jwks_last_known_good_file", r#""keys.json""#, None, None),
    Row("audience", r#""chat""#, None, None),
    Row("audience_regex", r#""chat-.*""#, None, None),
    Row("issuer", r#""https://issuer""#, None, None),
    Row("issuer_regex", r#""a|b""#, None, None),
    Row("user_id_claim", r#""user_id""#, None, None),
    Row(
        "algorithms",
        r#"["ES256","EdDSA"]"#,
        None,
        Some("ES256 EdDSA"),
    ),
    Row("leeway", r#""5s""#, None, Some("5")),
    Row("require_exp", "true", None, Some("t")),
    Row("max_age", "3600", None, Some("1h")),
    Row("typ", r#""at+jwt""#, None, None),
    Row("name", r#""backend""#, None, None),
    Row("user_prefix", r#""backend-""#, None, None),
    Row(
        "trusted_issuers",
        r#"[{"issuer":"https://a","hmac_secret_key":"a","algorithms":["HS256"]}]"#,
        Some(r#"[{issuer="https://a",hmac_secret_key="a",algorithms=["HS256"]}]"#),
        Some(r#"[{"issuer":"https://a","hmac_secret_key":"a","algorithms":["HS256"]}]"#),
    ),
];

/// Each of these may also be in a file of its own: see `config_real_files.rs`.
const KEYS: &[&str] = &[
    "hmac_secret_key",
    "hmac_previous_secret_key",
    "rsa_public_key",
    "ecdsa_public_key",
    "eddsa_public_key",
];

fn load(text: &str, format: Format) -> Config {
    Config::from_text(text, format, []).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_option_of_a_token_section_has_the_same_meaning_under_every_name() {
    for Row(name, value, toml, variable) in ROWS {
        let expected = load(
            &format!(r#"{{"client":{{"token":{{"{name}":{value}}}}}}}"#),
            Format::Json,
        )
        .token;
        assert_ne!(expected, TokenConfig::default(), "{name}");

        let toml = toml.unwrap_or(value);
        let variable = variable.unwrap_or(value.trim_matches('"'));
        let upper = name.to_uppercase();
        let env = |variable_name: String| {
            Config::from_environment(variables(&[(&variable_name, variable)])).unwrap()
        };
        for config in [
            load(&format!(r#"{{"token_{name}":{value}}}"#), Format::Json),
            load(&format!("[client.token]\n{name} = {toml}\n"), Format::Toml),
            load(&format!("token_{name} = {toml}\n"), Format::Toml),
            load(
                &format!("client:\n  token:\n    {name}: {value}\n"),
                Format::Yaml,
            ),
            load(&format!("token_{name}: {value}\n"), Format::Yaml),
            env(format!("COUNTERSIGN_TOKEN_{upper}")),
            env(format!("COUNTERSIGN_CLIENT_TOKEN_{upper}")),
        ] {
            assert_eq!(config.token, expected, "{name}");
            assert!(config.subscription_token.is_none() && config.left_alone().is_empty());
        }

        let enabled = ("COUNTERSIGN_CLIENT_SUBSCRIPTION_TOKEN_ENABLED", "true");
        let named = format!("COUNTERSIGN_SUBSCRIPTION_TOKEN_{upper}");
        for config in [
            load(
                &format!(
                    r#"{{"client":{{"subscription_token":{{"enabled":true,"{name}":{value}}}}}}}"#
                ),
                Format::Json,
            ),
            load(
                &format!(
                    r#"{{"separate_subscription_token_config":true,"subscription_token_{name}":{value}}}"#
                ),
                Format::Json,
            ),
            load(
                &format!(
                    r#"{{"subscription_token_enabled":true,"subscription_token_{name}":{value}}}"#
                ),
                Format::Json,
            ),
            Config::from_environment(variables(&[enabled, (&named, variable)])).unwrap(),
        ] {
            assert_eq!(
                config.subscription_token.as_ref(),
                Some(&expected),
                "{name}"
            );
            assert_eq!(
                config.token,
                TokenConfig::default(),
                "{name}: nothing is inherited"
            );
        }
    }
}

#[test]
fn the_names_of_an_option_are_listed_and_work() {
    let options = option_help();
    let also = |name: &str| {
        &options
            .iter()
            .find(|option| option.name == name)
            .unwrap()
            .also
    };
    assert_eq!(
        *also("client.token.hmac_secret_key"),
        ["token_hmac_secret_key", "secret"]
    );
    assert_eq!(
        *also("client.subscription_token.enabled"),
        [
            "separate_subscription_token_config",
            "subscription_token_enabled"
        ]
    );
    for option in refused_option_help() {
        for name in option.also.iter().chain([&option.name]) {
            let error = json(&format!(r#"{{"{name}":true}}"#)).unwrap_err();
            assert!(error.to_string().contains(option.help), "{error}");
        }
    }
}

#[test]
fn every_option_is_listed_with_a_line_of_help() {
    let mut expected: Vec<String> = ["client.token", "client.subscription_token"]
        .into_iter()
        .flat_map(|section| {
            let files = KEYS.iter().map(move |key| format!("{section}.{key}_file"));
            let rows = ROWS
                .iter()
                .map(move |Row(name, ..)| format!("{section}.{name}"));
            rows.chain(files)
        })
        .collect();
    expected.extend([
        "client.allow_anonymous_connect_without_token".into(),
        "client.disallow_anonymous_connection_tokens".into(),
        "client.subscription_token.enabled".into(),
        "client.token_size_limit".into(),
        "client.token_channel_limit".into(),
        "channel.max_length".into(),
    ]);
    let mut listed: Vec<String> = option_help()
        .into_iter()
        .map(|option| option.name)
        .collect();
    assert!(option_help().iter().all(|option| !option.help.is_empty()));
    expected.sort();
    listed.sort();
    assert_eq!(listed, expected);
}

#[test]
fn the_options_of_clients_have_their_old_names_too() {
    for name in ["client_anonymous", "allow_anonymous_connect_without_token"] {
        assert!(
            json(&format!(r#"{{"{name}":true}}"#))
                .unwrap()
                .allow_anonymous_connect_without_token
        );
    }
    let nested = r#"{"client":{"allow_anonymous_connect_without_token":true,"disallow_anonymous_connection_tokens":true}}"#;
    let nested = json(nested).unwrap();
    assert!(
        nested.allow_anonymous_connect_without_token && nested.disallow_anonymous_connection_tokens
    );
    let flat = json(r#"{"disallow_anonymous_connection_tokens":true}"#).unwrap();
    assert!(
        flat.disallow_anonymous_connection_tokens && !flat.allow_anonymous_connect_without_token
    );
    let oldest = json(r#"{"secret":"s3cret"}"#).unwrap();
    assert_eq!(oldest.token.hmac_secret_key.unwrap().expose(), b"s3cret");
}

#[test]
fn a_variable_wins_over_the_file() {
    let file = r#"{"token_hmac_secret_key":"of the file","token_audience":"chat","client_anonymous":true}"#;
    let environment = [
        (
            "COUNTERSIGN_CLIENT_TOKEN_HMAC_SECRET_KEY",
            "of the environment",
        ),
        ("COUNTERSIGN_CLIENT_ANONYMOUS", "false"),
        ("TOKEN_AUDIENCE", "not ours"),
    ];
    let config = Config::from_text(file, Format::Json, variables(&environment)).unwrap();
    assert_eq!(
        config.token.hmac_secret_key.unwrap().expose(),
        b"of the environment"
    );
    assert_eq!(config.token.audience.as_deref(), Some("chat"));
    assert!(!config.allow_anonymous_connect_without_token);
}
