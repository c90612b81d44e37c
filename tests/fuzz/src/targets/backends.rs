//! Compares the backends: all give the same verdict on any key, message and signature.

use std::sync::{Arc, LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use countersign::signature::{
    AlgorithmName, Curve, EcPublicKey, KeyMaterial, OkpCurve, OkpPublicKey, RsaPublicKey, Verifier,
};
use countersign_test_backends::{ALGORITHMS, Backend, backends, sign, verifiers};

use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "backends",
    about: "all backends accept the same keys and the same signatures",
    run,
};

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
    /// A valid one with some bytes replaced.
    Changed(u16, &'a [u8]),
    Longer(&'a [u8]),
    Shorter(u8),
}

/// One algorithm with its fixed key: a verifier of each backend that has it, and a valid
/// signature.
struct Fixed {
    algorithm: AlgorithmName,
    verifiers: Vec<(&'static str, Arc<dyn Verifier>)>,
    signature: Vec<u8>,
}

static BACKENDS: LazyLock<Vec<Backend>> = LazyLock::new(backends);

static FIXED: LazyLock<Vec<Fixed>> = LazyLock::new(|| {
    let fixed = |algorithm| Fixed {
        algorithm,
        verifiers: verifiers(algorithm),
        signature: sign(algorithm, MESSAGE),
    };
    ALGORITHMS.map(fixed).into()
});

fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let fixed = &FIXED[usize::from(input.algorithm) % FIXED.len()];
    let message = input.message.unwrap_or(MESSAGE);
    let signature = input.signature.of(&fixed.signature);
    let is_good = message == MESSAGE && signature == fixed.signature;

    let verifiers = match input.key {
        SomeKey::Fixed => fixed.verifiers.clone(),
        SomeKey::Any(a, b) => match material(fixed.algorithm.as_str(), a, b) {
            Some(material) => bound(fixed.algorithm, &material),
            None => return,
        },
    };
    let verify = |(name, verifier): &(_, Arc<dyn Verifier>)| {
        (*name, verifier.verify(message, &signature).is_ok())
    };
    let verdicts: Vec<(&str, bool)> = verifiers.iter().map(verify).collect();
    for (name, verdict) in &verdicts {
        assert_eq!(*verdict, verdicts[0].1, "{}: {name}", fixed.algorithm);
        if matches!(input.key, SomeKey::Fixed) {
            assert!(!is_good || *verdict, "{}: {name} refuses", fixed.algorithm);
        }
    }
}

/// A verifier of each backend that has the algorithm, or none if the key is refused. All backends
/// must agree.
fn bound(
    algorithm: AlgorithmName,
    material: &KeyMaterial<'_>,
) -> Vec<(&'static str, Arc<dyn Verifier>)> {
    let with = BACKENDS
        .iter()
        .filter_map(|it| Some((it.name, it.get(algorithm)?)));
    let bound = with.map(|(name, algorithm)| (name, algorithm.verifier(material)));
    let (taken, refused): (Vec<_>, Vec<_>) = bound.partition(|(_, bound)| bound.is_ok());
    assert!(
        taken.is_empty() || refused.is_empty(),
        "{algorithm}: some take the key: {taken:?}, {refused:?}"
    );
    taken
        .into_iter()
        .filter_map(|(name, bound)| Some((name, bound.ok()?)))
        .collect()
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

/// A key of the algorithm's kind from any bytes, if `countersign-signature` accepts them.
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
        "ES512" => EcPublicKey::new(Curve::P521, a, b)
            .ok()
            .map(KeyMaterial::EcPublic),
        // A modulus of the smallest size, so that few bytes make a key.
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
