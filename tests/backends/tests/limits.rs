//! The libraries accept different keys for signing. Each must say what it needs.

use countersign_aws_lc as aws_lc;
use countersign_ring as ring;
use countersign_rustcrypto as rustcrypto;
use countersign_signature::{
    Algorithm, AlgorithmName, Curve, EcPrivateKey, KeyMaterial, KeyRejectedReason, OkpCurve,
    OkpPrivateKey, RsaPrivateKey,
};
use countersign_test_backends::keys::{self, RSA_2048, RSA_2049, RSA_EXPONENT_3};
use countersign_test_backends::{ALGORITHMS, backends, verifiers};
use rustcrypto::rsa_signing_rustsec_2023_0071 as rsa_signing;

const MESSAGE: &[u8] = b"a message";

/// Signs with `algorithm` and verifies with every backend.
fn assert_signs(algorithm: &dyn Algorithm, private: &KeyMaterial<'_>, public: &KeyMaterial<'_>) {
    let mut signature = Vec::new();
    let signer = algorithm.signer(private).unwrap();
    signer.sign(MESSAGE, &mut signature).unwrap();
    for backend in backends() {
        if let Some(algorithm) = backend.get(algorithm.name()) {
            let verifier = algorithm.verifier(public).unwrap();
            assert!(
                verifier.verify(MESSAGE, &signature).is_ok(),
                "{}",
                backend.name
            );
        }
    }
}

#[test]
fn ring_names_the_rsa_keys_that_it_cannot_sign_with() {
    for key in [RSA_2049, RSA_EXPONENT_3] {
        let private = KeyMaterial::RsaPrivate(key.private());
        let public = KeyMaterial::RsaPublic(key.public());
        let rejected = ring::RS256.signer(&private).map(drop).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Unsupported);
        assert!(
            rejected.needed().contains("2048, 3072 or 4096 bits"),
            "{rejected}"
        );
        assert!(
            rejected.needed().contains("an exponent from 65537"),
            "{rejected}"
        );
        // The key is valid: another backend signs with it.
        assert_signs(rsa_signing::RS256, &private, &public);
        assert_signs(rsa_signing::PS512, &private, &public);
        assert_signs(aws_lc::RS256, &private, &public);
        assert_signs(aws_lc::PS512, &private, &public);
    }
}

#[test]
fn a_private_key_without_its_public_point_signs_in_every_backend() {
    for (name, curve) in [
        (AlgorithmName::ES256, Curve::P256),
        (AlgorithmName::ES384, Curve::P384),
        (AlgorithmName::ES512, Curve::P521),
    ] {
        let without = |scalar: Vec<u8>| {
            KeyMaterial::EcPrivate(EcPrivateKey::new(curve, scalar, None).unwrap())
        };
        let private = without(keys::ec_private(curve).expose().to_vec());
        let public = KeyMaterial::EcPublic(keys::ec_public(curve));
        for backend in backends() {
            // ring doesn't have P-521.
            let Some(algorithm) = backend.get(name) else {
                continue;
            };
            assert_signs(algorithm, &private, &public);
            let zero = without(vec![0; curve.coordinate_bytes()]);
            let rejected = algorithm.signer(&zero).map(drop).unwrap_err();
            assert_eq!(
                rejected.reason(),
                KeyRejectedReason::Malformed,
                "{}",
                backend.name
            );
        }
    }
}

#[test]
fn an_ed25519_seed_alone_signs_in_every_backend() {
    let seed = keys::ed25519_private().expose().to_vec();
    let seed = OkpPrivateKey::new(OkpCurve::ED25519, seed, None).unwrap();
    let public = keys::verifying(AlgorithmName::EDDSA);
    for backend in backends() {
        let algorithm = backend.get(AlgorithmName::EDDSA).unwrap();
        assert_signs(algorithm, &KeyMaterial::OkpPrivate(seed.clone()), &public);
    }
}

/// *ring* never uses `d` and checks only its size; `rsa` and aws-lc-rs check its value.
#[test]
fn a_wrong_d_is_refused_where_d_is_used() {
    let good = RSA_2048.private();
    let mut parts = good.expose().clone();
    parts.d.to_mut()[50] ^= 1;
    let key = RsaPrivateKey::new(good.public().clone(), parts).unwrap();
    let key = KeyMaterial::RsaPrivate(key);
    for algorithm in [rsa_signing::RS256, aws_lc::RS256] {
        let rejected = algorithm.signer(&key).map(drop).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Malformed);
    }
}

#[test]
fn k6_the_rsa_crate_signs_only_if_a_program_opts_in() {
    let private = KeyMaterial::RsaPrivate(RSA_2048.private());
    let public = KeyMaterial::RsaPublic(RSA_2048.public());
    let plain = rustcrypto::provider();
    let opted_in = rsa_signing::with_rsa_signing(plain.clone());
    for name in ALGORITHMS {
        let algorithm = plain.get(name.as_str()).unwrap();
        if !matches!(name.as_str().as_bytes(), [b'R' | b'P', b'S', ..]) {
            assert!(algorithm.signer(&keys::signing(name)).is_ok(), "{name}");
            continue;
        }
        let rejected = algorithm.signer(&private).map(drop).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Unsupported);
        assert!(
            rejected.to_string().contains("RUSTSEC-2023-0071"),
            "{rejected}"
        );
        assert!(
            rejected
                .to_string()
                .contains("rsa_signing_rustsec_2023_0071")
        );
        assert!(algorithm.verifier(&public).is_ok(), "{name} verifies");
        assert_signs(opted_in.get(name.as_str()).unwrap(), &private, &public);
    }
    // The order of the algorithms stays the same, and no other algorithm is replaced.
    let names = |provider: &countersign_signature::Provider| -> Vec<_> {
        provider.iter().map(Algorithm::name).collect()
    };
    assert_eq!(names(&plain), names(&opted_in));
}

#[test]
fn es512_of_rustcrypto_completes_the_provider_of_ring() {
    let provider = ring::provider().with(rustcrypto::ES512);
    assert_eq!(provider.iter().count(), ALGORITHMS.len());
    let verifiers = verifiers(AlgorithmName::ES512).into_iter();
    let backends: Vec<_> = verifiers.map(|(backend, _)| backend).collect();
    assert_eq!(backends, ["rustcrypto", "aws-lc"]);
}
