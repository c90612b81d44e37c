//! Makes signatures, and alters them.

use std::sync::LazyLock;

use countersign_keys::Key;
use countersign_rustcrypto::rsa_signing_rustsec_2023_0071::with_rsa_signing;
use countersign_signature::{Curve, KeyMaterial, Provider, Secret};
use countersign_test_backends::{add, ecdsa, subtract};
use p384::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2::Digest as _;

use super::parts;
use crate::encoding::unhex;

/// The algorithms that sign the tokens of the cases.
pub(crate) fn signing_provider() -> &'static Provider {
    static PROVIDER: LazyLock<Provider> =
        LazyLock::new(|| with_rsa_signing(countersign_rustcrypto::provider()));
    &PROVIDER
}

/// The name of the key for an algorithm.
pub(crate) fn own_key(alg: &str) -> &'static str {
    match alg {
        "HS256" | "HS384" | "HS512" => "hs",
        "ES256" => "p256",
        "ES384" => "p384",
        "ES512" => "p521",
        "ES256K" => "k256",
        "EdDSA" | "Ed25519" => "ed",
        _ => "rsa",
    }
}

/// A signature that `KEY as ALG` describes: with a fixed key (`own` is the key of the algorithm),
/// or with `secret`, any bytes as an HMAC secret.
pub(crate) fn sign(how: &str, secret: Option<&[u8]>, input: &[u8]) -> Vec<u8> {
    let (name, alg) = how.split_once(" as ").expect("KEY as ALG");
    if let Some(signature) = by_another_hash(name, alg, input) {
        return signature;
    }
    let algorithm = signing_provider()
        .get(alg)
        .unwrap_or_else(|| panic!("nothing signs {alg}"));
    let name = if name == "own" { own_key(alg) } else { name };
    let key: Key;
    let signer = match secret {
        Some(bytes) => {
            let secret = Secret::new(bytes).unwrap().allow_short();
            algorithm.signer(&KeyMaterial::Secret(secret))
        }
        None => {
            key = parts::key(name, true);
            algorithm.signer(key.material())
        }
    };
    let mut signature = Vec::new();
    let signer = signer.unwrap_or_else(|error| panic!("{how}: {error}"));
    signer.sign(input, &mut signature).expect("a signature");
    signature
}

/// ECDSA that is mathematically right, but with another hash than JOSE has for the curve.
fn by_another_hash(name: &str, alg: &str, input: &[u8]) -> Option<Vec<u8>> {
    let hash = match alg {
        "ECDSA-SHA-256" => sha2::Sha256::digest(input).to_vec(),
        "ECDSA-SHA-384" => sha2::Sha384::digest(input).to_vec(),
        "ECDSA-SHA-512" => sha2::Sha512::digest(input).to_vec(),
        _ => return None,
    };
    let key = parts::key(name, true);
    let KeyMaterial::EcPrivate(private) = key.material() else {
        panic!("{name} is on no curve");
    };
    let d = private.expose();
    macro_rules! sign {
        ($library:ident) => {{
            let key = $library::ecdsa::SigningKey::from_slice(d).unwrap();
            let made: $library::ecdsa::Signature = key.sign_prehash(&hash).unwrap();
            made.to_bytes().to_vec()
        }};
    }
    Some(match name {
        "p256" => sign!(p256),
        "p384" => sign!(p384),
        "p521" => sign!(p521),
        _ => panic!("{name} as {alg}"),
    })
}

/// Alters a signature by each of these words, from left to right.
pub(crate) fn bend(words: &str, mut signature: Vec<u8>, key: &str) -> Vec<u8> {
    for word in words.split_whitespace() {
        let (verb, object) = word.split_once(':').unwrap_or((word, ""));
        let count = || -> usize { object.parse().expect("a count") };
        signature = match verb {
            "good" => signature,
            "empty" => Vec::new(),
            "zeros" => vec![0; count()],
            "ones" => vec![0xff; count()],
            "hex" => unhex(object),
            "cut" => signature[..signature.len() - count()].to_vec(),
            "drop" => signature[count()..].to_vec(),
            "append" => [signature, unhex(object)].concat(),
            "prepend" => [unhex(object), signature].concat(),
            "twice" => signature.repeat(2),
            "flip" => {
                let bit = count() % (8 * signature.len());
                signature[bit / 8] ^= 1 << (bit % 8);
                signature
            }
            "swap" => {
                let (r, s) = signature.split_at(signature.len() / 2);
                [s, r].concat()
            }
            "der" => der(&signature),
            "wide" => {
                let (r, s) = signature.split_at(signature.len() / 2);
                [&[0], r, &[0], s].concat()
            }
            "int" => integer(object, &modulus(key)),
            "r" | "s" => {
                let n = order(key);
                let (r, s) = signature.split_at(n.len());
                let value = integer(object, &n);
                if verb == "r" {
                    [&value, s].concat()
                } else {
                    [r, &value].concat()
                }
            }
            "unreduced" => unreduced(&signature, key),
            "mirror" => {
                let n = order(key);
                let (r, s) = signature.split_at(n.len());
                [r, &subtract(&n, s).unwrap()].concat()
            }
            other => panic!("no verb {other:?}"),
        };
    }
    signature
}

/// An equal signature with a larger number: the order, or the modulus, is added to `s`.
fn unreduced(signature: &[u8], key: &str) -> Vec<u8> {
    let half = signature.len() / 2;
    match key {
        "rsa" | "rsa3" => add(signature, &modulus(key)).expect("room for n"),
        "ed" => {
            // RFC 8032 section 5.1: the order of the base point; S is little-endian.
            let l = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
            let mut made = signature.to_vec();
            made[half..].reverse();
            let mut s = add(&made[half..], &unhex(l)).expect("room for L");
            s.reverse();
            [&made[..half], &s].concat()
        }
        _ => {
            let (r, s) = signature.split_at(half);
            [r, &add(s, &order(key)).expect("room for n")].concat()
        }
    }
}

/// The number `0`, `1`, `n-1`, `n`, `n+1` or `max`, with the length of `n`.
fn integer(word: &str, n: &[u8]) -> Vec<u8> {
    let mut zero = vec![0; n.len()];
    match word {
        "0" => zero,
        "1" => {
            *zero.last_mut().unwrap() = 1;
            zero
        }
        "n-1" => subtract(n, &[1]).unwrap(),
        "n" => n.to_vec(),
        "n+1" => add(n, &[1]).unwrap(),
        "max" => vec![0xff; n.len()],
        other => panic!("no number {other:?}"),
    }
}

fn order(key: &str) -> Vec<u8> {
    ecdsa::order(match key {
        "p256" => Curve::P256,
        "p384" => Curve::P384,
        "p521" => Curve::P521,
        other => panic!("no order of {other}"),
    })
}

fn modulus(key: &str) -> Vec<u8> {
    match parts::key(key, false).material() {
        KeyMaterial::RsaPublic(public) => public.modulus().to_vec(),
        other => panic!("no modulus of {other}"),
    }
}

/// `r || s` in DER, as TLS and OpenSSL write it: a sequence of two integers.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let start = bytes
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(bytes.len() - 1);
        let mut value = bytes[start..].to_vec();
        if value[0] >= 0x80 {
            value.insert(0, 0);
        }
        [vec![2, u8::try_from(value.len()).unwrap()], value].concat()
    };
    let (r, s) = signature.split_at(signature.len() / 2);
    let both = [integer(r), integer(s)].concat();
    let length = u8::try_from(both.len()).unwrap();
    let head = if length < 0x80 {
        vec![0x30, length]
    } else {
        vec![0x30, 0x81, length]
    };
    [head, both].concat()
}
