//! RSA signatures that a careless verifier accepts.

use countersign_signature::{AlgorithmName, KeyMaterial, RsaPublicKey};
use countersign_test_backends::keys::{RSA_2048, RSA_2049, RsaHex};
use countersign_test_backends::rsa::{Hash, Pss, SHA256, SHA384, SHA512, pkcs1, sign_raw};
use countersign_test_backends::{add, backends, hex, keys, sign, subtract, verifiers};

const MESSAGE: &[u8] = b"a message";
const PKCS1: [(AlgorithmName, Hash); 3] = [
    (AlgorithmName::RS256, SHA256),
    (AlgorithmName::RS384, SHA384),
    (AlgorithmName::RS512, SHA512),
];
const PSS: [(AlgorithmName, Hash); 3] = [
    (AlgorithmName::PS256, SHA256),
    (AlgorithmName::PS384, SHA384),
    (AlgorithmName::PS512, SHA512),
];

/// The verdict of each backend on a signature under this key.
fn verdicts(name: AlgorithmName, key: &RsaPublicKey<'_>, signature: &[u8]) -> Vec<bool> {
    let key = KeyMaterial::RsaPublic(key.clone());
    backends()
        .iter()
        .map(|backend| backend.get(name).unwrap().verifier(&key).unwrap())
        .map(|verifier| verifier.verify(MESSAGE, signature).is_ok())
        .collect()
}

fn all_accept(name: AlgorithmName, key: &RsaHex, signature: &[u8]) -> bool {
    !verdicts(name, &key.public(), signature).contains(&false)
}

fn none_accepts(name: AlgorithmName, key: &RsaHex, signature: &[u8]) -> bool {
    !verdicts(name, &key.public(), signature).contains(&true)
}

#[test]
fn b8_a_signature_at_the_edges_of_the_modulus_is_refused() {
    let n = hex(RSA_2048.n);
    let zero = vec![0; n.len()];
    for (name, _) in PKCS1.into_iter().chain(PSS) {
        for signature in [
            zero.clone(),
            add(&zero, &[1]).unwrap(),
            subtract(&n, &[1]).unwrap(),
            n.clone(),
            add(&n, &[1]).unwrap(),
            vec![0xff; n.len()],
        ] {
            assert!(none_accepts(name, &RSA_2048, &signature), "{name}");
        }
    }
}

#[test]
fn b8_a_signature_that_is_not_reduced_is_refused() {
    for (name, hash) in PKCS1.into_iter().chain(PSS) {
        // Try different salts or messages, until a signature is so small that the modulus can be
        // added.
        let (message, good, unreduced) = (0_u32..)
            .find_map(|i| {
                let message = i.to_be_bytes();
                let encoded = match name.as_str().as_bytes()[0] {
                    b'R' => pkcs1(256, &[hex(hash.prefix), (hash.of)(&message)].concat()),
                    _ => Pss::proper(hash).encode(&message, 2048),
                };
                let good = sign_raw(&RSA_2048, &encoded);
                let unreduced = add(&good, &hex(RSA_2048.n))?;
                Some((message, good, unreduced))
            })
            .unwrap();
        for (backend, verifier) in verifiers(name) {
            assert!(verifier.verify(&message, &good).is_ok(), "{name} {backend}");
            assert!(
                verifier.verify(&message, &unreduced).is_err(),
                "{name} {backend}"
            );
        }
    }
}

#[test]
fn b9_a_signature_without_its_leading_zero_is_refused() {
    let backends = backends();
    let signer = backends[0].signer(AlgorithmName::RS256).unwrap();
    let (message, signature) = (0_u32..)
        .find_map(|i| {
            let mut signature = Vec::new();
            signer.sign(&i.to_be_bytes(), &mut signature).unwrap();
            (signature[0] == 0).then_some((i.to_be_bytes(), signature))
        })
        .unwrap();
    for (backend, verifier) in verifiers(AlgorithmName::RS256) {
        assert!(verifier.verify(&message, &signature).is_ok(), "{backend}");
        assert!(
            verifier.verify(&message, &signature[1..]).is_err(),
            "{backend}"
        );
        let longer = [&[0], &signature[..]].concat();
        assert!(verifier.verify(&message, &longer).is_err(), "{backend}");
    }
}

#[test]
fn b10_padding_of_pkcs1_that_is_not_exact_is_refused() {
    for (name, hash) in PKCS1 {
        let digest = (hash.of)(MESSAGE);
        let prefix = hex(hash.prefix);
        let info = [&prefix[..], &digest].concat();
        let proper = pkcs1(256, &info);
        let with = |at: usize, byte: u8| {
            let mut encoded = proper.clone();
            encoded[at] = byte;
            encoded
        };
        // SEQUENCE { SEQUENCE { OID }, OCTET STRING }, without the NULL of the parameters.
        let without_null = {
            let oid = &prefix[4..15];
            let len = hash.len as u8;
            [&[0x30, 15 + len, 0x30, 11], oid, &[0x04, len], &digest].concat()
        };
        // The outer length in its long form, which DER forbids.
        let long_form = [&[0x30, 0x81], &info[1..]].concat();
        // The hash, then garbage, with a padding that is shorter by the same length
        // (CVE-2006-4339).
        let rubbish = {
            let mut encoded = [
                &[0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0][..],
                &info,
            ]
            .concat();
            encoded.resize(256, 0);
            encoded
        };
        let other_hash = PKCS1.iter().find(|(other, _)| *other != name).unwrap().1;
        let other_oid = [hex(other_hash.prefix), (other_hash.of)(MESSAGE)].concat();
        let wrong_oid = [&hex(other_hash.prefix), &digest[..]].concat();
        let separator = 256 - info.len() - 1;
        let table = [
            ("no NULL", pkcs1(256, &without_null)),
            ("a length in its long form", pkcs1(256, &long_form)),
            ("garbage after the hash", rubbish),
            ("no DigestInfo", pkcs1(256, &digest)),
            ("another hash, properly", pkcs1(256, &other_oid)),
            ("the name of another hash", pkcs1(256, &wrong_oid)),
            ("one byte short", pkcs1(256, &info[..info.len() - 1])),
            ("a first byte of 1", with(0, 1)),
            ("block type 0", with(1, 0)),
            ("block type 2", with(1, 2)),
            ("a hole at the start of the padding", with(2, 0xfe)),
            ("a hole in the padding", with(100, 0)),
            (
                "a hole at the end of the padding",
                with(separator - 1, 0xfe),
            ),
            ("no zero before DigestInfo", with(separator, 0xff)),
            (
                "no padding",
                [vec![0; 256 - info.len()], info.clone()].concat(),
            ),
        ];
        assert!(all_accept(name, &RSA_2048, &sign_raw(&RSA_2048, &proper)));
        for (what, encoded) in table {
            let signature = sign_raw(&RSA_2048, &encoded);
            assert!(none_accepts(name, &RSA_2048, &signature), "{name}: {what}");
        }
    }
}

#[test]
fn b11_pss_with_other_parameters_is_refused() {
    for (name, hash) in PSS {
        let proper = Pss::proper(hash);
        let signed = |pss: Pss| sign_raw(&RSA_2048, &pss.encode(MESSAGE, 2048));
        assert!(all_accept(name, &RSA_2048, &signed(proper)), "{name}");

        let most = 256 - 2 - hash.len;
        for salt in [0, 1, 20, 32, 48, 64, hash.len - 1, hash.len + 1, most] {
            if salt != hash.len {
                let signature = signed(Pss { salt, ..proper });
                assert!(
                    none_accepts(name, &RSA_2048, &signature),
                    "{name}: salt {salt}"
                );
            }
        }
        for (other, mgf) in PSS {
            if other != name {
                let signature = signed(Pss { mgf, ..proper });
                assert!(
                    none_accepts(name, &RSA_2048, &signature),
                    "{name}: MGF1 of {other}"
                );
                let signature = signed(Pss {
                    hash: mgf,
                    mgf,
                    ..proper
                });
                assert!(
                    none_accepts(name, &RSA_2048, &signature),
                    "{name}: hash of {other}"
                );
            }
        }
        for trailer in [0xcc, 0xbd, 0] {
            let signature = signed(Pss { trailer, ..proper });
            assert!(
                none_accepts(name, &RSA_2048, &signature),
                "{name}: {trailer:x}"
            );
        }
        for separator in [0, 2, 0xff] {
            let signature = signed(Pss {
                separator,
                ..proper
            });
            assert!(
                none_accepts(name, &RSA_2048, &signature),
                "{name}: {separator:x}"
            );
        }
        // The highest bit of the encoding must be zero.
        let mut encoded = proper.encode(MESSAGE, 2048);
        encoded[0] |= 0x80;
        if encoded < hex(RSA_2048.n) {
            let signature = sign_raw(&RSA_2048, &encoded);
            assert!(
                none_accepts(name, &RSA_2048, &signature),
                "{name}: highest bit"
            );
        }
    }
}

#[test]
fn a_modulus_one_bit_longer_than_whole_bytes_verifies_too() {
    for (name, hash) in PKCS1 {
        let encoded = pkcs1(257, &[hex(hash.prefix), (hash.of)(MESSAGE)].concat());
        assert!(
            all_accept(name, &RSA_2049, &sign_raw(&RSA_2049, &encoded)),
            "{name}"
        );
    }
    for (name, hash) in PSS {
        let mut encoded = Pss::proper(hash).encode(MESSAGE, 2049);
        assert_eq!(encoded.len(), 257);
        assert!(
            all_accept(name, &RSA_2049, &sign_raw(&RSA_2049, &encoded)),
            "{name}"
        );
        // The byte before the padding must be zero.
        encoded[0] = 1;
        if encoded < hex(RSA_2049.n) {
            assert!(
                none_accepts(name, &RSA_2049, &sign_raw(&RSA_2049, &encoded)),
                "{name}"
            );
        }
    }
}

#[test]
fn a_key_of_8192_bits_verifies() {
    let key = RsaPublicKey::new(hex(keys::RSA_8192_MODULUS), [1, 0, 1].as_slice()).unwrap();
    let key = KeyMaterial::RsaPublic(key);
    for backend in backends() {
        for (name, signature) in [
            (AlgorithmName::RS256, keys::RSA_8192_RS256),
            (AlgorithmName::PS512, keys::RSA_8192_PS512),
        ] {
            let verifier = backend.get(name).unwrap().verifier(&key).unwrap();
            let signature = hex(signature);
            assert!(verifier.verify(keys::RSA_8192_MESSAGE, &signature).is_ok());
            assert!(verifier.verify(b"another message", &signature).is_err());
        }
    }
}

#[test]
fn pss_signatures_differ_and_those_of_pkcs1_do_not() {
    for (name, _) in PKCS1 {
        assert_eq!(sign(name, MESSAGE), sign(name, MESSAGE), "{name}");
    }
    for backend in backends() {
        for (name, _) in PSS {
            let signer = backend.signer(name).unwrap();
            let [first, second] = [(); 2].map(|()| {
                let mut signature = Vec::new();
                signer.sign(MESSAGE, &mut signature).unwrap();
                signature
            });
            assert_ne!(first, second, "{name} by {}", backend.name);
        }
    }
}
