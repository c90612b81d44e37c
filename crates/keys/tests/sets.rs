//! JWK Sets: one odd key never spoils them (H1, H2, H5 to H11, H13).

use crate::common;

use common::key;
use countersign_keys::{Key, KeyErrorReason, KeySet, MAX_KEYS};

fn set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn kids(set: &KeySet) -> Vec<&str> {
    set.keys().filter_map(Key::kid).collect()
}

fn good() -> String {
    key("p256.spki").with_kid("good").to_jwk().unwrap()
}

#[test]
fn h6_h7_h10_h13_a_faulty_key_is_skipped_and_the_others_are_used() {
    let odd = [
        r#"{"kty":"HS","kid":"odd"}"#,
        r#"{"kty":"EC","crv":"P-257","x":"AA","y":"AA"}"#,
        r#"{"kty":"OKP","crv":"Ed25520","x":"AA"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"RSA","n":1,"e":"AQAB"}"#,
        r#"{"kty":"RSA","n":"?","e":"AQAB"}"#,
        r#"{"kty":"RSA","n":"AQAB","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"EC","kty":"RSA"}"#,
        r#"{"kty":"oct","k":""}"#,
        r#"{"kty":"AKP","alg":"none","pub":"AAAA"}"#,
        r#"{"kty":null}"#,
        r#"{"kty":["EC"],"kid":7,"alg":{}}"#,
        r#"{"keys":[]}"#,
        "{}",
        "null",
        "[]",
        "1",
        "\"key\"",
        "[[[[{}]]]]",
        // JSON, and more than a strict reader takes.
        r#"{"kty":"EC","kid":"\ud800"}"#,
        r#"{"kty":"EC","\udc00":1}"#,
        &format!(
            r#"{{"kty":"EC","ext":{}{}}}"#,
            "[".repeat(9999),
            "]".repeat(9999)
        ),
        &format!("{}{}", "[".repeat(9999), "]".repeat(9999)),
    ];
    for odd in odd {
        let text = set(&[odd.into(), good(), odd.into()]);
        let set = KeySet::from_json(text.as_bytes()).unwrap();
        assert_eq!(kids(&set), ["good"], "{odd}");
        let places: Vec<_> = set.skipped().map(|skipped| skipped.index).collect();
        assert_eq!(places, [0, 2], "{odd}");
    }
}

#[test]
fn h7_bytes_that_are_not_utf_8_spoil_only_their_key() {
    // RFC 8037 appendix A.1; of such a key the public half is used as well, if it is sound.
    let odd = r#"{"kty":"OKP","crv":"Ed25519","kid":"?","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let bytes = |text: &str| -> Vec<u8> {
        let broken = |byte| if byte == b'?' { 0xff } else { byte };
        text.bytes().map(broken).collect()
    };
    let text = bytes(&set(&[odd.into(), good(), odd.into()]));
    let read = KeySet::from_json(&text).unwrap();
    let looked_at = countersign_keys::read(&text).unwrap();
    for set in [read.clone(), read.into_public(), looked_at] {
        assert_eq!(kids(&set), ["good"]);
        let reason = set.skipped().next().unwrap().reason.to_string();
        assert!(reason.contains("UTF-8"), "{reason}");
    }
    for spoilt in ["?", "{?}", "{\"keys\":[?]}", "{\"keys\":?}"] {
        let error = KeySet::from_json(&bytes(spoilt)).unwrap_err().to_string();
        assert!(error.contains("UTF-8"), "{error}");
    }
    // A replacement character that was sent is a character like others.
    let text = set(&[key("p256.spki").with_kid("\u{fffd}").to_jwk().unwrap()]);
    assert_eq!(
        kids(&KeySet::from_json(text.as_bytes()).unwrap()),
        ["\u{fffd}"]
    );
}

#[test]
fn h6_keys_for_other_purposes_are_read_and_fit_no_algorithm() {
    let provider = countersign_ring::provider();
    for (jwk, sentence) in [
        (
            key("x25519.spki").to_jwk().unwrap(),
            "found an X25519 key; EdDSA needs Ed25519",
        ),
        (
            key("rsa2048.spki")
                .with_algorithm("RSA-OAEP")
                .to_jwk()
                .unwrap(),
            "found a key for encryption (alg \"RSA-OAEP\"); signatures need a key for an algorithm \
             that signs",
        ),
        (
            r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}"#.into(),
            "found a key for \"ML-DSA-44\"; it needs the algorithm \"ML-DSA-44\", which is not \
             among those of this provider",
        ),
    ] {
        let text = set(&[jwk, good()]);
        let set = KeySet::from_json(text.as_bytes()).unwrap();
        assert_eq!(kids(&set), ["good"]);
        let odd = set.keys().next().unwrap();
        assert_eq!(odd.verifiers(&provider).unwrap_err().to_string(), sentence);
    }
}

#[test]
fn a_skipped_key_is_named_with_its_text_escaped() {
    let text = set(&[
        r#"{"kty":"HS","kid":"a\u001b[31m","alg":"X"}"#.into(),
        "null".into(),
    ]);
    let set = KeySet::from_json(text.as_bytes()).unwrap();
    let shown: Vec<_> = set.skipped().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "key 0 (kid \"a\\u{1b}[31m\", kty \"HS\", alg \"X\"): found the key type (kty) \"HS\"; \
             known are RSA, EC, OKP, oct and AKP",
            "key 1: found null as a key; a JWK is an object",
        ],
    );
}

#[test]
fn h8_json_that_is_not_a_key_set_is_an_error() {
    let long = "x".repeat(1 << 20);
    for (text, found) in [
        ("".to_owned(), "found something else than an object"),
        ("null".into(), "found something else than an object"),
        (
            format!("[{}]", good()),
            "found something else than an object",
        ),
        ("<html></html>".into(), "found an HTML page"),
        (good(), "found a single JWK"),
        ("{}".into(), "found an object without \"keys\""),
        (r#"{"Keys":[]}"#.into(), "found an object without \"keys\""),
        (r#"{"keys":null}"#.into(), "found null as \"keys\""),
        (r#"{"keys":{}}"#.into(), "found an object as \"keys\""),
        (r#"{"keys":"[]"}"#.into(), "found a string as \"keys\""),
        (r#"{"keys":[]}"#.into(), "found a JWK Set without keys"),
        (
            r#"{"keys":[],"keys":[]}"#.into(),
            "found the name \"keys\" twice",
        ),
        (set(&[good()]) + "x", "found no valid JSON"),
        (set(&[good(), String::new()]), "found no valid JSON"),
        (long, "found something else than an object"),
    ] {
        let error = KeySet::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(error.reason(), KeyErrorReason::Unreadable);
        assert!(error.to_string().starts_with(found), "{found}: {error}");
        assert!(error.to_string().len() < 300);
    }
}

#[test]
fn h9_a_set_has_a_limit_on_its_keys_and_a_long_member_only_spoils_its_key() {
    let jwk = r#"{"kty":"oct","k":"AAAA"}"#.to_owned();
    let most = vec![jwk.clone(); MAX_KEYS];
    assert_eq!(
        KeySet::from_json(set(&most).as_bytes())
            .unwrap()
            .keys()
            .count(),
        MAX_KEYS
    );
    let more = set(&vec![jwk; 100_000]);
    let error = KeySet::from_json(more.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a JWK Set of more than 100 keys; publish the keys in use alone, or allow more",
    );
    assert!(KeySet::from_json_up_to(100_000, more.as_bytes()).is_ok());

    let long = format!(
        r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#,
        "A".repeat(1 << 20)
    );
    let set_of_both = set(&[long, good()]);
    assert_eq!(
        kids(&KeySet::from_json(set_of_both.as_bytes()).unwrap()),
        ["good"]
    );
}

#[test]
fn h1_the_public_half_of_a_published_private_key_is_used_and_reported() {
    for (private, public) in [
        ("rsa2048.pkcs8", "rsa2048.spki"),
        ("p256.pkcs8", "p256.spki"),
        ("ed25519.pkcs8-v2", "ed25519.spki"),
    ] {
        let text = set(&[key(private).with_kid("1").to_jwk().unwrap(), good()]);
        let set = KeySet::from_json(text.as_bytes()).unwrap().into_public();
        let keys: Vec<_> = set.keys().collect();
        assert_eq!(
            keys[0].to_jwk().unwrap(),
            key(public).with_kid("1").to_jwk().unwrap(),
        );
        assert!(keys[0].was_private() && !keys[0].is_private());
        assert!(!keys[1].was_private());
    }
}

#[test]
fn h1_the_public_half_is_used_even_if_the_private_one_cannot_be_read() {
    let rsa = key("rsa2048.spki").to_jwk().unwrap();
    let ed = key("ed25519.spki").to_jwk().unwrap();
    let with = |jwk: &str, members: &str| jwk.replacen('{', &format!("{{{members},"), 1);
    let published = set(&[
        with(&rsa, r#""kid":"d alone","d":"AQAB","key_ops":["sign"]"#),
        good(),
        with(&rsa, r#""kid":"three primes","d":"AQAB","oth":[]"#),
        with(&ed, r#""kid":"short","d":"AQAB""#),
        r#"{"kty":"RSA","kid":"bad public half","n":"AQAB","e":"AQAB","d":"AQAB"}"#.into(),
    ]);
    let private = KeySet::from_json(published.as_bytes()).unwrap();
    assert_eq!(kids(&private), ["good"]);
    assert_eq!(private.skipped().count(), 4);

    let public_json = private.to_public_json().unwrap();
    let public = private.into_public();
    assert_eq!(public.to_public_json().unwrap(), public_json);
    assert_eq!(
        kids(&public),
        ["d alone", "good", "three primes", "short"],
        "in order"
    );
    assert_eq!(public.skipped().next().unwrap().index, 4);
    let given_away: Vec<bool> = public.keys().map(Key::was_private).collect();
    assert_eq!(given_away, [true, false, true, true]);
    let first = public.keys().next().unwrap();
    assert_eq!(first.key_ops(), Some(&["verify".to_owned()][..]));
    assert_eq!(
        first.to_pem().unwrap(),
        key("rsa2048.spki").to_pem().unwrap()
    );
}

#[test]
fn h2_a_secret_in_a_published_set_is_never_used() {
    let text = set(&[
        r#"{"kty":"oct","kid":"s","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"}"#.into(),
        good(),
        "null".into(),
    ]);
    let set = KeySet::from_json(text.as_bytes()).unwrap().into_public();
    assert_eq!(kids(&set), ["good"]);
    assert_eq!(set.skipped().nth(1).unwrap().index, 2);
    assert_eq!(
        set.skipped().next().unwrap().to_string(),
        "key 0 (kid \"s\", kty \"oct\"): found a secret of 256 bits; a public key is needed; \
         a secret has no public half",
    );
}

#[test]
fn h5_h11_a_key_without_use_and_alg_works_for_every_algorithm_of_its_kind() {
    let text = set(&[key("rsa2048.spki").to_jwk().unwrap()]);
    let set = KeySet::from_json(text.as_bytes()).unwrap();
    let verifiers = set
        .keys()
        .next()
        .unwrap()
        .verifiers(&countersign_ring::provider());
    let names: Vec<_> = verifiers
        .unwrap()
        .iter()
        .map(|v| v.algorithm().as_str())
        .collect();
    assert_eq!(
        names,
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
    );
}

/// RFC 7517 appendix A.1 and A.3.
#[test]
fn the_sets_of_rfc_7517_appendix_a_are_read() {
    let public = br#"{"keys":[
        {"kty":"EC","crv":"P-256","use":"enc","kid":"1",
         "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
         "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
        {"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29",
         "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}
    ]}"#;
    let secret = br#"{"keys":[
        {"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"},
        {"kty":"oct","kid":"HMAC key used in JWS spec Appendix A.1 example",
         "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
    ]}"#;
    let provider = countersign_ring::provider();
    let count = |key: &Key| {
        key.verifiers(&provider)
            .map_or(0, |verifiers| verifiers.len())
    };

    let set = KeySet::from_json(public).unwrap();
    assert_eq!(set.keys().map(count).collect::<Vec<_>>(), [0, 1]);
    let set = KeySet::from_json(secret).unwrap();
    assert_eq!(set.skipped().count(), 0);
    assert_eq!(set.keys().map(count).collect::<Vec<_>>(), [0, 3]);
}

#[test]
fn c10_h2_a_set_is_published_without_secrets_and_private_halves() {
    let private = common::key("p256.sec1").with_kid("private").with_use("sig");
    let set: KeySet = [
        Key::secret([7; 32]).unwrap().with_kid("secret"),
        private.clone(),
        common::key("ed25519.spki").with_kid("public"),
    ]
    .into_iter()
    .collect();
    assert_eq!(kids(&set), ["secret", "private", "public"]);

    let text = set.to_public_json().unwrap();
    assert!(
        !text.contains(r#""d":"#) && !text.contains(r#""k":"#),
        "{text}"
    );
    let published = KeySet::from_json(text.as_bytes()).unwrap();
    assert_eq!(kids(&published), ["private", "public"]);
    assert!(published.keys().all(|key| !key.is_private()));
    let first = published.keys().next().unwrap();
    assert_eq!(first.public_use(), Some("sig"));
    assert_eq!(first.to_jwk(), private.public_jwk());

    let without_half = KeySet::from(common::key("p256.sec1-nopublic"));
    assert_eq!(
        without_half.to_public_json().unwrap_err().reason(),
        KeyErrorReason::HalfMissing
    );
    assert_eq!(
        KeySet::default().to_public_json().unwrap(),
        r#"{"keys":[]}"#
    );
}

#[test]
fn d5_a_key_with_a_kid_that_is_too_long_is_skipped() {
    let with = |kid: String| key("p256.spki").with_kid(kid).to_jwk().unwrap();
    let text = set(&[with("k".repeat(256)), with("k".repeat(257)), good()]);
    let read = KeySet::from_json(text.as_bytes()).unwrap();
    assert_eq!(read.keys().count(), 2);
    let reason = "found a `kid` of 257 bytes; at most 256 are read, of a key as of a token";
    let skipped = read.skipped().next().unwrap();
    assert_eq!(
        (skipped.index, skipped.reason.to_string().as_str()),
        (1, reason)
    );
    // A file with one JWK and the reader of any file give the same verdict.
    let long = with("k".repeat(257));
    assert_eq!(
        Key::from_jwk(long.as_bytes()).unwrap_err().to_string(),
        reason
    );
    let error = countersign_keys::read(long.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), reason);
    let file = countersign_keys::read(text.as_bytes()).unwrap();
    assert_eq!(file.skipped().count(), 1);
}

#[test]
fn a_byte_order_mark_is_ignored_by_every_reader() {
    let text = format!("\u{feff}{}", set(&[good()]));
    assert_eq!(kids(&KeySet::from_json(text.as_bytes()).unwrap()), ["good"]);
    assert_eq!(
        kids(&countersign_keys::read(text.as_bytes()).unwrap()),
        ["good"]
    );
    let one = format!("\u{feff}{}", good());
    assert_eq!(Key::from_jwk(one.as_bytes()).unwrap().kid(), Some("good"));
    // One mark, and at the beginning.
    let twice = format!("\u{feff}{text}");
    assert!(KeySet::from_json(twice.as_bytes()).is_err());
}

#[test]
fn a_discovery_document_is_recognised() {
    for (text, sentence) in [
        (
            r#"{"issuer":"https://id.example","jwks_uri":"https://id.example/keys"}"#,
            "found an OpenID Connect discovery document; its key set is at \
             \"https://id.example/keys\" (`jwks_uri`): use that address, or set the option \
             `jwks_issuer` to \"https://id.example\"",
        ),
        (
            r#"{"1":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}"#,
            "found certificates by name; that is no key set; its publisher has a JWK Set at \
             another address",
        ),
        (
            "\n<!DOCTYPE html><html><body>Sign in</body></html>",
            "found an HTML page; a JWK Set is JSON; an address that wants people to sign in shows \
             such a page",
        ),
    ] {
        for error in [
            KeySet::from_json(text.as_bytes()).unwrap_err(),
            countersign_keys::read(text.as_bytes()).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), sentence);
        }
    }
}

#[test]
fn the_note_says_that_a_key_is_for_encryption() {
    let text = r#"{"kty":"RSA","kid":"enc1","alg":"RSA-OAEP","use":"enc",MEMBERS}"#;
    let rsa = key("rsa2048.spki").to_jwk().unwrap();
    let members = rsa.split_once(',').unwrap().1.trim_end_matches('}');
    let both = Key::from_jwk(text.replace("MEMBERS", members).as_bytes()).unwrap();
    let error = both.verifiers(&countersign_ring::provider()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a key for encryption (use \"enc\"); signatures need a key whose use is \"sig\", or \
         that has none",
    );
}
