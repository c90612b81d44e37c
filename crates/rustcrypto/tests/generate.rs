//! New keys work, and no two are equal.
#![allow(clippy::unwrap_used)]

use countersign_rustcrypto::rsa_signing_rustsec_2023_0071::with_rsa_signing;
use countersign_rustcrypto::{GenerateError, generate, provider};
use countersign_signature::{AlgorithmName, KeyMaterial};

#[test]
fn a_new_key_of_every_algorithm_signs_and_its_public_half_verifies() {
    for algorithm in with_rsa_signing(provider()).iter() {
        let key = generate(algorithm.name(), 2048).unwrap();
        let public = match &key {
            KeyMaterial::Secret(_) => key.clone(),
            private => private.public().unwrap(),
        };
        let mut signature = Vec::new();
        let signer = algorithm.signer(&key).unwrap();
        signer.sign(b"message", &mut signature).unwrap();
        let verifier = algorithm.verifier(&public).unwrap();
        assert!(
            verifier.verify(b"message", &signature).is_ok(),
            "{}",
            algorithm.name()
        );
    }
}

#[test]
fn a_new_secret_is_as_long_as_the_hash() {
    for (name, bits) in [
        (AlgorithmName::HS256, 256),
        (AlgorithmName::HS384, 384),
        (AlgorithmName::HS512, 512),
    ] {
        let key = generate(name, 0).unwrap();
        assert_eq!(key.to_string(), format!("a secret of {bits} bits"));
    }
}

#[test]
fn no_two_new_keys_are_the_same() {
    let private = |name| match generate(name, 0).unwrap() {
        KeyMaterial::Secret(key) => key.expose().to_vec(),
        KeyMaterial::EcPrivate(key) => key.expose().to_vec(),
        KeyMaterial::OkpPrivate(key) => key.expose().to_vec(),
        other => panic!("made {other}"),
    };
    for name in [
        AlgorithmName::HS256,
        AlgorithmName::ES256,
        AlgorithmName::ES384,
        AlgorithmName::ES512,
        AlgorithmName::EDDSA,
    ] {
        assert_ne!(private(name), private(name), "{name}");
    }
}

#[test]
fn an_rsa_key_has_the_requested_length_or_is_not_made() {
    let key = generate(AlgorithmName::PS256, 2112).unwrap();
    assert_eq!(key.to_string(), "an RSA private key of 2112 bits");
    for bits in [0, 512, 1024, 2047, 8193, usize::MAX] {
        let error = generate(AlgorithmName::RS256, bits).unwrap_err();
        assert_eq!(error, GenerateError::RsaBits(bits));
        assert!(error.to_string().contains("2048 to 8192 bits"), "{error}");
    }
}

#[test]
fn no_key_is_made_for_an_algorithm_of_another_crate() {
    let name = AlgorithmName::from_static("ES256K");
    let error = generate(name, 2048).unwrap_err();
    assert_eq!(error, GenerateError::UnknownAlgorithm(name));
    assert_eq!(
        error.to_string(),
        "can't make keys for ES256K; this crate doesn't have the \
     algorithm"
    );
}
