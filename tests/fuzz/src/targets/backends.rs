//! *ring* against RustCrypto: one verdict on any key, message and signature.

use std::sync::{Arc, LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use countersign::Key;
use countersign::signature::{
    Curve, EcPublicKey, KeyMaterial, OkpCurve, OkpPublicKey, Provider, RsaPublicKey, Verifier,
};

use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "backends",
    about: "both backends take the same keys and the same signatures",
    run,
    words: &[],
};

const ALGORITHMS: [(&str, &str); 12] = [
    ("HS256", ""),
    ("HS384", ""),
    ("HS512", ""),
    ("RS256", RSA),
    ("RS384", RSA),
    ("RS512", RSA),
    ("PS256", RSA),
    ("PS384", RSA),
    ("PS512", RSA),
    (
        "ES256",
        include_str!("../../../../crates/keys/tests/data/p256.pkcs8.pem"),
    ),
    (
        "ES384",
        include_str!("../../../../crates/keys/tests/data/p384.pkcs8.pem"),
    ),
    (
        "EdDSA",
        include_str!("../../../../crates/keys/tests/data/ed25519.pkcs8-v2.pem"),
    ),
];
const RSA: &str = include_str!("../../../../crates/keys/tests/data/rsa2048.pkcs8.pem");
const MESSAGE: &[u8] = b"header.payload";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    algorithm: u8,
    key: SomeKey<'a>,
    message: Option<&'a [u8]>,
    signature: Signature<'a>,
}

#[derive(Arbitrary, Debug)]
enum SomeKey<'a> {
    Fixed,
    Any(&'a [u8], &'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Signature<'a> {
    Good,
    Any(&'a [u8]),
    /// A good one with some bytes written over it.
    Changed(u16, &'a [u8]),
    Longer(&'a [u8]),
    Shorter(u8),
}

/// One algorithm with its fixed key: both verifiers, and a good signature.
struct Fixed {
    verifiers: [Arc<dyn Verifier>; 2],
    signature: Vec<u8>,
}

static PROVIDERS: LazyLock<[Provider; 2]> = LazyLock::new(|| {
    [
        countersign_ring::provider(),
        countersign_rustcrypto::provider(),
    ]
});

static FIXED: LazyLock<Vec<Fixed>> = LazyLock::new(|| {
    let fixed = |(alg, pem): (&str, &str)| {
        let key = match pem {
            "" => Key::secret(&[7; 64]).unwrap(),
            pem => Key::from_pem(pem).unwrap(),
        };
        let signer = key.signer(&PROVIDERS[0], Some(alg)).unwrap();
        let mut signature = Vec::new();
        signer.sign(MESSAGE, &mut signature).unwrap();
        let public = if key.is_secret() {
            key
        } else {
            key.into_public().unwrap()
        };
        Fixed {
            verifiers: [0, 1].map(|at| public.verifier(&PROVIDERS[at], alg).unwrap()),
            signature,
        }
    };
    ALGORITHMS.map(fixed).into()
});

fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let at = usize::from(input.algorithm) % ALGORITHMS.len();
    let (alg, fixed) = (ALGORITHMS[at].0, &FIXED[at]);
    let message = input.message.unwrap_or(MESSAGE);
    let signature = input.signature.of(&fixed.signature);
    let is_good = message == MESSAGE && signature == fixed.signature;

    let verifiers = match input.key {
        SomeKey::Fixed => fixed.verifiers.clone(),
        SomeKey::Any(a, b) => {
            let Some(material) = material(alg, a, b) else {
                return;
            };
            let bound = [0, 1].map(|at| PROVIDERS[at].get(alg).unwrap().verifier(&material));
            match bound {
                [Ok(a), Ok(b)] => [a, b],
                [Err(_), Err(_)] => return,
                [a, b] => panic!("{alg}: one takes the key: {:?}, {:?}", a.err(), b.err()),
            }
        }
    };
    let [ring, rustcrypto] = [0, 1].map(|at| verifiers[at].verify(message, &signature).is_ok());
    assert_eq!(ring, rustcrypto, "{alg}");
    if matches!(input.key, SomeKey::Fixed) {
        assert!(!is_good || ring, "{alg}: a good signature is refused");
    }
}

impl Signature<'_> {
    fn of(&self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        match self {
            Self::Good => {}
            Self::Any(any) => bytes = any.to_vec(),
            Self::Changed(at, with) => {
                let at = usize::from(*at) % bytes.len();
                bytes
                    .iter_mut()
                    .skip(at)
                    .zip(*with)
                    .for_each(|(byte, new)| *byte = *new);
            }
            Self::Longer(by) => bytes.extend_from_slice(by),
            Self::Shorter(by) => bytes.truncate(bytes.len().saturating_sub(usize::from(*by))),
        }
        bytes
    }
}

/// A key of the algorithm's kind out of any bytes, if the seam lets it be made.
fn material<'a>(alg: &str, a: &'a [u8], b: &'a [u8]) -> Option<KeyMaterial<'a>> {
    match alg {
        "EdDSA" => OkpPublicKey::new(OkpCurve::ED25519, a)
            .ok()
            .map(KeyMaterial::OkpPublic),
        "ES256" => EcPublicKey::new(Curve::P256, a, b)
            .ok()
            .map(KeyMaterial::EcPublic),
        "ES384" => EcPublicKey::new(Curve::P384, a, b)
            .ok()
            .map(KeyMaterial::EcPublic),
        // A modulus of the least size, so that few bytes make a key.
        alg if !alg.starts_with("HS") => {
            let mut modulus = vec![0xff; 256];
            modulus
                .iter_mut()
                .zip(a)
                .for_each(|(byte, new)| *byte = *new | 0x80);
            modulus[255] |= 1;
            RsaPublicKey::new(modulus, b)
                .ok()
                .map(KeyMaterial::RsaPublic)
        }
        _ => None,
    }
}
