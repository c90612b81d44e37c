//! Signatures and secrets of the wrong length.

use countersign_signature::{AlgorithmName, KeyMaterial, KeyRejectedReason, Secret};
use countersign_test_backends::{ALGORITHMS, backends, sign, verifiers};

const MESSAGE: &[u8] = b"a message";

#[test]
fn b4_a_signature_of_another_length_is_refused() {
    for name in ALGORITHMS {
        let good = sign(name, MESSAGE);
        let n = good.len();
        let wrong = [
            good[..1].to_vec(),
            good[..n / 2].to_vec(),
            good[..n - 1].to_vec(),
            good[1..].to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], &good[..]].concat(),
            [&good[..], &[0; 8]].concat(),
            [&[0; 8], &good[..]].concat(),
            good.repeat(2),
            vec![0; n],
            vec![0xff; n],
            vec![0; 1 << 20],
            [&good[..], &vec![0; 1 << 20]].concat(),
        ];
        for (backend, verifier) in verifiers(name) {
            assert!(verifier.verify(MESSAGE, &good).is_ok());
            for signature in &wrong {
                let verdict = verifier.verify(MESSAGE, signature);
                let len = signature.len();
                assert!(verdict.is_err(), "{name} under {backend}: {len} bytes");
            }
        }
    }
}

#[test]
fn b4_zeros_before_each_half_of_an_ecdsa_signature_are_refused() {
    for name in [
        AlgorithmName::ES256,
        AlgorithmName::ES384,
        AlgorithmName::ES512,
    ] {
        let good = sign(name, MESSAGE);
        let (r, s) = good.split_at(good.len() / 2);
        for (_, verifier) in verifiers(name) {
            for signature in [
                [&[0], r, &[0], s].concat(),
                [r, &[0], s].concat(),
                [&r[1..], &[0], s].concat(),
            ] {
                assert!(verifier.verify(MESSAGE, &signature).is_err(), "{name}");
            }
        }
    }
}

#[test]
fn b12_an_empty_signature_is_refused() {
    for name in ALGORITHMS {
        for (backend, verifier) in verifiers(name) {
            for message in [MESSAGE, b""] {
                assert!(verifier.verify(message, b"").is_err(), "{name} {backend}");
            }
        }
    }
}

#[test]
fn a14_truncated_hmac_tags_are_refused() {
    for name in [
        AlgorithmName::HS256,
        AlgorithmName::HS384,
        AlgorithmName::HS512,
    ] {
        let tag = sign(name, MESSAGE);
        for (backend, verifier) in verifiers(name) {
            for len in 0..tag.len() {
                let left = verifier.verify(MESSAGE, &tag[..len]);
                let right = verifier.verify(MESSAGE, &tag[tag.len() - len..]);
                assert!(left.is_err() && right.is_err(), "{name} {backend}: {len}");
            }
        }
    }
}

#[test]
fn a16_a_secret_shorter_than_the_hash_is_refused_unless_allowed() {
    for backend in backends() {
        for (name, bytes) in [
            (AlgorithmName::HS256, 32),
            (AlgorithmName::HS384, 48),
            (AlgorithmName::HS512, 64),
        ] {
            let algorithm = backend.get(name).unwrap();
            let secret = |bytes| Secret::new(vec![7; bytes]).unwrap();
            let enough = KeyMaterial::Secret(secret(bytes));
            assert!(algorithm.verifier(&enough).is_ok() && algorithm.signer(&enough).is_ok());

            for short in [1, bytes - 1] {
                let key = KeyMaterial::Secret(secret(short));
                for rejected in [
                    algorithm.verifier(&key).map(drop).unwrap_err(),
                    algorithm.signer(&key).map(drop).unwrap_err(),
                ] {
                    assert_eq!(rejected.reason(), KeyRejectedReason::Weak);
                    assert_eq!(rejected.found(), format!("a secret of {} bits", short * 8));
                }
                let allowed = KeyMaterial::Secret(secret(short).allow_short());
                let mut tag = Vec::new();
                let signer = algorithm.signer(&allowed).unwrap();
                signer.sign(MESSAGE, &mut tag).unwrap();
                let verifier = algorithm.verifier(&allowed).unwrap();
                assert!(verifier.verify(MESSAGE, &tag).is_ok());
            }
        }
    }
}
