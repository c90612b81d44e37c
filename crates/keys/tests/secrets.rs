//! HMAC secrets, and keys that are none (A4, A15, A16, A17).

use crate::common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use common::{der_of, file, key};
use countersign_keys::{Key, KeyErrorReason};
use countersign_signature::KeyMaterial;

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// The encodings of A3 that can be told from random bytes.
fn encodings() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in [
        "rsa2048.spki",
        "rsa2048.pkcs1-public",
        "rsa2048.certificate",
        "rsa2048.pkcs8",
        "rsa1024.spki",
        "p256.spki",
        "p384.spki",
        "p521.spki",
        "p256.spki-compressed",
        "p256.sec1",
        "p256.request",
        "ed25519.spki",
        "ed25519.pkcs8",
        "rsa2048.pkcs8-encrypted",
    ] {
        let pem = file(name);
        let der = der_of(&pem);
        all.push((format!("{name} PEM"), pem.clone().into_bytes()));
        all.push((format!("{name} PEM CRLF"), pem.replace('\n', "\r\n").into()));
        all.push((format!("{name} PEM \\n"), pem.replace('\n', "\\n").into()));
        all.push((
            format!("{name} PEM with a comment"),
            format!("# key\n{pem}").into(),
        ));
        all.push((format!("{name} base64"), STANDARD.encode(&der).into()));
        all.push((
            format!("{name} base64 bare"),
            STANDARD_NO_PAD.encode(&der).into(),
        ));
        all.push((
            format!("{name} base64url"),
            URL_SAFE_NO_PAD.encode(&der).into(),
        ));
        all.push((
            format!("{name} base64 of PEM"),
            STANDARD.encode(&pem).into(),
        ));
        let hex = hexadecimal(&der);
        all.push((format!("{name} hexadecimal"), hex.clone().into()));
        let colons: Vec<_> = hex.as_bytes().chunks(2).collect();
        all.push((
            format!("{name} hexadecimal, as openssl prints it"),
            colons.join(&b':'),
        ));
        all.push((
            format!("{name} 0x"),
            format!("0x{}", hex.to_uppercase()).into(),
        ));
        // The lines between BEGIN and END, in quotes, as one pastes them from a dashboard.
        let body = STANDARD.encode(&der);
        all.push((format!("{name} quoted body"), format!("\"{body}\"").into()));
        all.push((
            format!("{name} quoted body of lines"),
            format!(
                "'{}'",
                body.as_bytes()
                    .chunks(64)
                    .map(|line| str::from_utf8(line).unwrap())
                    .collect::<Vec<_>>()
                    .join("\\n")
            )
            .into(),
        ));
        all.push((format!("{name} quoted PEM"), format!("\"{pem}\"").into()));
        all.push((format!("{name} UTF-16LE"), utf16(&pem, u16::to_le_bytes)));
        all.push((format!("{name} UTF-16BE"), utf16(&pem, u16::to_be_bytes)));
        let marked = format!("\u{feff}{pem}");
        all.push((
            format!("{name} UTF-16LE with its mark"),
            utf16(&marked, u16::to_le_bytes),
        ));
        all.push((
            format!("{name} UTF-16BE with its mark"),
            utf16(&marked, u16::to_be_bytes),
        ));
        all.push((
            format!("{name} base64 in UTF-16LE"),
            utf16(&body, u16::to_le_bytes),
        ));
        all.push((format!("{name} DER"), der));
    }
    for name in ["rsa2048.spki", "p256.spki", "ed25519.spki"] {
        let jwk = key(name).with_kid("1").to_jwk().unwrap();
        all.push((format!("{name} JWK"), jwk.clone().into()));
        all.push((
            format!("{name} JWK escaped"),
            jwk.replace('"', "\\\"").into(),
        ));
        all.push((
            format!("{name} JWKS"),
            format!("{{\"keys\": [{jwk}]}}").into(),
        ));
        all.push((format!("{name} JWKs"), format!("[{jwk}]").into()));
        all.push((
            format!("{name} JWK twice kty"),
            jwk.replacen('{', "{\"kty\":\"RSA\",", 1).into(),
        ));
        all.push((format!("{name} JWK base64"), STANDARD.encode(&jwk).into()));
    }
    for name in ["p256.spki", "p384.spki", "p521.spki", "secp256k1.spki"] {
        let KeyMaterial::EcPublic(point) = key(name).material().clone() else {
            panic!("{name}")
        };
        let bytes = point.as_uncompressed().to_vec();
        all.push((format!("{name} 04 || x || y"), bytes.clone()));
        all.push((format!("{name} x || y"), bytes[1..].to_vec()));
        all.push((
            format!("{name} point base64url"),
            URL_SAFE_NO_PAD.encode(&bytes).into(),
        ));
    }
    for (name, line) in [
        (
            "ssh rsa",
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me@host",
        ),
        ("ssh ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 me"),
        (
            "ssh ecdsa",
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY me",
        ),
        (
            "ssh with options",
            "no-pty,command=\"ls\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me",
        ),
        ("ssh blob", "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7"),
        (
            "ssh2",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3Nz\n---- END SSH2 PUBLIC KEY ----",
        ),
    ] {
        all.push((name.into(), line.into()));
    }
    all
}

#[test]
fn a4_a_secret_that_is_itself_a_key_is_refused_also_behind_space() {
    for (name, bytes) in encodings() {
        for (how, secret) in [
            ("as it is", bytes.clone()),
            ("trimmed", bytes.trim_ascii().to_vec()),
            (
                "behind space",
                [b" \r\n\t", bytes.as_slice(), b"\r\n"].concat(),
            ),
            ("behind a BOM", ["\u{feff}".as_bytes(), &bytes].concat()),
            ("behind \\n", [br"\n", bytes.as_slice(), br"\r\n"].concat()),
        ] {
            let error = Key::secret(&secret).expect_err(&format!("{name} {how}"));
            assert_eq!(error.reason(), KeyErrorReason::SecretIsAKey, "{name} {how}");
        }
    }
}

#[test]
fn a4_a_jwk_of_type_oct_must_not_contain_a_key() {
    for (name, bytes) in encodings() {
        let jwk = format!(
            r#"{{"kty":"oct","k":"{}"}}"#,
            URL_SAFE_NO_PAD.encode(&bytes)
        );
        let error = Key::from_jwk(jwk.as_bytes()).expect_err(&name);
        assert_eq!(error.reason(), KeyErrorReason::SecretIsAKey, "{name}");
    }
}

#[test]
fn a4_the_refusal_says_what_was_found_and_shows_nothing_of_it() {
    let error = Key::secret(file("p256.spki").as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a secret that is a key in PEM; an HMAC secret is bytes that nobody else knows; \
         give a public key to the option for public keys, or make a new secret",
    );
    for (secret, kind) in [
        (der_of(&file("p256.spki")), "a key in DER"),
        (
            der_of(&file("p256.certificate")),
            "an X.509 certificate in DER",
        ),
        (br#"{"keys":[]}"#.to_vec(), "a JWK or a JWK Set"),
        (b"ssh-rsa AAAAB3NzaC1yc2E".to_vec(), "an ssh public key"),
    ] {
        let error = Key::secret(&secret).unwrap_err();
        assert_eq!(error.found(), format!("a secret that is {kind}"));
        let error = Key::secret(STANDARD.encode(&secret).as_bytes()).unwrap_err();
        assert_eq!(error.found(), format!("a secret that is {kind} in base64"));
    }
}

#[test]
fn a15_an_empty_secret_is_refused_everywhere() {
    let sentence = "found an empty secret; an HMAC secret needs at least one byte";
    assert_eq!(Key::secret(b"").unwrap_err().to_string(), sentence);
    let jwk = br#"{"kty":"oct","k":""}"#;
    assert_eq!(Key::from_jwk(jwk).unwrap_err().to_string(), sentence);
}

#[test]
fn a16_a_secret_shorter_than_the_hash_must_be_allowed() {
    let provider = countersign_ring::provider();
    for (alg, least) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let short = Key::secret(vec![7; least - 1]).unwrap();
        let error = short.verifier(&provider, alg).unwrap_err().to_string();
        let (found, bits) = (8 * (least - 1), 8 * least);
        assert_eq!(
            error,
            format!(
                "found a secret of {found} bits; {alg} needs at least {bits} bits (RFC 7518 \
                 section 3.2), or `allow_short` said for it"
            ),
        );
        assert!(short.signer(&provider, Some(alg)).is_err());
        assert!(short.allow_short().verifier(&provider, alg).is_ok());
        assert!(
            Key::secret(vec![7; least])
                .unwrap()
                .verifier(&provider, alg)
                .is_ok()
        );
    }
    // The word that is missing is the most telling reason of all.
    let error = Key::secret(b"secret")
        .unwrap()
        .verifiers(&provider)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("found a secret of 48 bits; HS256 needs"),
        "{error}"
    );
}

#[test]
fn a17_a_secret_is_its_bytes_and_nothing_is_guessed() {
    for secret in [
        "file:///etc/passwd",
        "/etc/ssl/private/key.pem",
        "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0",
        "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
        " space and a line break \n",
        "{not json}",
        "0\u{2}key",
    ] {
        let key = Key::secret(secret.as_bytes()).unwrap();
        let KeyMaterial::Secret(bytes) = key.material() else {
            panic!("{secret}")
        };
        assert_eq!(bytes.expose(), secret.as_bytes());
    }
}

#[test]
fn a_secret_with_a_line_break_or_quotes_works_with_a_warning() {
    use countersign_keys::KeyWarning::{LineBreak, Quotes};
    for (secret, warnings) in [
        ("0123456789abcdef", &[][..]),
        ("0123456789abcdef\n", &[LineBreak]),
        ("0123456789abcdef\r\n", &[LineBreak]),
        ("\n0123456789abcdef", &[LineBreak]),
        ("\"0123456789abcdef\"", &[Quotes]),
        ("'0123456789abcdef'\n", &[LineBreak, Quotes]),
        ("\"0123456789abcdef", &[]),
        ("it's 0123456789abcdef", &[]),
        ("'", &[]),
    ] {
        let key = Key::secret(secret.as_bytes()).unwrap();
        assert_eq!(key.warnings(), warnings, "{secret:?}");
        let KeyMaterial::Secret(kept) = key.material() else {
            panic!("{secret:?}")
        };
        assert_eq!(kept.expose(), secret.as_bytes(), "nothing is cut off");
        for warning in key.warnings() {
            assert!(!warning.to_string().contains("0123"), "{warning}");
        }
    }
    // Random bytes end so by chance.
    let random = Key::secret(b"0123456789abcdef\xff\n").unwrap();
    assert_eq!(random.warnings(), []);
}
