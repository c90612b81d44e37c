//! Signs or verifies the signatures that are printed in RFCs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use countersign_signature::{
    Algorithm, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, KeyRejectedReason, OkpCurve,
    OkpPrivateKey, OkpPublicKey, Secret,
};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16).unwrap()).collect();
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    digits.chunks(2).map(|pair| byte(pair).unwrap()).collect()
}

fn sign(algorithm: &dyn Algorithm, key: &KeyMaterial<'_>, message: &[u8]) -> Vec<u8> {
    let mut signature = Vec::new();
    let signer = algorithm.signer(key).unwrap();
    signer.sign(message, &mut signature).unwrap();
    signature
}

/// RFC 6979 section A.2.5: the message "sample" with SHA-256.
#[test]
fn the_ecdsa_signature_of_rfc_6979_verifies() {
    let key = EcPublicKey::new(
        Curve::P256,
        hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
        hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"),
    );
    let verifier = countersign_aws_lc::ES256.verifier(&KeyMaterial::EcPublic(key.unwrap()));
    let signature = hex(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    let verifier = verifier.unwrap();
    assert!(verifier.verify(b"sample", &signature).is_ok());
    assert!(verifier.verify(b"simple", &signature).is_err());
}

/// RFC 8032 section 7.1, test 2.
#[test]
fn eddsa_signatures_are_those_of_rfc_8032() {
    let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let key = OkpPrivateKey::new(OkpCurve::ED25519, seed, None).unwrap();
    let key = KeyMaterial::OkpPrivate(key);
    let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    assert_eq!(
        sign(countersign_aws_lc::EDDSA, &key, &[0x72]),
        hex(expected)
    );
}

/// RFC 4231 section 4.3, test case 2: a secret of four bytes, which must be allowed.
#[test]
fn hmac_tags_are_those_of_rfc_4231() {
    let key = KeyMaterial::Secret(Secret::new(b"Jefe".as_slice()).unwrap().allow_short());
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let tag = sign(
        countersign_aws_lc::HS256,
        &key,
        b"what do ya want for nothing?",
    );
    assert_eq!(tag, hex(expected));
}

/// RFC 6979 section A.2.7: the message "sample" with SHA-512, signed with a key that lacks its
/// public point.
#[test]
fn a_p521_key_without_its_public_point_verifies_what_it_signed() {
    let scalar = hex(
        "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
    );
    let key = EcPrivateKey::new(Curve::P521, scalar, None).unwrap();
    let signature = sign(
        countersign_aws_lc::ES512,
        &KeyMaterial::EcPrivate(key),
        b"sample",
    );
    let key = EcPublicKey::new(
        Curve::P521,
        hex(
            "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4",
        ),
        hex(
            "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
        ),
    );
    let verifier = countersign_aws_lc::ES512.verifier(&KeyMaterial::EcPublic(key.unwrap()));
    assert!(verifier.unwrap().verify(b"sample", &signature).is_ok());
}

/// With the identity of the group as a key, `R = identity` and `S = 0` is a valid signature of
/// every message.
#[test]
fn b7_a_key_of_small_order_that_aws_lc_accepts_is_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let forged = [identity, [0; 32]].concat();
    let parsed = aws_lc_rs::signature::ParsedPublicKey::new(
        &aws_lc_rs::signature::ED25519,
        identity.as_slice(),
    );
    assert!(parsed.unwrap().verify_sig(b"any message", &forged).is_ok());

    let refused = OkpPublicKey::new(OkpCurve::ED25519, identity.as_slice()).unwrap_err();
    assert_eq!(refused.reason(), KeyRejectedReason::Weak);
}
