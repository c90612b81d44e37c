//! The clients of endpoints: when they start, their counters, and the effect of a reload.
#![cfg(feature = "config")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "common/server.rs"]
mod server;

use countersign::config::{ConfiguredEndpoint, JwksConfig};
use countersign::{
    Authenticator, Authority, Code, Key, KeyEndpoint, KeySource, Outcome, Rules, Stage,
    default_provider, now,
};
use countersign_fetch::{FetchErrorKind, SettingsError};
use countersign_jwks::{Jwks, LazyJwks};
use server::{Server, config, issuer, key, on_demand, token_of};

/// The counters that a server exports: those of the clients that have started.
fn fetches(authenticator: &Authenticator) -> Vec<u64> {
    let endpoints = authenticator.endpoints();
    let started = endpoints.iter().filter_map(KeyEndpoint::started);
    let succeeded = started.map(|jwks| jwks.counters().fetches[0]);
    succeeded
        .map(|(result, count)| {
            assert_eq!(result, "ok");
            count
        })
        .collect()
}

#[test]
fn counters_of_each_started_client_are_exported_once() {
    let server = Server::start();
    let key = key("ES256", "k");
    server.publish("/a", &[&key]);
    let authenticator = on_demand(&format!(
        r#"{{"client": {{
            "allow_anonymous_connect_without_token": true,
            "token": {{"jwks_public_endpoint": "{}", "issuer_regex": "(?P<realm>a|b)"}}
        }}}}"#,
        server.url("/{{realm}}")
    ));
    assert_eq!(authenticator.endpoints().len(), 2);
    assert_eq!(fetches(&authenticator), [0; 0]);
    let token = token_of(&key, "a");
    assert!(authenticator.connection(&token, now()).is_ok());
    assert!(authenticator.connection(&token, now()).is_ok());
    assert_eq!(fetches(&authenticator), [1]);
}

#[test]
fn the_client_of_one_url_starts_with_the_server() {
    let server = Server::start();
    server.publish("/keys", &[&key("ES256", "k")]);
    let text = format!(
        r#"{{"token_jwks_public_endpoint": "{}"}}"#,
        server.url("/keys")
    );
    let config = config(&text);
    for (setup, is_started) in [(config.setup(), true), (config.setup().on_demand(), false)] {
        let setup = setup.build().unwrap().ignore_warnings();
        let endpoints = setup.rules.endpoints();
        assert_eq!(endpoints[0].started().is_some(), is_started);
    }
}

#[test]
fn a_report_says_how_a_server_uses_each_key() {
    let server = Server::start();
    server.publish("/keys", &[&key("ES256", "k")]);
    server.publish("/none", &[&key("ES256", "k").with_use("enc")]);
    let report = |url: &str| {
        let endpoint = ConfiguredEndpoint::key_set(url, JwksConfig::default(), default_provider());
        let fetched = endpoint.report()?;
        Ok::<_, SettingsError>(fetched.map(|it| (it.used(), it.skipped())))
    };
    assert_eq!(report(&server.url("/keys")), Ok(Ok((1, 0))));
    assert_eq!(report(&server.url("/none")), Ok(Ok((0, 1))));
    let failed = report(&server.url("/elsewhere")).unwrap().unwrap_err();
    assert_eq!(failed.kind(), FetchErrorKind::Status(500));
    assert!(report("ftp://id.example").is_err());
}

#[test]
fn a1_a_token_that_no_published_key_could_verify_starts_no_client() {
    let authenticator = on_demand(
        r#"{"token_jwks_public_endpoint": "https://127.0.0.1:9/{{realm}}",
            "token_issuer_regex": "(?P<realm>a|b)"}"#,
    );
    let secret = Key::secret(b"a secret of the forger, 32 bytes and more").unwrap();
    let token = token_of(&secret, "a");
    let error = authenticator.connection(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::Algorithm);
    let endpoints = authenticator.endpoints();
    assert!(
        endpoints
            .iter()
            .all(|endpoint| endpoint.started().is_none())
    );
}

#[test]
fn a_reload_keeps_the_keys_of_endpoints_that_are_configured_as_before() {
    let server = Server::start();
    let key = key("ES256", "k");
    server.publish("/keys", &[&key]);
    let text = |more: &str| {
        format!(
            r#"{{"token_jwks_public_endpoint": "{}"{more}}}"#,
            server.url("/keys")
        )
    };
    let setup = config(&text(""))
        .setup()
        .on_demand()
        .build()
        .unwrap()
        .ignore_warnings();
    let authenticator = Authenticator::new(setup.rules.clone());
    let token = issuer(&key).connection("42").sign().unwrap();
    assert!(authenticator.connection(&token, now()).is_ok());

    server.fail();
    let reload = |more: &str| {
        let setup = config(&text(more))
            .setup()
            .after(&setup)
            .build()
            .unwrap()
            .ignore_warnings();
        authenticator.reload(setup.rules);
        let outcome = authenticator.connection(&token, now());
        outcome.map(drop).map_err(|error| error.code())
    };
    // The requirements differ, but the endpoint is the same.
    assert_eq!(reload(r#", "token_issuer": "x""#), Err(Code::Issuer));
    assert_eq!(reload(r#", "token_require_exp": false"#), Ok(()));
    assert_eq!(server.requests("/keys"), 1);
    // With other settings for fetching, it is another endpoint.
    assert_eq!(
        reload(r#", "token_jwks_retries": 0"#),
        Err(Code::KeysUnavailable)
    );
    assert_eq!(server.requests("/keys"), 2);
}

#[test]
fn if_a_client_cannot_be_made_its_keys_are_unavailable_and_the_trace_says_why() {
    let builder = Jwks::builder("ftp://keys.example/", default_provider());
    let endpoint = KeyEndpoint::from(LazyJwks::new(builder));
    let reason = endpoint.client().unwrap_err().to_string();
    let authenticator =
        Authenticator::new(Rules::new(Authority::new(KeySource::Endpoint(endpoint))));
    let token = issuer(&key("ES256", "k")).connection("42").sign().unwrap();
    let explanation = authenticator.explain_connection(&token, now());
    let error = explanation.result.unwrap_err();
    assert_eq!(error.code(), Code::KeysUnavailable);
    // It isn't tried again for each token, and the error says when it will be.
    assert!(error.retry_after().is_some());
    let mut steps = explanation.steps.iter();
    let failed = steps.find(|step| step.stage == Stage::Key).unwrap();
    assert_eq!(failed.outcome, Outcome::Failed(Code::KeysUnavailable));
    assert!(failed.detail.contains(&reason), "{}", failed.detail);
}
