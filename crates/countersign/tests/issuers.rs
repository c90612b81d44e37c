//! Several issuers, key rotation, and requirements for `iss` and `aud`.

use crate::common;

use common::*;
use countersign::claims::Pattern;
use countersign::{Authenticator, Authority, Code, Key, Rules, Trust, UnixTime};

const A: &[u8] = b"the secret of issuer A, of 32 bytes and more";
const B: &[u8] = b"the secret of issuer B, of 32 bytes and more";

fn authority(secret: &[u8]) -> Authority {
    Authority::new(keyring(&[&Key::secret(secret).unwrap()]))
}

fn for_audience(secret: &[u8], audience: &str) -> Authority {
    let ring = keyring(&[&Key::secret(secret).unwrap()]);
    let authority = Authority::builder().keyring(ring).audience(audience);
    authority.name(audience).build().unwrap()
}

fn outcome(trust: &Trust, secret: &[u8], claims: &str) -> Result<String, Code> {
    let authenticator = Authenticator::new(Rules::new(trust.clone()));
    connect(
        &authenticator,
        &hmac(secret, "HS256", &format!(r#"{{"sub":"42",{claims}}}"#)),
    )
}

#[test]
fn g11_a_trusted_issuer_selects_only_its_own_keys() {
    let trust = Trust::builder()
        .issuer("https://a", authority(A))
        .issuer("https://b", authority(B))
        .build()
        .unwrap();
    let good = || Ok("42".into());
    for (secret, claims, expected) in [
        (A, r#""iss":"https://a""#, good()),
        (B, r#""iss":"https://b""#, good()),
        (A, r#""iss":"https:\u002f/a""#, good()),
        (A, r#""iss":"https://b""#, Err(Code::Signature)),
        (B, r#""iss":"https://a""#, Err(Code::Signature)),
        (A, r#""iss":"https://a/""#, Err(Code::Issuer)),
        (A, r#""iss":"https://A""#, Err(Code::Issuer)),
        (A, r#""iss":"https://""#, Err(Code::Issuer)),
        (A, r#""iss":"https://ab""#, Err(Code::Issuer)),
        (A, r#""iss":" https://a""#, Err(Code::Issuer)),
        (A, r#""iss":"""#, Err(Code::Issuer)),
        (A, r#""iss":["https://a"]"#, Err(Code::Claims)),
        (A, r#""iss":null"#, Err(Code::Claims)),
        (A, r#""ISS":"https://a""#, Err(Code::Issuer)),
        (A, r#""info":{"iss":"https://a"}"#, Err(Code::Issuer)),
        // A payload that can't be read selects no authority.
        (
            A,
            r#""iss":"https://a","iss":"https://a""#,
            Err(Code::Malformed),
        ),
        (
            A,
            r#""iss":"https://b","iss":"https://a""#,
            Err(Code::Malformed),
        ),
        (A, r#""iss":"#, Err(Code::Malformed)),
    ] {
        assert_eq!(outcome(&trust, secret, claims), expected, "{claims}");
    }
}

#[test]
fn an_unlisted_issuer_is_trusted_only_if_any_issuer_is() {
    let trust = Trust::builder()
        .any_issuer(authority(A))
        .issuer("https://b", authority(B))
        .build()
        .unwrap();
    for (secret, claims, expected) in [
        (A, r#""iss":"https://c""#, Ok("42".into())),
        (A, r#""info":1"#, Ok("42".into())),
        (B, r#""iss":"https://b""#, Ok("42".into())),
        // A listed issuer has only its own keys.
        (A, r#""iss":"https://b""#, Err(Code::Signature)),
        (B, r#""iss":"https://c""#, Err(Code::Signature)),
    ] {
        assert_eq!(outcome(&trust, secret, claims), expected, "{claims}");
    }
    // Nobody is trusted, whatever the claims are.
    let nobody = Trust::builder().build().unwrap();
    for claims in [r#""iss":"https://a""#, r#""iss":1"#, r#""iss":"#] {
        assert_eq!(outcome(&nobody, A, claims), Err(Code::Issuer), "{claims}");
    }
}

#[test]
fn g11_of_several_entries_of_one_issuer_the_first_with_a_matching_audience_is_selected() {
    // Entries for one audience, for a pattern of audiences, and for any audience.
    let entries = [
        ("first", "=chat"),
        ("second", "~mail-"),
        ("third", "=mail-7"),
        ("fourth", "="),
        ("fifth", "=late"),
    ];
    let key = Key::secret(A).unwrap();
    let trusting = |entries: &[(&str, &str)]| {
        let mut trust = Trust::builder();
        for (name, audience) in entries {
            let authority = Authority::builder().name(*name).key(key.clone());
            let authority = match audience.split_at(1) {
                ("=", "") => authority,
                ("=", exact) => authority.audience(exact),
                (_, start) => {
                    let start = start.to_owned();
                    let starts = move |text: &str| text.starts_with(&start);
                    authority.audience_pattern(Pattern::new("a start", starts))
                }
            };
            trust = trust.issuer("i", authority.build().unwrap());
        }
        Authenticator::new(Rules::new(trust.build().unwrap()))
    };
    let picked = |authenticator: &Authenticator, aud: &str| {
        let token = hmac(A, "HS256", &format!(r#"{{"iss":"i","aud":{aud}}}"#));
        let accepted = authenticator.token(&token, now());
        accepted
            .map(|it| it.authority().to_owned())
            .map_err(|error| error.code())
    };
    let all = trusting(&entries);
    for (aud, expected) in [
        (r#""chat""#, "first"),
        (r#"["mail-7","chat"]"#, "first"),
        (r#""mail-7""#, "second"),
        (r#"["late","mail-8"]"#, "second"),
        // An entry for any audience comes before those that name it.
        (r#""late""#, "fourth"),
        (r#""other""#, "fourth"),
        ("[]", "fourth"),
    ] {
        assert_eq!(picked(&all, aud), Ok(expected.into()), "{aud}");
    }
    let without_open = trusting(&[entries[2], entries[1], entries[4]]);
    assert_eq!(picked(&without_open, r#""mail-7""#), Ok("third".into()));
    assert_eq!(
        picked(&without_open, r#"["late","mail-8"]"#),
        Ok("second".into())
    );
    assert_eq!(picked(&without_open, r#""late""#), Ok("fifth".into()));
    // If no entry matches, the error is that of the first one.
    assert_eq!(picked(&without_open, r#""other""#), Err(Code::Audience));
}

#[test]
fn one_authority_of_an_issuer_may_expect_a_pattern_of_audiences() {
    let trust = |issuers: [&str; 2]| {
        let mut trust = Trust::builder();
        for (at, issuer) in issuers.into_iter().enumerate() {
            let authority = Authority::builder().name(format!("{at}"));
            let authority = authority
                .key(Key::secret(A).unwrap())
                .audience_pattern(Pattern::new("any", |_| true));
            trust = trust.issuer(issuer, authority.build().unwrap());
        }
        trust.build()
    };
    assert!(trust(["https://i", "https://j"]).is_ok());
    let error = trust(["https://i", "https://i"]).unwrap_err().to_string();
    assert!(
        error.contains("a second pattern") && error.contains("\"https://i\""),
        "{error}"
    );
}

#[test]
fn g11_one_issuer_with_two_audiences_has_keys_for_each() {
    let trust = Trust::builder()
        .issuer("i", for_audience(A, "chat"))
        .issuer("i", for_audience(B, "mail"))
        .build()
        .unwrap();
    for (secret, claims, expected) in [
        (A, r#""iss":"i","aud":"chat""#, Ok("42".into())),
        (B, r#""iss":"i","aud":"mail""#, Ok("42".into())),
        (B, r#""iss":"i","aud":["x","mail"]"#, Ok("42".into())),
        (A, r#""iss":"i","aud":["mail","chat"]"#, Ok("42".into())),
        (A, r#""iss":"i","aud":"mail""#, Err(Code::Signature)),
        (B, r#""iss":"i","aud":"chat""#, Err(Code::Signature)),
        (A, r#""iss":"i","aud":"other""#, Err(Code::Audience)),
        (A, r#""iss":"i""#, Err(Code::Audience)),
        (B, r#""iss":"i","aud":"other""#, Err(Code::Signature)),
        (A, r#""iss":"i","aud":[]"#, Err(Code::Audience)),
    ] {
        assert_eq!(outcome(&trust, secret, claims), expected, "{claims}");
    }
}

#[test]
fn g19_unverified_claims_only_select_an_entry() {
    // The requirements of the selected authority are checked again with the verified claims.
    let named = Authority::builder().key(Key::secret(A).unwrap());
    let named = named.issuer("another").build().unwrap();
    let trust = Trust::builder().issuer("i", named).build().unwrap();
    assert_eq!(outcome(&trust, A, r#""iss":"i""#), Err(Code::Issuer));
    // A payload that can't be read selects no authority. The authority for any issuer refuses it.
    let trust = Trust::builder()
        .any_issuer(authority(A))
        .issuer("i", authority(B))
        .build()
        .unwrap();
    for payload in [
        r#"["iss","i"]"#,
        r#"{"iss":"i""#,
        "",
        r#"{"iss":"i","iss":"i"}"#,
    ] {
        let authenticator = Authenticator::new(Rules::new(trust.clone()));
        let outcome = |secret| connect(&authenticator, &hmac(secret, "HS256", payload));
        assert_eq!(outcome(A), Err(Code::Malformed), "{payload}");
        assert_eq!(outcome(B), Err(Code::Signature), "{payload}");
    }
}

#[test]
fn g9_an_expected_issuer_is_matched_exactly_and_a_regex_as_a_whole() {
    let accepted = |option: &str, expected: &str, claim: &str, value: &str| {
        let config = format!(
            r#"{{"token_hmac_secret_key":"{SECRET}","token_{option}":{}}}"#,
            quoted(expected)
        );
        let payload = format!(r#"{{"sub":"42","{claim}":{}}}"#, quoted(value));
        let outcome = connect(&configured(&config), &hs256(&payload));
        assert!(outcome.is_ok() || matches!(outcome, Err(Code::Issuer | Code::Audience)));
        outcome.is_ok()
    };
    for claim in ["iss", "aud"] {
        let option = if claim == "iss" { "issuer" } else { "audience" };
        for (expected, value, good) in [
            ("test", "test", true),
            ("test", "xtesty", false),
            ("test", "tes", false),
            ("test", "test/", false),
            ("test", "Test", false),
            ("te.t", "test", false),
        ] {
            assert_eq!(
                accepted(option, expected, claim, value),
                good,
                "{expected} {value}"
            );
        }
        let option = format!("{option}_regex");
        for (expected, value, good) in [
            ("test", "test", true),
            ("test", "xtesty", false),
            ("test", "test\n", false),
            ("a|b", "a", true),
            ("a|b", "xb", false),
            ("a|b", "ax", false),
            ("^test$", "test", true),
            ("(?m)^test$", "x\ntest", false),
            ("tenant-[0-9]+", "tenant-12", true),
            ("tenant-[0-9]+", "tenant-12x", false),
            ("", "", true),
        ] {
            if !expected.is_empty() {
                assert_eq!(
                    accepted(&option, expected, claim, value),
                    good,
                    "{expected} {value:?}"
                );
            }
        }
    }
}

#[test]
fn g8_an_expected_audience_makes_the_claim_required() {
    let authenticator = configured(&format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_audience":"chat"}}"#
    ));
    for (aud, expected) in [
        (r#","aud":"chat""#, Ok("42".into())),
        (r#","aud":["mail","chat"]"#, Ok("42".into())),
        ("", Err(Code::Audience)),
        (r#","aud":[]"#, Err(Code::Audience)),
        (r#","aud":["mail"]"#, Err(Code::Audience)),
        (r#","aud":["chat",1]"#, Err(Code::Claims)),
        (r#","aud":{"chat":1}"#, Err(Code::Claims)),
        (r#","aud":null"#, Err(Code::Claims)),
    ] {
        let outcome = connect(&authenticator, &hs256(&format!(r#"{{"sub":"42"{aud}}}"#)));
        assert_eq!(outcome, expected, "{aud}");
    }
}

#[test]
fn c11_a_previous_key_is_accepted_up_to_its_last_moment() {
    let authenticator = Authenticator::new(Rules::new(Authority::new(
        keyring(&[&Key::secret(A).unwrap()])
            .with_until(&Key::secret(B).unwrap(), now())
            .unwrap(),
    )));
    let [of_a, of_b] = [A, B].map(|secret| hmac(secret, "HS256", r#"{"sub":"42"}"#));
    for (at, good) in [
        (UnixTime::from_secs(NOW - 1), true),
        (now(), true),
        (UnixTime::new(NOW, 1), false),
        (UnixTime::from_secs(NOW + 1), false),
    ] {
        assert!(authenticator.connection(&of_a, at).is_ok());
        let outcome = authenticator
            .connection(&of_b, at)
            .map_err(|error| error.code());
        assert_eq!(outcome.is_ok(), good, "{at:?}");
        assert!(good || outcome == Err(Code::Signature));
    }
    // A `kid` whose key has ended doesn't select another key.
    let authenticator = Authenticator::new(Rules::new(Authority::new(
        keyring(&[&Key::secret(A).unwrap()])
            .with_until(
                &Key::secret(B).unwrap().with_kid("b"),
                UnixTime::from_secs(NOW - 1),
            )
            .unwrap(),
    )));
    let named = signed(
        &Key::secret(A).unwrap(),
        "HS256",
        r#"{"alg":"HS256","kid":"b"}"#,
        "{}",
    );
    assert_eq!(connect(&authenticator, &named), Err(Code::UnknownKey));
}
