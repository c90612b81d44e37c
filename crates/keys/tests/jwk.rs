//! JWK: which keys are read, and which are refused (C1 to C7, H5, H6, H10, H13).

use crate::common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::key;
use countersign_keys::Key;

fn refused(jwk: &str) -> String {
    match Key::from_jwk(jwk.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(key) => panic!("{jwk} was read as {}", key.material()),
    }
}

/// A JWK of `tests/data` with one member replaced, added or (with "") removed.
fn with(name: &str, member: &str, json: &str) -> String {
    let jwk = key(name).to_jwk().unwrap();
    let object = countersign_json::Object::parse(jwk.as_bytes()).unwrap();
    let mut members: Vec<_> = object
        .iter()
        .filter(|(name, _)| name != member)
        .map(|(name, value)| format!("{name:?}:{}", value.raw()))
        .collect();
    if !json.is_empty() {
        members.push(format!("{member:?}:{json}"));
    }
    format!("{{{}}}", members.join(","))
}

fn base64url(bytes: &[u8]) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(bytes))
}

#[test]
fn c1_c2_c3_c4_h13_rsa_numbers_out_of_range_are_refused() {
    let modulus = |bytes: usize, first: u8, last: u8| {
        let mut number = vec![0x55; bytes];
        number[0] = first;
        *number.last_mut().unwrap() = last;
        base64url(&number)
    };
    for (member, json, sentence) in [
        ("n", modulus(64, 0x80, 1), "found an RSA key of 512 bits; "),
        (
            "n",
            modulus(128, 0x80, 1),
            "found an RSA key of 1024 bits; ",
        ),
        (
            "n",
            modulus(256, 0x40, 1),
            "found an RSA key of 2047 bits; ",
        ),
        ("n", modulus(1025, 1, 1), "found an RSA key of 8193 bits; "),
        (
            "n",
            modulus(2048, 0x80, 1),
            "found an RSA key of 16384 bits; ",
        ),
        (
            "n",
            modulus(1 << 20, 0x80, 1),
            "found an RSA key of 8388608 bits; ",
        ),
        ("n", modulus(256, 0x80, 2), "found an even RSA modulus; "),
        ("n", base64url(&[0; 256]), "found an RSA key of 0 bits; "),
        ("n", "\"\"".into(), "found an RSA key of 0 bits; "),
        ("e", "\"\"".into(), "found an RSA exponent of 0; "),
        ("e", base64url(&[0]), "found an RSA exponent of 0; "),
        ("e", base64url(&[1]), "found an RSA exponent of 1; "),
        ("e", base64url(&[2]), "found an RSA exponent of 2; "),
        (
            "e",
            base64url(&[1, 0, 0]),
            "found an even RSA exponent of 17 bits; ",
        ),
        (
            "e",
            base64url(&[3, 0, 0, 0, 1]),
            "found an odd RSA exponent of 34 bits; ",
        ),
        (
            "e",
            base64url(&[0xff; 1024]),
            "found an odd RSA exponent of 8192 bits; ",
        ),
    ] {
        let error = refused(&with("rsa2048.spki", member, &json));
        assert!(error.starts_with(sentence), "{member}: {error}");
    }
}

#[test]
fn c4_leading_zeros_of_n_and_e_are_dropped() {
    let plain = key("rsa2048.spki");
    let padded = with("rsa2048.spki", "e", "\"AAABAAE\"");
    let padded = Key::from_jwk(padded.as_bytes()).unwrap();
    assert_eq!(
        padded.thumbprint_input().unwrap(),
        plain.thumbprint_input().unwrap()
    );
}

#[test]
fn c6_points_off_their_curve_or_of_another_length_are_refused() {
    let off = "found a point that is not on the curve P-256; ";
    for (member, json, sentence) in [
        (
            "x",
            base64url(&[1; 31]),
            "found a coordinate x of 31 bytes; ",
        ),
        (
            "x",
            base64url(&[1; 33]),
            "found a coordinate x of 33 bytes; ",
        ),
        (
            "y",
            base64url(&[1; 31]),
            "found a coordinate y of 31 bytes; ",
        ),
        (
            "y",
            base64url(&[1; 33]),
            "found a coordinate y of 33 bytes; ",
        ),
        ("y", "\"\"".into(), "found a coordinate y of 0 bytes; "),
        ("y", String::new(), "found no member \"y\"; "),
        ("x", String::new(), "found no member \"x\"; "),
        ("crv", String::new(), "found no member \"crv\"; "),
        ("y", base64url(&[1; 32]), off),
        ("x", base64url(&[0xff; 32]), off),
        (
            "crv",
            "\"P-384\"".into(),
            "found a coordinate x of 32 bytes; ",
        ),
        (
            "crv",
            "\"secp256k1\"".into(),
            "found a point that is not on the curve secp256k1; ",
        ),
    ] {
        let error = refused(&with("p256.spki", member, &json));
        assert!(error.starts_with(sentence), "{member} {json}: {error}");
    }
    let zero = base64url(&[0; 32]);
    let origin = format!(r#"{{"kty":"EC","crv":"P-256","x":{zero},"y":{zero}}}"#);
    assert!(refused(&origin).starts_with(off));
}

#[test]
fn c7_members_types_and_curves_that_contradict_each_other_are_refused() {
    for (name, member, json, sentence) in [
        (
            "p256.spki",
            "kty",
            "\"RSA\"",
            "found a member \"crv\" in a JWK of kty \"RSA\"; ",
        ),
        (
            "p256.spki",
            "kty",
            "\"OKP\"",
            "found a member \"y\" in a JWK of kty \"OKP\"; ",
        ),
        (
            "p256.spki",
            "kty",
            "\"oct\"",
            "found a member \"crv\" in a JWK of kty \"oct\"; ",
        ),
        (
            "rsa2048.spki",
            "kty",
            "\"EC\"",
            "found a member \"n\" in a JWK of kty \"EC\"; ",
        ),
        (
            "rsa2048.spki",
            "kty",
            "\"oct\"",
            "found a member \"n\" in a JWK of kty \"oct\"; ",
        ),
        (
            "rsa2048.spki",
            "k",
            "\"AAAA\"",
            "found a member \"k\" in a JWK of kty \"RSA\"; ",
        ),
        (
            "rsa2048.spki",
            "crv",
            "\"P-256\"",
            "found a member \"crv\" in a JWK of kty \"RSA\"; ",
        ),
        (
            "ed25519.spki",
            "kty",
            "\"EC\"",
            "found the curve (crv) \"Ed25519\" in a JWK of kty \"EC\"; ",
        ),
        (
            "ed25519.spki",
            "y",
            "\"AAAA\"",
            "found a member \"y\" in a JWK of kty \"OKP\"; ",
        ),
        (
            "p256.spki",
            "crv",
            "\"Ed25519\"",
            "found the curve (crv) \"Ed25519\" in a JWK of kty \"EC\"; ",
        ),
        (
            "ed25519.spki",
            "crv",
            "\"P-256\"",
            "found the curve (crv) \"P-256\" in a JWK of kty \"OKP\"; ",
        ),
        (
            "ed25519.spki",
            "crv",
            "\"ed25519\"",
            "found the curve (crv) \"ed25519\" in a JWK of kty \"OKP\"; ",
        ),
        (
            "rsa2048.spki",
            "kty",
            "\"rsa\"",
            "found the key type (kty) \"rsa\"; ",
        ),
        (
            "rsa2048.spki",
            "kty",
            "\"\\u001b\"",
            "found the key type (kty) \"\\u{1b}\"; ",
        ),
        ("rsa2048.spki", "kty", "", "found no member \"kty\"; "),
        (
            "rsa2048.spki",
            "p",
            "\"AAAA\"",
            "found private members in an RSA key without \"d\"; ",
        ),
        (
            "rsa2048.spki",
            "d",
            "\"AQ\"",
            "found an RSA private key without \"p\"; ",
        ),
        (
            "rsa2048.pkcs8",
            "qi",
            "",
            "found an RSA private key without \"qi\"; ",
        ),
        (
            "rsa2048.pkcs8",
            "oth",
            "[]",
            "found an RSA private key of more than two primes; ",
        ),
        (
            "rsa2048.pkcs8",
            "dp",
            "\"\"",
            "found an RSA private key with a number missing or zero; ",
        ),
    ] {
        let error = refused(&with(name, member, json));
        assert!(
            error.starts_with(sentence),
            "{name} {member} {json}: {error}"
        );
    }
}

#[test]
fn a_member_of_the_wrong_type_is_never_treated_as_absent() {
    for (member, json, sentence) in [
        (
            "kty",
            "1",
            "found a number as kty; kty is a string (RFC 7517 section 4)",
        ),
        (
            "kty",
            "null",
            "found null as kty; kty is a string (RFC 7517 section 4)",
        ),
        (
            "x",
            "[1]",
            "found an array as x; x is a string (RFC 7517 section 4)",
        ),
        (
            "kid",
            "1",
            "found a number as kid; kid is a string (RFC 7517 section 4)",
        ),
        (
            "alg",
            "null",
            "found null as alg; alg is a string (RFC 7517 section 4)",
        ),
        (
            "use",
            "[\"sig\"]",
            "found an array as use; use is a string (RFC 7517 section 4)",
        ),
        (
            "key_ops",
            "\"verify\"",
            "found a string as key_ops; key_ops is an array of strings (RFC 7517 section 4)",
        ),
        (
            "key_ops",
            "[1]",
            "found a number as an entry of key_ops; an entry of key_ops is a string \
             (RFC 7517 section 4)",
        ),
        (
            "key_ops",
            "[\"verify\",\"verify\"]",
            "found \"verify\" twice in key_ops; an operation stands there once \
             (RFC 7517 section 4.3)",
        ),
    ] {
        assert_eq!(refused(&with("p256.spki", member, json)), sentence);
    }
}

#[test]
fn base64url_is_strict() {
    let good = key("ed25519.spki").to_jwk().unwrap();
    let (_, x) = good.rsplit_once("\"x\":\"").unwrap();
    let x = x.trim_end_matches("\"}");
    for bad in [
        format!("{x}="),
        format!("{x}\\n"),
        format!(" {x}"),
        // The last character of 32 bytes has two unused bits.
        format!("{}{}", &x[..42], (x.as_bytes()[42] + 1) as char),
        format!("+{}", &x[1..]),
        format!("/{}", &x[1..]),
        format!("{x}AA"),
    ] {
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{bad}"}}"#);
        assert_eq!(
            refused(&jwk),
            "found a member \"x\" that is not valid base64url; it is base64url without padding \
             (RFC 7515 section 2)",
            "{bad}",
        );
    }
}

#[test]
fn h10_a_duplicate_member_and_json_that_is_not_an_object_are_refused() {
    for (jwk, sentence) in [
        (
            r#"{"kty":"oct","k":"AAAA","k":"BBBB"}"#,
            "found the name \"k\" twice; names must be unique",
        ),
        (
            r#"{"kty":"oct","k":"AAAA","\u006b":"BBBB"}"#,
            "found the name \"k\" twice; names must be unique",
        ),
        (
            r#"["oct","AAAA"]"#,
            "found something else than an object; a JSON object begins with `{`",
        ),
        (
            r#"{"keys":[]}"#,
            "found a JWK Set; one JWK is expected here: an object with \"kty\"",
        ),
    ] {
        assert_eq!(refused(jwk), sentence);
    }
}

#[test]
fn h13_small_order_ed25519_keys_are_refused() {
    for (x, kind) in [
        ([0; 32], "zero"),
        (
            {
                let mut x = [0; 32];
                x[0] = 1;
                x
            },
            "identity",
        ),
    ] {
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":{}}}"#, base64url(&x));
        assert!(
            refused(&jwk).starts_with("found an Ed25519 key of small order; "),
            "{kind}"
        );
    }
}

#[test]
fn other_members_of_a_jwk_are_ignored() {
    let jwk = with("p256.spki", "x5u", "\"https://example.com/\"");
    let jwk = jwk.replacen(
        '{',
        r#"{"x5c":["AAAA"],"x5t":1,"ext":true,"iat":1,"é":{},"#,
        1,
    );
    assert!(Key::from_jwk(jwk.as_bytes()).is_ok());
}

#[test]
fn an_algorithm_key_pair_names_its_algorithm() {
    let jwk = r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA","priv":"BBBB"}"#;
    let key = Key::from_jwk(jwk.as_bytes()).unwrap();
    assert_eq!(
        key.material().to_string(),
        "a private key for \"ML-DSA-44\""
    );
    assert_eq!(key.to_jwk().unwrap(), jwk);
    let error = key
        .into_public()
        .unwrap()
        .verifiers(&countersign_ring::provider());
    assert_eq!(
        error.unwrap_err().to_string(),
        "found a key for \"ML-DSA-44\"; it needs the algorithm \"ML-DSA-44\", which is not among \
         those of this provider",
    );
    assert!(refused(r#"{"kty":"AKP","pub":"AAAA"}"#).starts_with("found no member \"alg\""));
}

/// C10
#[test]
fn c10_debug_shows_nothing_secret() {
    for name in [
        "rsa2048.pkcs8",
        "p256.pkcs8",
        "p521.sec1",
        "ed25519.pkcs8-v2",
    ] {
        let key = key(name);
        let jwk = key.to_jwk().unwrap();
        let debug = format!("{key:?}");
        let object = countersign_json::Object::parse(jwk.as_bytes()).unwrap();
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            let Some(value) = object.get(member) else {
                continue;
            };
            let bytes = URL_SAFE_NO_PAD.decode(&*value.as_str().unwrap()).unwrap();
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            for spelling in [hex, value.raw().to_owned(), format!("{bytes:?}")] {
                assert!(
                    !debug.contains(spelling.trim_matches(['[', ']', '"'])),
                    "{name} {member}"
                );
            }
        }
        assert!(debug.contains("[redacted]"), "{debug}");
    }
    let secret = format!("{:?}", Key::secret(b"correct horse").unwrap());
    assert!(
        !secret.contains("correct") && !secret.contains("99, 111"),
        "{secret}"
    );
}
