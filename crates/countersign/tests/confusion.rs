//! A public key is never used as a secret: neither if a stranger signs a token with it, nor if it
//! is in the configuration as one.

use crate::common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::*;
use countersign::Code;
use countersign::Key;
use countersign::signature::KeyMaterial;

const RSA_PKCS1: &str = include_str!("data/rsa2048.pkcs1-public.pem");
const RSA_CERTIFICATE: &str = include_str!("data/rsa2048.certificate.pem");
const P256_CERTIFICATE: &str = include_str!("data/p256.certificate.pem");

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn modulus_and_exponent() -> (Vec<u8>, Vec<u8>) {
    match pair("RS256").1.material() {
        KeyMaterial::RsaPublic(key) => (key.modulus().to_vec(), key.exponent().to_vec()),
        other => panic!("{other}"),
    }
}

fn ssh_rsa() -> String {
    let (modulus, exponent) = modulus_and_exponent();
    let mut blob = Vec::new();
    for part in [b"ssh-rsa".to_vec(), exponent, [vec![0], modulus].concat()] {
        blob.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend(part);
    }
    format!("ssh-rsa {} backend", STANDARD.encode(blob))
}

fn point() -> Vec<u8> {
    match pair("ES256").1.material() {
        KeyMaterial::EcPublic(key) => key.as_uncompressed().to_vec(),
        other => panic!("{other}"),
    }
}

/// The text formats of the public keys.
fn texts() -> Vec<(&'static str, String)> {
    let jwk = |alg| pair(alg).1.public_jwk().unwrap();
    let mut texts = vec![
        ("the JWK of RSA", jwk("RS256")),
        ("the JWK of EC", jwk("ES256")),
        ("a JWK Set", format!(r#"{{"keys":[{}]}}"#, jwk("RS256"))),
        ("ssh-rsa", ssh_rsa()),
        ("the body of the PEM", STANDARD.encode(der(RSA_PUBLIC))),
    ];
    for (name, pem) in [
        ("SPKI", RSA_PUBLIC),
        ("PKCS#1", RSA_PKCS1),
        ("certificate", RSA_CERTIFICATE),
        ("EC SPKI", P256_PUBLIC),
        ("EC certificate", P256_CERTIFICATE),
        ("Ed25519 SPKI", ED25519_PUBLIC),
    ] {
        texts.extend([
            (name, pem.to_owned()),
            (name, pem.replace('\n', "\r\n")),
            (name, pem.trim_end().to_owned()),
            (name, format!(" {pem}")),
            (name, format!("\u{feff}{pem}")),
            (name, format!("# the key of the backend\n{pem}")),
            (name, pem.replace('\n', "\\n")),
            (name, format!("{pem}\n")),
        ]);
    }
    texts
}

/// The binary formats.
fn bytes() -> Vec<(&'static str, Vec<u8>)> {
    let (modulus, _) = modulus_and_exponent();
    let point = point();
    let bare = point.strip_prefix(&[4]).unwrap().to_vec();
    vec![
        ("SPKI in DER", der(RSA_PUBLIC)),
        ("PKCS#1 in DER", der(RSA_PKCS1)),
        ("certificate in DER", der(RSA_CERTIFICATE)),
        ("EC SPKI in DER", der(P256_PUBLIC)),
        ("n", modulus.clone()),
        ("0 || n", [vec![0], modulus].concat()),
        ("04 || x || y", point),
        ("x || y", bare),
    ]
}

#[test]
fn a3_no_public_key_in_any_form_is_accepted_as_an_hmac_secret() {
    let public = ["RS256", "ES256", "EdDSA"].map(|alg| pair(alg).1);
    let [rsa, ec, okp] = public.each_ref();
    let public_only = trusting(&[rsa, ec, okp]);
    let with_a_secret = trusting(&[rsa, ec, okp, &secret()]);

    let texts = texts()
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()));
    for (name, bytes) in texts.chain(bytes()) {
        for alg in ["HS256", "HS384", "HS512"] {
            let token = hmac(&bytes, alg, r#"{"sub":"admin"}"#);
            assert_eq!(
                connect(&public_only, &token),
                Err(Code::Algorithm),
                "{name}, {alg}"
            );
            assert_eq!(
                connect(&with_a_secret, &token),
                Err(Code::Signature),
                "{name}, {alg}"
            );
        }
    }
}

#[test]
fn a4_a_secret_that_is_a_key_is_refused_and_not_shown() {
    let refuse = |name, text: &str| {
        let config = json(&format!(r#"{{"token_hmac_secret_key":{}}}"#, quoted(text))).unwrap();
        let error = config.setup().build().unwrap_err();
        assert_eq!(error.option_name(), Some("token_hmac_secret_key"), "{name}");
        let sentence = error.to_string();
        assert!(sentence.contains("a secret that is"), "{name}: {sentence}");
        assert!(
            !sentence.contains(text.get(..40).unwrap_or(text)),
            "{name}: {sentence}"
        );
        let previous = format!(
            r#"{{"token_hmac_secret_key":"s","token_hmac_previous_secret_key":{}}}"#,
            quoted(text)
        );
        assert!(json(&previous).unwrap().setup().build().is_err(), "{name}");
    };
    for (name, text) in texts() {
        refuse(name, &text);
    }
    // A modulus without the rest of the key can't be told from random bytes.
    for (name, bytes) in bytes().into_iter().filter(|(name, _)| !name.ends_with('n')) {
        refuse(name, &STANDARD.encode(&bytes));
        refuse(name, &base64url(&bytes));
        assert!(Key::secret(&bytes).is_err(), "{name}");
    }
}

#[test]
fn a17_a_secret_is_its_bytes_and_nothing_is_guessed() {
    let base64 = STANDARD.encode(SECRET);
    for text in [
        "file:///etc/passwd",
        base64.as_str(),
        " padded ",
        "0x00ff00ff",
        "%73ecret",
    ] {
        let config = format!(r#"{{"token_hmac_secret_key":{}}}"#, quoted(text));
        let authenticator = configured(&config);
        assert_eq!(
            connect(&authenticator, &hmac(text.as_bytes(), "HS256", "{}")),
            Ok(String::new())
        );
        assert_eq!(
            connect(&authenticator, &hmac(text.trim().as_bytes(), "HS512", "{}")).is_ok(),
            text.trim() == text
        );
        assert_eq!(connect(&authenticator, &hs256("{}")), Err(Code::Signature));
    }
}
