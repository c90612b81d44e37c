//! Which keys of a set are used: rows H of the attack catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod common;

use std::sync::Arc;

use common::{Bench, bench, bench_with, key, ok, set, word};
use countersign_fetch::{FetchErrorKind, Response};
use countersign_jwks::{Lookup, Settings, inspect};
use countersign_keys::KeySet;
use countersign_published_keys::{PublishedKeys, Report};

/// A P-256 key (RFC 7517 appendix A.1, without its `use`).
const P256: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;
/// An RSA key of 2048 bits (RFC 7517 appendix A.1).
const RSA: &str = r#""kty":"RSA","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw""#;

fn report(document: &str) -> Arc<Report> {
    let set = KeySet::from_json(document.as_bytes()).unwrap();
    let keys = PublishedKeys::new(set, &countersign_ring::provider(), false);
    keys.report().clone()
}

fn algorithms(report: &Report, index: usize) -> Vec<&'static str> {
    let names = report.keys()[index].algorithms().iter();
    names.map(|name| name.as_str()).collect()
}

#[test]
fn the_report_has_the_members_of_each_key() {
    let report = report(&set(&[
        format!(r#"{{{P256},"kid":"used","alg":"ES256"}}"#),
        format!(r#"{{{P256},"kid":"bound to nothing","alg":"ECDH-ES"}}"#),
        r#"{"kty":"EC","kid":"unreadable","alg":"ES384"}"#.into(),
    ]));
    let keys = report.keys().iter();
    let said: Vec<_> = keys
        .map(|key| [key.kid(), key.kty(), key.alg()].map(Option::unwrap_or_default))
        .collect();
    assert_eq!(
        said,
        [
            ["used", "EC", "ES256"],
            ["bound to nothing", "EC", "ECDH-ES"],
            ["unreadable", "EC", "ES384"],
        ]
    );
}

#[test]
fn the_client_lists_the_algorithms_of_key_pairs() {
    let bench = bench();
    assert!(bench.jwks.provider().get("ES256").is_some());
    assert!(bench.jwks.provider().get("HS256").is_none());
}

#[test]
fn h1_the_public_half_of_a_published_private_key_is_used_and_the_rest_dropped() {
    // RFC 8037 appendix A.1 and RFC 7517 appendix A.2.
    let okp = r#"{"kty":"OKP","crv":"Ed25519","kid":"okp","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let ec = format!(r#"{{{P256},"kid":"ec","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}}"#);
    let document = set(&[okp.into(), ec, key(1).jwk("public")]);
    let bench = Bench::only_document(&document);
    for kid in ["okp", "ec", "public"] {
        let found = bench.jwks.resolve(Some(kid));
        assert!(matches!(found, Lookup::Found(_)), "{kid}: {found:?}");
    }
    let report = bench.jwks.report().unwrap();
    let private: Vec<_> = report
        .keys()
        .iter()
        .map(countersign_published_keys::KeyReport::is_private)
        .collect();
    assert_eq!(private, [true, true, false]);
    let shown = format!("{:?} {report:?}", bench.jwks);
    for secret in ["nWGxne_9", "870MB6gf", "9d61b19d"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn h2_a_secret_in_a_fetched_set_is_never_used() {
    let document = set(&[
        r#"{"kty":"oct","kid":"s","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#.into(),
        key(1).jwk("a"),
    ]);
    let bench = Bench::only_document(&document);
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert_eq!(bench.resolve("s", &key(1)), "unavailable");
    let report = bench.jwks.report().unwrap();
    assert!(!report.keys()[0].is_usable());
    assert_eq!(report.keys()[0].kty(), Some("oct"));
    assert_eq!((report.used(), report.skipped()), (1, 1));
}

#[test]
fn h3_a_kid_names_one_key_for_each_algorithm() {
    // Different keys with the same algorithm: neither is used.
    let bench = Bench::only_document(&set(&[
        key(1).jwk("twice"),
        key(2).jwk("twice"),
        key(3).jwk("good"),
    ]));
    assert_eq!(bench.resolve("good", &key(3)), "found");
    assert_eq!(bench.resolve("twice", &key(1)), "unavailable");
    let report = bench.jwks.report().unwrap();
    for index in [0, 1] {
        let reason = report.keys()[index].skipped().unwrap();
        assert!(reason.contains("same kid and algorithm"), "{reason}");
    }

    // The same key twice: it counts once.
    let bench = Bench::only_document(&set(&[key(1).jwk("a"), key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let Lookup::Found(keys) = bench.jwks.lookup(Some("a")) else {
        panic!("it is held");
    };
    assert_eq!(keys.len(), 1);

    // Different keys for different algorithms: both are used.
    let bench = Bench::only_document(&set(&[key(1).jwk("a"), format!(r#"{{{P256},"kid":"a"}}"#)]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let Lookup::Found(keys) = bench.jwks.lookup(Some("a")) else {
        panic!("it is held");
    };
    assert!(keys.for_alg("ES256").is_some());
    assert!(keys.for_alg("RS256").is_none());
}

#[test]
fn h3_the_same_key_for_two_algorithms_is_used_for_both() {
    let document = set(&[
        format!(r#"{{{RSA},"kid":"a","alg":"RS256"}}"#),
        format!(r#"{{{RSA},"kid":"a","alg":"PS256"}}"#),
        format!(r#"{{{RSA},"kid":"a"}}"#),
    ]);
    let report = report(&document);
    assert_eq!(algorithms(&report, 0), ["RS256"]);
    assert_eq!(algorithms(&report, 1), ["PS256"]);
    assert_eq!(algorithms(&report, 2), ["RS384", "RS512", "PS384", "PS512"]);
}

#[test]
fn h4_a_token_without_kid_needs_the_setting_and_a_set_of_one_key() {
    let nameless = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, key(1).x());
    for (allowed, keys, without_kid) in [
        (false, vec![key(1).jwk("a")], "kid required"),
        (true, vec![key(1).jwk("a")], "found"),
        (true, vec![nameless.clone()], "found"),
        (true, vec![key(1).jwk("a"), key(2).jwk("b")], "kid required"),
        (
            true,
            vec![nameless.clone(), key(2).jwk("b")],
            "kid required",
        ),
        // The other key cannot be used, so one usable key is left.
        (
            true,
            vec![nameless.clone(), r#"{"kty":"EC"}"#.into()],
            "found",
        ),
    ] {
        let bench = bench_with(|settings| settings.allow_missing_kid = allowed);
        bench.script.then(ok(&keys));
        let found = bench.jwks.resolve(None);
        assert_eq!(word(&found, &key(1)), without_kid, "{allowed} {keys:?}");
        // If no answer could help, no request is made.
        assert_eq!(bench.script.requests(), usize::from(allowed));
    }
}

#[test]
fn h4_a_key_without_kid_is_not_used_where_tokens_must_name_one() {
    let nameless = format!(r#"{{{P256}}}"#);
    let bench = Bench::only_document(&set(&[nameless.clone(), key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
    let report = bench.jwks.report().unwrap();
    assert!(report.keys()[0].skipped().unwrap().contains("no kid"));

    let bench = Bench::only_document(&set(&[nameless]));
    let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
        panic!("no key can be used");
    };
    assert_eq!(
        error.fetch_error().unwrap().kind(),
        FetchErrorKind::NoUsableKey
    );
    assert!(error.to_string().contains("kid"), "{error}");
}

#[test]
fn h4_a_kid_is_compared_byte_for_byte() {
    // "é" composed and decomposed, and an escape that JSON decodes once.
    let bench = Bench::only_document(&set(&[
        key(1).jwk("caf\u{e9}"),
        key(2).jwk("cafe\u{301}"),
        key(3).jwk("a\\u0062"),
        key(4).jwk(""),
    ]));
    assert_eq!(bench.resolve("caf\u{e9}", &key(1)), "found");
    assert_eq!(bench.resolve("cafe\u{301}", &key(2)), "found");
    assert_eq!(bench.resolve("ab", &key(3)), "found");
    assert_eq!(bench.resolve("", &key(4)), "found");
    for kid in ["CAF\u{e9}", "AB", " ab", "ab\0", "a\\u0062", "cafe"] {
        assert_eq!(bench.resolve(kid, &key(1)), "unavailable", "{kid:?}");
    }
}

#[test]
fn h5_a_key_without_use_is_used() {
    let bench = Bench::only_document(&set(&[key(1).jwk("a")]));
    assert_eq!(bench.resolve("a", &key(1)), "found");
}

/// H6 and H7: the entries that stand next to a good key, each alone.
fn odd_keys() -> Vec<String> {
    let x = key(2).x();
    let okp = |members: &str| {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"odd",{members}}}"#)
    };
    [
        // H6: valid keys that are not for us.
        r#"{"kty":"AKP","kid":"odd","alg":"ML-DSA-65","pub":"AAAA"}"#.into(),
        r#"{"kty":"OKP","kid":"odd","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#.into(),
        r#"{"kty":"OKP","kid":"odd","crv":"Ed448","x":"X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8ST2m0bHBhvhwHlyMzXg1Q"}"#.into(),
        r#"{"kty":"EC","kid":"odd","crv":"secp256k1","x":"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g","y":"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"}"#.into(),
        r#"{"kty":"EC","kid":"odd","crv":"BP-256","x":"AA","y":"AA"}"#.into(),
        r#"{"kty":"HS","kid":"odd"}"#.into(),
        r#"{"kty":"rsa","kid":"odd"}"#.into(),
        format!(r#"{{{RSA},"kid":"odd","alg":"RSA-OAEP"}}"#),
        format!(r#"{{{RSA},"kid":"odd","use":"enc"}}"#),
        okp(r#""use":"SIG""#),
        okp(r#""use":"tls""#),
        okp(r#""alg":"ES256""#),
        okp(r#""alg":"none""#),
        okp(r#""key_ops":[]"#),
        okp(r#""key_ops":["encrypt"]"#),
        // H7: broken keys.
        "null".into(),
        "true".into(),
        "1".into(),
        r#""key""#.into(),
        "[]".into(),
        r#"[["kty","OKP"]]"#.into(),
        "{}".into(),
        r#"{"kty":null,"kid":"odd"}"#.into(),
        r#"{"kty":1}"#.into(),
        r#"{"kty":["OKP"]}"#.into(),
        r#"{"kty":{"kty":"OKP"}}"#.into(),
        r#"{"kty":"OKP"}"#.into(),
        r#"{"kty":"OKP","crv":"Ed25519","x":null,"kid":"odd"}"#.into(),
        r#"{"kty":"OKP","crv":"Ed25519","x":"!!","kid":"odd"}"#.into(),
        r#"{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"odd"}"#.into(),
        r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"odd"}"#.into(),
        r#"{"kty":"EC","crv":"P-256","kid":"odd","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#.into(),
        format!(r#"{{{P256},"kid":1}}"#),
        format!(r#"{{{P256},"kid":"odd","n":"AQAB"}}"#),
        format!(r#"{{{RSA},"kid":"odd","alg":1}}"#),
        format!(r#"{{{RSA},"kid":"odd","use":["sig"]}}"#),
        okp(r#""key_ops":"verify""#),
        okp(r#""key_ops":["verify","verify"]"#),
        r#"{"kty":"RSA","kid":"odd","e":"AQAB","n":""}"#.into(),
        r#"{"kty":"RSA","kid":"odd","e":"AQAB"}"#.into(),
        // Valid JSON, but not for a strict parser.
        r#"{"kty":"EC","kid":"\ud800"}"#.into(),
        okp(r#""note":"\udc00""#),
        okp(r#""exp":1e400"#),
        okp(&format!(r#""exp":{}"#, "9".repeat(400))),
        okp(&format!(r#""ext":{}{}"#, "[".repeat(120), "]".repeat(120))),
        okp(&format!(r#""ext":{}{}"#, "[".repeat(100_000), "]".repeat(100_000))),
        r#"{"kty":"RSA","kid":"odd","e":"AQAB","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXbo"}"#.into(),
    ]
    .into()
}

#[test]
fn h6_h7_a_faulty_key_of_each_kind_does_not_affect_a_good_key() {
    let good = key(1).jwk("good");
    for odd in odd_keys() {
        for keys in [[odd.clone(), good.clone()], [good.clone(), odd.clone()]] {
            let bench = bench();
            bench.script.then(ok(&keys));
            assert_eq!(bench.resolve("good", &key(1)), "found", "{odd}");
            assert_eq!(bench.resolve("odd", &key(1)), "unavailable", "{odd}");
            let counters = bench.jwks.counters();
            assert_eq!((counters.keys_used, counters.keys_skipped), (1, 1), "{odd}");
        }
    }
    let mut all = odd_keys();
    all.push(good);
    let bench = Bench::only_document(&set(&all));
    assert_eq!(bench.resolve("good", &key(1)), "found");
}

#[test]
fn h7_bytes_that_are_not_utf_8_spoil_only_their_key() {
    let odd = key(2).jwk("?");
    for keys in [[odd.clone(), key(1).jwk("good")], [key(1).jwk("good"), odd]] {
        let mut document = set(&keys).into_bytes();
        for byte in &mut document {
            if *byte == b'?' {
                *byte = 0xff;
            }
        }
        let bench = bench();
        bench.script.then(Response::new(200, document));
        assert_eq!(bench.resolve("good", &key(1)), "found");
        // Nor does the key get another name.
        assert_eq!(bench.resolve("\u{fffd}", &key(2)), "unavailable");
        let counters = bench.jwks.counters();
        assert_eq!((counters.keys_used, counters.keys_skipped), (1, 1));
    }
    // Outside of the keys, they spoil the whole set.
    let mut document = set(&[key(1).jwk("a")]).into_bytes();
    document.push(0xff);
    let bench = bench();
    bench.script.then(Response::new(200, document));
    assert_eq!(bench.resolve("a", &key(1)), "unavailable");
}

#[test]
fn h8_a_body_that_is_not_a_key_set_is_an_error() {
    for document in [
        "",
        " ",
        "null",
        "true",
        "\"keys\"",
        "{}",
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        r#"{"keys":"a"}"#,
        r#"{"keys":[]}"#,
        r#"{"Keys":[{}]}"#,
        &format!("[{}]", key(1).jwk("a")),
        &key(1).jwk("a"),
        r#"{"keys":[]"#,
        r#"{"keys":[]}{}"#,
        &format!(r#"{{"keys":[],"keys":[{}]}}"#, key(1).jwk("a")),
        "{\"keys\":[\u{0}]}",
    ] {
        let bench = Bench::only_document(document);
        let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
            panic!("accepted: {document}");
        };
        assert_eq!(
            error.fetch_error().unwrap().kind(),
            FetchErrorKind::Document,
            "{document}"
        );
    }
}

#[test]
fn h9_keys_and_bytes_are_limited() {
    let many = |count: usize| -> Vec<String> {
        let mut keys = vec![r#"{"kty":"EC"}"#.to_owned(); count - 1];
        keys.push(key(1).jwk("a"));
        keys
    };
    for (count, found) in [
        (100, "found"),
        (101, "unavailable"),
        (100_000, "unavailable"),
    ] {
        let bench = bench_with(|settings| settings.body_limit = 4 * 1024 * 1024);
        bench.script.then(ok(&many(count)));
        assert_eq!(bench.resolve("a", &key(1)), found, "{count}");
    }
    let member = format!(r#"{{"kty":"EC","x":"{}"}}"#, "A".repeat(1024 * 1024));
    let bench = bench();
    bench.script.then(ok(&[member, key(1).jwk("a")]));
    let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
        panic!("larger than 512 KiB");
    };
    assert_eq!(
        error.fetch_error().unwrap().kind(),
        FetchErrorKind::TooLarge
    );

    let padded = |size: usize| {
        let document = set(&[key(1).jwk("a")]);
        let space = " ".repeat(size - document.len());
        Response::new(200, document + &space)
    };
    for (size, found) in [(512 * 1024, "found"), (512 * 1024 + 1, "unavailable")] {
        // The same for a document from another source, such as a file.
        let report = inspect(
            padded(size).body(),
            &countersign_ring::provider(),
            &Settings::default(),
        );
        assert_eq!(report.is_ok(), found == "found");
        let bench = common::bench();
        bench.script.then(padded(size));
        assert_eq!(bench.resolve("a", &key(1)), found, "{size}");
    }
}

#[test]
fn h10_a_key_with_a_duplicate_member_is_skipped() {
    let okp = key(2).jwk("odd").replace('}', "");
    for odd in [
        format!(r#"{okp},"kid":"odd"}}"#),
        format!(r#"{okp},"x":"{}"}}"#, key(1).x()),
        format!(r#"{okp},"\u0078":"{}"}}"#, key(1).x()),
        format!(r#"{okp},"unavailable":1,"unavailable":1}}"#),
    ] {
        let bench = bench();
        bench.script.then(ok(&[odd.clone(), key(1).jwk("good")]));
        assert_eq!(bench.resolve("good", &key(1)), "found", "{odd}");
        assert_eq!(bench.resolve("odd", &key(2)), "unavailable", "{odd}");
    }
}

#[test]
fn h11_without_alg_a_key_is_for_the_algorithms_of_its_type_and_curve() {
    let document = set(&[
        format!(r#"{{{RSA},"kid":"rsa"}}"#),
        format!(r#"{{{P256},"kid":"ec"}}"#),
        key(1).jwk("okp"),
        format!(r#"{{{RSA},"kid":"ps","alg":"PS384"}}"#),
    ]);
    let report = report(&document);
    assert_eq!(
        algorithms(&report, 0),
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
    );
    assert_eq!(algorithms(&report, 1), ["ES256"]);
    assert_eq!(algorithms(&report, 2), ["EdDSA"]);
    assert_eq!(algorithms(&report, 3), ["PS384"]);
    let facts: Vec<_> = report
        .keys()
        .iter()
        .map(|key| (key.kty().unwrap(), key.size().unwrap()))
        .collect();
    assert_eq!(
        facts,
        [
            ("RSA", "2048 bits"),
            ("EC", "P-256"),
            ("OKP", "Ed25519"),
            ("RSA", "2048 bits"),
        ]
    );
    // RFC 7638 section 3.1.
    assert_eq!(
        report.keys()[0].thumbprint(),
        Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    );
}

#[test]
fn h12_a_byte_order_mark_before_a_set_is_ignored() {
    let bench = Bench::only_document(&format!("\u{feff}{}", set(&[key(1).jwk("a")])));
    assert!(matches!(bench.jwks.resolve(Some("a")), Lookup::Found(_)));
}

#[test]
fn h12_html_is_not_a_set_whatever_its_status() {
    let good = set(&[key(1).jwk("a")]);
    for body in [
        "<!doctype html><title>Sign in</title>".to_owned(),
        format!("/* keys */{good}"),
        format!("callback({good})"),
    ] {
        let bench = Bench::only_document(&body);
        let Lookup::Unavailable(error) = bench.jwks.resolve(Some("a")) else {
            panic!("accepted: {body}");
        };
        assert_eq!(
            error.fetch_error().unwrap().kind(),
            FetchErrorKind::Document,
            "{body}"
        );
        assert!(!error.to_string().contains("Sign in"));
    }
}

#[test]
fn h13_weak_and_oversized_keys_are_skipped_at_import() {
    let b64 = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    };
    let huge = b64(&vec![0xff; 2048]);
    let short = b64(&[0xff; 128]);
    let odd = [
        format!(r#"{{"kty":"RSA","kid":"odd","e":"AQAB","n":"{huge}"}}"#),
        format!(r#"{{"kty":"RSA","kid":"odd","e":"AQAB","n":"{short}"}}"#),
        format!(
            r#"{{{},"kid":"odd"}}"#,
            RSA.replace("AQAB", &b64(&vec![0xff; 1024]))
        ),
        format!(r#"{{{},"kid":"odd"}}"#, RSA.replace("AQAB", "AQ")),
        // x = 0, of small order.
        format!(
            r#"{{"kty":"OKP","crv":"Ed25519","kid":"odd","x":"{}"}}"#,
            b64(&[0; 32])
        ),
    ];
    for odd in odd {
        let bench = bench();
        bench.script.then(ok(&[odd.clone(), key(1).jwk("good")]));
        assert_eq!(bench.resolve("good", &key(1)), "found");
        assert_eq!(bench.resolve("odd", &key(1)), "unavailable", "{odd}");
    }
}
