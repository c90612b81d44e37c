//! Rows G1, G4 to G9 and G16 to G18: judgement at a given time.

use core::time::Duration;

use countersign_claims::{
    Check, ClaimsError, ClaimsErrorKind, ConnectionClaims, DecodeOptions, Expectation, MAX_LEEWAY,
    Pattern, Policy, SubscriptionClaims,
};
use countersign_time::UnixTime;

use ClaimsErrorKind::{Anonymous, Audience, Claims, Expired, Issuer, NotYetValid};

fn judge(policy: &Policy, claims: &str, now: UnixTime) -> Result<(), ClaimsError> {
    let payload = format!("{{{claims}}}");
    let decoded = ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    let verdict = policy.judge(&decoded.registered, now, |_, _| ());
    // Both kinds are judged alike.
    let comma = if claims.is_empty() { "" } else { "," };
    let payload = format!(r#"{{{claims}{comma}"channel":"c","client":"c1"}}"#);
    let decoded =
        SubscriptionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
    assert_eq!(policy.judge(&decoded.registered, now, |_, _| ()), verdict);
    verdict
}

fn kind(policy: &Policy, claims: &str, now: i64) -> Option<ClaimsErrorKind> {
    judge(policy, claims, UnixTime::from_secs(now))
        .err()
        .map(|error| error.kind())
}

fn exact(text: &str) -> Expectation {
    Expectation::Exact(text.into())
}

#[test]
fn g1_exp_may_be_missing_unless_the_policy_requires_it() {
    let mut strict = Policy::default();
    strict.require_exp = true;
    assert_eq!(kind(&Policy::default(), "", 100), None);
    assert_eq!(kind(&strict, "", 100), Some(Claims));
    assert_eq!(kind(&strict, r#""exp":101"#, 100), None);
    // `expire_at` is no `exp`.
    assert_eq!(kind(&strict, r#""expire_at":200"#, 100), Some(Claims));
    assert_eq!(
        judge(&strict, "", UnixTime::EPOCH).unwrap_err().to_string(),
        "found no `exp`, which the setting `require_exp` requires; issue tokens with `exp`"
    );
}

#[test]
fn g4_the_boundaries_of_exp_and_nbf_are_exact_with_and_without_leeway() {
    for leeway in [0, 1, 30, 300] {
        let mut policy = Policy::default();
        policy.leeway = Duration::from_secs(leeway);
        let leeway = i64::try_from(leeway).unwrap();
        for (from_exp, expected) in [(-1, None), (0, Some(Expired)), (1, Some(Expired))] {
            let now = 1000 + leeway + from_exp;
            assert_eq!(
                kind(&policy, r#""exp":1000"#, now),
                expected,
                "{leeway} {from_exp}"
            );
        }
        for (from_nbf, expected) in [(-1, Some(NotYetValid)), (0, None), (1, None)] {
            let now = 1000 - leeway + from_nbf;
            assert_eq!(
                kind(&policy, r#""nbf":1000"#, now),
                expected,
                "{leeway} {from_nbf}"
            );
        }
    }
    // To the nanosecond.
    let policy = Policy::default();
    let nearly = UnixTime::new(999, 999_999_999);
    assert!(judge(&policy, r#""exp":1000"#, nearly).is_ok());
    assert!(judge(&policy, r#""nbf":1000"#, nearly).is_err());
    let half = UnixTime::new(1000, 500_000_000);
    assert!(judge(&policy, r#""exp":1000.5"#, half).is_err());
    assert!(judge(&policy, r#""exp":1000.500000001"#, half).is_ok());
    assert!(judge(&policy, r#""nbf":1000.5"#, half).is_ok());
}

#[test]
fn g4_times_are_compared_to_the_fraction_of_a_second() {
    let policy = Policy::default();
    let at = |nanos| UnixTime::new(1000, nanos);
    for (claims, nanos, expected) in [
        // Issued with microseconds, and used in the same second.
        (r#""nbf":1000.123456"#, 123_455_999, Some(NotYetValid)),
        (r#""nbf":1000.123456"#, 123_456_000, None),
        (r#""nbf":1000.123456"#, 999_999_999, None),
        (r#""nbf":1000"#, 1, None),
        (r#""exp":1000.5"#, 499_999_999, None),
        (r#""exp":1000.5"#, 500_000_000, Some(Expired)),
        (r#""exp":1001"#, 999_999_999, None),
        (r#""exp":1000"#, 1, Some(Expired)),
    ] {
        let verdict = judge(&policy, claims, at(nanos));
        let found = verdict.err().map(|error| error.kind());
        assert_eq!(found, expected, "{claims} at {nanos}");
    }
    let mut strict = Policy::default();
    strict.max_age = Some(Duration::from_millis(500));
    assert_eq!(judge(&strict, r#""iat":1000.25"#, at(750_000_000)), Ok(()));
    let error = judge(&strict, r#""iat":1000.25"#, at(750_000_001)).unwrap_err();
    assert_eq!(error.kind(), Expired);
}

#[test]
fn the_error_shows_the_fraction_of_now_if_it_decides() {
    let policy = Policy::default();
    let sentence = |claims, now| judge(&policy, claims, now).unwrap_err().to_string();
    let near = sentence(r#""nbf":1000.75"#, UnixTime::new(1000, 500_000_000));
    assert!(near.contains("`nbf` is 1000.75, now is 1000.5)"), "{near}");
    let far = sentence(r#""exp":900"#, UnixTime::new(1000, 500_000_000));
    assert!(far.contains("`exp` is 900, now is 1000)"), "{far}");
}

#[test]
fn g4_a_leeway_is_never_longer_than_the_maximum() {
    for leeway in [MAX_LEEWAY, Duration::from_secs(86_400), Duration::MAX] {
        let mut policy = Policy::default();
        policy.leeway = leeway;
        assert_eq!(kind(&policy, r#""exp":1000"#, 1299), None);
        assert_eq!(kind(&policy, r#""exp":1000"#, 1300), Some(Expired));
        assert_eq!(kind(&policy, r#""nbf":1000"#, 700), None);
        assert_eq!(kind(&policy, r#""nbf":1000"#, 699), Some(NotYetValid));
    }
}

#[test]
fn g3_g18_any_claim_at_any_time_is_judged_without_a_panic() {
    let now_y2038 = 1_i64 << 31;
    let times = [i64::MIN, -1, 0, 1, now_y2038 - 1, now_y2038, i64::MAX];
    let numbers = [
        "-9223372036854775808",
        "-1",
        "0",
        "0.5",
        "2147483648",
        "1e18",
        "9223372036854775807",
    ];
    for leeway in [Duration::ZERO, Duration::MAX] {
        let mut policy = Policy::default();
        policy.leeway = leeway;
        policy.max_age = Some(Duration::MAX);
        for now in times {
            for number in numbers {
                let claims = format!(r#""exp":{number},"nbf":{number},"iat":{number}"#);
                // Never both in time and beyond it.
                let _ = judge(&policy, &claims, UnixTime::from_secs(now));
            }
        }
    }
    let policy = Policy::default();
    // "Never" and "not yet".
    assert_eq!(
        kind(&policy, r#""exp":9223372036854775807"#, now_y2038),
        None
    );
    assert_eq!(kind(&policy, r#""exp":1e18"#, now_y2038), None);
    assert_eq!(
        kind(&policy, r#""nbf":9223372036854775807"#, now_y2038),
        Some(NotYetValid)
    );
    assert_eq!(kind(&policy, r#""exp":0"#, now_y2038), Some(Expired));
    assert_eq!(kind(&policy, r#""exp":-1"#, now_y2038), Some(Expired));
    // A clock before 1970.
    assert_eq!(kind(&policy, r#""exp":0"#, -1), None);
    assert_eq!(kind(&policy, r#""exp":-1"#, -1), Some(Expired));
}

#[test]
fn g18_a_clock_may_step_back() {
    let policy = Policy::default();
    let claims = r#""nbf":100,"exp":200"#;
    let verdicts: Vec<_> = [150, 250, 150, 50, 199]
        .map(|now| kind(&policy, claims, now))
        .into();
    assert_eq!(
        verdicts,
        [None, Some(Expired), None, Some(NotYetValid), None]
    );
}

#[test]
fn g5_iat_is_checked_by_max_age_only_and_may_be_in_the_future() {
    let any = Policy::default();
    assert_eq!(kind(&any, r#""iat":99999999999"#, 100), None);
    let mut aged = Policy::default();
    aged.max_age = Some(Duration::from_secs(60));
    for (claims, expected) in [
        (r#""iat":100"#, None),
        (r#""iat":40"#, None),
        (r#""iat":39"#, Some(Expired)),
        (r#""iat":99999999999"#, None),
        ("", Some(Claims)),
    ] {
        assert_eq!(kind(&aged, claims, 100), expected, "{claims}");
    }
    let mut lenient = aged;
    lenient.leeway = Duration::from_secs(1);
    assert_eq!(kind(&lenient, r#""iat":39"#, 100), None);
}

#[test]
fn g7_an_empty_user_is_anonymous_and_may_be_refused() {
    let mut closed = Policy::default();
    closed.allow_anonymous = false;
    for (claims, refused) in [
        ("", Some(Anonymous)),
        (r#""sub":"""#, Some(Anonymous)),
        (r#""sub":" ""#, None),
        (r#""sub":"42""#, None),
    ] {
        assert_eq!(kind(&Policy::default(), claims, 0), None);
        assert_eq!(kind(&closed, claims, 0), refused, "{claims}");
    }
}

#[test]
fn g8_a_configured_audience_must_be_among_those_of_the_token() {
    let mut policy = Policy::default();
    policy.audience = exact("chat");
    for (claims, accepted) in [
        (r#""aud":"chat""#, true),
        (r#""aud":["chat"]"#, true),
        (r#""aud":["mail","chat"]"#, true),
        (r#""aud":["c\u0068at"]"#, true),
        ("", false),
        (r#""aud":[]"#, false),
        (r#""aud":"""#, false),
        (r#""aud":"chat2""#, false),
        (r#""aud":"cha""#, false),
        (r#""aud":"Chat""#, false),
        (r#""aud":" chat""#, false),
        (r#""aud":["mail","chat2"]"#, false),
        (r#""audience":"chat""#, false),
    ] {
        let expected = (!accepted).then_some(Audience);
        assert_eq!(kind(&policy, claims, 0), expected, "{claims}");
        assert_eq!(kind(&Policy::default(), claims, 0), None);
    }
}

#[test]
fn g9_a_configured_issuer_is_compared_exactly() {
    let mut policy = Policy::default();
    policy.issuer = exact("https://a.example");
    for (claims, accepted) in [
        (r#""iss":"https://a.example""#, true),
        (r#""iss":"https:\/\/a.example""#, true),
        (r#""iss":"https://a.example/""#, false),
        (r#""iss":"https://a.exampl""#, false),
        (r#""iss":"https://a.example.evil""#, false),
        (r#""iss":"xhttps://a.example""#, false),
        (r#""iss":"HTTPS://a.example""#, false),
        (r#""iss":"""#, false),
        ("", false),
    ] {
        let expected = (!accepted).then_some(Issuer);
        assert_eq!(kind(&policy, claims, 0), expected, "{claims}");
    }
}

#[test]
fn g9_a_pattern_must_match_the_whole_text() {
    let pattern = || Expectation::Matches(Pattern::new("t.st", |text| text == "test"));
    let mut policy = Policy::default();
    policy.issuer = pattern();
    policy.audience = pattern();
    for (claims, expected) in [
        (r#""iss":"test","aud":["x","test"]"#, None),
        (r#""iss":"xtesty","aud":"test""#, Some(Issuer)),
        (r#""aud":"test""#, Some(Issuer)),
        (r#""iss":"test","aud":["xtest","testy"]"#, Some(Audience)),
        (r#""iss":"test""#, Some(Audience)),
    ] {
        assert_eq!(kind(&policy, claims, 0), expected, "{claims}");
    }
    assert_eq!(
        judge(&policy, r#""iss":"x""#, UnixTime::EPOCH)
            .unwrap_err()
            .to_string(),
        r#"the token is from the issuer "x", and this server trusts a match of /t.st/"#
    );
    assert_eq!(format!("{:?}", pattern()), r#"Matches(Pattern("t.st"))"#);
}

#[test]
fn g16_expire_at_never_saves_an_expired_token() {
    for expire_at in ["0", "-1", "99999999999", "1"] {
        let claims = format!(r#""exp":100,"expire_at":{expire_at}"#);
        assert_eq!(kind(&Policy::default(), &claims, 100), Some(Expired));
        assert_eq!(kind(&Policy::default(), &claims, 99), None);
    }
    // And an `expire_at` in the past refuses nothing by itself.
    assert_eq!(kind(&Policy::default(), r#""expire_at":1"#, 100), None);
}

#[test]
fn g17_a_token_can_be_used_again() {
    let policy = Policy::default();
    for _ in 0..3 {
        assert_eq!(kind(&policy, r#""jti":"once","exp":200"#, 100), None);
    }
}

#[test]
fn checks_run_in_their_order_until_one_fails() {
    let mut policy = Policy::default();
    policy.issuer = exact("i");
    policy.audience = exact("a");
    policy.max_age = Some(Duration::from_secs(10));
    policy.allow_anonymous = false;
    // Each set of claims mends the first failure of the one before it.
    let steps = [
        (r#""exp":0,"nbf":200,"iat":0"#, Check::Issuer, Issuer),
        (
            r#""iss":"i","exp":0,"nbf":200,"iat":0"#,
            Check::Audience,
            Audience,
        ),
        (
            r#""iss":"i","aud":"a","exp":0,"nbf":200,"iat":0"#,
            Check::Expiry,
            Expired,
        ),
        (
            r#""iss":"i","aud":"a","nbf":200,"iat":0"#,
            Check::NotBefore,
            NotYetValid,
        ),
        (r#""iss":"i","aud":"a","iat":0"#, Check::Age, Expired),
        (
            r#""iss":"i","aud":"a","iat":99"#,
            Check::Anonymous,
            Anonymous,
        ),
    ];
    let now = UnixTime::from_secs(100);
    for (made, (claims, failing, code)) in steps.into_iter().enumerate() {
        let payload = format!("{{{claims}}}");
        let decoded =
            ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default()).unwrap();
        let mut seen = Vec::new();
        let verdict = policy.judge(&decoded.registered, now, |check, outcome| {
            assert!(!policy.compared(check, &decoded.registered, now).is_empty());
            assert_eq!(policy.check(check, &decoded.registered, now), *outcome);
            seen.push((check, outcome.is_ok()));
        });
        assert_eq!(verdict.unwrap_err().kind(), code);
        assert_eq!(seen.len(), made + 1);
        for (i, (check, ok)) in seen.iter().enumerate() {
            assert_eq!(*check, Check::ALL[i]);
            assert_eq!(*ok, *check != failing);
        }
    }
}

#[test]
fn names_of_checks_and_codes_are_stable() {
    assert_eq!(
        Check::ALL
            .iter()
            .map(|check| check.name())
            .collect::<Vec<_>>(),
        [
            "issuer",
            "audience",
            "expiry",
            "not_before",
            "age",
            "anonymous"
        ]
    );
    assert_eq!(
        [
            ClaimsErrorKind::Malformed,
            ClaimsErrorKind::WrongKind,
            Claims,
            Expired,
            NotYetValid,
            Audience,
            Issuer,
            Anonymous
        ]
        .map(ClaimsErrorKind::code),
        [
            "malformed",
            "wrong_kind",
            "claims",
            "expired",
            "not_yet_valid",
            "audience",
            "issuer",
            "anonymous"
        ]
    );
}

#[test]
fn k2_errors_show_only_times_and_escaped_names_of_a_token() {
    let long = "x".repeat(5000);
    let mut policy = Policy::default();
    policy.audience = exact("chat");
    policy.issuer = exact("me");
    for claims in [
        r#""iss":"a\u001b[2J\u0000\n\u202e""#.to_owned(),
        format!(r#""iss":"{long}""#),
        format!(r#""iss":"me","aud":["{long}","{long}"]"#),
        r#""iss":"me","aud":"\u001b[2J\n""#.to_owned(),
    ] {
        let claims = format!(r#"{claims},"sub":"hush","jti":"hush","info":"hush""#);
        let error = judge(&policy, &claims, UnixTime::EPOCH).unwrap_err();
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(shown.len() < 400, "{shown}");
            assert!(
                !shown.contains(char::is_control) && !shown.contains('\u{202e}'),
                "{shown:?}"
            );
            assert!(!shown.contains("hush"), "{shown}");
        }
    }
    for (claims, now, shown) in [
        (
            r#""exp":100"#,
            112,
            "the token expired 12 s ago (`exp` is 100, now is 112); get a new token",
        ),
        (
            r#""nbf":100.5"#,
            100,
            "the token becomes valid in less than 1 s (`nbf` is 100.5, now is 100); \
             try again then, and compare the clocks of issuer and server",
        ),
    ] {
        let error = judge(&Policy::default(), claims, UnixTime::from_secs(now)).unwrap_err();
        assert_eq!(error.to_string(), shown);
    }
}
