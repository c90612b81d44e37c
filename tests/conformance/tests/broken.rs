//! Backends with one fault each: the suite must find it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt;
use std::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Provider, Secret, Signer,
    Verifier,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Takes half a tag for a whole one.
    ShortTags,
    /// Takes zeros for a signature.
    Zeros,
    /// Takes a public key for a secret.
    PublicKeyAsSecret,
    /// Shows its secret.
    Shows,
    /// Takes a signature in DER.
    Der,
}

/// An algorithm of *ring*, with a fault.
#[derive(Debug)]
struct Broken(&'static str, Fault);

fn ring(name: &str) -> &'static dyn Algorithm {
    countersign_ring::provider().get(name).unwrap()
}

impl Algorithm for Broken {
    fn name(&self) -> AlgorithmName {
        ring(self.0).name()
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let secret;
        let (key, bytes) = match key {
            KeyMaterial::RsaPublic(public) if self.1 == Fault::PublicKeyAsSecret => {
                secret = KeyMaterial::Secret(Secret::new(public.modulus().to_vec())?);
                (&secret, public.modulus().to_vec())
            }
            KeyMaterial::Secret(it) => (key, it.expose().to_vec()),
            _ => (key, Vec::new()),
        };
        Ok(Arc::new(BrokenKey(
            ring(self.0).verifier(key)?,
            self.1,
            bytes,
        )))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        ring(self.0).signer(key)
    }
}

struct BrokenKey(Arc<dyn Verifier>, Fault, Vec<u8>);

impl fmt::Debug for BrokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Fault::Shows => write!(f, "BrokenKey({:?})", self.2),
            _ => f.write_str("BrokenKey"),
        }
    }
}

impl Verifier for BrokenKey {
    fn algorithm(&self) -> AlgorithmName {
        self.0.algorithm()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        match self.1 {
            Fault::ShortTags if (16..32).contains(&signature.len()) => {
                let secret = Secret::new(self.2.clone()).map_err(|_| InvalidSignature)?;
                let key = KeyMaterial::Secret(secret.allow_short());
                let signer = ring("HS256").signer(&key).map_err(|_| InvalidSignature)?;
                let mut whole = Vec::new();
                signer
                    .sign(message, &mut whole)
                    .map_err(|_| InvalidSignature)?;
                if whole.starts_with(signature) {
                    Ok(())
                } else {
                    Err(InvalidSignature)
                }
            }
            Fault::Zeros if !signature.is_empty() && signature.iter().all(|byte| *byte == 0) => {
                Ok(())
            }
            Fault::Der if signature.first() == Some(&0x30) && signature.len() != 64 => Ok(()),
            _ => self.0.verify(message, signature),
        }
    }
}

static SOUND: Broken = Broken("HS256", Fault::None);
static SHORT_TAGS: Broken = Broken("HS256", Fault::ShortTags);
static ZEROS: Broken = Broken("ES256", Fault::Zeros);
static PUBLIC_KEY: Broken = Broken("HS256", Fault::PublicKeyAsSecret);
static SHOWS: Broken = Broken("HS256", Fault::Shows);
static DER: Broken = Broken("ES256", Fault::Der);

#[test]
fn each_fault_is_found() {
    for (broken, shows_in) in [
        (&SHORT_TAGS, "hmac"),
        (&ZEROS, "contract"),
        (&PUBLIC_KEY, "contract"),
        (&SHOWS, "contract"),
        (&DER, "ecdsa"),
    ] {
        let provider = Provider::new([broken as &'static dyn Algorithm]);
        let report = countersign_conformance::backend("broken", &provider, &[broken.0]);
        let found = report
            .surprises()
            .iter()
            .any(|surprise| surprise.starts_with(shows_in));
        assert!(found, "{broken:?} is not found in {shows_in}\n{report}");
    }
}

#[test]
fn what_wraps_a_sound_backend_is_clean() {
    let provider = Provider::new([&SOUND as &'static dyn Algorithm]);
    countersign_conformance::backend("sound", &provider, &["HS256"]).assert_clean();
}

#[test]
fn a_provider_that_lacks_an_algorithm_or_has_another_is_found() {
    let provider = Provider::new([&SOUND as &'static dyn Algorithm]);
    for expected in [&["HS256", "HS384"][..], &[], &["HS384"]] {
        let report = countersign_conformance::backend("short", &provider, expected);
        assert!(!report.is_clean(), "{expected:?}\n{report}");
    }
}
