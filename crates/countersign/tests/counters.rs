//! The counters of an authenticator, which tokens can't make grow.
#![cfg(feature = "config")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod common;
#[path = "common/server.rs"]
mod server;

use allocation_counter::measure;
use common::{NOW, hs256, now, secret, trusting};
use countersign::{
    Attempt, Authenticator, Authority, Code, Counters, Issuer, Key, Rules, Scratch, Trust,
    UnixTime, VerificationKind,
};
use server::{Server, config, issuer, key};

/// The number of verifications with this result.
fn count(
    counters: &Counters,
    kind: VerificationKind,
    authority: Option<&str>,
    code: Option<Code>,
) -> u64 {
    let mut found = counters
        .verifications
        .iter()
        .filter(|it| it.kind == kind && it.authority.as_deref() == authority && it.code == code);
    let count = found.next().map_or(0, |it| it.count);
    assert!(found.next().is_none(), "one result is listed twice");
    count
}

fn total(counters: &Counters) -> u64 {
    counters.verifications.iter().map(|it| it.count).sum()
}

fn authority(name: &str, secret: &[u8]) -> Authority {
    let key = Key::secret(secret).unwrap();
    Authority::builder().name(name).key(key).build().unwrap()
}

const A: &[u8] = b"the secret of issuer A, of 32 bytes and more";
const B: &[u8] = b"the secret of issuer B, of 32 bytes and more";

fn two_authorities() -> Rules {
    let trust = Trust::builder()
        .issuer("https://a", authority("first", A))
        .issuer("https://b", authority("second", B));
    Rules::new(trust.build().unwrap())
}

fn token(secret: &[u8], iss: &str) -> String {
    let key = Key::secret(secret).unwrap();
    let issuer = Issuer::builder().key(key).iss(iss).build().unwrap();
    issuer.token("42").sign().unwrap()
}

#[test]
fn verdicts_of_every_method_are_counted_by_kind_authority_and_code() {
    let auth = Authenticator::new(two_authorities());
    let mut scratch = Scratch::default();
    let (good, forged) = (token(A, "https://a"), token(A, "https://b"));
    let untrusted = token(A, "https://c");
    assert!(auth.token(&good, now()).is_ok());
    assert!(auth.token_in(&good, now(), &mut scratch).is_ok());
    assert!(matches!(auth.try_token(&good, now()), Ok(Attempt::Done(_))));
    assert!(server::block_on(auth.token_async(&good, now())).is_ok());
    assert!(auth.explain_token(&good, now()).result.is_ok());
    assert!(auth.connection(&good, now()).is_ok());
    assert!(auth.connection(&forged, now()).is_err());
    assert!(auth.connection(&untrusted, now()).is_err());
    assert!(auth.subscription(&good, now()).is_err());
    assert!(auth.subscription("no token", now()).is_err());
    assert!(auth.without_token().is_err());

    let counters = auth.counters();
    for (kind, authority, code, expected) in [
        (VerificationKind::Token, Some("first"), None, 5),
        (VerificationKind::Connection, Some("first"), None, 1),
        (
            VerificationKind::Connection,
            Some("second"),
            Some(Code::Signature),
            1,
        ),
        (VerificationKind::Connection, None, Some(Code::Issuer), 1),
        (VerificationKind::Connection, None, Some(Code::NoToken), 1),
        (
            VerificationKind::Subscription,
            Some("first"),
            Some(Code::WrongKind),
            1,
        ),
        (
            VerificationKind::Subscription,
            None,
            Some(Code::Malformed),
            1,
        ),
    ] {
        let found = count(&counters, kind, authority, code);
        assert_eq!(found, expected, "{kind} {authority:?} {code:?}");
    }
    assert_eq!(total(&counters), 11);
}

#[test]
fn tokens_cannot_make_the_counters_grow() {
    let auth = Authenticator::new(two_authorities());
    for at in 0..2000 {
        let _ = auth.token(&token(A, &format!("https://{at}")), now());
    }
    let counters = auth.counters();
    assert_eq!(counters.verifications.len(), 1);
    assert_eq!(
        count(&counters, VerificationKind::Token, None, Some(Code::Issuer)),
        2000
    );

    let payload = r#"{"sub":"42","iss":"https://nobody"}"#;
    let token = hs256(payload);
    let mut scratch = Scratch::default();
    let _ = auth.token_in(&token, now(), &mut scratch);
    // The error names the issuer, but the counters don't.
    let info = measure(|| drop(auth.token_in(&token, now(), &mut scratch)));
    assert_eq!(info.count_current, 0, "{info:?}");
}

#[test]
fn counts_survive_a_reload_unless_their_authority_is_gone() {
    let auth = Authenticator::new(two_authorities());
    assert!(auth.token(&token(A, "https://a"), now()).is_ok());
    assert!(auth.token(&token(B, "https://b"), now()).is_ok());
    assert!(auth.token("x", now()).is_err());

    let first_alone = Trust::builder().issuer("https://a", authority("first", A));
    auth.reload(Rules::new(first_alone.build().unwrap()));
    assert!(auth.token(&token(A, "https://a"), now()).is_ok());
    let counters = auth.counters();
    assert_eq!(
        count(&counters, VerificationKind::Token, Some("first"), None),
        2
    );
    assert_eq!(
        count(&counters, VerificationKind::Token, Some("second"), None),
        0
    );
    assert_eq!(
        count(
            &counters,
            VerificationKind::Token,
            None,
            Some(Code::Malformed)
        ),
        1
    );

    auth.reload(two_authorities());
    assert_eq!(
        count(
            &auth.counters(),
            VerificationKind::Token,
            Some("second"),
            None
        ),
        0
    );
}

#[test]
fn two_authenticators_with_the_same_rules_count_separately() {
    let rules = two_authorities();
    let auths = [Authenticator::new(rules.clone()), Authenticator::new(rules)];
    assert!(auths[0].token(&token(A, "https://a"), now()).is_ok());
    assert_eq!(total(&auths[0].counters()), 1);
    assert_eq!(total(&auths[1].counters()), 0);
}

#[test]
fn one_name_in_both_sections_is_counted_as_one_authority() {
    let rules = Rules::new(authority("one", A)).subscriptions(authority("one", B));
    let auth = Authenticator::new(rules.unwrap());
    let by_b = Issuer::builder()
        .key(Key::secret(B).unwrap())
        .build()
        .unwrap();
    assert!(
        auth.subscription(&by_b.subscription("42", "c").sign().unwrap(), now())
            .is_ok()
    );
    assert!(
        auth.connection(&by_b.connection("42").sign().unwrap(), now())
            .is_err()
    );
    let counters = auth.counters();
    assert_eq!(
        count(&counters, VerificationKind::Subscription, Some("one"), None),
        1
    );
    let code = Some(Code::Signature);
    assert_eq!(
        count(&counters, VerificationKind::Connection, Some("one"), code),
        1
    );
}

#[test]
fn a_fetch_that_is_awaited_is_counted_once_when_it_is_over() {
    let server = Server::start();
    let published = key("EdDSA", "k");
    server.publish("/keys", &[&published]);
    let setup = |text: &str| {
        let config = config(text);
        let setup = config.setup();
        Authenticator::new(setup.build().unwrap().ignore_warnings().rules)
    };
    let token = issuer(&published).connection("42").sign().unwrap();
    let now = countersign::now();

    let url = server.url("/keys");
    let auth = setup(&format!(r#"{{"token_jwks_public_endpoint": "{url}"}}"#));
    assert!(server::block_on(auth.connection_async(&token, now)).is_ok());
    let counters = auth.counters();
    assert_eq!(
        count(
            &counters,
            VerificationKind::Connection,
            Some("default"),
            None
        ),
        1
    );
    assert_eq!(total(&counters), 1);
    let [endpoint] = &counters.endpoints[..] else {
        panic!("{:?}", counters.endpoints);
    };
    assert_eq!(endpoint.endpoint, url);
    assert_eq!(endpoint.counters.keys_used, 1);

    let url = server.url("/down");
    let auth = setup(&format!(r#"{{"token_jwks_public_endpoint": "{url}"}}"#));
    assert!(server::block_on(auth.connection_async(&token, now)).is_err());
    let counters = auth.counters();
    let code = Some(Code::KeysUnavailable);
    assert_eq!(
        count(
            &counters,
            VerificationKind::Connection,
            Some("default"),
            code
        ),
        1
    );
    assert_eq!(total(&counters), 1);
}

#[test]
fn pending_is_no_verdict() {
    let auth = server::on_demand(r#"{"token_jwks_public_endpoint": "http://127.0.0.1:9/"}"#);
    let token = issuer(&key("EdDSA", "k")).connection("42").sign().unwrap();
    let attempt = auth.try_connection(&token, countersign::now()).unwrap();
    assert!(matches!(attempt, Attempt::Pending(_)));
    assert_eq!(total(&auth.counters()), 0);
}

#[test]
fn threads_that_verify_at_the_same_time_lose_no_count() {
    let auth = trusting(&[&secret()]);
    let token = hs256(r#"{"sub":"42"}"#);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    assert!(auth.connection(&token, UnixTime::from_secs(NOW)).is_ok());
                }
            });
        }
        for _ in 0..20 {
            assert!(total(&auth.counters()) <= 2000);
        }
    });
    assert_eq!(total(&auth.counters()), 2000);
}

#[cfg(feature = "prometheus")]
mod prometheus {
    use super::*;

    #[test]
    fn the_text_has_each_metric_once_and_each_sample_once() {
        let server = Server::start();
        let published = key("EdDSA", "k");
        server.publish("/keys", &[&published]);
        let url = server.url("/keys");
        // Two clients of one URL, because their options differ, and a name that needs escapes.
        let auth = server::on_demand(&format!(
            r#"{{"client": {{"token": {{"trusted_issuers": [
                {{"issuer": "a", "name": "say \"a\\b\"", "jwks_public_endpoint": "{url}"}},
                {{"issuer": "b", "jwks_public_endpoint": "{url}", "jwks_retries": 3}}
            ]}}}}}}"#
        ));
        for iss in ["a", "b"] {
            let token = server::token_of(&published, iss);
            assert!(auth.connection(&token, countersign::now()).is_ok());
        }
        let text = auth.counters().to_prometheus();
        let expected = [
            "# HELP countersign_verifications_total Verifications of tokens, by their results.".to_owned(),
            "# TYPE countersign_verifications_total counter".to_owned(),
            r#"countersign_verifications_total{kind="connection",authority="b",code="accepted"} 1"#.to_owned(),
            r#"countersign_verifications_total{kind="connection",authority="say \"a\\b\"",code="accepted"} 1"#.to_owned(),
            format!(r#"countersign_jwks_fetches_total{{endpoint="{url}",result="ok"}} 2"#),
            format!(r#"countersign_jwks_keys{{endpoint="{url}",state="used"}} 2"#),
            format!(r#"countersign_jwks_keys{{endpoint="{url}",state="skipped"}} 0"#),
            format!(r#"countersign_jwks_waiters{{endpoint="{url}"}} 0"#),
        ];
        for line in expected {
            let times = text.lines().filter(|it| *it == line).count();
            assert_eq!(times, 1, "{line}\n{text}");
        }
        assert!(text.ends_with('\n'));
        let mut seen = std::collections::BTreeSet::new();
        for line in text.lines() {
            let (what, value) = line.rsplit_once(' ').unwrap();
            assert!(seen.insert(what.to_owned()), "{what} is there twice");
            if !line.starts_with('#') {
                assert!(value.parse::<f64>().is_ok(), "{line}");
            }
        }
    }
}
