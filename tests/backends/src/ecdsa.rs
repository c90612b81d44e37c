//! ECDSA signatures with a chosen `s`, and a public key that is computed to fit.

use countersign_signature::{Curve, EcPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::hex;

/// The order of the curve's group (SP 800-186 section 3.2.1), as long as a coordinate.
#[must_use]
pub fn order(curve: Curve) -> Vec<u8> {
    hex(match curve.name() {
        "P-256" => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "P-384" => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        }
        "P-521" => {
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        other => panic!("no order of {other}"),
    })
}

/// A public key and an `r` such that `(r, s)` is a valid signature over `message` with
/// the curve's own hash. `nonce` chooses among them.
///
/// From `s = (e + r d) / k` follows `d = (s k - e) / r`.
#[must_use]
pub fn key_for(
    curve: Curve,
    message: &[u8],
    s: &[u8],
    nonce: u8,
) -> (EcPublicKey<'static>, Vec<u8>) {
    match curve.name() {
        "P-256" => p256_key_for(curve, &Sha256::digest(message), s, nonce),
        "P-384" => p384_key_for(curve, &Sha384::digest(message), s, nonce),
        "P-521" => p521_key_for(curve, &Sha512::digest(message), s, nonce),
        other => panic!("no ECDSA on {other}"),
    }
}

macro_rules! key_for {
    ($name:ident, $library:ident) => {
        fn $name(
            curve: Curve,
            hash: &[u8],
            s: &[u8],
            nonce: u8,
        ) -> (EcPublicKey<'static>, Vec<u8>) {
            use $library::elliptic_curve::PrimeField;
            use $library::elliptic_curve::sec1::ToSec1Point;
            use $library::{FieldBytes, ProjectivePoint, Scalar};

            let scalar = |bytes: &[u8]| {
                let mut padded = vec![0; curve.coordinate_bytes() - bytes.len()];
                padded.extend_from_slice(bytes);
                let repr = FieldBytes::try_from(padded.as_slice()).unwrap();
                Scalar::from_repr(repr).unwrap()
            };
            let k = scalar(&[nonce; 31]);
            let point = |scalar| (ProjectivePoint::GENERATOR * scalar).to_affine();
            let r = point(k).to_sec1_point(false).x().unwrap().to_vec();
            let d = (scalar(s) * k - scalar(hash)) * scalar(&r).invert().unwrap();
            let public = point(d).to_sec1_point(false).as_bytes().to_vec();
            let (x, y) = public[1..].split_at(curve.coordinate_bytes());
            (EcPublicKey::new(curve, x.to_vec(), y.to_vec()).unwrap(), r)
        }
    };
}

key_for!(p256_key_for, p256);
key_for!(p384_key_for, p384);
key_for!(p521_key_for, p521);
