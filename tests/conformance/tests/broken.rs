//! Backends with one fault each. The suite must find every fault.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    missing_docs
)] // test code

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use countersign_conformance::Backend;
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Algorithm, AlgorithmName, Curve, InvalidSignature, KeyMaterial,
    KeyRejected, Provider, Secret, Signer, SigningError, Verifier,
};
use countersign_test_backends::{keys, rsa};
use sha2::{Digest as _, Sha256};

/// An algorithm of *ring*, with a fault.
#[derive(Debug)]
struct Broken {
    fault: &'static str,
    /// The wrapped algorithm, and the name of the case that finds the fault.
    alg: &'static str,
    found_by: &'static str,
    /// The key that is bound instead of the given one.
    key: fn(&KeyMaterial<'_>) -> KeyMaterial<'static>,
    accepts: fn(&Bound, &[u8], &[u8]) -> bool,
    shows_key: bool,
    signs: bool,
    /// Whether its `takes_secrets` is the opposite of the truth.
    denies_its_kind: bool,
}

const SOUND: Broken = Broken {
    fault: "none",
    alg: "HS256",
    found_by: "",
    key: |key| key.clone().into_owned(),
    accepts: Bound::is_good,
    shows_key: false,
    signs: true,
    denies_its_kind: false,
};

static FAULTS: [Broken; 18] = [
    Broken {
        fault: "an algorithm for secrets says that it takes none",
        found_by: "contract",
        denies_its_kind: true,
        ..SOUND
    },
    Broken {
        fault: "half a tag is a whole one",
        found_by: "hmac",
        accepts: |it, message, tag| tag.len() >= 16 && it.sign(message).starts_with(tag),
        ..SOUND
    },
    Broken {
        fault: "a public key is a secret",
        found_by: "contract",
        key: |key| match key {
            KeyMaterial::RsaPublic(it) => {
                KeyMaterial::Secret(Secret::new(it.modulus().to_vec()).unwrap())
            }
            other => other.clone().into_owned(),
        },
        ..SOUND
    },
    Broken {
        fault: "a secret of any length",
        found_by: "contract",
        key: |key| match key {
            KeyMaterial::Secret(it) => {
                KeyMaterial::Secret(Secret::new(it.expose().to_vec()).unwrap().allow_short())
            }
            other => other.clone().into_owned(),
        },
        ..SOUND
    },
    Broken {
        fault: "its Debug shows the secret",
        found_by: "contract",
        shows_key: true,
        ..SOUND
    },
    Broken {
        fault: "zeros are a signature",
        alg: "ES256",
        found_by: "contract",
        accepts: |it, message, signature| {
            let is_zero = !signature.is_empty() && signature.iter().all(|byte| *byte == 0);
            is_zero || it.is_good(message, signature)
        },
        ..SOUND
    },
    Broken {
        fault: "DER, where it is not as long as a raw signature",
        alg: "ES256",
        found_by: "contract",
        accepts: |it, message, signature| {
            let raw = raw_of_der(signature).filter(|_| signature.len() != 64);
            it.is_good(message, raw.as_deref().unwrap_or(signature))
        },
        ..SOUND
    },
    Broken {
        fault: "DER, where it is as long as a raw signature",
        alg: "ES256",
        found_by: "contract",
        accepts: |it, message, signature| {
            let raw = raw_of_der(signature).filter(|_| signature.len() == 64);
            it.is_good(message, signature)
                || raw.is_some_and(|signature| it.is_good(message, &signature))
        },
        ..SOUND
    },
    Broken {
        fault: "a key on another curve",
        alg: "ES256",
        found_by: "contract",
        key: |key| match key {
            KeyMaterial::EcPublic(_) => KeyMaterial::EcPublic(keys::ec_public(Curve::P256)),
            other => other.clone().into_owned(),
        },
        ..SOUND
    },
    Broken {
        fault: "a zero before each half",
        alg: "ES256",
        found_by: "contract",
        accepts: |it, message, signature| {
            let (r, s) = signature.split_at(signature.len() / 2);
            let [r, s] = [r, s].map(|half| half.strip_prefix(&[0]).unwrap_or(half));
            it.is_good(message, signature) || it.is_good(message, &[r, s].concat())
        },
        ..SOUND
    },
    Broken {
        fault: "a byte more behind a signature",
        alg: "EdDSA",
        found_by: "contract",
        accepts: |it, message, signature| {
            let first = signature.get(..64).unwrap_or(signature);
            it.is_good(message, first)
        },
        ..SOUND
    },
    Broken {
        fault: "a number without its leading zero",
        alg: "RS256",
        found_by: "contract",
        accepts: |it, message, signature| {
            let zeros = vec![0; 256_usize.saturating_sub(signature.len())];
            it.is_good(message, &[&zeros, signature].concat())
        },
        ..SOUND
    },
    Broken {
        fault: "the other padding",
        alg: "PS256",
        found_by: "contract",
        accepts: |it, message, signature| {
            it.is_good(message, signature) || it.is_good_as("RS256", message, signature)
        },
        ..SOUND
    },
    Broken {
        fault: "a salt of any length",
        alg: "PS256",
        found_by: "rsa pss",
        accepts: |it, message, signature| {
            it.is_good(message, signature) || is_pss(&it.power(signature), message)
        },
        ..SOUND
    },
    Broken {
        fault: "another hash",
        alg: "RS256",
        found_by: "contract",
        accepts: |it, message, signature| {
            it.is_good(message, signature) || it.is_good_as("RS512", message, signature)
        },
        ..SOUND
    },
    Broken {
        fault: "another message",
        alg: "ES384",
        found_by: "contract",
        accepts: |it, message, signature| {
            it.is_good(message, signature) || it.is_good(b"header.payload", signature)
        },
        ..SOUND
    },
    Broken {
        fault: "only the start of a message counts",
        alg: "EdDSA",
        found_by: "contract",
        accepts: |it, message, signature| {
            let shorter = message.split_last().map_or(message, |(_, rest)| rest);
            it.is_good(message, signature) || it.is_good(shorter, signature)
        },
        ..SOUND
    },
    Broken {
        fault: "a panic",
        alg: "ES256",
        found_by: "contract",
        accepts: |it, message, signature| {
            assert!(!signature.is_empty(), "no signature");
            it.is_good(message, signature)
        },
        ..SOUND
    },
];

fn ring(name: &str) -> &'static dyn Algorithm {
    countersign_ring::provider().get(name).unwrap()
}

impl Algorithm for Broken {
    fn name(&self) -> AlgorithmName {
        ring(self.alg).name()
    }

    fn takes_secrets(&self) -> bool {
        ring(self.alg).takes_secrets() != self.denies_its_kind
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let key = (self.key)(key);
        Ok(Arc::new(Bound {
            sound: ring(self.alg).verifier(&key)?,
            key,
            accepts: self.accepts,
            shows_key: self.shows_key,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        if self.signs {
            ring(self.alg).signer(key)
        } else {
            Err(KeyRejected::unsupported(key, "it only verifies"))
        }
    }
}

struct Bound {
    sound: Arc<dyn Verifier>,
    key: KeyMaterial<'static>,
    accepts: fn(&Self, &[u8], &[u8]) -> bool,
    shows_key: bool,
}

impl Bound {
    fn is_good(&self, message: &[u8], signature: &[u8]) -> bool {
        self.sound.verify(message, signature).is_ok()
    }

    fn is_good_as(&self, alg: &str, message: &[u8], signature: &[u8]) -> bool {
        let other = ring(alg).verifier(&self.key);
        other.is_ok_and(|key| key.verify(message, signature).is_ok())
    }

    /// The signature to the power of the public exponent.
    fn power(&self, signature: &[u8]) -> Vec<u8> {
        let KeyMaterial::RsaPublic(key) = &self.key else {
            panic!("no RSA key");
        };
        if signature.len() != key.modulus().len() || signature >= key.modulus() {
            return Vec::new();
        }
        let hex = |bytes: &[u8]| -> &'static str {
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            text.leak()
        };
        let public = keys::RsaHex {
            n: hex(key.modulus()),
            d: hex(key.exponent()),
            ..keys::RSA_2048
        };
        rsa::sign_raw(&public, signature)
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let KeyMaterial::Secret(secret) = &self.key else {
            panic!("no secret");
        };
        let key = KeyMaterial::Secret(secret.clone().allow_short());
        let signer = ring(self.sound.algorithm().as_str()).signer(&key).unwrap();
        let mut signature = Vec::new();
        signer.sign(message, &mut signature).unwrap();
        signature
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            KeyMaterial::Secret(it) if self.shows_key => write!(f, "Bound({:?})", it.expose()),
            _ => f.write_str("Bound"),
        }
    }
}

impl Verifier for Bound {
    fn algorithm(&self) -> AlgorithmName {
        self.sound.algorithm()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if (self.accepts)(self, message, signature) {
            Ok(())
        } else {
            Err(InvalidSignature::new())
        }
    }
}

/// `r || s` with 32 bytes each, from a DER sequence of two short integers.
fn raw_of_der(der: &[u8]) -> Option<Vec<u8>> {
    let rest = der.strip_prefix(&[0x30])?.get(1..)?;
    let (r, rest) = integer(rest)?;
    let (s, _) = integer(rest)?;
    Some([r, s].concat())
}

fn integer(der: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (length, rest) = der.strip_prefix(&[2])?.split_first()?;
    let (number, rest) = rest.split_at_checked(usize::from(*length))?;
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    let zeros = vec![0; 32_usize.checked_sub(number.len())?];
    Some(([&zeros, number].concat(), rest))
}

/// RFC 8017 section 9.1.2 for a modulus of whole bytes, without a check of the salt's length.
fn is_pss(encoded: &[u8], message: &[u8]) -> bool {
    let Some((db, rest)) = encoded.split_at_checked(encoded.len().saturating_sub(33)) else {
        return false;
    };
    let Some((hash, [0xbc])) = rest.split_at_checked(32) else {
        return false;
    };
    let mask = (0_u32..).flat_map(|count| {
        let input = [hash, &count.to_be_bytes()].concat();
        <[u8; 32]>::from(Sha256::digest(input))
    });
    let mut db: Vec<u8> = db
        .iter()
        .zip(mask)
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    if let Some(first) = db.first_mut() {
        *first &= 0x7f;
    }
    let Some(one) = db.iter().position(|byte| *byte != 0) else {
        return false;
    };
    let (one, salt) = db.split_at(one + 1);
    let input = [&[0; 8], &Sha256::digest(message)[..], salt].concat();
    one.ends_with(&[1]) && Sha256::digest(input)[..] == *hash
}

#[test]
fn each_fault_is_found() {
    // The suite must find the fault itself: without it, each of these algorithms is clean.
    let algorithms: BTreeSet<&str> = FAULTS.iter().map(|broken| broken.alg).collect();
    for alg in algorithms {
        assert_sound(Broken { alg, ..SOUND });
    }
    for broken in &FAULTS {
        let provider = Provider::new([broken as &'static dyn Algorithm]);
        let report = countersign_conformance::backend("broken", &provider, &[broken.alg]);
        let found = report
            .surprises()
            .iter()
            .any(|surprise| surprise.starts_with(broken.found_by));
        assert!(found, "{} is not found\n{report}", broken.fault);
    }
}

#[test]
fn a_panic_is_reported_with_the_name_of_its_case() {
    static PANICS: Broken = Broken {
        accepts: |_, _, _| panic!("in verify"),
        ..SOUND
    };
    let provider = Provider::new([&PANICS as &'static dyn Algorithm]);
    let report = countersign_conformance::backend("panics", &provider, &["HS256"]);
    for case in [
        "HS256/signs and verifies: ",
        "hmac_sha256/raw/tag256/1: expected accept, found panicked (",
    ] {
        let told = report.surprises().iter().find(|it| it.contains(case));
        let told = told.unwrap_or_else(|| panic!("{case}\n{report}"));
        assert!(told.contains("in verify"), "{told}");
    }
}

fn assert_sound(sound: Broken) {
    let sound: &'static Broken = Box::leak(Box::new(sound));
    let provider = Provider::new([sound as &'static dyn Algorithm]);
    countersign_conformance::backend("sound", &provider, &[sound.alg]).assert_clean();
}

#[test]
fn a_wrapper_of_a_correct_backend_is_clean() {
    // The algorithms for which no fault is tried.
    for alg in ["HS384", "HS512", "RS384", "RS512", "PS384", "PS512"] {
        assert_sound(Broken { alg, ..SOUND });
    }
    for alg in ["HS256", "ES256", "RS256", "PS256", "EdDSA"] {
        let signs = false;
        assert_sound(Broken {
            alg,
            signs,
            ..SOUND
        });
    }
}

#[test]
fn a_provider_that_lacks_an_algorithm_or_has_another_is_found() {
    static HS256: Broken = SOUND;
    let provider = Provider::new([&HS256 as &'static dyn Algorithm]);
    for expected in [&["HS256", "HS384"][..], &[], &["HS384"]] {
        let report = countersign_conformance::backend("short", &provider, expected);
        assert!(!report.is_clean(), "{expected:?}\n{report}");
    }
}

#[test]
fn the_second_name_of_an_algorithm_has_the_vectors_of_the_first() {
    let provider = countersign_ring::provider().only(|it| it.name().is_spelled("EdDSA"));
    let report = countersign_conformance::backend("ring", &provider, &["Ed25519"]);
    report.assert_clean();
    assert!(report.skipped().is_empty(), "{report}");
}

/// An algorithm that the suite doesn't know. Its signature is the message, with each byte changed
/// by the key's last byte.
#[derive(Debug)]
struct Unknown {
    accepts_all: bool,
    signs: bool,
}

const UNKNOWN: AlgorithmName = AlgorithmName::from_static("X-1");

impl Unknown {
    fn bind(&self, key: &KeyMaterial<'_>) -> Option<Arc<UnknownKey>> {
        let (alg, last) = match key {
            KeyMaterial::AkpPublic(it) => (it.algorithm(), it.bytes().last()?),
            KeyMaterial::AkpPrivate(it) => (it.algorithm(), it.public()?.bytes().last()?),
            _ => return None,
        };
        (alg == UNKNOWN.as_str()).then(|| Arc::new(UnknownKey(*last, self.accepts_all)))
    }
}

struct UnknownKey(u8, bool);

impl UnknownKey {
    fn make(&self, message: &[u8]) -> Vec<u8> {
        let marked = [b"signed: ", message, &[self.0]].concat();
        marked.iter().map(|byte| byte ^ self.0).collect()
    }
}

impl fmt::Debug for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownKey")
    }
}

impl Algorithm for Unknown {
    fn name(&self) -> AlgorithmName {
        UNKNOWN
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        match self.bind(key).filter(|_| !key.is_private()) {
            Some(key) => Ok(key),
            None => Err(key.cannot_verify(UNKNOWN, "a key of X-1")),
        }
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        if !self.signs {
            return Err(KeyRejected::unsupported(key, "it only verifies"));
        }
        match self.bind(key).filter(|_| key.is_private()) {
            Some(key) => Ok(key),
            None => Err(key.cannot_sign(UNKNOWN, "a key of X-1")),
        }
    }
}

impl Verifier for UnknownKey {
    fn algorithm(&self) -> AlgorithmName {
        UNKNOWN
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if self.1 || self.make(message) == signature {
            Ok(())
        } else {
            Err(InvalidSignature::new())
        }
    }
}

impl Signer for UnknownKey {
    fn algorithm(&self) -> AlgorithmName {
        UNKNOWN
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.extend(self.make(message));
        Ok(())
    }
}

fn unknown_keys() -> [KeyMaterial<'static>; 2] {
    let public = AkpPublicKey::new("X-1", vec![0x21; 32]).unwrap();
    let private = AkpPrivateKey::new("X-1", vec![0x42; 32], Some(public.clone())).unwrap();
    [
        KeyMaterial::AkpPrivate(private),
        KeyMaterial::AkpPublic(public),
    ]
}

#[test]
fn an_unknown_algorithm_is_a_surprise_until_it_has_a_key() {
    static SIGNS: Unknown = Unknown {
        accepts_all: false,
        signs: true,
    };
    let provider = Provider::new([&SIGNS as &'static dyn Algorithm]);
    let backend = || Backend::new("unknown", &provider, &["X-1"]);
    let report = backend().run();
    assert!(report.surprises()[0].contains("bring a key"), "{report}");
    let [private, _] = unknown_keys();
    let report = backend().key("X-1", private).run();
    report.assert_clean();
    assert!(
        report.skipped()[0].contains("no public vectors"),
        "{report}"
    );
}

#[test]
fn an_unknown_algorithm_that_only_verifies_needs_an_example() {
    static VERIFIES: Unknown = Unknown {
        accepts_all: false,
        signs: false,
    };
    let provider = Provider::new([&VERIFIES as &'static dyn Algorithm]);
    let backend = || Backend::new("unknown", &provider, &["X-1"]);
    let [private, public] = unknown_keys();
    let report = backend().key("X-1", private.clone()).run();
    assert!(report.surprises()[0].contains("an example"), "{report}");
    let made = UnknownKey(0x21, false).make(b"message");
    let with = |signature: &[u8]| backend().example("X-1", public.clone(), b"message", signature);
    with(&made).run().assert_clean();
    with(&made).key("X-1", private).run().assert_clean();
    assert!(!with(b"another").run().is_clean());
}

#[test]
fn an_unknown_algorithm_that_accepts_everything_is_found() {
    for signs in [true, false] {
        let all: &'static Unknown = Box::leak(Box::new(Unknown {
            accepts_all: true,
            signs,
        }));
        let provider = Provider::new([all as &'static dyn Algorithm]);
        let [private, public] = unknown_keys();
        let report = Backend::new("all", &provider, &["X-1"])
            .key("X-1", private)
            .example("X-1", public, b"message", b"signature")
            .run();
        assert!(!report.is_clean(), "{report}");
    }
}
