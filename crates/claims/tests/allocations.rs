//! Decoding and judging cost no allocation.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

use countersign_claims::{
    Channels, ConnectionClaims, DecodeOptions, Expectation, Policy, SubscriptionClaims,
};
use countersign_time::UnixTime;

fn count(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.issuer = Expectation::Exact("me".into());
    policy.audience = Expectation::Exact("chat".into());
    policy
}

fn walk(channels: &Channels<'_>) {
    for (name, options) in channels.iter() {
        assert!(!name.is_empty());
        let _ = core::hint::black_box(options);
    }
}

#[test]
fn k7_a_typical_token_is_decoded_and_judged_without_allocating() {
    let connection = br#"{"sub":"42","exp":1700000000,"nbf":1600000000,"iat":1600000000,
        "jti":"5f0a","iss":"me","aud":["mail","chat"],"info":{"name":"Ada","role":"a"},
        "meta":{"tenant":7},"b64info":"e30=","channels":["news","chat:1"],
        "expire_at":0,"unknown":[1,2]}"#;
    let subscription = br#"{"sub":"42","channel":"$news","client":"c1","exp":1700000000,
        "iss":"me","aud":"chat","data":{"a":1},"b64info":"e30=","eto":true}"#;
    let (policy, options) = (policy(), DecodeOptions::default());
    let now = UnixTime::from_secs(1_650_000_000);

    let allocations = count(|| {
        let claims = ConnectionClaims::decode(connection, &options).unwrap();
        policy.judge(&claims.registered, now, |_, _| ()).unwrap();
        assert_eq!(claims.channels.len(), 2);
        walk(&claims.channels);
        assert_eq!(claims.expires(), None);
    });
    assert_eq!(allocations, 0);

    let allocations = count(|| {
        let claims = SubscriptionClaims::decode(subscription, &options).unwrap();
        policy.judge(&claims.registered, now, |_, _| ()).unwrap();
        claims.scope().check("$news", "42", "c1").unwrap();
    });
    assert_eq!(allocations, 0);
}

#[test]
fn k7_nested_values_cost_no_allocation() {
    let options = DecodeOptions::default();
    for payload in [
        r#"{"sub":"42","info":{"roles":["a","b"]}}"#,
        r#"{"info":{"a":[{"b":[{"c":1}]}]},"meta":[[1]]}"#,
        r#"{"subs":{"a":{"info":1},"b":{"data":2}}}"#,
        r#"{"subs":{"a":{"override":{"presence":{"value":true}}}}}"#,
    ] {
        let allocations = count(|| {
            let claims = ConnectionClaims::decode(payload.as_bytes(), &options).unwrap();
            walk(&claims.channels);
        });
        assert_eq!(allocations, 0, "{payload}");
    }
}

#[test]
fn k7_a_thousand_channels_are_read_without_allocating() {
    let names: Vec<_> = (0..1000).map(|i| format!("\"channel{i}\"")).collect();
    let payload = format!(r#"{{"channels":[{}]}}"#, names.join(","));
    let options = DecodeOptions::default();
    let allocations = count(|| {
        let claims = ConnectionClaims::decode(payload.as_bytes(), &options).unwrap();
        walk(&claims.channels);
        assert_eq!(claims.channels.len(), 1000);
    });
    assert_eq!(allocations, 0);
}

#[test]
fn k7_base64_is_checked_without_allocating_and_decoded_into_a_given_buffer() {
    let payload = format!(r#"{{"b64info":"{}"}}"#, "QUJD".repeat(1000));
    let options = DecodeOptions::default();
    let mut out = Vec::with_capacity(4096);
    let allocations = count(|| {
        let claims = ConnectionClaims::decode(payload.as_bytes(), &options).unwrap();
        claims.info.unwrap().append_to(&mut out);
    });
    assert_eq!((out.len(), allocations), (3000, 0));
}

#[test]
fn k7_refusing_a_token_allocates_little() {
    let options = DecodeOptions::default();
    for payload in [
        &br#"{"exp":"x"}"#[..],
        b"[]",
        br#"{"channel":"c"}"#,
        br#"{"sub":"a\u0000"}"#,
    ] {
        let allocations = count(|| {
            assert!(ConnectionClaims::decode(payload, &options).is_err());
        });
        assert!(allocations <= 8, "{allocations}");
    }
}
