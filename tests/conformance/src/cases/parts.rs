//! The fixed keys of the cases, and their parts by name (`rsa.n`, `p256.spki`).
//!
//! They are the keys of `tests/backends`, made for tests and used nowhere else.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_keys::Key;
use countersign_signature::{Curve, EcPrivateKey, KeyMaterial, Secret};
use countersign_test_backends::keys;

use crate::encoding::{base64url, from_base64, from_base64url, unhex};

/// Names of the keys: a secret, RSA of 2048 bits, three curves, secp256k1, Ed25519.
pub(crate) const KEYS: [&str; 8] = ["hs", "rsa", "rsa3", "p256", "p384", "p521", "k256", "ed"];

/// The secret, the private key or, `private` being false, the public key of a name.
pub(crate) fn key(name: &str, private: bool) -> Key {
    static KEYS: LazyLock<BTreeMap<&str, Key>> = LazyLock::new(|| {
        let made = self::KEYS.map(|name| (name, Key::new(material(name)).unwrap()));
        made.into()
    });
    let key = KEYS
        .get(name)
        .unwrap_or_else(|| panic!("no key is called {name:?}"));
    if private || key.is_secret() {
        key.clone()
    } else {
        key.clone().into_public().unwrap()
    }
}

fn material(name: &str) -> KeyMaterial<'static> {
    match name {
        "hs" => KeyMaterial::Secret(Secret::new(vec![0x5a; 64]).unwrap()),
        "rsa" => KeyMaterial::RsaPrivate(keys::RSA_2048.private()),
        "rsa3" => KeyMaterial::RsaPrivate(keys::RSA_EXPONENT_3.private()),
        "p256" => KeyMaterial::EcPrivate(keys::ec_private(Curve::P256)),
        "p384" => KeyMaterial::EcPrivate(keys::ec_private(Curve::P384)),
        "p521" => KeyMaterial::EcPrivate(keys::ec_private(Curve::P521)),
        "k256" => KeyMaterial::EcPrivate(secp256k1()),
        _ => KeyMaterial::OkpPrivate(keys::ed25519_private()),
    }
}

/// The private key 1; its public point is the generator. Only backends of others sign with it.
fn secp256k1() -> EcPrivateKey<'static> {
    let mut one = vec![0; 32];
    one[31] = 1;
    let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    let y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    let public =
        countersign_signature::EcPublicKey::new(Curve::SECP256K1, unhex(x), unhex(y)).unwrap();
    EcPrivateKey::new(Curve::SECP256K1, one, Some(public)).unwrap()
}

/// The part of this name.
pub(crate) fn get(name: &str) -> Option<&'static Vec<u8>> {
    static PARTS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(make);
    PARTS.get(name)
}

/// Public RSA keys in other forms than SubjectPublicKeyInfo.
const FORMS: [(&str, &str); 2] = [
    (
        "certificate",
        include_str!("../../keys/rsa2048.certificate.pem"),
    ),
    ("pkcs1", include_str!("../../keys/rsa2048.pkcs1-public.pem")),
];

fn make() -> BTreeMap<String, Vec<u8>> {
    let mut parts = BTreeMap::new();
    // The certificate of a key that is not among these.
    for (name, pem) in FORMS {
        let line = pem.replace('\n', "\\n");
        parts.insert(format!("{name}.pem1"), line.into_bytes());
        parts.insert(format!("{name}.pem"), pem.into());
    }
    for name in KEYS {
        let key = key(name, true);
        let jwk: BTreeMap<String, String> =
            serde_json::from_str(&key.to_jwk().unwrap()).expect("strings alone");
        for (member, value) in &jwk {
            parts.insert(format!("{name}.{member}"), value.clone().into_bytes());
        }
        if key.is_secret() {
            parts.insert(format!("{name}.text"), from_base64url(&jwk["k"]));
            continue;
        }
        let jwk = key.public_jwk().unwrap();
        parts.insert(format!("{name}.jwk"), jwk.into_bytes());
        let pem = key.public_pem().unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        parts.insert(format!("{name}.der"), from_base64(&base64));
        parts.insert(format!("{name}.pem"), pem.clone().into_bytes());
        // In a JSON string, and in one line of an environment file.
        parts.insert(
            format!("{name}.pem1"),
            pem.replace('\n', "\\n").into_bytes(),
        );
        parts.insert(
            format!("{name}.pemline"),
            pem.trim().replace('\n', " ").into_bytes(),
        );
        parts.insert(format!("{name}.spki"), base64.into_bytes());
        if let Ok(pem) = key.to_pem() {
            parts.insert(
                format!("{name}.private1"),
                pem.replace('\n', "\\n").into_bytes(),
            );
        }
        derived(&mut parts, name, &key);
    }
    parts
}

/// Altered parts, as an attacker or a careless library makes them.
fn derived(parts: &mut BTreeMap<String, Vec<u8>>, name: &str, key: &Key) {
    let mut put = |part: &str, bytes: Vec<u8>| {
        parts.insert(format!("{name}.{part}"), bytes);
    };
    match key.material().public() {
        Some(KeyMaterial::RsaPublic(public)) => {
            put("n.bytes", public.modulus().to_vec());
            let zero = [&[0], public.modulus()].concat();
            put("n.zero", base64url(&zero).into_bytes());
            let mut even = public.modulus().to_vec();
            *even.last_mut().unwrap() &= 0xfe;
            put("n.even", base64url(&even).into_bytes());
        }
        Some(KeyMaterial::EcPublic(public)) => {
            put("xy.bytes", [public.x(), public.y()].concat());
            put("point.bytes", public.as_uncompressed().to_vec());
            for (part, bytes) in [("x", public.x()), ("y", public.y())] {
                put(
                    &format!("{part}.short"),
                    base64url(&bytes[1..]).into_bytes(),
                );
                let long = [&[0], bytes].concat();
                put(&format!("{part}.long"), base64url(&long).into_bytes());
                let mut other = bytes.to_vec();
                *other.last_mut().unwrap() ^= 1;
                put(&format!("{part}.off"), base64url(&other).into_bytes());
                let zero = vec![0; bytes.len()];
                put(&format!("{part}.zero"), base64url(&zero).into_bytes());
            }
        }
        Some(KeyMaterial::OkpPublic(public)) => put("x.bytes", public.bytes().to_vec()),
        _ => {}
    }
}
