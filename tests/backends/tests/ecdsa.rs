//! ECDSA signatures that a careless verifier accepts.

use countersign_signature::{AlgorithmName, Curve, EcPublicKey, KeyMaterial};
use countersign_test_backends::ecdsa::{key_for, order};
use countersign_test_backends::{add, backends, keys, sign, subtract, verifiers};

const MESSAGE: &[u8] = b"a message";
const CURVES: [(AlgorithmName, Curve); 3] = [
    (AlgorithmName::ES256, Curve::P256),
    (AlgorithmName::ES384, Curve::P384),
    (AlgorithmName::ES512, Curve::P521),
];

/// How many backends accept this signature, and how many have the algorithm.
fn accepted_by(name: AlgorithmName, key: &EcPublicKey<'_>, signature: &[u8]) -> (usize, usize) {
    let key = KeyMaterial::EcPublic(key.clone());
    let verdicts: Vec<bool> = backends()
        .iter()
        .filter_map(|backend| backend.get(name))
        .map(|algorithm| algorithm.verifier(&key).unwrap())
        .map(|verifier| verifier.verify(MESSAGE, signature).is_ok())
        .collect();
    let accepted = verdicts.iter().filter(|accepted| **accepted).count();
    (accepted, verdicts.len())
}

fn all_accept(name: AlgorithmName, key: &EcPublicKey<'_>, signature: &[u8]) -> bool {
    let (accepted, all) = accepted_by(name, key, signature);
    accepted == all
}

fn none_accepts(name: AlgorithmName, key: &EcPublicKey<'_>, signature: &[u8]) -> bool {
    accepted_by(name, key, signature).0 == 0
}

#[test]
fn b1_b2_r_and_s_at_the_edges_of_their_range_are_refused() {
    for (name, curve) in CURVES {
        let key = keys::ec_public(curve);
        let good = sign(name, MESSAGE);
        let (r, s) = good.split_at(curve.coordinate_bytes());
        let n = order(curve);
        let zero = vec![0; n.len()];
        let edges = [
            zero.clone(),
            add(&zero, &[1]).unwrap(),
            add(&zero, &[2]).unwrap(),
            subtract(&n, &[1]).unwrap(),
            n.clone(),
            add(&n, &[1]).unwrap(),
            vec![0xff; n.len()],
        ];
        for first in edges.iter().map(Vec::as_slice).chain([r]) {
            for second in edges.iter().map(Vec::as_slice).chain([s]) {
                if (first, second) == (r, s) {
                    continue;
                }
                let signature = [first, second].concat();
                assert!(
                    none_accepts(name, &key, &signature),
                    "{name}: {signature:02x?}"
                );
            }
        }
    }
}

/// A valid signature whose `s` is so small that `s + n` fits too. A verifier that reduces `s`
/// instead of checking its range accepts `s + n`.
#[test]
fn b2_an_s_that_is_not_reduced_is_refused() {
    for (name, curve) in CURVES {
        let s = [5];
        let (key, r) = key_for(curve, MESSAGE, &s, 0x11);
        let padded = add(&vec![0; curve.coordinate_bytes()], &s).unwrap();
        let unreduced = add(&order(curve), &s).unwrap();
        assert!(
            all_accept(name, &key, &[&r[..], &padded].concat()),
            "{name}"
        );
        assert!(
            none_accepts(name, &key, &[&r[..], &unreduced].concat()),
            "{name}"
        );
    }
}

#[test]
fn b2_an_r_that_is_not_reduced_is_refused() {
    // Only for P-521, r + n fits in the bytes of a coordinate.
    let (key, r) = key_for(Curve::P521, MESSAGE, &[5; 60], 0x11);
    let s = add(&[0; 66], &[5; 60]).unwrap();
    let unreduced = add(&r, &order(Curve::P521)).unwrap();
    assert!(all_accept(
        AlgorithmName::ES512,
        &key,
        &[&r[..], &s].concat()
    ));
    assert!(none_accepts(
        AlgorithmName::ES512,
        &key,
        &[&unreduced[..], &s].concat()
    ));
}

/// The DER form (RFC 3279 section 2.2.3) of `(r, s)`.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut bytes = number[zeros..].to_vec();
        if bytes[0] >= 0x80 {
            bytes.insert(0, 0);
        }
        [&[2, bytes.len() as u8], &bytes[..]].concat()
    };
    let body = [integer(r), integer(s)].concat();
    let header = match body.len() as u8 {
        len @ 0..0x80 => vec![0x30, len],
        len => vec![0x30, 0x81, len],
    };
    [header, body].concat()
}

#[test]
fn b3_a_der_signature_is_refused() {
    for (name, curve) in CURVES {
        let good = sign(name, MESSAGE);
        let (r, s) = good.split_at(curve.coordinate_bytes());
        assert!(
            none_accepts(name, &keys::ec_public(curve), &der(r, s)),
            "{name}"
        );
    }
}

/// A valid signature whose DER form has exactly the length of the raw form.
#[test]
fn b3_a_der_signature_of_the_raw_length_is_refused() {
    for (name, curve) in CURVES {
        let raw_len = 2 * curve.coordinate_bytes();
        let found = (1..=60_u8).any(|nonce| {
            (20..=66).any(|s_len| {
                let s = vec![0x35; s_len];
                let Some(padded) = (s_len < curve.coordinate_bytes())
                    .then(|| add(&vec![0; curve.coordinate_bytes()], &s).unwrap())
                else {
                    return false;
                };
                let (key, r) = key_for(curve, MESSAGE, &s, nonce);
                let encoded = der(&r, &padded);
                if encoded.len() != raw_len {
                    return false;
                }
                assert!(
                    all_accept(name, &key, &[&r[..], &padded].concat()),
                    "{name}"
                );
                assert!(none_accepts(name, &key, &encoded), "{name}");
                true
            })
        });
        assert!(found, "{name}: no such signature was made");
    }
}

/// JWS allows both forms, so the bytes of a signature must never be used as an identifier.
#[test]
fn b5_both_s_and_its_negative_are_accepted() {
    for (name, curve) in CURVES {
        let good = sign(name, MESSAGE);
        let (r, s) = good.split_at(curve.coordinate_bytes());
        let negative = subtract(&order(curve), s).unwrap();
        let other = [r, &negative].concat();
        assert_ne!(good, other);
        assert!(all_accept(name, &keys::ec_public(curve), &good), "{name}");
        assert!(all_accept(name, &keys::ec_public(curve), &other), "{name}");
    }
}

#[test]
fn a11_a12_a_key_on_another_curve_is_refused_by_name() {
    let curves = [Curve::P256, Curve::P384, Curve::P521, Curve::SECP256K1];
    for backend in backends() {
        for (name, needed) in CURVES {
            let Some(algorithm) = backend.get(name) else {
                continue;
            };
            for curve in curves.into_iter().filter(|curve| *curve != needed) {
                let key = KeyMaterial::EcPublic(keys::ec_public(curve));
                let rejected = algorithm.verifier(&key).map(drop).unwrap_err();
                let sentence = format!(
                    "found a {} key; {name} needs {}",
                    curve.name(),
                    needed.name()
                );
                assert_eq!(rejected.to_string(), sentence, "{}", backend.name);
            }
        }
    }
}

/// The signature is mathematically right, but uses P-384 with SHA-256, or the reverse.
#[test]
fn a12_a_valid_signature_with_another_curves_hash_is_refused() {
    use p256::ecdsa::signature::hazmat::PrehashSigner;
    use sha2::{Digest, Sha256, Sha384};

    let p384 = p384::ecdsa::SigningKey::from_slice(keys::ec_private(Curve::P384).expose()).unwrap();
    let signature: p384::ecdsa::Signature = p384.sign_prehash(&Sha256::digest(MESSAGE)).unwrap();
    let key = KeyMaterial::EcPublic(keys::ec_public(Curve::P384));
    for (_, verifier) in verifiers(AlgorithmName::ES384) {
        assert!(verifier.verify(MESSAGE, &signature.to_bytes()).is_err());
    }
    for backend in backends() {
        let es256 = backend.get(AlgorithmName::ES256).unwrap();
        assert!(es256.verifier(&key).is_err(), "{}", backend.name);
    }

    let p256 = p256::ecdsa::SigningKey::from_slice(keys::ec_private(Curve::P256).expose()).unwrap();
    let signature: p256::ecdsa::Signature = p256.sign_prehash(&Sha384::digest(MESSAGE)).unwrap();
    for (_, verifier) in verifiers(AlgorithmName::ES256) {
        assert!(verifier.verify(MESSAGE, &signature.to_bytes()).is_err());
    }
}
