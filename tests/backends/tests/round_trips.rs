//! Every backend verifies the signatures of every other backend, and nothing else.

use countersign_signature::{AlgorithmName, KeyMaterial, Secret};
use countersign_test_backends::{ALGORITHMS, backends, keys, sign, verifiers};

const MESSAGE: &[u8] = b"eyJhbGciOiJ.eyJzdWIiOiI0MiJ9";

#[test]
fn every_backend_verifies_the_signatures_of_every_backend() {
    for name in ALGORITHMS {
        let mut signers = 0;
        for signing in backends() {
            let Some(signer) = signing.signer(name) else {
                continue;
            };
            signers += 1;
            assert_eq!(signer.algorithm(), name);
            for message in [MESSAGE, b"", &[0xff; 10_000]] {
                let mut signature = b"before".to_vec();
                signer.sign(message, &mut signature).unwrap();
                let signature = signature.strip_prefix(b"before").unwrap();
                for (verifying, verifier) in verifiers(name) {
                    assert_eq!(verifier.algorithm(), name);
                    assert!(
                        verifier.verify(message, signature).is_ok(),
                        "{name} by {} under {verifying}",
                        signing.name
                    );
                }
            }
        }
        assert!(signers > 0, "{name}: nobody signs");
    }
}

#[test]
fn every_algorithm_has_a_backend_and_ring_lacks_only_es512() {
    for backend in backends() {
        for name in ALGORITHMS {
            let expected = backend.name != "ring" || name != AlgorithmName::ES512;
            let found = backend
                .get(name)
                .map(countersign_signature::Algorithm::name);
            assert_eq!(found, expected.then_some(name), "{}", backend.name);
        }
        assert_eq!(
            backend
                .provider
                .get("Ed25519")
                .map(countersign_signature::Algorithm::name),
            Some(AlgorithmName::EDDSA)
        );
        for absent in ["none", "hs256", "ES256K", "RS1", "HS256 ", ""] {
            assert!(backend.provider.get(absent).is_none(), "{absent:?}");
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_signature_is_refused() {
    for name in ALGORITHMS {
        let signature = sign(name, MESSAGE);
        // RSA verifies the signature as one number, so one bit of every byte is enough, and
        // faster.
        let step = if signature.len() >= 256 { 9 } else { 1 };
        for (backend, verifier) in verifiers(name) {
            for bit in (0..signature.len() * 8).step_by(step) {
                let mut flipped = signature.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let verdict = verifier.verify(MESSAGE, &flipped);
                assert!(verdict.is_err(), "{name} under {backend}: bit {bit}");
            }
            assert!(verifier.verify(MESSAGE, &signature).is_ok());
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_message_is_refused() {
    for name in ALGORITHMS {
        let signature = sign(name, MESSAGE);
        for (backend, verifier) in verifiers(name) {
            for bit in 0..MESSAGE.len() * 8 {
                let mut flipped = MESSAGE.to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let verdict = verifier.verify(&flipped, &signature);
                assert!(verdict.is_err(), "{name} under {backend}: bit {bit}");
            }
        }
    }
}

#[test]
fn a_longer_or_shorter_message_is_refused() {
    for name in ALGORITHMS {
        let signature = sign(name, MESSAGE);
        for (backend, verifier) in verifiers(name) {
            for message in [&MESSAGE[1..], &MESSAGE[..MESSAGE.len() - 1], b""] {
                let verdict = verifier.verify(message, &signature);
                assert!(verdict.is_err(), "{name} under {backend}: {message:?}");
            }
            let longer = [MESSAGE, &[0]].concat();
            assert!(verifier.verify(&longer, &signature).is_err(), "{name}");
        }
    }
}

#[test]
fn a5_a_signature_verifies_only_with_its_own_algorithm() {
    for signed in ALGORITHMS {
        let signature = sign(signed, MESSAGE);
        let key = keys::verifying(signed);
        for checked in ALGORITHMS {
            for backend in backends() {
                let Some(algorithm) = backend.get(checked) else {
                    continue;
                };
                // The same key, bound to another algorithm if it can be bound.
                let accepted = algorithm
                    .verifier(&key)
                    .is_ok_and(|verifier| verifier.verify(MESSAGE, &signature).is_ok());
                let expected = signed == checked;
                assert_eq!(
                    accepted, expected,
                    "{signed} as {checked}: {}",
                    backend.name
                );
            }
        }
    }
}

#[test]
fn another_key_of_the_same_kind_does_not_verify() {
    use countersign_rustcrypto::EDDSA;
    use countersign_signature::{OkpCurve, OkpPublicKey};
    use countersign_test_backends::hex;

    // RFC 8032 section 7.1, test 2.
    let other = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let other = KeyMaterial::OkpPublic(OkpPublicKey::new(OkpCurve::ED25519, other).unwrap());
    let signature = sign(AlgorithmName::EDDSA, MESSAGE);
    assert!(
        EDDSA
            .verifier(&other)
            .unwrap()
            .verify(MESSAGE, &signature)
            .is_err()
    );

    let other = KeyMaterial::Secret(Secret::new([0x5b; 64].as_slice()).unwrap());
    for backend in backends() {
        for name in [
            AlgorithmName::HS256,
            AlgorithmName::HS384,
            AlgorithmName::HS512,
        ] {
            let verifier = backend.get(name).unwrap().verifier(&other).unwrap();
            assert!(verifier.verify(MESSAGE, &sign(name, MESSAGE)).is_err());
        }
    }
}

#[test]
fn hmac_tags_are_those_of_rfc_4231() {
    // Section 4.8, test case 7: a key and a message longer than a block.
    let key = KeyMaterial::Secret(Secret::new([0xaa; 131].as_slice()).unwrap());
    let message: &[u8] = b"This is a test using a larger than block-size key and a larger than \
        block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    let expected = [
        (
            AlgorithmName::HS256,
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
        (
            AlgorithmName::HS384,
            "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
        ),
        (
            AlgorithmName::HS512,
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
        ),
    ];
    for backend in backends() {
        for (name, tag) in expected {
            let mut signature = Vec::new();
            let signer = backend.get(name).unwrap().signer(&key).unwrap();
            signer.sign(message, &mut signature).unwrap();
            assert_eq!(signature, countersign_test_backends::hex(tag), "{name}");
        }
    }
}
