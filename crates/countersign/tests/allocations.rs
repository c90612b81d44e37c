//! Counts the allocations for one token (row K7), also those inside a backend. The count is for the
//! whole process, so this file is a program of its own.

#![cfg(feature = "config")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use common::*;
use countersign::claims::{Expectation, Policy};
use countersign::{Authenticator, Authority, Issuer, Rules, Scratch, Trust};

const CLAIMS: &str = r#""sub":"42","exp":1800000000,"iat":1699999990,"info":{"name":"Alexander"},"channels":["news","$chat:1"]"#;

fn typical(alg: &str, more: &str) -> String {
    let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
    signed(&pair(alg).0, alg, &header, &format!("{{{CLAIMS}{more}}}"))
}

/// Verifies with a scratch that served this token before.
fn warm(authenticator: &Authenticator, token: &str) -> AllocationInfo {
    let mut scratch = Scratch::default();
    let mut verify = || {
        let accepted = authenticator
            .connection_in(token, now(), &mut scratch)
            .unwrap();
        assert_eq!(accepted.decoded().registered.user_id(), "42");
        assert_eq!(accepted.decoded().channels.len(), 2);
    };
    verify();
    measure(verify)
}

#[test]
fn k7_a_warm_scratch_makes_hmac_ecdsa_and_eddsa_free_of_allocations() {
    let keys = ["HS256", "RS256", "ES256", "EdDSA"].map(|alg| pair(alg).1);
    let mut policy = Policy::default();
    policy.audience = Expectation::Exact("chat".into());
    policy.issuer = Expectation::Exact("backend".into());
    let authority = || {
        let keys = Authority::builder().keyring(keyring(&keys.each_ref()));
        keys.policy(policy.clone())
    };
    let one = authority().typ("JWT").build().unwrap();
    let one = Authenticator::new(Rules::new(one));
    let several = Trust::builder()
        .any_issuer(Authority::new(keyring(&keys.each_ref())))
        .issuer("another", authority().build().unwrap())
        .issuer("backend", authority().build().unwrap());
    let several = Authenticator::new(Rules::new(several.build().unwrap()));
    for alg in ["HS256", "HS384", "HS512", "ES256", "EdDSA"] {
        let token = typical(alg, r#","iss":"backend","aud":["mail","chat"]"#);
        for authenticator in [&one, &several] {
            assert_eq!(warm(authenticator, &token).count_total, 0, "{alg}");
        }
    }
}

#[test]
fn k7_after_a_rotation_the_second_key_costs_no_allocation_either() {
    let strange = countersign::generate_key("HS256").unwrap();
    let authenticator = trusting(&[&strange, &secret()]);
    assert_eq!(warm(&authenticator, &typical("HS256", "")).count_total, 0);
}

#[test]
fn k7_only_the_library_allocates_for_rsa_and_within_a_limit() {
    let authenticator = trusting(&[&pair("RS256").1]);
    for alg in ["RS256", "PS256"] {
        let info = warm(&authenticator, &typical(alg, ""));
        assert!(info.count_total <= 16, "{alg}: {info:?}");
        assert!(info.bytes_max <= 8 * 1024, "{alg}: {info:?}");
    }
}

#[test]
fn k7_owned_results_allocate_in_proportion_to_the_token() {
    let authenticator = hs256_authenticator();
    for names in [0, 1, 10, 100] {
        let channels: Vec<String> = (0..names)
            .map(|at| format!("\"channel-{at:04}\""))
            .collect();
        let info = "x".repeat(names * 50);
        let payload = format!(
            r#"{{"sub":"42","info":"{info}","channels":[{}]}}"#,
            channels.join(",")
        );
        let token = hs256(&payload);
        let info = measure(|| {
            assert_eq!(
                authenticator
                    .connection(&token, now())
                    .unwrap()
                    .channels()
                    .len(),
                names
            );
        });
        let bound = u64::try_from(3 * token.len() + 256).unwrap();
        assert!(info.bytes_total <= bound, "{} bytes: {info:?}", token.len());
    }
}

#[test]
fn k8_a_refused_token_allocates_no_more_than_its_length() {
    let authenticator = hs256_authenticator();
    let good = typical("HS256", "");
    let tokens = [
        ".".repeat(1 << 20),
        "A".repeat(1 << 20),
        format!("{good}x"),
        hmac(b"other", "HS256", r#"{"sub":"42"}"#),
        signed(&secret(), "HS256", r#"{"alg":"none"}"#, "{}"),
        hs256(&format!("{}{}", "[".repeat(8_000), "]".repeat(3_000))),
    ];
    for token in tokens {
        let info = measure(|| assert!(authenticator.connection(&token, now()).is_err()));
        let bound = u64::try_from(4 * token.len().min(16 * 1024) + 1024).unwrap();
        assert!(info.bytes_total <= bound, "{} bytes: {info:?}", token.len());
    }
}

#[test]
fn k7_custom_claims_of_any_jwt_are_borrowed_without_an_allocation() {
    #[derive(serde::Deserialize)]
    struct Mine<'a> {
        tenant: &'a str,
    }
    let authenticator = hs256_authenticator();
    let token = hs256(r#"{"sub":"42","exp":1800000000,"tenant":"acme"}"#);
    let mut scratch = Scratch::default();
    let mut verify = || {
        let accepted = authenticator.token_in(&token, now(), &mut scratch).unwrap();
        let mine: Mine<'_> = accepted.claims().unwrap();
        assert_eq!((mine.tenant, accepted.authority()), ("acme", "default"));
        assert!(accepted.valid_until().is_some());
    };
    verify();
    assert_eq!(measure(verify).count_total, 0);
}

#[test]
fn k7_an_owned_connection_of_one_channel_takes_one_allocation_its_payload() {
    let authenticator = hs256_authenticator();
    let plain = r#""sub":"42","exp":1800000000,"iss":"backend","aud":"chat","jti":"t-1","info":{"a":1},"meta":[]"#;
    for channels in ["", r#","channels":["news"]"#] {
        let token = hs256(&format!("{{{plain}{channels}}}"));
        let verify = || assert!(authenticator.connection(&token, now()).is_ok());
        verify();
        assert_eq!(measure(verify).count_total, 1, "{channels}");
    }
}

#[test]
fn issuing_takes_two_allocations_the_payload_and_the_token() {
    let issuer = Issuer::builder().key(secret()).iss("backend").aud("chat");
    let issuer = issuer.build().unwrap();
    let issue = || {
        let token = issuer.connection("42").issued_at(now());
        let token = token.info(&["Alexander"]).unwrap().channel("news");
        assert!(token.expires_in(Duration::from_secs(600)).sign().is_ok());
    };
    issue();
    assert_eq!(measure(issue).count_total, 2);
}
