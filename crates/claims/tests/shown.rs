//! What stands in sentences and in `Debug` output.

use std::error::Error as _;
use std::time::Duration;

use Check::{Age, Anonymous, Audience, Expiry, Issuer, NotBefore};
use countersign_claims::{
    Check, ClaimsError, ConnectionClaims, DecodeOptions, Expectation, Pattern, Policy,
    SubscriptionClaims, TokenKind,
};
use countersign_time::UnixTime;

fn connection(payload: &str) -> Result<ConnectionClaims<'_>, ClaimsError> {
    ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default())
}

#[test]
fn audiences_are_shown_as_the_first_and_the_number_of_others() {
    for (payload, shown) in [
        ("{}", "none"),
        (r#"{"aud":[]}"#, "none"),
        (r#"{"aud":"a"}"#, "\"a\""),
        (r#"{"aud":["a"]}"#, "\"a\""),
        (r#"{"aud":["a","b"]}"#, "\"a\" and 1 more"),
        (r#"{"aud":["","b","c"]}"#, "\"\" and 2 more"),
    ] {
        let claims = connection(payload).unwrap();
        assert_eq!(format!("{:?}", claims.registered.aud), shown, "{payload}");
    }
}

#[test]
fn bytes_are_shown_as_their_form_and_channels_as_their_names() {
    let claims =
        connection(r#"{"info":1,"b64info":"e30=","meta":2,"channels":["a","b"]}"#).unwrap();
    assert_eq!(format!("{:?}", claims.info.unwrap()), "Base64(..)");
    assert_eq!(format!("{:?}", claims.meta.unwrap()), "Json(..)");
    let channels = format!("{:?}", claims.channels);
    assert!(channels.starts_with("{\"a\": "), "{channels}");
    assert!(channels.contains("\"b\": "), "{channels}");
}

#[test]
fn checks_and_kinds_are_shown_by_their_names() {
    for check in Check::ALL {
        assert_eq!(check.to_string(), check.name());
    }
    assert_eq!(TokenKind::Connection.to_string(), "a connection token");
    assert_eq!(TokenKind::Subscription.to_string(), "a subscription token");
}

#[test]
fn the_text_of_a_json_error_appears_once() {
    let malformed = connection("{").unwrap_err();
    let ClaimsError::Malformed(cause) = &malformed else {
        panic!("{malformed}");
    };
    assert!(
        malformed.to_string().ends_with(&cause.to_string()),
        "{malformed}"
    );
    assert!(malformed.source().is_none());
}

#[test]
fn a_leeway_is_shown_where_there_is_one() {
    let claims = connection(r#"{"exp":100}"#).unwrap();
    for (leeway, shown) in [
        (
            0,
            "the token expired 50 s ago (`exp` is 100, now is 150); get a new token",
        ),
        (
            7,
            "the token expired 50 s ago (`exp` is 100, now is 150, leeway is 7 s); get a new token",
        ),
    ] {
        let mut policy = Policy::default();
        policy.leeway = Duration::from_secs(leeway);
        let error = policy
            .judge(&claims.registered, UnixTime::from_secs(150), |_, _| ())
            .unwrap_err();
        assert_eq!(error.to_string(), shown);
    }
}

#[test]
fn each_check_says_in_a_sentence_what_it_compares() {
    let lax = Policy::default();
    let mut strict = Policy::default();
    strict.leeway = Duration::from_secs(5);
    strict.audience = Expectation::Exact("chat".into());
    strict.issuer = Expectation::Matches(Pattern::new("tenant-.*", |_| true));
    strict.require_exp = true;
    strict.max_age = Some(Duration::from_secs(60));
    strict.allow_anonymous = false;
    let full = r#"{"sub":"42","iss":"i","aud":["a","b"],"exp":10,"nbf":20,"iat":30}"#;
    let table = [
        (&lax, "{}", Issuer, "no issuer is expected"),
        (&lax, "{}", Audience, "no audience is expected"),
        (
            &lax,
            "{}",
            Expiry,
            "there is no `exp`: the token never expires",
        ),
        (&lax, full, Expiry, "`exp` 10 must be later than now, 50"),
        (&lax, "{}", NotBefore, "there is no `nbf`"),
        (
            &lax,
            full,
            NotBefore,
            "`nbf` 20 must not be later than now, 50",
        ),
        (&lax, full, Age, "no age is too old"),
        (
            &lax,
            "{}",
            Anonymous,
            "the user is anonymous, which is allowed",
        ),
        (&lax, full, Anonymous, "the token names a user"),
        (
            &strict,
            "{}",
            Issuer,
            "`iss`, absent, must be a match of /tenant-.*/",
        ),
        (
            &strict,
            full,
            Issuer,
            "`iss`, \"i\", must be a match of /tenant-.*/",
        ),
        (&strict, "{}", Audience, "`aud`, absent, must hold \"chat\""),
        (
            &strict,
            full,
            Audience,
            "`aud`, \"a\" and 1 more, must hold \"chat\"",
        ),
        (&strict, "{}", Expiry, "`exp` is absent and required"),
        (
            &strict,
            full,
            Expiry,
            "`exp` 10 plus a leeway of 5 s must be later than now, 50",
        ),
        (
            &strict,
            full,
            NotBefore,
            "`nbf` 20 minus a leeway of 5 s must not be later than now, 50",
        ),
        (&strict, "{}", Age, "`iat` is absent and required"),
        (
            &strict,
            full,
            Age,
            "`iat` 30 must be at most 60 s plus a leeway of 5 s before now, 50",
        ),
        (
            &strict,
            "{}",
            Anonymous,
            "the user is anonymous, which is refused",
        ),
    ];
    for (policy, payload, check, sentence) in table {
        let claims = connection(payload).unwrap().registered;
        let compared = policy.compared(check, &claims, UnixTime::from_secs(50));
        assert_eq!(compared, sentence);
    }
}

#[test]
fn a_pattern_keeps_its_text() {
    let pattern = Pattern::new("tenant-.*", |_| false);
    assert_eq!(pattern.text(), "tenant-.*");
    assert_eq!(format!("{pattern:?}"), "Pattern(\"tenant-.*\")");
}

#[test]
fn an_entry_of_subs_is_named_in_errors() {
    let error = connection(r#"{"subs":{"news":1}}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a number as `subs[\"news\"]`, which must be an object; \
         correct it where tokens are issued"
    );
}

#[test]
fn c10_debug_of_claims_shows_their_kind_and_no_content() {
    let payload = br#"{"sub":"hush","channel":"news","client":"hush"}"#;
    let claims = SubscriptionClaims::decode(payload, &DecodeOptions::default()).unwrap();
    assert_eq!(
        format!("{:?}", claims.scope()),
        "Scope { channel: \"news\", .. }"
    );
}
