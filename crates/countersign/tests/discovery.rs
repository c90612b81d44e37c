//! Keys of OpenID Connect issuers, found by their discovery documents on loopback.
#![cfg(feature = "config")]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/server.rs"]
mod server;

use countersign::claims::Pattern;
use countersign::config::{Config, ConfigError, Format};
use countersign::{
    Authenticator, Authority, BuildError, Code, Issuer, Key, Rules, Trust, default_provider, now,
};
use countersign_jwks::Jwks;
use server::{Server, config, key, on_demand, token_of};

fn verdict(authenticator: &Authenticator, token: &str) -> Result<String, Code> {
    match authenticator.connection(token, now()) {
        Ok(connection) => Ok(connection.user().to_owned()),
        Err(error) => Err(error.code()),
    }
}

/// A token of user 42 without `iss`.
fn token_without_iss(key: &Key) -> String {
    server::issuer(key).connection("42").sign().unwrap()
}

#[test]
fn i13_tokens_verify_whose_iss_is_the_configured_issuer_byte_for_byte() {
    let server = Server::start();
    let (es256, eddsa) = (key("ES256", "es"), key("EdDSA", "ed"));
    let issuer = server.publish_issuer("/realm", &[&es256, &eddsa]);
    let check = |authenticator: &Authenticator| {
        for key in [&es256, &eddsa] {
            let token = token_of(key, &issuer);
            assert_eq!(verdict(authenticator, &token), Ok("42".into()));
        }
        let others = [
            format!("{issuer}/"),
            issuer.to_uppercase(),
            "https://evil.example".into(),
            String::new(),
        ];
        for other in others {
            let token = token_of(&es256, &other);
            assert_eq!(verdict(authenticator, &token), Err(Code::Issuer), "{other}");
        }
        let token = token_without_iss(&es256);
        assert_eq!(verdict(authenticator, &token), Err(Code::Issuer));
    };
    for text in [
        format!(r#"{{"client": {{"token": {{"jwks_issuer": "{issuer}"}}}}}}"#),
        format!(r#"{{"token_jwks_issuer": "{issuer}", "token_issuer": "{issuer}"}}"#),
    ] {
        check(&on_demand(&text));
    }
    let variable = (
        "COUNTERSIGN_TOKEN_JWKS_ISSUER".into(),
        issuer.clone().into(),
    );
    let config = Config::from_text("{}", Format::Json, [variable]).unwrap();
    let setup = config.setup().build().unwrap().ignore_warnings();
    check(&Authenticator::new(setup.rules));

    let built = Authenticator::builder().jwks_from_issuer(&issuer).build();
    check(&built.unwrap());
    // The keys of a client are only for its issuer, even if another authority uses the client.
    let client = Jwks::from_issuer(&issuer, default_provider()).unwrap();
    let builder = Authenticator::builder().keys(client.clone());
    check(&builder.build().unwrap());
    check(&Authenticator::new(Rules::new(Authority::new(client))));
}

#[test]
fn issuers_are_trusted_beside_each_other_and_each_has_its_own_keys() {
    let server = Server::start();
    let (first_key, second_key) = (key("ES256", "same"), key("ES256", "same"));
    let first = server.publish_issuer("/first/", &[&first_key]);
    let second = server.publish_issuer("/second", &[&second_key]);
    let configured = on_demand(&format!(
        r#"{{"token_trusted_issuers": [{{"jwks_issuer": "{first}"}}, {{"jwks_issuer": "{second}"}}]}}"#
    ));
    let authority = |issuer: &str| Authority::builder().jwks_from_issuer(issuer).build();
    let built = Authenticator::builder()
        .issuer(authority(&first).unwrap())
        .issuer(authority(&second).unwrap())
        .build()
        .unwrap();
    for authenticator in [configured, built] {
        let ok = |key: &Key, issuer: &str| verdict(&authenticator, &token_of(key, issuer));
        assert_eq!(ok(&first_key, &first), Ok("42".into()));
        assert_eq!(ok(&second_key, &second), Ok("42".into()));
        assert_eq!(ok(&first_key, &second), Err(Code::Signature));
        assert_eq!(ok(&first_key, "https://other.example"), Err(Code::Issuer));
    }
}

#[test]
fn i13_a_document_of_another_issuer_makes_the_keys_unavailable_and_says_why() {
    let server = Server::start();
    let key = key("ES256", "k");
    let issuer = server.publish_issuer("/realm", &[&key]);
    let other = format!("{issuer}/");
    let authenticator = on_demand(&format!(r#"{{"token_jwks_issuer": "{other}"}}"#));
    let token = token_of(&key, &other);
    let error = authenticator.connection(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::KeysUnavailable);
    let said = error.to_string();
    assert!(said.contains(&issuer) && said.contains("issuer"), "{said}");
    assert_eq!(server.requests("/realm/set"), 0);
}

#[test]
fn a_subscription_section_may_have_an_issuer_of_its_own() {
    let server = Server::start();
    let key = key("ES256", "k");
    let issuer = server.publish_issuer("", &[&key]);
    let authenticator = on_demand(&format!(
        r#"{{"client": {{
            "token": {{"hmac_secret_key": "a secret of 32 bytes and some more"}},
            "subscription_token": {{"enabled": true, "jwks_issuer": "{issuer}"}}
        }}}}"#
    ));
    let signing = Issuer::builder().key(key).iss(&issuer).build().unwrap();
    let token = signing.subscription("42", "news").sign().unwrap();
    let subscription = authenticator.subscription(&token, now()).unwrap();
    assert_eq!(subscription.channel(), "news");
}

#[test]
fn new_tokens_have_the_iss_that_is_expected() {
    let server = Server::start();
    let key = key("ES256", "k");
    let issuer = server.publish_issuer("/realm", &[&key]);
    let text = format!(r#"{{"token_jwks_issuer": "{issuer}"}}"#);
    let signing = config(&text).configure_connection_issuer(Issuer::builder().key(key));
    let token = signing.unwrap().connection("42").sign().unwrap();
    assert_eq!(verdict(&on_demand(&text), &token), Ok("42".into()));
    let none = config(&text).connection_issuer().unwrap_err();
    assert_eq!(none.option_name(), Some("token_jwks_issuer"));
}

#[test]
fn the_error_names_the_option_that_contradicts_an_issuer() {
    let fault = |options: &str| -> ConfigError {
        let text = format!(r#"{{"token_jwks_issuer": "https://id.example", {options}}}"#);
        config(&text).setup().on_demand().build().unwrap_err()
    };
    for (options, option, word) in [
        (
            r#""token_jwks_public_endpoint": "https://id.example/certs""#,
            "token_jwks_issuer",
            "token_jwks_public_endpoint",
        ),
        (
            r#""token_issuer": "https://id.example/""#,
            "token_issuer",
            "token_jwks_issuer",
        ),
        (
            r#""token_issuer_regex": "https://id.example""#,
            "token_issuer_regex",
            "token_jwks_issuer",
        ),
        (
            r#""token_algorithms": ["HS256"]"#,
            "token_algorithms",
            "token_jwks_issuer",
        ),
        (
            r#""token_trusted_issuers": [{"jwks_issuer": "https://id.example"}]"#,
            "token_trusted_issuers[0].jwks_issuer",
            "token_jwks_issuer",
        ),
    ] {
        let error = fault(options);
        assert_eq!(error.option_name(), Some(option), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    for issuer in [
        "http://id.example",
        "https://id.example?a=b",
        "id",
        "https://{{a}}",
    ] {
        let text = format!(r#"{{"token_jwks_issuer": "{issuer}"}}"#);
        let error = config(&text).setup().on_demand().build().unwrap_err();
        assert_eq!(error.option_name(), Some("token_jwks_issuer"), "{error}");
    }
    let issuer = || Authenticator::builder().jwks_from_issuer("https://id.example");
    let any = Pattern::new("any", |_: &str| true);
    let differs = BuildError::IssuerDiffers {
        of_keys: "https://id.example".into(),
    };
    for error in [issuer().issuer_pattern(any).build().unwrap_err(), {
        let authority = Authority::builder().jwks_from_issuer("https://id.example");
        authority
            .issuer("https://other.example")
            .build()
            .unwrap_err()
    }] {
        assert_eq!(error, differs);
    }
    let twice = issuer()
        .jwks("https://id.example/certs")
        .build()
        .unwrap_err();
    assert_eq!(twice, BuildError::SeveralKeySources);
    let named = Authority::builder()
        .issuer("https://id.example")
        .jwks_from_issuer("https://id.example")
        .build();
    let trust = Trust::from(named.unwrap());
    drop(Authenticator::new(Rules::new(trust)));
}
