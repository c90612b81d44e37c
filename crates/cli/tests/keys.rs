//! `genkey` and `jws`: keys of every algorithm and form, and any payload.

use crate::support;

use std::io::Write as _;
use std::process::Stdio;

use base64::Engine as _;
use support::{ALGORITHMS, Place, SECRET};

/// The files of a new key, one for signing and one for verifying, with their flag.
fn key_files(place: &Place, alg: &str, format: &str) -> (&'static str, &'static str, &'static str) {
    let said = place.run(&["genkey", alg, "--format", format, "--out", "k"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{alg}: {said:?}");
    match (alg.starts_with("HS"), format) {
        (true, "pem") => ("--secret-file", "k.key", "k.key"),
        (true, _) => ("--key", "k.key", "k.key"),
        (false, _) => ("--key", "k.key", "k.pub"),
    }
}

#[test]
fn keys_of_all_thirteen_algorithms_sign_and_verify_in_both_forms() {
    for (alg, _) in ALGORITHMS {
        for format in ["pem", "jwk"] {
            let place = Place::new();
            let (flag, private, public) = key_files(&place, alg, format);
            let sign = ["jws", "sign", flag, private, "--alg", alg];
            let said = place.pipe("any \u{0} bytes\n", &sign);
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{alg}: {said:?}");
            let token = said.out.trim_end();
            let said = place.run(&["jws", "verify", flag, public, token]);
            assert_eq!(said.out, "any \u{0} bytes\n", "{alg} {format}: {said:?}");
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{alg}: {said:?}");

            // Another key of the same kind.
            let other = Place::new();
            key_files(&other, alg, format);
            let said = other.run(&["jws", "verify", flag, public, token]);
            assert_eq!(said.refusal(), "signature", "{alg}");
            assert_eq!(said.out, "");
        }
    }
}

#[test]
fn a_secret_that_is_shorter_than_the_hash_is_used_with_a_warning() {
    let place = Place::new();
    place.write("s", "x".repeat(40));
    let jwk = place
        .run(&["genkey", "HS256", "--format", "jwk"])
        .out
        .replace("HS256", "HS512");
    place.write("s.jwk", jwk);
    for (flag, file, alg, bits) in [
        ("--secret-file", "s", "HS256", None),
        ("--secret-file", "s", "HS384", Some(("320", "384"))),
        ("--secret-file", "s", "HS512", Some(("320", "512"))),
        ("--key", "s.jwk", "HS512", Some(("256", "512"))),
    ] {
        let allow: &[&str] = match flag {
            "--key" => &["--allow-short-secret"],
            _ => &[],
        };
        let sign = [&["jws", "sign", flag, file, "--alg", alg], allow].concat();
        let verify = [&["jws", "verify", flag, file, "-"], allow].concat();
        let said = place.pipe("x", &sign);
        let verified = place.pipe(&said.out, &verify);
        let warning = bits.map_or_else(String::new, |(bits, needed)| {
            format!("warning: {file}: the secret has {bits} bits; {alg} needs at least {needed} ")
        });
        for said in [&said, &verified] {
            assert_eq!(said.code, 0, "{said:?}");
            assert!(said.err.starts_with(&warning), "{alg}: {said:?}");
            assert_eq!(said.err.is_empty(), warning.is_empty(), "{alg}: {said:?}");
        }
        if flag == "--key" {
            let said = place.run(&["gentoken", "-u", "1", flag, file, "--alg", alg]);
            assert!(said.err.starts_with(&warning), "{alg}: {said:?}");
        }
    }
}

#[test]
fn a16_a_jwk_whose_secret_is_too_short_is_refused_unless_that_is_allowed() {
    let place = Place::new();
    // 48 bits.
    place.write("s.jwk", r#"{"kty":"oct","k":"c2VjcmV0"}"#);
    let refusal = "error: s.jwk: found a secret of 48 bits; a secret is at least as long as the \
                   hash of its algorithm (RFC 7518 section 3.2): make a longer one, or use \
                   --allow-short-secret\n";
    let allowed = place.pipe(
        "x",
        &["jws", "sign", "--key", "s.jwk", "--allow-short-secret"],
    );
    assert_eq!(allowed.code, 0, "{allowed:?}");
    assert!(allowed.err.starts_with("warning: s.jwk: "), "{allowed:?}");
    for command in [&["sign"][..], &["sign", "--alg", "HS512"], &["verify", "-"]] {
        let command = [&["jws"], command, &["--key", "s.jwk"]].concat();
        let said = place.pipe(&allowed.out, &command);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert_eq!(said.err, refusal);
    }
    let verify = [
        "jws",
        "verify",
        "--key",
        "s.jwk",
        "--allow-short-secret",
        "-",
    ];
    assert_eq!(place.pipe(&allowed.out, &verify).out, "x");
}

#[test]
fn an_ec_key_without_its_public_half_signs() {
    let place = Place::new();
    place.run(&["genkey", "ES256", "--format", "jwk", "--out", "k"]);
    let jwk: serde_json::Value = serde_json::from_str(&place.read("k.key")).unwrap();
    let scalar = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(jwk["d"].as_str().unwrap())
        .unwrap();
    // PKCS#8 around the ECPrivateKey of RFC 5915 that contains only the scalar, and that
    // ECPrivateKey alone, with the name of its curve.
    let p256 = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    let inner = [b"\x30\x25\x02\x01\x01\x04\x20", &scalar[..]].concat();
    let algorithm = [b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", &p256[..]].concat();
    let pkcs8 = [b"\x30\x41\x02\x01\x00", &algorithm[..], b"\x04\x27", &inner].concat();
    let sec1 = [
        b"\x30\x31\x02\x01\x01\x04\x20",
        &scalar[..],
        b"\xa0\x0a",
        p256,
    ]
    .concat();
    for der in [pkcs8, sec1] {
        place.write("k.der", der);
        let said = place.pipe("x", &["jws", "sign", "--key", "k.der"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        let said = place.pipe(&said.out, &["jws", "verify", "--key", "k.pub", "-"]);
        assert_eq!(said.out, "x", "{said:?}");
    }
}

#[test]
fn b3_the_error_says_that_a_signature_is_der() {
    let place = Place::new();
    place.run(&["genkey", "ES256", "--out", "k"]);
    let token = place.pipe("x", &["jws", "sign", "--key", "k.key"]).out;
    let (signing_input, signature) = token.trim_end().rsplit_once('.').unwrap();
    let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let raw = base64.decode(signature).unwrap();
    let integer = |number: &[u8]| [b"\x02\x21\x00", number].concat();
    let numbers = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = base64.encode([b"\x30\x46", &numbers[..]].concat());
    let token = format!("{signing_input}.{der}");
    let said = place.run(&["jws", "verify", "--key", "k.pub", &token]);
    assert_eq!(said.refusal(), "signature");
    assert!(
        said.err
            .contains("found one in DER, of 72 bytes; a JWS has the 64 bytes of r and s"),
        "{said:?}"
    );
}

#[test]
fn a_wrong_label_of_a_pem_gives_a_warning() {
    let place = Place::new();
    place.run(&["genkey", "RS256", "--out", "k"]);
    let token = place.pipe("x", &["jws", "sign", "--key", "k.key"]).out;
    place.write(
        "k.pub2",
        place.read("k.pub").replace("PUBLIC", "RSA PUBLIC"),
    );
    let said = place.pipe(&token, &["jws", "verify", "--key", "k.pub2", "-"]);
    assert_eq!((said.code, said.out.as_str()), (0, "x"), "{said:?}");
    assert_eq!(
        said.err,
        "warning: k.pub2: found a public key in SubjectPublicKeyInfo form under the label RSA \
         PUBLIC KEY; the right label is PUBLIC KEY\n"
    );
}

#[test]
fn the_error_about_an_unknown_algorithm_lists_the_known_ones() {
    let place = Place::new();
    place.run(&["genkey", "ES256", "--out", "k"]);
    let said = place.pipe("x", &["jws", "sign", "--key", "k.key", "--alg", "foo"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("found the algorithm \"foo\"; the algorithms are HS256, "),
        "{said:?}"
    );
}

#[test]
fn the_header_has_the_requested_name_of_eddsa() {
    let place = Place::new();
    place.run(&["genkey", "EdDSA", "--out", "k"]);
    for alg in ["EdDSA", "Ed25519"] {
        for command in [&["jws", "sign"][..], &["gentoken", "-q"]] {
            let token = place.pipe("x", &[command, &["--key", "k.key", "--alg", alg]].concat());
            let json = &place.pipe(&token.out, &["inspect", "--json", "-"]).json()[0];
            assert_eq!(json["header"]["alg"], alg);
            let said = place.pipe(&token.out, &["jws", "verify", "--key", "k.pub", "-"]);
            assert_eq!(said.code, 0, "{said:?}");
        }
    }
}

#[test]
fn a_payload_that_jws_verify_could_not_read_is_not_signed() {
    let place = Place::new();
    place.write("s", SECRET);
    let sign = ["jws", "sign", "--secret-file", "s"];
    let said = place.pipe(vec![0; 780_000], &sign);
    assert_eq!(said.code, 0);
    let said = place.pipe(&said.out, &["jws", "verify", "--secret-file", "s", "-"]);
    assert_eq!(said.code, 0);
    let said = place.pipe(vec![0; 900_000], &sign);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("900000") && said.err.contains("1048576"),
        "{said:?}"
    );
}

#[test]
fn any_bytes_can_be_signed_and_come_back_unchanged() {
    let place = Place::new();
    place.write("s", SECRET);
    let payload: Vec<u8> = (0..=255).chain(*b"\x1b[31mred\x1b[0m\r\n\n").collect();
    let token = place.signed(&payload);
    let mut child = place
        .command()
        .args(["jws", "verify", "--secret-file", "s", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(token.as_bytes()).unwrap();
    drop(input);
    assert_eq!(child.wait_with_output().unwrap().stdout, payload);
}

#[test]
fn payloads_of_several_tokens_are_separated_by_a_line_break() {
    let place = Place::new();
    let (one, two) = (place.signed("one"), place.signed("two"));
    let verify = ["jws", "verify", "--secret-file", "the-secret", "-"];
    let said = place.pipe(format!("{one}\n{two}\n"), &verify);
    assert_eq!((said.code, said.out.as_str()), (0, "one\ntwo"));
    let said = place.pipe(format!("{one}\nx\n"), &[&verify[..], &["--json"]].concat());
    assert_eq!(said.refusal(), "malformed");
    assert_eq!(said.json()[0]["payload"], "one");
    assert_eq!(said.json()[1]["accepted"], false);
}

/// A set of two keys: the private keys as a set and each alone, and the public set.
fn two_keys(place: &Place) {
    let mut halves = [Vec::new(), Vec::new()];
    for (alg, kid) in [("ES256", "one"), ("EdDSA", "two")] {
        let said = place.run(&["genkey", alg, "--format", "jwk", "--kid", kid]);
        for (half, line) in halves.iter_mut().zip(said.out.lines()) {
            half.push(line.to_owned());
        }
    }
    for (name, keys) in ["private.jwks", "public.jwks"].into_iter().zip(&halves) {
        place.write(name, format!(r#"{{"keys":[{}]}}"#, keys.join(",")));
    }
}

#[test]
fn a_kid_selects_in_a_set_by_exact_match() {
    let place = Place::new();
    two_keys(&place);
    let sign = ["jws", "sign", "--key", "private.jwks"];
    let said = place.pipe("x", &sign);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--kid"), "{said:?}");
    for kid in ["one", "two"] {
        let token = place.pipe("x", &[&sign[..], &["--kid", kid]].concat()).out;
        let said = place.pipe(&token, &["jws", "verify", "--key", "public.jwks", "-"]);
        assert_eq!((said.code, said.out.as_str()), (0, "x"), "{said:?}");
    }
    assert_eq!(
        place
            .pipe("x", &[&sign[..], &["--kid", "One"]].concat())
            .code,
        2
    );

    // The right key under another name is not tried.
    let public = place
        .read("public.jwks")
        .replace(r#""kid":"one""#, r#""kid":"ONE""#);
    place.write("public.jwks", public);
    let token = place
        .pipe("x", &[&sign[..], &["--kid", "one"]].concat())
        .out;
    let said = place.pipe(&token, &["jws", "verify", "--key", "public.jwks", "-"]);
    assert_eq!(said.refusal(), "unknown_key");
}

#[test]
fn the_error_says_why_the_key_of_a_token_was_skipped() {
    let place = Place::new();
    two_keys(&place);
    let jws_sign = ["jws", "sign", "--key", "private.jwks", "--kid", "two"];
    let token = place.pipe("x", &jws_sign).out;
    let public = place.read("public.jwks");
    for (changed, reason) in [
        (("\"use\":\"sig\"", "\"use\":\"enc\""), "encryption"),
        (("\"crv\":\"Ed25519\"", "\"crv\":\"Ed448\""), "Ed448"),
    ] {
        let (before, second) = public.split_at(public.rfind("{").unwrap());
        let second = second.replace(changed.0, changed.1);
        place.write("public.jwks", format!("{before}{second}"));
        let said = place.pipe(&token, &["jws", "verify", "--key", "public.jwks", "-"]);
        assert_eq!(said.refusal(), "unknown_key", "{said:?}");
        assert!(said.err.contains("it is skipped: "), "{said:?}");
        assert!(said.err.contains(reason), "{said:?}");
    }
}

#[test]
fn a_given_kid_names_a_key_without_one_and_must_equal_that_of_a_jwk() {
    let place = Place::new();
    let jwk = place
        .run(&["genkey", "ES256", "--format", "jwk", "--kid", "a"])
        .out;
    let jwk = jwk.lines().next().unwrap();
    place.write("one.jwk", jwk);
    place.write("one.jwks", format!(r#"{{"keys":[{jwk}]}}"#));
    place.run(&["genkey", "ES256", "--out", "pem"]);
    for (file, kid, code) in [
        ("one.jwk", "zz", 2),
        ("one.jwks", "zz", 2),
        ("one.jwk", "a", 0),
        ("one.jwks", "a", 0),
        ("pem.key", "zz", 0),
    ] {
        for command in [&["jws", "sign"][..], &["gentoken", "-q"]] {
            let said = place.pipe("x", &[command, &["--key", file, "--kid", kid]].concat());
            assert_eq!(said.code, code, "{file} {kid}: {said:?}");
            if code == 0 {
                let json = &place.pipe(&said.out, &["inspect", "--json", "-"]).json()[0];
                assert_eq!(json["header"]["kid"], kid);
            } else {
                assert!(said.err.contains("has the kid \"zz\""), "{said:?}");
            }
        }
    }
}

#[test]
fn one_faulty_key_does_not_spoil_a_set() {
    let place = Place::new();
    two_keys(&place);
    let sign = ["jws", "sign", "--key", "private.jwks", "--kid", "two"];
    let token = place.pipe("x", &sign).out;
    let odd = r#"{"keys":[{"kty":"XYZ","kid":"odd"},"#;
    place.write(
        "odd.jwks",
        place.read("public.jwks").replace(r#"{"keys":["#, odd),
    );
    let said = place.pipe(&token, &["jws", "verify", "--key", "odd.jwks", "-"]);
    assert_eq!((said.code, said.out.as_str()), (0, "x"));
    assert!(said.err.starts_with("warning: odd.jwks: key 0"), "{said:?}");
    place.write("odd.jwks", r#"{"keys":[{"kty":"XYZ"}]}"#);
    let said = place.pipe(&token, &["jws", "verify", "--key", "odd.jwks", "-"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("XYZ"), "{said:?}");
}

/// The private half of an RSA key as some libraries write it: without `p` and `q`.
#[test]
fn the_error_says_why_the_signing_key_was_skipped() {
    let place = Place::new();
    let bare = r#"{"kty":"RSA","kid":"bare","n":"AQAB","e":"AQAB","d":"AQAB"}"#;
    let pair = place.run(&["genkey", "ES256", "--format", "jwk", "--kid", "good"]);
    let (private, public) = pair.out.trim_end().split_once('\n').unwrap();
    place.write("bare.jwks", format!(r#"{{"keys":[{bare}]}}"#));
    place.write("public.jwks", format!(r#"{{"keys":[{public},{bare}]}}"#));
    place.write("good.jwks", format!(r#"{{"keys":[{bare},{private}]}}"#));
    place.write("odd.jwks", format!(r#"{{"keys":[{{}},{private},{bare}]}}"#));
    // No other key gets the name of a skipped key.
    let unnamed = private.replace(r#","kid":"good""#, "");
    assert_ne!(unnamed, private);
    place.write("unnamed.jwks", format!(r#"{{"keys":[{unnamed},{bare}]}}"#));
    for command in [&["jws", "sign"][..], &["gentoken"]] {
        for (arguments, code, kid) in [
            (
                &["--key", "unnamed.jwks", "--kid", "bare"][..],
                2,
                "kid \"bare\"",
            ),
            (&["--key", "bare.jwks"][..], 2, "kid \"bare\""),
            (&["--key", "public.jwks"], 2, "kid \"bare\""),
            (&["--key", "odd.jwks", "--kid", "bare"], 2, "kid \"bare\""),
            (&["--key", "odd.jwks", "--kid", "zz"], 2, "key 0"),
            (&["--key", "good.jwks"], 0, "kid \"bare\""),
        ] {
            let said = place.pipe("x", &[command, arguments].concat());
            assert_eq!(said.code, code, "{arguments:?}: {said:?}");
            assert!(said.err.contains(kid), "{arguments:?}: {said:?}");
            let start = if code == 0 { "warning: " } else { "error: " };
            assert!(said.err.starts_with(start), "{arguments:?}: {said:?}");
        }
    }
}

#[test]
fn a_private_key_signs_and_a_public_key_verifies() {
    let place = Place::new();
    place.run(&["genkey", "ES256", "--out", "k"]);
    let token = place.pipe("x", &["jws", "sign", "--key", "k.key"]).out;
    let said = place.pipe(&token, &["jws", "verify", "--key", "k.key", "-"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("public key"), "{said:?}");
    let said = place.pipe("x", &["jws", "sign", "--key", "k.pub"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("private"), "{said:?}");
}

#[test]
fn a_key_verifies_only_its_own_algorithm_whatever_the_header_says() {
    let place = Place::new();
    place.run(&["genkey", "RS256", "--out", "k"]);
    // HS256 with the text of the public key, the classic confusion: this program refuses to sign
    // it,
    let said = place.pipe("x", &["jws", "sign", "--secret-file", "k.pub"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("PEM"), "{said:?}");
    // and an RSA key refuses every token that names HS256.
    let token = place.signed("x");
    let said = place.run(&["jws", "verify", "--key", "k.pub", &token]);
    assert_eq!(said.refusal(), "algorithm");
}

#[test]
fn faulty_key_files_end_with_2() {
    let place = Place::new();
    place.write("empty", "");
    place.write("text", "not a key");
    for file in ["absent", "empty", "text", "."] {
        let said = place.run(&["jws", "verify", "--key", file, "a.b.c"]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{file}: {said:?}");
        assert!(
            said.err.starts_with(&format!("error: {file}: ")),
            "{said:?}"
        );
    }
    assert_eq!(
        place
            .run(&["jws", "verify", "--secret-file", "empty", "a.b.c"])
            .code,
        2
    );
    assert_eq!(place.run(&["jws", "verify", "a.b.c"]).code, 2);
    let both = [
        "jws",
        "verify",
        "--key",
        "text",
        "--secret-file",
        "text",
        "a.b.c",
    ];
    assert_eq!(place.run(&both).code, 2);
}

#[test]
fn one_final_line_break_of_a_secret_file_is_dropped_and_a_second_gives_a_warning() {
    let place = Place::new();
    let token = place.signed("x");
    for ending in ["", "\n", "\r\n"] {
        place.write("secret", format!("{SECRET}{ending}"));
        let said = place.run(&["jws", "verify", "--secret-file", "secret", &token]);
        assert_eq!((said.code, said.out.as_str()), (0, "x"), "{ending:?}");
        assert_eq!(said.err, "", "{ending:?}");
    }
    place.write("secret", format!("{SECRET}\n\n"));
    let said = place.run(&["jws", "verify", "--secret-file", "secret", &token]);
    assert_eq!(said.refusal(), "signature");
    let said = place.pipe("x", &["jws", "sign", "--secret-file", "secret"]);
    assert_eq!(said.code, 0);
    assert!(said.err.starts_with("warning: secret: "), "{said:?}");
}

#[test]
fn der_is_recognised_by_its_content() {
    let place = Place::new();
    place.run(&["genkey", "EdDSA", "--out", "k"]);
    let token = place.pipe("x", &["jws", "sign", "--key", "k.key"]).out;
    // SubjectPublicKeyInfo of Ed25519 (RFC 8410 section 4): 12 bytes, then the key.
    let jwk = place.pipe(&token, &["jws", "verify", "--key", "k.pub", "-"]);
    assert_eq!(jwk.code, 0);
    let pem = place.read("k.pub");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = from_base64(&base64);
    place.write("k.der", der);
    let said = place.pipe(&token, &["jws", "verify", "--key", "k.der", "-"]);
    assert_eq!((said.code, said.out.as_str()), (0, "x"), "{said:?}");
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let value = ALPHABET.iter().position(|one| *one == byte).unwrap();
        bits = (bits << 6) | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
    }
    bytes
}
