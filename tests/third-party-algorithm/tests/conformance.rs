//! The one test that an author of an algorithm must write, and tests that it finds faults.
#![allow(missing_docs)]

use std::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Provider, Signer,
    Verifier,
};
use countersign_third_party_algorithm::{ES256K, ML_DSA_44};

#[test]
fn every_algorithm_conforms() {
    let provider = countersign_third_party_algorithm::provider();
    let expected = ["ES256K", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
    let report = countersign_conformance::backend("third party", &provider, &expected);
    println!("{report}");
    report.assert_clean();
    assert!(report.skipped().is_empty(), "{:?}", report.skipped());
}

/// An algorithm that only verifies, and a function that makes it accept other signatures too.
#[derive(Debug)]
struct Verifies(&'static dyn Algorithm, fn(&[u8]) -> Option<Vec<u8>>);

#[derive(Debug)]
struct Bound(Arc<dyn Verifier>, fn(&[u8]) -> Option<Vec<u8>>);

impl Algorithm for Verifies {
    fn name(&self) -> AlgorithmName {
        self.0.name()
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Ok(Arc::new(Bound(self.0.verifier(key)?, self.1)))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Err(KeyRejected::unsupported(key, "it only verifies"))
    }
}

impl Verifier for Bound {
    fn algorithm(&self) -> AlgorithmName {
        self.0.algorithm()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let raw = self.1(signature);
        self.0.verify(message, raw.as_deref().unwrap_or(signature))
    }
}

#[test]
fn an_algorithm_that_only_verifies_conforms() {
    static SOUND: [Verifies; 2] = [Verifies(ES256K, |_| None), Verifies(ML_DSA_44, |_| None)];
    let provider = Provider::new(SOUND.iter().map(|it| it as &'static dyn Algorithm));
    let expected = ["ES256K", "ML-DSA-44"];
    countersign_conformance::backend("verifies", &provider, &expected).assert_clean();
}

#[test]
fn an_algorithm_that_accepts_der_does_not_conform() {
    static DER: Verifies = Verifies(ES256K, |signature| {
        let signature = k256::ecdsa::Signature::from_der(signature).ok()?;
        Some(signature.to_bytes().to_vec())
    });
    let provider = Provider::new([&DER as &'static dyn Algorithm]);
    let report = countersign_conformance::backend("DER", &provider, &["ES256K"]);
    for suite in ["contract", "ecdsa"] {
        let mut surprises = report.surprises().iter();
        let found = surprises.any(|it| it.starts_with(suite));
        assert!(found, "{suite}\n{report}");
    }
}
