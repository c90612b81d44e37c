//! Our program reads keys in every form of `openssl`, and the peers use our keys.

use countersign_interop::{ALGORITHMS, Key, KeyKind, Peer, Program, openssl, openssl_is_here};
use serde_json::json;

/// Forms of a key: the name, and the `openssl` command that converts PKCS#8 to it.
type Forms = &'static [(&'static str, &'static [&'static str])];

const PRIVATE_RSA: Forms = &[("PKCS#8", &["pkey"]), ("PKCS#1", &["rsa", "-traditional"])];
const PRIVATE_EC: Forms = &[("PKCS#8", &["pkey"]), ("SEC1", &["ec"])];
const PRIVATE_ED25519: Forms = &[("PKCS#8", &["pkey"])];
const PUBLIC: Forms = &[
    ("SPKI", &["pkey", "-pubout"]),
    (
        "certificate",
        &[
            "req",
            "-x509",
            "-new",
            "-days",
            "1",
            "-subj",
            "/CN=sample",
            "-key",
        ],
    ),
];
const PUBLIC_RSA: Forms = &[("PKCS#1", &["rsa", "-RSAPublicKey_out"])];

#[test]
fn keys_of_openssl_load_in_every_form() {
    let Some(program) = openssl_is_here().then(Program::find).flatten() else {
        return;
    };
    let folder = program.folder();
    for algorithm in ALGORITHMS {
        let (private_forms, more_public): (Forms, Forms) = match algorithm.key {
            KeyKind::Secret(_) => continue,
            KeyKind::Rsa => (PRIVATE_RSA, PUBLIC_RSA),
            KeyKind::Ec(_) => (PRIVATE_EC, &[]),
            KeyKind::Ed25519 => (PRIVATE_ED25519, &[]),
        };
        let Key::Pair { private: pkcs8, .. } = Key::generate(algorithm) else {
            continue;
        };
        let pkcs8_file = folder.write("pkcs8.pem", &pkcs8);
        let written = |arguments: &[&str]| {
            let mut arguments = arguments.to_vec();
            if arguments.last() == Some(&"-key") {
                arguments.push(pkcs8_file.to_str().unwrap());
            }
            folder.write(
                "key.pem",
                &String::from_utf8(openssl(&arguments, pkcs8.as_bytes())).unwrap(),
            )
        };
        for (private, arguments) in private_forms {
            let token = program.sign_with(&written(arguments), algorithm.name, r#"{"sub":"42"}"#);
            let token = token.unwrap_or_else(|no| panic!("{} {private}: {no:?}", algorithm.name));
            for (public, arguments) in PUBLIC.iter().chain(more_public) {
                let payload = program.verify_with(&written(arguments), &token);
                let payload =
                    payload.unwrap_or_else(|no| panic!("{} {public}: {no:?}", algorithm.name));
                assert_eq!(
                    payload.trim_end(),
                    r#"{"sub":"42"}"#,
                    "{} {private} {public}",
                    algorithm.name
                );
            }
        }
    }
}

/// The output of a command that many tutorials use: `EC PARAMETERS`, then `EC PRIVATE KEY`.
#[test]
fn a_key_of_openssl_ecparam_loads_with_its_parameters_before_it() {
    let Some(program) = openssl_is_here().then(Program::find).flatten() else {
        return;
    };
    for (alg, curve) in [
        ("ES256", "prime256v1"),
        ("ES384", "secp384r1"),
        ("ES512", "secp521r1"),
    ] {
        let pem = String::from_utf8(openssl(&["ecparam", "-name", curve, "-genkey"], b"")).unwrap();
        assert!(pem.starts_with("-----BEGIN EC PARAMETERS-----"));
        let file = program.folder().write("ec.pem", &pem);
        program
            .sign_with(&file, alg, "{}")
            .unwrap_or_else(|no| panic!("{alg}: {no:?}"));
    }
}

#[test]
fn keys_that_genkey_makes_work_at_the_peers() {
    let Some(program) = openssl_is_here().then(Program::find).flatten() else {
        return;
    };
    let mut peers = Peer::all();
    let claims = json!({ "sub": "42" });
    for algorithm in ALGORITHMS
        .iter()
        .filter(|one| !matches!(one.key, KeyKind::Secret(_)))
    {
        let text = program.generate_key(algorithm.name).unwrap();
        let pem = |label: &str| {
            let (begin, end) = (
                format!("-----BEGIN {label}-----"),
                format!("-----END {label}-----"),
            );
            let from = text
                .find(&begin)
                .unwrap_or_else(|| panic!("no {label} in {text}"));
            let until = text.find(&end).unwrap() + end.len();
            text.get(from..until).unwrap().to_owned()
        };
        let key = Key::Pair {
            private: pem("PRIVATE KEY"),
            public: pem("PUBLIC KEY"),
        };
        for peer in &mut peers {
            let token = peer.sign(*algorithm, &key, &claims).unwrap();
            assert_eq!(
                peer.verify(*algorithm, &key, &token).as_ref(),
                Ok(&claims),
                "{}",
                algorithm.name
            );
            assert!(
                program.verify(*algorithm, &key, &token).is_ok(),
                "{}",
                algorithm.name
            );
        }
    }
}
