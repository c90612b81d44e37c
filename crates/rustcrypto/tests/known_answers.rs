//! Signatures printed in RFCs. ECDSA is deterministic in this crate, so the bytes must be equal.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use countersign_signature::{
    Algorithm, Curve, EcPrivateKey, KeyMaterial, OkpCurve, OkpPrivateKey, Secret,
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

/// RFC 6979 sections A.2.5 to A.2.7: the message "sample", each curve with its JWS hash.
#[test]
fn ecdsa_signatures_are_those_of_rfc_6979() {
    let table = [
        (
            countersign_rustcrypto::ES256,
            Curve::P256,
            "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        ),
        (
            countersign_rustcrypto::ES384,
            Curve::P384,
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
            "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
        ),
        (
            countersign_rustcrypto::ES512,
            Curve::P521,
            "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
            "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa",
            "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
        ),
    ];
    for (algorithm, curve, scalar, r, s) in table {
        let key = EcPrivateKey::new(curve, hex(scalar), None).unwrap();
        let signature = sign(algorithm, &KeyMaterial::EcPrivate(key), b"sample");
        assert_eq!(signature, [hex(r), hex(s)].concat(), "{curve:?}");
    }
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
        sign(countersign_rustcrypto::EDDSA, &key, &[0x72]),
        hex(expected)
    );
}

/// RFC 4231 section 4.3, test case 2: a secret of four bytes, which must be allowed.
#[test]
fn hmac_tags_are_those_of_rfc_4231() {
    let key = KeyMaterial::Secret(Secret::new(b"Jefe".as_slice()).unwrap().allow_short());
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let tag = sign(
        countersign_rustcrypto::HS256,
        &key,
        b"what do ya want for nothing?",
    );
    assert_eq!(tag, hex(expected));
}
