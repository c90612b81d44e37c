//! Environment variables: ours, those of Centrifugo, and those of other programs.

use crate::common;

use common::*;
use countersign::config::{Config, Format};

const FILE: &str = r#"{"token_hmac_secret_key":"that of the file, and long enough for HS256"}"#;

fn read(environment: &[(&str, &str)]) -> Config {
    Config::from_text(FILE, Format::Json, variables(environment)).unwrap()
}

fn secret_of(config: &Config) -> &[u8] {
    config.token.hmac_secret_key.as_ref().unwrap().expose()
}

fn warnings(config: &Config) -> String {
    config.setup().build().unwrap().warnings().join("\n")
}

#[test]
fn a_variable_of_centrifugo_wins_over_the_file_by_its_old_name_and_by_its_new_one() {
    for name in [
        "CENTRIFUGO_TOKEN_HMAC_SECRET_KEY",
        "CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY",
    ] {
        assert_eq!(
            secret_of(&read(&[(name, SECRET)])),
            SECRET.as_bytes(),
            "{name}"
        );
        let alone = Config::from_environment(variables(&[(name, SECRET)])).unwrap();
        assert_eq!(secret_of(&alone), SECRET.as_bytes(), "{name}");
    }
}

#[test]
fn our_variable_wins_over_one_of_centrifugo_with_a_warning() {
    let both = [
        ("COUNTERSIGN_CLIENT_TOKEN_HMAC_SECRET_KEY", SECRET),
        (
            "CENTRIFUGO_TOKEN_HMAC_SECRET_KEY",
            "another one, of 32 bytes and more",
        ),
    ];
    let config = read(&both);
    assert_eq!(secret_of(&config), SECRET.as_bytes());
    let expected = "`COUNTERSIGN_CLIENT_TOKEN_HMAC_SECRET_KEY` wins over \
                    `CENTRIFUGO_TOKEN_HMAC_SECRET_KEY`";
    assert!(
        warnings(&config).contains(expected),
        "{}",
        warnings(&config)
    );
    // Without the other variable there is no warning.
    assert_eq!(
        warnings(&read(&[("CENTRIFUGO_TOKEN_HMAC_SECRET_KEY", SECRET)])),
        ""
    );
}

#[test]
fn an_unknown_variable_is_an_error_if_it_is_close_to_an_option_and_else_a_warning() {
    for prefix in ["COUNTERSIGN", "CENTRIFUGO"] {
        let typo = format!("{prefix}_TOKEN_AUDIANCE");
        let error = Config::from_text(FILE, Format::Json, variables(&[(&typo, "x")]));
        let sentence = error.unwrap_err().to_string();
        assert!(
            sentence.contains(&format!("`{prefix}_TOKEN_AUDIENCE`")),
            "{sentence}"
        );

        let other = format!("{prefix}_DEPLOY_COLOUR");
        let config = read(&[(&other, "green")]);
        assert!(warnings(&config).contains(&other), "{}", warnings(&config));
        assert!(Config::is_option(typo.as_ref(), "x".as_ref()));
        assert!(!Config::is_option(other.as_ref(), "x".as_ref()));
    }
}

#[test]
fn an_option_of_the_server_keeps_the_name_of_its_variable() {
    let names = |environment: &[(&str, &str)]| {
        let config = read(environment);
        let options = config.other_options().iter();
        options.map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let of_centrifugo = ("CENTRIFUGO_PORT", "8001");
    let ours = ("COUNTERSIGN_PORT", "8002");
    assert_eq!(names(&[of_centrifugo]), ["CENTRIFUGO_PORT"]);
    assert_eq!(names(&[ours]), ["COUNTERSIGN_PORT"]);
    assert_eq!(names(&[ours, of_centrifugo]), ["COUNTERSIGN_PORT"]);
}

#[test]
fn variables_that_a_container_platform_sets_are_ignored() {
    for prefix in ["COUNTERSIGN", "CENTRIFUGO"] {
        for (name, value) in [
            ("_PORT", "tcp://10.0.0.1:8000"),
            ("_PORT", "udp://10.0.0.1:53"),
            ("_PORT_8000_TCP", "tcp://10.0.0.1:8000"),
            ("_PORT_8000_TCP_ADDR", "10.0.0.1"),
            ("_SERVICE_HOST", "10.0.0.1"),
            ("_SERVICE_PORT", "8000"),
            ("_SERVICE_PORT_HTTP", "8000"),
            ("_CLIENT_SERVICE_HOST", "10.0.0.1"),
            ("_CLIENT_PORT_8000_TCP_PROTO", "tcp"),
        ] {
            let name = format!("{prefix}{name}");
            let config = read(&[(&name, value)]);
            assert!(config.left_alone().is_empty(), "{name}");
            assert_eq!(warnings(&config), "", "{name}");
            assert!(!Config::is_option(name.as_ref(), value.as_ref()), "{name}");
        }
        // A port is an option.
        let port = format!("{prefix}_PORT");
        assert_eq!(read(&[(&port, "8000")]).left_alone(), [port]);
    }
}

#[test]
fn the_names_of_variables_are_taken_in_any_case_behind_their_prefix() {
    let config = read(&[("COUNTERSIGN_token_Audience", "chat")]);
    assert_eq!(config.token.audience.as_deref(), Some("chat"));
    let twice = [
        ("COUNTERSIGN_TOKEN_AUDIENCE", "a"),
        ("COUNTERSIGN_token_audience", "a"),
    ];
    assert!(Config::from_environment(variables(&twice)).is_err());
}

#[cfg(unix)]
#[test]
fn no_bytes_of_a_variable_cause_a_panic() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    let bytes = |text: &[u8]| OsString::from_vec(text.to_vec());
    let of = |name: &[u8], value: &[u8]| {
        Config::from_text(FILE, Format::Json, [(bytes(name), bytes(value))])
    };
    let error = of(b"COUNTERSIGN_TOKEN_AUDIENCE", b"\xff").unwrap_err();
    assert_eq!(error.option_name(), Some("COUNTERSIGN_TOKEN_AUDIENCE"));
    assert!(error.to_string().contains("not UTF-8"), "{error}");
    for (name, value) in [
        (&b"PATH"[..], &b"\xff"[..]),
        (b"\xff\xfe", b"x"),
        (b"", b""),
        (b"COUNTERSIGN_LOG_LEVEL", b"\xff"),
        (b"COUNTERSIGN_\xff", b"\xff"),
        (b"COUNTERSIGN_", b"x"),
        (b"CENTRIFUGO_", b"x"),
    ] {
        assert!(of(name, value).is_ok(), "{name:?}");
    }
}
