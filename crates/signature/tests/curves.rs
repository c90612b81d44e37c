//! Which curves are equal.

use countersign_signature::{Curve, OkpCurve, OkpPublicKey};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16).unwrap()).collect();
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    digits.chunks(2).map(|pair| byte(pair).unwrap()).collect()
}

/// The prime, `a` and `b` of P-256.
fn p256() -> [Vec<u8>; 3] {
    [
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    ]
    .map(hex)
}

#[test]
fn c6_no_other_curve_can_have_the_name_of_a_known_one() {
    const ONE: &[u8] = &[1];
    let p256 = p256();
    let [prime, a, b]: [&'static [u8]; 3] = p256.map(|number| &*number.leak());
    assert_eq!(Curve::new("P-256", prime, a, b), Curve::P256);
    for (prime, a, b) in [(&[7; 32][..], a, b), (prime, ONE, b), (prime, a, ONE)] {
        for name in ["P-256", "P-384", "P-521", "secp256k1"] {
            let made = std::panic::catch_unwind(|| Curve::new(name, prime, a, b));
            assert!(made.is_err(), "{name} was made");
        }
        assert_ne!(Curve::new("mine", prime, a, b), Curve::P256);
    }
    // The same parameters under another name are another curve.
    assert_ne!(Curve::new("prime256v1", prime, a, b), Curve::P256);
    // Leading zeros of a number don't matter.
    let seven = [&[0; 31][..], &[7]].concat().leak();
    let prime = hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f").leak();
    assert_eq!(
        Curve::new("secp256k1", prime, &[0; 32], seven),
        Curve::SECP256K1
    );
}

#[test]
fn b7_a_curve_named_ed25519_is_ed25519() {
    const MINE: OkpCurve = OkpCurve::new("Ed25519");
    assert_eq!(MINE, OkpCurve::ED25519);
    // The identity, of small order.
    let identity = [&[1][..], &[0; 31]].concat();
    assert!(OkpPublicKey::new(MINE, identity).is_err());
}
