//! A complete algorithm of your own. It isn't a real signature (only the sum of some bytes), but
//! it shows what an author writes and how a user uses it.
//!
//! Run it with `cargo run -p countersign-signature --example toy_algorithm`.

extern crate alloc;

use alloc::sync::Arc;
use core::error::Error;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, OkpCurve, OkpPublicKey,
    Provider, Secret, Signer, SigningError, Verifier,
};

/// Defined in a `const`, so that a bad name fails the build.
const TOY1: AlgorithmName = AlgorithmName::from_static("TOY1");

/// The algorithm, which binds keys.
#[derive(Debug)]
struct Toy;

static TOY: &dyn Algorithm = &Toy;

impl Toy {
    fn bind(key: &KeyMaterial<'_>) -> Result<Arc<Bound>, KeyRejected> {
        let KeyMaterial::Secret(secret) = key else {
            return Err(KeyRejected::wrong_key(key, "TOY1 needs a secret"));
        };
        let sum = |sum: u8, byte: &u8| sum.wrapping_add(*byte);
        Ok(Arc::new(Bound(
            secret.bytes_for(TOY1, 4)?.iter().fold(0, sum),
        )))
    }
}

impl Algorithm for Toy {
    fn name(&self) -> AlgorithmName {
        TOY1
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Ok(Self::bind(key)?)
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Ok(Self::bind(key)?)
    }
}

/// One bound key. A real `Debug` must not show it.
#[derive(Debug)]
struct Bound(u8);

impl Bound {
    fn sum(&self, message: &[u8]) -> u8 {
        message
            .iter()
            .fold(self.0, |sum, byte| sum.wrapping_add(*byte))
    }
}

impl Verifier for Bound {
    fn algorithm(&self) -> AlgorithmName {
        TOY1
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature == [self.sum(message)] {
            Ok(())
        } else {
            Err(InvalidSignature::new())
        }
    }
}

impl Signer for Bound {
    fn algorithm(&self) -> AlgorithmName {
        TOY1
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.push(self.sum(message));
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let provider = Provider::new([TOY]);
    let toy = provider.get("TOY1").ok_or("no TOY1")?;

    let key = KeyMaterial::Secret(Secret::new(b"sesame".as_slice())?);
    let mut signature = Vec::new();
    toy.signer(&key)?.sign(b"who goes there?", &mut signature)?;
    println!("signature:        {signature:02x?}");

    let verifier = toy.verifier(&key)?;
    println!(
        "the same message: {:?}",
        verifier.verify(b"who goes there?", &signature)
    );
    println!(
        "another message:  {:?}",
        verifier.verify(b"who goes where?", &signature)
    );

    let short = KeyMaterial::Secret(Secret::new(b"key".as_slice())?);
    let x25519 = OkpPublicKey::new(OkpCurve::X25519, [9; 32].as_slice())?;
    for key in [short, KeyMaterial::OkpPublic(x25519)] {
        if let Err(rejected) = toy.verifier(&key) {
            println!("another key:      {rejected}");
        }
    }
    Ok(())
}
