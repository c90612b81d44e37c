//! Stable codes: each occurs with a real token, and has advice for the client.

use crate::common;

use std::collections::BTreeSet;

use common::*;
use countersign::signature::{AlgorithmName, KeyRejected, KeyRejectedReason};
use countersign::{Advice, Authenticator, Code, Fault, GenerateError, Outcome, Stage};

/// The table of the design: code, what a client should do, whose fault it is.
const TABLE: [(Code, &str, &str, &str); 14] = [
    (Code::Malformed, "malformed", "give up", "client"),
    (Code::Algorithm, "algorithm", "give up", "issuer"),
    (Code::UnknownKey, "unknown_key", "get a new token", "issuer"),
    (
        Code::KeysUnavailable,
        "keys_unavailable",
        "try again",
        "server",
    ),
    (Code::Signature, "signature", "give up", "client"),
    (Code::Expired, "expired", "get a new token", "client"),
    (Code::NotYetValid, "not_yet_valid", "try again", "issuer"),
    (Code::Audience, "audience", "give up", "client"),
    (Code::Issuer, "issuer", "give up", "client"),
    (Code::WrongKind, "wrong_kind", "give up", "client"),
    (Code::Claims, "claims", "give up", "issuer"),
    (Code::Anonymous, "anonymous", "give up", "client"),
    (Code::NoToken, "no_token", "give up", "client"),
    (Code::Revoked, "revoked", "give up", "client"),
];

#[test]
fn each_code_has_its_word_its_advice_and_its_fault() {
    assert_eq!(Code::ALL.len(), TABLE.len());
    for (at, (code, word, advice, fault)) in TABLE.into_iter().enumerate() {
        assert_eq!(Code::ALL.get(at), Some(&code));
        assert_eq!((code.as_str(), code.to_string().as_str()), (word, word));
        assert_eq!(code.advice().to_string(), advice, "{code}");
        assert_eq!(code.fault().to_string(), fault, "{code}");
    }
    assert_eq!(Code::KeysUnavailable.advice(), Advice::TryAgain);
    assert_eq!(Code::KeysUnavailable.fault(), Fault::Server);
}

#[test]
fn each_stage_has_its_word() {
    let words: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    assert_eq!(
        words.join(" "),
        "token trust header key signature claims issuer audience expiry not_before age user \
         identity",
    );
    assert_eq!(format!("{:>7}", Stage::Age), "    age");
}

#[test]
fn every_reason_for_a_rejected_key_is_shown() {
    use countersign_rustcrypto::GenerateError as Made;
    let weak = KeyRejected::new(KeyRejectedReason::Weak, "a weak key", "make another");
    for (made, sentence) in [
        (
            Made::UnknownAlgorithm(AlgorithmName::from_static("ES256K")),
            "found the algorithm \"ES256K\"; the algorithms are ",
        ),
        (Made::RsaBits(9), "asked for 9 bits; "),
        (Made::Randomness, "the operating system gave no randomness"),
        (
            Made::Rejected(weak),
            "the new key was rejected: found a weak key; make another",
        ),
    ] {
        let told = GenerateError::from(made).to_string();
        assert!(told.starts_with(sentence), "{told}");
    }
}

fn strict() -> Authenticator {
    configured(&format!(
        r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}","audience":"chat","issuer":"backend"}},
            "disallow_anonymous_connection_tokens":true}}}}"#
    ))
}

/// For every code that a connection token can have with static keys, a token, and the stage that
/// reports it.
fn tokens() -> Vec<(Option<Code>, Stage, String)> {
    let base = r#""iss":"backend","aud":"chat""#;
    let with = |more: &str| hs256(&format!(r#"{{"sub":"42",{base}{more}}}"#));
    let header = |header: &str| signed(&secret(), "HS256", header, r#"{"sub":"42"}"#);
    vec![
        (None, Stage::User, with("")),
        (
            None,
            Stage::User,
            with(&format!(r#","exp":{},"nbf":{NOW}"#, NOW.saturating_add(1))),
        ),
        (Some(Code::Malformed), Stage::Token, String::new()),
        (Some(Code::Malformed), Stage::Token, "Invalid jwt".into()),
        (
            Some(Code::Malformed),
            Stage::Signature,
            format!("{}xxx", with("")),
        ),
        (
            Some(Code::Malformed),
            Stage::Token,
            header(r#"{"alg":"HS256","crit":["x"]}"#),
        ),
        (
            Some(Code::Malformed),
            Stage::Header,
            header(r#"{"alg":"HS256","cty":"JWT"}"#),
        ),
        (Some(Code::Malformed), Stage::Claims, hs256("[]")),
        (
            Some(Code::Algorithm),
            Stage::Token,
            header(r#"{"alg":"none"}"#),
        ),
        (
            Some(Code::Algorithm),
            Stage::Key,
            header(r#"{"alg":"RS256"}"#),
        ),
        (
            Some(Code::Signature),
            Stage::Signature,
            hmac(b"other", "HS256", "{}"),
        ),
        (
            Some(Code::WrongKind),
            Stage::Claims,
            with(r#","channel":"c""#),
        ),
        (
            Some(Code::Claims),
            Stage::Claims,
            with(r#","info":1,"exp":"soon""#),
        ),
        (Some(Code::Issuer), Stage::Issuer, hs256(r#"{"sub":"42"}"#)),
        (
            Some(Code::Audience),
            Stage::Audience,
            hs256(r#"{"sub":"42","iss":"backend"}"#),
        ),
        (
            Some(Code::Expired),
            Stage::Expiry,
            with(&format!(r#","exp":{NOW}"#)),
        ),
        (
            Some(Code::NotYetValid),
            Stage::NotBefore,
            with(r#","nbf":1e18"#),
        ),
        (
            Some(Code::Anonymous),
            Stage::User,
            hs256(&format!("{{{base}}}")),
        ),
    ]
}

#[test]
fn every_code_is_caused_by_a_real_token() {
    let authenticator = strict();
    let mut met = BTreeSet::new();
    for (code, _, token) in tokens() {
        let outcome = connect(&authenticator, &token);
        assert_eq!(outcome.err(), code, "{token}");
        met.extend(code.map(Code::as_str));
    }
    let named = trusting(&[&secret().with_kid("a")]);
    let token = signed(&secret(), "HS256", r#"{"alg":"HS256","kid":"b"}"#, "{}");
    met.extend(connect(&named, &token).err().map(Code::as_str));

    // Nothing listens at this address, and loopback needs no TLS.
    let setup = json(r#"{"token_jwks_public_endpoint":"http://127.0.0.1:1/keys"}"#).unwrap();
    let unavailable = Authenticator::new(
        setup
            .setup()
            .on_demand()
            .build()
            .unwrap()
            .ignore_warnings()
            .rules,
    );
    let token = signed(
        &pair("ES256").0,
        "ES256",
        r#"{"alg":"ES256","kid":"b"}"#,
        "{}",
    );
    met.extend(connect(&unavailable, &token).err().map(Code::as_str));

    met.extend(
        unavailable
            .without_token()
            .err()
            .map(|error| error.code().as_str()),
    );

    let expected = Code::ALL.iter().filter(|code| **code != Code::Revoked);
    assert_eq!(met, expected.map(|code| code.as_str()).collect());
}

#[test]
fn an_explanation_has_every_stage_once_and_ends_like_the_verification() {
    let authenticator = strict();
    for (code, last, token) in tokens() {
        let explanation = authenticator.explain_connection(&token, now());
        assert_eq!(
            explanation.result,
            authenticator.connection(&token, now()),
            "{token}"
        );

        let stages: Vec<Stage> = explanation.steps.iter().map(|step| step.stage).collect();
        assert_eq!(stages, Stage::ALL);
        let end = stages.iter().position(|stage| *stage == last).unwrap();
        for (at, step) in explanation.steps.iter().enumerate() {
            let expected = match code {
                Some(code) if at == end => Outcome::Failed(code),
                Some(_) if at > end => Outcome::NotReached,
                _ => Outcome::Passed,
            };
            assert_eq!(step.outcome, expected, "{} of {token}", step.stage);
            assert_eq!(step.detail.is_empty(), expected == Outcome::NotReached);
        }
    }
}

#[test]
fn an_explanation_says_who_is_trusted() {
    let issuers = configured(
        r#"{"token_trusted_issuers":[
            {"issuer":"a","hmac_secret_key":"a"},{"issuer":"b","hmac_secret_key":"b"}]}"#,
    );
    let token = hmac(b"b", "HS256", r#"{"sub":"42","iss":"b"}"#);
    for (authenticator, token, told) in [
        (
            hs256_authenticator(),
            hs256("{}"),
            r#"authority "default", for every issuer"#,
        ),
        (
            issuers,
            token,
            r#"authority "b", picked among 2 trusted issuers by `iss`"#,
        ),
    ] {
        let steps = authenticator.explain_connection(&token, now()).steps;
        let step = steps.iter().find(|step| step.stage == Stage::Trust);
        assert_eq!(step.unwrap().detail, told);
    }
}

#[test]
fn an_explanation_of_a_subscription_token_ends_like_its_verification() {
    let authenticator = hs256_authenticator();
    for payload in [
        r#"{"channel":"c"}"#,
        "{}",
        r#"{"channel":""}"#,
        r#"{"channel":"c","exp":1}"#,
    ] {
        let explanation = authenticator.explain_subscription(&hs256(payload), now());
        assert_eq!(
            explanation.result,
            authenticator.subscription(&hs256(payload), now())
        );
        assert_eq!(explanation.steps.len(), Stage::ALL.len());
    }
}

#[test]
fn an_error_says_what_was_found_and_its_advice_is_that_of_its_code() {
    let authenticator = strict();
    for (code, _, token) in tokens() {
        let Err(error) = authenticator.connection(&token, now()) else {
            continue;
        };
        assert_eq!(Some(error.code()), code);
        assert_eq!(error.advice(), error.code().advice());
        let sentence = error.to_string();
        assert!(
            sentence.len() > 20 && !sentence.ends_with('.'),
            "{sentence}"
        );
    }
}

/// The types in an error can be named through this crate, so that callers can match them.
#[test]
fn the_types_inside_an_error_are_public() {
    use countersign::Error;
    use countersign::claims::ClaimsError;
    use countersign::json::{JsonError, Kind};

    let refused = |payload: &str| hs256_authenticator().connection(&hs256(payload), now());
    assert!(matches!(
        refused(r#"{"exp":null}"#),
        Err(Error::Claims(ClaimsError::WrongType {
            found: Kind::Null,
            ..
        }))
    ));
    assert!(matches!(
        refused(r#"{"exp":1e400}"#),
        Err(Error::Claims(ClaimsError::Malformed(
            JsonError::NumberOutOfRange { line: 1, column: 8 }
        )))
    ));
}
