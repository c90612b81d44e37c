//! Ed25519 signatures on which libraries are known to disagree.

use countersign_signature::AlgorithmName;
use countersign_test_backends::{add, hex, keys, sign, verifiers};
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};

const NAME: AlgorithmName = AlgorithmName::EDDSA;
const MESSAGE: &[u8] = b"a message";

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

/// The order of the group (RFC 8032 section 5.1), big-endian.
fn order() -> Vec<u8> {
    hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
}

fn verdicts(signature: &[u8]) -> Vec<bool> {
    verifiers(NAME)
        .iter()
        .map(|(_, verifier)| verifier.verify(MESSAGE, signature).is_ok())
        .collect()
}

#[test]
fn b6_an_s_that_is_not_reduced_is_refused() {
    let good = sign(NAME, MESSAGE);
    let (r, s) = good.split_at(32);
    let mut s = reversed(s);
    for _ in 0..14 {
        s = add(&s, &order()).unwrap();
        let signature = [r, &reversed(&s)].concat();
        assert!(!verdicts(&signature).contains(&true), "{s:02x?}");
    }
    for s in [order(), vec![0xff; 32], vec![0; 32]] {
        let signature = [r, &reversed(&s)].concat();
        assert!(!verdicts(&signature).contains(&true), "{s:02x?}");
    }
}

/// A signature by the key's holder with a nonce of zero, so that `R` is the identity, with this
/// encoding of `R`.
fn signature_with_r(r: &[u8]) -> Vec<u8> {
    let private = keys::ed25519_private();
    let seed = private.expose().try_into().unwrap();
    let secret = ed25519_dalek::SigningKey::from_bytes(seed).to_scalar();
    let public = private.public().unwrap();
    let hash: [u8; 64] = Sha512::digest([r, public.bytes(), MESSAGE].concat()).into();
    let s = Scalar::from_bytes_mod_order_wide(&hash) * secret;
    [r, s.as_bytes()].concat()
}

#[test]
fn b6_an_r_in_other_than_its_canonical_encoding_is_refused() {
    let encodings = [
        // y = p + 1
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // y = 1 with the sign of an x that is zero
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for r in encodings {
        let signature = signature_with_r(&hex(r));
        assert!(!verdicts(&signature).contains(&true), "{r}");
    }
}

/// Only the holder of the key can make such a signature, because the key itself is not of small
/// order. So it is safe, but backends must agree: RFC 8032 accepts it.
#[test]
fn b6_all_backends_agree_about_an_r_of_small_order() {
    let identity = hex("0100000000000000000000000000000000000000000000000000000000000000");
    let verdicts = verdicts(&signature_with_r(&identity));
    assert!(verdicts.iter().all(|accepted| *accepted), "{verdicts:?}");
}

#[test]
fn b6_an_r_that_is_not_a_point_is_refused() {
    let good = sign(NAME, MESSAGE);
    for r in [[2; 32], [0xff; 32], [0; 32]] {
        let signature = [&r[..], &good[32..]].concat();
        assert!(!verdicts(&signature).contains(&true), "{r:02x?}");
    }
}

#[test]
fn signatures_are_those_of_rfc_8032() {
    // Section 7.1, test 1: the empty message.
    let expected = hex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    for backend in countersign_test_backends::backends() {
        let mut signature = Vec::new();
        let signer = backend.signer(NAME).unwrap();
        signer.sign(b"", &mut signature).unwrap();
        assert_eq!(signature, expected, "{}", backend.name);
    }
}
