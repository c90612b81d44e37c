//! A configuration as a section of a server's own configuration, in any format of serde, and
//! warnings that can't be overlooked.

use crate::common;

use common::*;
use countersign::Authenticator;
use countersign::config::Config;
use serde::Deserialize;

#[derive(Deserialize)]
struct Server {
    port: u16,
    auth: Config,
}

/// A section, in three formats.
fn read(auth: &str) -> [Result<Server, String>; 3] {
    let json = format!(r#"{{"port":8000,"auth":{auth}}}"#);
    let tree: serde_json::Value = serde_json::from_str(&json).unwrap();
    [
        serde_json::from_str(&json).map_err(|error| error.to_string()),
        toml::from_str(&toml::to_string(&tree).unwrap()).map_err(|error| error.to_string()),
        serde_saphyr::from_str(&json).map_err(|error| error.to_string()),
    ]
}

#[test]
fn a_section_of_a_servers_file_is_a_configuration() {
    for auth in [
        format!(r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}","leeway":"5s"}}}}}}"#),
        format!(r#"{{"token_hmac_secret_key":"{SECRET}","token_leeway":5}}"#),
    ] {
        for server in read(&auth) {
            let server = server.unwrap();
            assert_eq!(server.port, 8000);
            let setup = server.auth.setup().build().unwrap().ignore_warnings();
            let authenticator = Authenticator::new(setup.rules);
            let token = hs256(&format!(r#"{{"sub":"42","nbf":{}}}"#, NOW + 5));
            assert_eq!(connect(&authenticator, &token), Ok("42".into()));
        }
    }
}

#[test]
fn a_section_has_the_same_checks_as_a_file() {
    for (auth, expected) in [
        (
            r#"{"client":{"token":{"audiance":"a"}}}"#,
            "the nearest is `client.token.audience`",
        ),
        (
            r#"{"client":{"token":{"zz":1}}}"#,
            "there is no such option",
        ),
        (r#"{"client_insecure":true}"#, "this option is refused"),
        (
            r#"{"token_audience":"a","client":{"token":{"audience":"a"}}}"#,
            "the same option",
        ),
        (r#"{"token_leeway":"soon"}"#, "a duration"),
        (r#"{"token_hmac_secret_key":5}"#, "write it in quotes"),
    ] {
        for server in read(auth) {
            let error = server.err().unwrap();
            assert!(error.contains(expected), "{error}");
        }
    }
    let twice = r#"{"port":1,"auth":{"token_audience":"a","token_audience":"b"}}"#;
    assert!(serde_json::from_str::<Server>(twice).is_err());
    assert!(serde_json::from_str::<Server>(r#"{"port":1,"auth":[]}"#).is_err());
}

#[test]
fn warnings_must_be_reported_or_ignored() {
    let config = json(r#"{"token_hmac_secret_key":"short"}"#).unwrap();
    let mut heard = Vec::new();
    let checked = config.setup().build().unwrap();
    let expected = checked.warnings().to_vec();
    let _setup = checked.report(|warning| heard.push(warning.to_owned()));
    assert_eq!(heard, expected);
    assert_eq!(heard.len(), 1, "{heard:?}");
    let (_setup, warnings) = config.setup().build().unwrap().into_parts();
    assert_eq!(warnings, expected);
}
