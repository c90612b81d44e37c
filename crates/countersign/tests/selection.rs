//! The key determines the algorithm: a header only selects among bound keys.

use crate::common;

use common::*;
use countersign::signature::KeyMaterial;
use countersign::{Authenticator, Authority, Code, Key, Keyring, Rules, default_provider};
use p384::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

fn header(alg: &str) -> String {
    format!(r#"{{"alg":{}}}"#, quoted(alg))
}

/// An authenticator with a key of every family.
fn with_all_keys() -> Authenticator {
    let keys = ["HS256", "RS256", "ES256", "ES384", "ES512", "EdDSA"].map(|alg| pair(alg).1);
    trusting(&keys.each_ref())
}

#[test]
fn a_keyring_counts_its_keys() {
    let empty = Keyring::new(default_provider());
    assert!(empty.is_empty());
    assert_eq!(empty.len(), 0);
    let two = keyring(&[&secret(), &pair("ES256").1]);
    assert!(!two.is_empty());
    assert_eq!(two.len(), 2);
}

#[test]
fn a1_no_spelling_of_none_is_accepted_under_any_signature() {
    let authenticators = [
        with_all_keys(),
        hs256_authenticator(),
        trusting(&[&pair("RS256").1]),
    ];
    let mac = signed(&secret(), "HS256", &header("HS256"), PAYLOAD);
    let mac = mac.rsplit('.').next().unwrap().to_owned();
    for alg in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "NonE",
        "nONE",
        "none ",
        " none",
        "none\0",
        "\0none",
        "none\n",
        "\tnone",
        "\u{a0}none",
        "none\u{200b}",
        "\u{feff}none",
        "'none'",
        "\"none\"",
        "none,",
        "",
        " ",
    ] {
        let start = format!("{}.{}", base64url(header(alg)), base64url(PAYLOAD));
        let random = base64url([7; 32]);
        for signature in ["", &mac, &random] {
            for authenticator in &authenticators {
                let outcome = connect(authenticator, &format!("{start}.{signature}"));
                assert_eq!(outcome, Err(Code::Algorithm), "{alg:?} {signature:?}");
            }
        }
    }
}

#[test]
fn a2_an_algorithm_that_is_not_known_is_refused() {
    let authenticator = with_all_keys();
    let mut seed = 1_u64;
    let random = std::iter::repeat_with(|| {
        let letters = std::iter::repeat_with(|| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b"HSREPdDA25638414 \0"[usize::try_from(seed >> 33).unwrap() % 18])
        });
        letters.take(5).collect::<String>()
    });
    let named = [
        "ES256K",
        "Ed448",
        "HS1",
        "RS1",
        "HMD5",
        "A128KW",
        "dir",
        "ML-DSA-44",
        "HS",
        "*",
    ];
    let all = named.into_iter().map(String::from).chain(random.take(500));
    for alg in all.filter(|alg| !ALGORITHMS.contains(&alg.as_str())) {
        let token = signed(&secret(), "HS256", &header(&alg), PAYLOAD);
        assert_eq!(
            connect(&authenticator, &token),
            Err(Code::Algorithm),
            "{alg:?}"
        );
    }
}

#[test]
fn a5_of_thirteen_algorithms_a_key_accepts_only_its_own() {
    for of_key in ALGORITHMS {
        let (private, public) = pair(of_key);
        let authenticator = trusting(&[&public.with_algorithm(of_key)]);
        for named in ALGORITHMS {
            let expected = if named == of_key {
                Ok("42".into())
            } else {
                Err(Code::Algorithm)
            };
            // Signed as the header says, with the key of that algorithm; then with this very key.
            let honest = signed(&pair(named).0, named, &header(named), PAYLOAD);
            let lying = signed(&private, of_key, &header(named), PAYLOAD);
            assert_eq!(
                connect(&authenticator, &honest),
                expected,
                "{named} for {of_key}"
            );
            assert_eq!(
                connect(&authenticator, &lying),
                expected,
                "{of_key} as {named}"
            );
        }
    }
}

#[test]
fn a5_a_key_without_alg_verifies_only_the_algorithms_of_its_family() {
    for (of_key, family) in [
        ("HS256", &ALGORITHMS[..3]),
        ("RS256", &ALGORITHMS[3..9]),
        ("ES256", &ALGORITHMS[9..10]),
        ("ES384", &ALGORITHMS[10..11]),
        ("ES512", &ALGORITHMS[11..12]),
        ("EdDSA", &ALGORITHMS[12..]),
    ] {
        let authenticator = trusting(&[&pair(of_key).1]);
        for named in ALGORITHMS {
            let outcome = connect(
                &authenticator,
                &signed(&pair(named).0, named, &header(named), PAYLOAD),
            );
            let expected = if family.contains(&named) {
                Ok("42".into())
            } else {
                Err(Code::Algorithm)
            };
            assert_eq!(outcome, expected, "{named} for a key of {of_key}");
        }
    }
}

#[test]
fn a6_only_an_allowed_algorithm_verifies() {
    let (rsa, rsa_public) = pair("RS256");
    let only_es256 = default_provider().only(|algorithm| algorithm.name().is_spelled("ES256"));
    assert!(Keyring::new(only_es256.clone()).with(&rsa_public).is_err());

    let ring = Keyring::new(only_es256).with(&pair("ES256").1).unwrap();
    let es256 = Authenticator::new(Rules::new(Authority::new(ring)));
    let both = trusting(&[&pair("ES256").1, &rsa_public.with_algorithm("PS256")]);
    for (authenticator, named, code) in [
        (&es256, "RS256", Code::Algorithm),
        (&es256, "ES256", Code::Signature),
        (&both, "RS256", Code::Algorithm),
        (&both, "ES256", Code::Signature),
        (&both, "PS256", Code::Signature),
    ] {
        let token = signed(&rsa, "RS256", &header(named), PAYLOAD);
        assert_eq!(connect(authenticator, &token), Err(code), "{named}");
    }
}

#[test]
fn a7_a_kid_does_not_use_its_key_for_another_algorithm() {
    let named = [("RS256", "r"), ("ES256", "e"), ("HS256", "h")];
    let keys = named.map(|(alg, kid)| pair(alg).1.with_kid(kid));
    let authenticator = trusting(&keys.each_ref());
    for (alg, own) in named {
        for (_, kid) in named {
            let header = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
            let outcome = connect(&authenticator, &signed(&pair(alg).0, alg, &header, PAYLOAD));
            let expected = if kid == own {
                Ok("42".into())
            } else {
                Err(Code::Algorithm)
            };
            assert_eq!(outcome, expected, "{header}");
        }
    }
}

#[test]
fn a8_alg_is_required_and_a_string() {
    for alg in [
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":{"HS256":1}}"#,
        r#"{"alg":true}"#,
        r#"{"alg":""}"#,
    ] {
        let token = signed(&secret(), "HS256", alg, PAYLOAD);
        assert_eq!(
            connect(&hs256_authenticator(), &token),
            Err(Code::Algorithm),
            "{alg}"
        );
    }
}

#[test]
fn a9_alg_is_compared_letter_by_letter() {
    for (alg, good) in [
        ("HS256", true),
        (r"\u0048S256", true),
        ("hs256", false),
        ("Hs256", false),
        ("HS256 ", false),
        (r"HS256\u0000", false),
        ("HS２５６", false),
        ("HS256\u{200b}", false),
    ] {
        let token = signed(
            &secret(),
            "HS256",
            &format!(r#"{{"alg":"{alg}"}}"#),
            PAYLOAD,
        );
        assert_eq!(
            connect(&hs256_authenticator(), &token).is_ok(),
            good,
            "{alg}"
        );
    }
}

#[test]
fn a11_a_key_on_secp256k1_never_verifies_es256() {
    let pem = include_str!("data/secp256k1.spki.pem");
    let key = Key::from_pem(pem);
    let refused = key.and_then(|key| Keyring::new(default_provider()).with(&key).map(|_| ()));
    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.contains("secp256k1") && sentence.contains("P-256"),
        "{sentence}"
    );

    let token = signed(&pair("ES256").0, "ES256", &header("ES256K"), PAYLOAD);
    assert_eq!(connect(&with_all_keys(), &token), Err(Code::Algorithm));
}

#[test]
fn a12_another_curve_is_refused_even_if_the_signature_is_valid() {
    let scalar = |alg| match pair(alg).0.material() {
        KeyMaterial::EcPrivate(key) => key.expose().to_vec(),
        other => panic!("{other}"),
    };
    let p384 = p384::ecdsa::SigningKey::from_slice(&scalar("ES384")).unwrap();
    let p256 = p256::ecdsa::SigningKey::from_slice(&scalar("ES256")).unwrap();
    let on_p384 = |alg: &str, digest: fn(&[u8]) -> Vec<u8>| {
        token(&header(alg), PAYLOAD, |input| {
            let signature: p384::ecdsa::Signature = p384.sign_prehash(&digest(input)).unwrap();
            p384.verifying_key()
                .verify_prehash(&digest(input), &signature)
                .unwrap();
            signature.to_bytes().to_vec()
        })
    };
    let on_p256 = token(&header("ES384"), PAYLOAD, |input| {
        let signature: p256::ecdsa::Signature = p256.sign_prehash(&Sha384::digest(input)).unwrap();
        signature.to_bytes().to_vec()
    });
    // The same signature is accepted under its own name.
    let right = on_p384("ES384", |input| Sha384::digest(input).to_vec());
    assert_eq!(
        connect(&trusting(&[&pair("ES384").1]), &right),
        Ok("42".into())
    );

    for (alg, of_key, token) in [
        (
            "ES256",
            "ES384",
            on_p384("ES256", |input| Sha256::digest(input).to_vec()),
        ),
        (
            "ES512",
            "ES384",
            on_p384("ES512", |input| Sha512::digest(input).to_vec()),
        ),
        ("ES384", "ES256", on_p256),
    ] {
        let outcome = connect(&trusting(&[&pair(of_key).1]), &token);
        assert_eq!(outcome, Err(Code::Algorithm), "{alg} by a key for {of_key}");
        let outcome = connect(&with_all_keys(), &token);
        assert_eq!(
            outcome,
            Err(Code::Signature),
            "{alg} where a key for {alg} is known too"
        );
    }
}

#[test]
fn a13_eddsa_and_ed25519_name_one_algorithm() {
    let (private, public) = pair("EdDSA");
    for of_key in [None, Some("EdDSA"), Some("Ed25519")] {
        let key = match of_key {
            Some(alg) => public.clone().with_algorithm(alg),
            None => public.clone(),
        };
        for (named, expected) in [
            ("EdDSA", Ok("42".into())),
            ("Ed25519", Ok("42".into())),
            ("Ed448", Err(Code::Algorithm)),
            ("eddsa", Err(Code::Algorithm)),
        ] {
            let token = signed(&private, "EdDSA", &header(named), PAYLOAD);
            assert_eq!(
                connect(&trusting(&[&key]), &token),
                expected,
                "{named} by {of_key:?}"
            );
        }
    }
    for pem in [
        include_str!("data/x25519.spki.pem"),
        include_str!("data/ed448.spki.pem"),
    ] {
        let key = Key::from_pem(pem);
        assert!(
            key.and_then(|key| Keyring::new(default_provider()).with(&key).map(|_| ()))
                .is_err()
        );
    }
}
