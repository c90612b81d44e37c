//! Which keys bind to which algorithm, and the texts of the refusals.

use countersign_signature::{
    AlgorithmName, Curve, EcPrivateKey, KeyMaterial, KeyRejectedReason, OkpCurve, OkpPrivateKey,
    OkpPublicKey, RsaPrivateKey,
};
use countersign_test_backends::keys::{self, RSA_2048};
use countersign_test_backends::{ALGORITHMS, backends, hex};

/// The kind of key that an algorithm needs, in the words of its refusal.
fn kind(name: AlgorithmName) -> &'static str {
    match name.as_str() {
        "HS256" | "HS384" | "HS512" => "a secret",
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        "EdDSA" => "Ed25519",
        _ => "RSA",
    }
}

/// Algorithms distinguish the types of keys themselves: a public key never becomes a secret (A3),
/// and no family accepts a key of another family (A5).
#[test]
fn a3_a5_a_key_of_another_family_is_not_bound() {
    for backend in backends() {
        for name in ALGORITHMS {
            let Some(algorithm) = backend.get(name) else {
                continue;
            };
            for other in ALGORITHMS {
                let public = keys::verifying(other);
                let private = keys::signing(other);
                if kind(other) == kind(name) {
                    assert!(algorithm.verifier(&public).is_ok(), "{name} {other}");
                    assert!(algorithm.signer(&private).is_ok(), "{name} {other}");
                    continue;
                }
                let needs = format!("{name} needs {}", kind(name));
                let rejected = algorithm.verifier(&public).map(drop).unwrap_err();
                assert_eq!(rejected.reason(), KeyRejectedReason::WrongKey);
                assert_eq!(rejected.to_string(), format!("found {public}; {needs}"));
                let rejected = algorithm.signer(&private).map(drop).unwrap_err();
                assert_eq!(rejected.to_string(), format!("found {private}; {needs}"));
            }
        }
    }
}

#[test]
fn the_wrong_half_of_the_right_pair_is_refused() {
    for backend in backends() {
        for name in ALGORITHMS {
            let (public, private) = (keys::verifying(name), keys::signing(name));
            let Some(algorithm) = backend.get(name).filter(|_| private.is_private()) else {
                continue;
            };
            let rejected = algorithm.verifier(&private).map(drop).unwrap_err();
            assert_eq!(
                rejected.to_string(),
                format!("found {private}; {name} verifies with the public key alone")
            );
            let rejected = algorithm.signer(&public).map(drop).unwrap_err();
            assert_eq!(
                rejected.to_string(),
                format!("found {public}; {name} signs with the private key")
            );
        }
    }
}

/// Every backend that has the algorithm refuses to sign with `key`, as malformed.
fn assert_malformed(name: AlgorithmName, key: &KeyMaterial<'_>) {
    for backend in backends() {
        let Some(algorithm) = backend.get(name) else {
            continue;
        };
        let rejected = algorithm.signer(key).map(drop).unwrap_err();
        let reason = rejected.reason();
        assert_eq!(
            reason,
            KeyRejectedReason::Malformed,
            "{}: {rejected}",
            backend.name
        );
    }
}

#[test]
fn a_private_key_with_another_keys_public_half_is_refused() {
    for (name, curve) in [
        (AlgorithmName::ES256, Curve::P256),
        (AlgorithmName::ES384, Curve::P384),
        (AlgorithmName::ES512, Curve::P521),
    ] {
        let mut scalar = vec![0; curve.coordinate_bytes()];
        *scalar.last_mut().unwrap() = 9;
        let key = EcPrivateKey::new(curve, scalar, Some(keys::ec_public(curve))).unwrap();
        assert_malformed(name, &KeyMaterial::EcPrivate(key));
    }
    // RFC 8032 section 7.1, test 2.
    let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let public = OkpPublicKey::new(OkpCurve::ED25519, public).unwrap();
    let seed = keys::ed25519_private().expose().to_vec();
    let key = OkpPrivateKey::new(OkpCurve::ED25519, seed, Some(public)).unwrap();
    assert_malformed(AlgorithmName::EDDSA, &KeyMaterial::OkpPrivate(key));
}

#[test]
fn a_private_scalar_out_of_its_range_is_refused() {
    use countersign_test_backends::ecdsa::order;

    for (name, curve) in [
        (AlgorithmName::ES256, Curve::P256),
        (AlgorithmName::ES384, Curve::P384),
        (AlgorithmName::ES512, Curve::P521),
    ] {
        for scalar in [vec![0; curve.coordinate_bytes()], order(curve)] {
            let public = Some(keys::ec_public(curve));
            let key = EcPrivateKey::new(curve, scalar, public).unwrap();
            assert_malformed(name, &KeyMaterial::EcPrivate(key));
        }
    }
}

#[test]
fn an_rsa_private_key_with_a_wrong_number_is_refused() {
    let good = RSA_2048.private();
    for (which, name) in ["n", "p", "q", "dp", "dq", "qi"].iter().zip([
        AlgorithmName::RS256,
        AlgorithmName::PS256,
        AlgorithmName::RS384,
        AlgorithmName::PS384,
        AlgorithmName::RS512,
        AlgorithmName::PS512,
    ]) {
        let mut public = good.public().clone();
        let mut parts = good.expose().clone();
        match *which {
            "n" => {
                let mut modulus = public.modulus().to_vec();
                modulus[100] ^= 1;
                let exponent = public.exponent().to_vec();
                public = countersign_signature::RsaPublicKey::new(modulus, exponent).unwrap();
            }
            "p" => parts.p.to_mut()[50] ^= 1,
            "q" => parts.q.to_mut()[50] ^= 1,
            "dp" => parts.dp.to_mut()[50] ^= 1,
            "dq" => parts.dq.to_mut()[50] ^= 1,
            _ => parts.qi.to_mut()[50] ^= 1,
        }
        let key = KeyMaterial::RsaPrivate(RsaPrivateKey::new(public, parts).unwrap());
        assert_malformed(name, &key);
    }
}

#[test]
fn rsa_numbers_of_absurd_length_are_refused_before_any_arithmetic() {
    let good = RSA_2048.private();
    for which in 0..6 {
        let mut parts = good.expose().clone();
        let part = match which {
            0 => &mut parts.d,
            1 => &mut parts.p,
            2 => &mut parts.q,
            3 => &mut parts.dp,
            4 => &mut parts.dq,
            _ => &mut parts.qi,
        };
        *part = vec![0xff; 1 << 20].into();
        let key = RsaPrivateKey::new(good.public().clone(), parts).unwrap();
        assert_malformed(AlgorithmName::RS256, &KeyMaterial::RsaPrivate(key));
    }
}

/// C10: `Debug` of a bound key, which a program may log, shows nothing of its private part.
#[test]
fn c10_debug_of_a_bound_key_shows_no_secret() {
    for backend in backends() {
        for name in ALGORITHMS {
            let Some(algorithm) = backend.get(name) else {
                continue;
            };
            let secrets = match keys::signing(name) {
                KeyMaterial::Secret(key) => vec![key.expose().to_vec()],
                KeyMaterial::EcPrivate(key) => vec![key.expose().to_vec()],
                KeyMaterial::OkpPrivate(key) => vec![key.expose().to_vec()],
                KeyMaterial::RsaPrivate(key) => {
                    let parts = key.expose();
                    [
                        &parts.d, &parts.p, &parts.q, &parts.dp, &parts.dq, &parts.qi,
                    ]
                    .map(|part| part.to_vec())
                    .into()
                }
                other => panic!("{other}"),
            };
            let signer = algorithm.signer(&keys::signing(name)).unwrap();
            let verifier = algorithm.verifier(&keys::verifying(name)).unwrap();
            for text in [format!("{signer:?} {signer:#?}"), format!("{verifier:?}")] {
                for secret in &secrets {
                    assert_not_shown(&text.to_lowercase(), secret);
                }
            }
        }
    }
}

/// No four bytes of the secret in a row, in hexadecimal or as a list of numbers.
fn assert_not_shown(text: &str, secret: &[u8]) {
    for bytes in secret.chunks_exact(4).filter(|bytes| bytes != &[0; 4]) {
        let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.contains(&hexadecimal), "{hexadecimal} in {text}");
        let list = format!("{bytes:?}");
        let list = list.trim_matches(['[', ']']);
        assert!(!text.contains(list), "{list} in {text}");
    }
}
