//! Keys from an endpoint that a configuration names, with a server on loopback.
#![cfg(feature = "config")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

#[path = "common/server.rs"]
mod server;

use countersign::config::EndpointSource;
use countersign::{
    Attempt, Authenticator, Authority, Code, Issuer, Key, Outcome, Stage, UnixTime, now,
};
use server::{Server, block_on, config, issuer, key, on_demand, token_of};

#[test]
fn connection_and_subscription_tokens_are_verified_by_the_published_keys_alone() {
    let server = Server::start();
    let (es256, eddsa) = (key("ES256", "es"), key("EdDSA", "ed"));
    server.publish("/keys", &[&es256, &eddsa]);
    let authenticator = on_demand(&format!(
        r#"{{"token_jwks_public_endpoint": "{}", "token_hmac_secret_key": "secret"}}"#,
        server.url("/keys")
    ));
    for key in [&es256, &eddsa] {
        let token = issuer(key).connection("42").sign().unwrap();
        assert_eq!(
            authenticator.connection(&token, now()).unwrap().user(),
            "42"
        );
        let token = issuer(key).subscription("42", "$news").sign().unwrap();
        assert_eq!(
            authenticator.subscription(&token, now()).unwrap().channel(),
            "$news"
        );
    }
    assert_eq!(server.requests("/keys"), 1, "one endpoint has one cache");

    let hmac = Key::secret(b"secret").unwrap().allow_short();
    let token = issuer(&hmac.with_kid("es"))
        .connection("42")
        .sign()
        .unwrap();
    let error = authenticator.connection(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::Algorithm);
}

#[test]
fn a1_an_algorithm_that_no_published_key_can_have_makes_no_request() {
    let server = Server::start();
    let authenticator = on_demand(&format!(
        r#"{{"token_jwks_public_endpoint": "{}"}}"#,
        server.url("/keys")
    ));
    let hmac = Key::secret([7; 64]).unwrap().with_kid("any");
    for alg in ["HS256", "HS384", "HS512"] {
        let issuer = Issuer::builder()
            .key(hmac.clone())
            .algorithm(alg)
            .build()
            .unwrap();
        let error = authenticator.connection(&issuer.connection("42").sign().unwrap(), now());
        assert_eq!(error.unwrap_err().code(), Code::Algorithm);
    }
    let none = "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.e30.";
    assert_eq!(
        authenticator.connection(none, now()).unwrap_err().code(),
        Code::Algorithm
    );
    assert_eq!(server.all_requests(), 0);
}

#[test]
fn unknown_keys_and_unavailable_keys_are_never_confused() {
    let server = Server::start();
    let (known, unknown) = (key("EdDSA", "known"), key("EdDSA", "unknown"));
    server.publish("/keys", &[&known]);
    let good = on_demand(&format!(
        r#"{{"client": {{"token": {{"jwks_public_endpoint": "{}"}}}}}}"#,
        server.url("/keys")
    ));
    let token = issuer(&unknown).connection("42").sign().unwrap();
    assert_eq!(
        good.connection(&token, now()).unwrap_err().code(),
        Code::UnknownKey
    );
    let token = issuer(&known).connection("42").sign().unwrap();
    assert!(good.connection(&token, now()).is_ok());

    let down = on_demand(&format!(
        r#"{{"client": {{"token": {{"jwks_public_endpoint": "{}"}}}}}}"#,
        server.url("/down")
    ));
    let explained = down.explain_connection(&token, now());
    assert_eq!(explained.result.unwrap_err().code(), Code::KeysUnavailable);
    let step = explained
        .steps
        .iter()
        .find(|step| step.stage == Stage::Key)
        .unwrap();
    assert_eq!(step.outcome, Outcome::Failed(Code::KeysUnavailable));
}

#[test]
fn the_error_says_why_a_published_key_was_skipped() {
    let server = Server::start();
    let (good, other) = (key("EdDSA", "sig1"), key("EdDSA", "enc1"));
    server.publish("/keys", &[&good, &other.clone().with_use("enc")]);
    let authenticator = on_demand(&format!(
        r#"{{"token_jwks_public_endpoint": "{}"}}"#,
        server.url("/keys")
    ));
    let token = issuer(&other).connection("42").sign().unwrap();
    let error = authenticator.connection(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::UnknownKey);
    let text = error.to_string();
    assert!(
        text.contains("\"enc1\"; the key set has this key"),
        "{text}"
    );
    assert!(text.contains("a key for encryption"), "{text}");
}

#[test]
fn a_secret_beside_an_endpoint_gives_a_warning() {
    let secret = "a secret of at least 32 bytes .....";
    let authenticator = on_demand(&format!(
        r#"{{"token_jwks_public_endpoint": "http://127.0.0.1:9/", "token_hmac_secret_key": "{secret}"}}"#
    ));
    let issuer = issuer(&Key::secret(secret).unwrap());
    let error = authenticator.connection(&issuer.connection("42").sign().unwrap(), now());
    assert_eq!(
        error.unwrap_err().to_string(),
        "found the algorithm \"HS256\"; keys come from an endpoint, where no key can be for it; \
         secrets and keys that are configured beside the endpoint are not used"
    );
}

#[test]
fn the_two_kinds_of_token_may_have_sources_of_their_own() {
    let server = Server::start();
    let published = key("ES384", "k");
    server.publish("/keys", &[&published]);
    let text = format!(
        r#"{{"client": {{
            "token": {{"jwks_public_endpoint": "{}"}},
            "subscription_token": {{"enabled": true, "hmac_secret_key": "{}"}}
        }}}}"#,
        server.url("/keys"),
        "s".repeat(64)
    );
    let authenticator = on_demand(&text);
    let by_secret = config(&text).subscription_issuer().unwrap();
    let token = by_secret.subscription("42", "$news").sign().unwrap();
    assert!(authenticator.subscription(&token, now()).is_ok());
    let token = issuer(&published).connection("42").sign().unwrap();
    assert!(authenticator.connection(&token, now()).is_ok());
    let token = issuer(&published)
        .subscription("42", "$news")
        .sign()
        .unwrap();
    let error = authenticator.subscription(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::Algorithm);
}

/// CVE-2026-49998: two tenants publish the same `kid`.
#[test]
fn j5_a_kid_of_one_endpoint_never_answers_for_another() {
    let server = Server::start();
    let (of_a, of_b) = (key("EdDSA", "same"), key("EdDSA", "same"));
    server.publish("/tenant-a/jwks.json", &[&of_a]);
    server.publish("/tenant-b/jwks.json", &[&of_b]);
    let templated = format!(
        r#"{{"client": {{"token": {{
            "jwks_public_endpoint": "{}",
            "issuer_regex": "^(?P<tenant>tenant-a|tenant-b)$"
        }}}}}}"#,
        server.url("/{{tenant}}/jwks.json")
    );
    let listed = format!(
        r#"{{"client": {{"token": {{"trusted_issuers": [
            {{"issuer": "tenant-a", "jwks_public_endpoint": "{}"}},
            {{"issuer": "tenant-b", "jwks_public_endpoint": "{}"}}
        ]}}}}}}"#,
        server.url("/tenant-a/jwks.json"),
        server.url("/tenant-b/jwks.json")
    );
    for (round, text) in [templated, listed].iter().enumerate() {
        let authenticator = on_demand(text);
        let token = |key: &Key, iss: &str| token_of(key, iss);
        assert!(
            authenticator
                .connection(&token(&of_a, "tenant-a"), now())
                .is_ok()
        );
        assert_eq!(server.requests("/tenant-a/jwks.json"), round + 1);
        assert_eq!(server.requests("/tenant-b/jwks.json"), round);

        let crossed = authenticator.connection(&token(&of_a, "tenant-b"), now());
        assert_eq!(crossed.unwrap_err().code(), Code::Signature);
        assert_eq!(server.requests("/tenant-b/jwks.json"), round + 1);
        assert!(
            authenticator
                .connection(&token(&of_b, "tenant-b"), now())
                .is_ok()
        );

        for stranger in ["tenant-c", "xtenant-a", "tenant-a/../tenant-b", ""] {
            let error = authenticator
                .connection(&token(&of_a, stranger), now())
                .unwrap_err();
            assert_eq!(error.code(), Code::Issuer, "{stranger:?}");
        }
        assert_eq!(server.all_requests(), 2 * (round + 1));
    }
}

#[test]
fn i1_templates_that_a_token_could_steer_are_refused_when_configured() {
    let with = |endpoint: &str, expressions: &str| {
        let text = format!(
            r#"{{"client": {{"token": {{"jwks_public_endpoint": "{endpoint}"{expressions}}}}}}}"#
        );
        config(&text)
            .setup()
            .on_demand()
            .build()
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let path = "https://id.example/{{realm}}/certs";
    let host = "https://{{realm}}.id.example/certs";
    for endpoint in [path, host] {
        assert!(
            with(
                endpoint,
                r#", "issuer_regex": "^https://x/(?P<realm>a|b)$""#
            )
            .is_ok()
        );
        assert!(with(endpoint, r#", "audience_regex": "(?P<realm>a|b)""#).is_ok());
        let error = with(endpoint, "").unwrap_err();
        assert!(error.contains("`realm`"), "{error}");
        for open in [".+", "[a-z]+", r"\\w+", "a|.", "a?"] {
            let expression = format!(r#", "issuer_regex": "(?P<realm>{open})""#);
            let error = with(endpoint, &expression).unwrap_err();
            assert!(error.contains("issuer_regex"), "{open}: {error}");
        }
        let error = with(endpoint, r#", "issuer_regex": "(?P<realm>a/b)""#).unwrap_err();
        assert!(error.contains("jwks_public_endpoint"), "{error}");
    }
    for endpoint in [
        "ftp://id.example/keys",
        "file:///etc/passwd",
        "http://id.example/keys",
        "{{realm}}://id.example/keys",
        "no url",
    ] {
        let expression = r#", "issuer_regex": "(?P<realm>a|b)""#;
        assert!(with(endpoint, expression).is_err(), "{endpoint}");
    }
}

#[test]
fn a_template_may_be_filled_from_an_audience() {
    let server = Server::start();
    let chat = key("EdDSA", "k");
    server.publish("/chat", &[&chat]);
    let authenticator = on_demand(&format!(
        r#"{{"client": {{"token": {{
            "jwks_public_endpoint": "{}",
            "audience_regex": "app-(?P<app>chat|mail)"
        }}}}}}"#,
        server.url("/{{app}}")
    ));
    let sign = |audiences: &[&str]| {
        let issuer = issuer(&chat);
        let token = issuer.connection("42").with(|claims| {
            audiences
                .iter()
                .fold(claims, |claims, aud| claims.aud((*aud).to_owned()))
        });
        token.sign().unwrap()
    };
    assert!(
        authenticator
            .connection(&sign(&["else", "app-chat"]), now())
            .is_ok()
    );
    // The issuer doesn't matter here: none is configured.
    for (audiences, found) in [
        (&["else", "more"][..], "is for the audience \"else\""),
        (&[], "names no audience"),
    ] {
        let error = authenticator
            .connection(&sign(audiences), now())
            .unwrap_err();
        assert_eq!(error.code(), Code::Audience);
        let sentence = error.to_string();
        assert!(
            sentence.contains(found) && sentence.contains("app-(?P<app>chat|mail)"),
            "{sentence}"
        );
    }
    // Claims that can't be read are reported as malformed, not as another audience.
    // `{"alg":"EdDSA"}`, `{"aud":`
    let broken = "eyJhbGciOiJFZERTQSJ9.eyJhdWQiOg.AAAA";
    let error = authenticator.connection(broken, now()).unwrap_err();
    assert_eq!(error.code(), Code::Malformed);
}

#[test]
fn the_endpoints_of_a_configuration_are_those_of_all_its_sections() {
    let text = r#"{"client": {
        "token": {
            "jwks_public_endpoint": "https://id.example/{{realm}}/certs",
            "issuer_regex": "https://id/(?P<realm>a|b)",
            "trusted_issuers": [{"issuer": "c", "jwks_public_endpoint": "https://c.example/",
                "jwks_retries": 3}, {"jwks_issuer": "https://e.example"}]
        },
        "subscription_token": {"enabled": true, "jwks_public_endpoint": "https://d.example/"}
    }}"#;
    let endpoints = config(text).setup().endpoints().unwrap();
    let sources: Vec<EndpointSource> = endpoints.iter().map(|it| it.source.clone()).collect();
    let set = |url: &str| EndpointSource::KeySet(url.into());
    assert_eq!(
        sources,
        [
            set("https://id.example/a/certs"),
            set("https://id.example/b/certs"),
            set("https://c.example/"),
            EndpointSource::Issuer("https://e.example".into()),
            set("https://d.example/")
        ]
    );
    let retries = endpoints.iter().map(|it| it.jwks.settings.retries);
    assert_eq!(retries.collect::<Vec<_>>(), [1, 1, 3, 1, 1]);
}

#[test]
fn a_verification_that_does_not_wait_is_pending_and_then_done() {
    let server = Server::start();
    let key = key("ES256", "k");
    server.publish("/keys", &[&key]);
    let text = format!(
        r#"{{"token_jwks_public_endpoint": "{}"}}"#,
        server.url("/keys")
    );
    let token = issuer(&key).connection("42").sign().unwrap();

    // No thread fetches, so it stays pending.
    let authenticator = on_demand(&text);
    for _ in 0..3 {
        let attempt = authenticator.try_connection(&token, now()).unwrap();
        assert!(matches!(attempt, Attempt::Pending(_)));
    }
    assert_eq!(server.all_requests(), 0);

    // Now a thread fetches.
    let authenticator = Authenticator::new(
        config(&text)
            .setup()
            .build()
            .unwrap()
            .ignore_warnings()
            .rules,
    );
    let connection = block_on(authenticator.connection_async(&token, now())).unwrap();
    assert_eq!(connection.user(), "42");
    let attempt = authenticator.try_connection(&token, now()).unwrap();
    assert!(matches!(attempt, Attempt::Done(_)));
}

#[test]
fn a_call_that_would_wait_for_keys_ends_with_an_error_if_no_thread_fetches() {
    let server = Server::start();
    let key = key("ES256", "k");
    server.publish("/keys", &[&key]);
    let url = server.url("/keys");
    let authenticator = on_demand(&format!(r#"{{"token_jwks_public_endpoint": "{url}"}}"#));
    let issuer = issuer(&key);
    let connection = issuer.connection("42").sign().unwrap();
    let subscription = issuer.subscription("42", "news").sign().unwrap();
    let other = issuer.token("42").sign().unwrap();
    let errors = [
        block_on(authenticator.connection_async(&connection, now())).map(drop),
        block_on(authenticator.subscription_async(&subscription, now())).map(drop),
        block_on(authenticator.token_async(&other, now())).map(drop),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(error.code(), Code::KeysUnavailable);
        assert!(error.to_string().contains("`on_demand`"), "{error}");
    }
    let Ok(Attempt::Pending(pending)) = authenticator.try_connection(&connection, now()) else {
        panic!("the keys were fetched");
    };
    assert!(block_on(pending).is_err());
    assert_eq!(server.all_requests(), 0);

    // A blocking call fetches by itself. After that, no call needs to wait.
    assert!(authenticator.connection(&connection, now()).is_ok());
    assert!(block_on(authenticator.connection_async(&connection, now())).is_ok());
}

#[test]
fn an_authority_of_a_builder_takes_the_keys_of_an_endpoint() {
    let server = Server::start();
    let (ours, theirs) = (key("ES256", "k"), key("ES256", "k"));
    server.publish("/ours", &[&ours]);
    server.publish("/theirs", &[&theirs]);
    let authority = |issuer: &str, path: &str| {
        let authority = Authority::builder().issuer(issuer).jwks(server.url(path));
        authority.build().unwrap()
    };
    let auth = Authenticator::builder()
        .issuer(authority("us", "/ours"))
        .issuer(authority("them", "/theirs"))
        .build()
        .unwrap();
    for (key, iss, expected) in [
        (&ours, "us", None),
        (&theirs, "them", None),
        (&theirs, "us", Some(Code::Signature)),
        (&ours, "them", Some(Code::Signature)),
    ] {
        let verdict = auth.connection(&token_of(key, iss), now());
        assert_eq!(verdict.err().map(|error| error.code()), expected, "{iss}");
    }
    assert_eq!(auth.endpoints().len(), 2);

    // The same with the builder of the authenticator, for a single authority.
    let auth = Authenticator::builder()
        .jwks(server.url("/ours"))
        .build()
        .unwrap();
    assert!(auth.connection(&token_of(&ours, "us"), now()).is_ok());

    for (builder, expected) in [
        (Authority::builder().jwks("ftp://id.example/"), "https"),
        (
            Authority::builder()
                .jwks("https://id.example/")
                .key(ours.clone().into_public().unwrap()),
            "more than one of `key`",
        ),
        (
            Authority::builder()
                .jwks("https://a.example/")
                .jwks("https://b.example/"),
            "more than one of `key`",
        ),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_token_is_called_expired_only_if_its_signature_is_valid() {
    let server = Server::start();
    let (published, other) = (key("EdDSA", "k"), key("EdDSA", "k"));
    server.publish("/keys", &[&published]);
    let authenticator = on_demand(&format!(
        r#"{{"token_jwks_public_endpoint": "{}"}}"#,
        server.url("/keys")
    ));
    for (key, code) in [(&published, Code::Expired), (&other, Code::Signature)] {
        let issuer = issuer(key);
        let token = issuer
            .connection("42")
            .issued_at(UnixTime::from_secs(1000))
            .expires_in(std::time::Duration::from_secs(1));
        let error = authenticator
            .connection(&token.sign().unwrap(), now())
            .unwrap_err();
        assert_eq!(error.code(), code);
    }
}

#[test]
fn two_endpoints_do_not_share_a_last_known_good_file() {
    let text = |second: &str| {
        format!(
            r#"{{"client": {{"token": {{"trusted_issuers": [
                {{"issuer": "a", "jwks_public_endpoint": "https://a.example/",
                  "jwks_last_known_good_file": "keys.json"}},
                {{"issuer": "b", "jwks_public_endpoint": "{second}",
                  "jwks_last_known_good_file": "keys.json"}}
            ]}}}}}}"#
        )
    };
    assert!(
        config(&text("https://a.example/"))
            .setup()
            .on_demand()
            .build()
            .is_ok()
    );
    let error = config(&text("https://b.example/"))
        .setup()
        .on_demand()
        .build();
    let error = error.unwrap_err();
    let option = "client.token.trusted_issuers[1].jwks_last_known_good_file";
    assert_eq!(error.option_name(), Some(option));
}
