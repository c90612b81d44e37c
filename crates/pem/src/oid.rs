//! The object identifiers of keys and curves, and their meaning.

use countersign_signature::{AlgorithmName, Curve, OkpCurve};
use der::asn1::ObjectIdentifier;

const fn oid(text: &'static str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// `rsaEncryption` (RFC 8017 appendix C).
pub(crate) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// `id-RSASSA-PSS` (RFC 8017 appendix C).
pub(crate) const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// `id-mgf1` (RFC 8017 appendix C).
pub(crate) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
/// `id-ecPublicKey` (RFC 5480 section 2.1.1).
pub(crate) const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");

/// Named curves (RFC 5480 section 2.1.1.1; secp256k1: SEC 2 appendix A.2.1).
const CURVES: [(ObjectIdentifier, Curve); 4] = [
    (oid("1.2.840.10045.3.1.7"), Curve::P256),
    (oid("1.3.132.0.34"), Curve::P384),
    (oid("1.3.132.0.35"), Curve::P521),
    (oid("1.3.132.0.10"), Curve::SECP256K1),
];

/// Octet key pairs (RFC 8410 section 3).
const OCTET_KEY_PAIRS: [(ObjectIdentifier, OkpCurve); 4] = [
    (oid("1.3.101.112"), OkpCurve::ED25519),
    (oid("1.3.101.113"), OkpCurve::ED448),
    (oid("1.3.101.110"), OkpCurve::X25519),
    (oid("1.3.101.111"), OkpCurve::X448),
];

/// A hash of RSASSA-PSS (RFC 8017 appendix B.1), its length in bytes, and the one algorithm
/// of a key that is limited to it.
pub(crate) struct PssHash {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) bytes: u8,
    pub(crate) algorithms: &'static [AlgorithmName],
}

pub(crate) const PSS_HASHES: [PssHash; 3] = [
    PssHash {
        oid: oid("2.16.840.1.101.3.4.2.1"),
        bytes: 32,
        algorithms: &[AlgorithmName::PS256],
    },
    PssHash {
        oid: oid("2.16.840.1.101.3.4.2.2"),
        bytes: 48,
        algorithms: &[AlgorithmName::PS384],
    },
    PssHash {
        oid: oid("2.16.840.1.101.3.4.2.3"),
        bytes: 64,
        algorithms: &[AlgorithmName::PS512],
    },
];

/// Names for errors: keys that are recognised but not supported.
const NAMES: [(ObjectIdentifier, &str); 6] = [
    (oid("1.2.840.10040.4.1"), "a DSA key"),
    (oid("1.2.840.113549.1.3.1"), "a Diffie-Hellman key"),
    (oid("1.2.840.10046.2.1"), "a Diffie-Hellman key"),
    (oid("1.2.840.113549.1.1.7"), "an RSA-OAEP key"),
    (oid("1.3.132.1.12"), "an ECDH key"),
    (oid("1.3.132.1.13"), "an ECMQV key"),
];

pub(crate) fn curve(wanted: ObjectIdentifier) -> Option<Curve> {
    find(&CURVES, |(oid, _)| *oid == wanted).map(|(_, curve)| *curve)
}

pub(crate) fn of_curve(wanted: Curve) -> Option<ObjectIdentifier> {
    find(&CURVES, |(_, curve)| *curve == wanted).map(|(oid, _)| *oid)
}

pub(crate) fn octet_key_pair(wanted: ObjectIdentifier) -> Option<OkpCurve> {
    find(&OCTET_KEY_PAIRS, |(oid, _)| *oid == wanted).map(|(_, curve)| *curve)
}

pub(crate) fn of_octet_key_pair(wanted: OkpCurve) -> Option<ObjectIdentifier> {
    find(&OCTET_KEY_PAIRS, |(_, curve)| *curve == wanted).map(|(oid, _)| *oid)
}

pub(crate) fn name(wanted: ObjectIdentifier) -> &'static str {
    find(&NAMES, |(oid, _)| *oid == wanted).map_or("a key", |(_, name)| name)
}

fn find<T>(table: &'static [T], is_it: impl Fn(&T) -> bool) -> Option<&'static T> {
    table.iter().find(|row| is_it(row))
}
