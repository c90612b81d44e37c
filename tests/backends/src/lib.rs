//! Shared by the tests of this folder: the backends, a key for each algorithm, and functions that
//! forge signatures which no library makes. Test code: a broken assumption panics.
//!
//! To add a backend, add one line in [`backends`].
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)] // test code
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // test code

extern crate alloc;

mod bytes;
pub mod ecdsa;
pub mod keys;
pub mod rsa;

use alloc::sync::Arc;
pub use bytes::{add, hex, subtract};
use countersign_aws_lc as aws_lc;
use countersign_ring as ring;
use countersign_rustcrypto as rustcrypto;
use countersign_signature::{Algorithm, AlgorithmName, Provider, Signer, Verifier};

/// A provider and its name in the tests.
#[derive(Debug)]
pub struct Backend {
    /// The name in failures.
    pub name: &'static str,
    /// All of its algorithms, each of which verifies and signs.
    pub provider: Provider,
}

/// Every backend.
#[must_use]
pub fn backends() -> Vec<Backend> {
    use rustcrypto::rsa_signing_rustsec_2023_0071::with_rsa_signing;
    [
        ("ring", ring::provider()),
        ("rustcrypto", with_rsa_signing(rustcrypto::provider())),
        ("aws-lc", aws_lc::provider()),
    ]
    .map(|(name, provider)| Backend { name, provider })
    .into()
}

/// Every algorithm, in the order of the tests.
pub const ALGORITHMS: [AlgorithmName; 13] = [
    AlgorithmName::HS256,
    AlgorithmName::HS384,
    AlgorithmName::HS512,
    AlgorithmName::RS256,
    AlgorithmName::RS384,
    AlgorithmName::RS512,
    AlgorithmName::PS256,
    AlgorithmName::PS384,
    AlgorithmName::PS512,
    AlgorithmName::ES256,
    AlgorithmName::ES384,
    AlgorithmName::ES512,
    AlgorithmName::EDDSA,
];

impl Backend {
    /// The algorithm, if the backend has it: *ring* has no ES512.
    #[must_use]
    pub fn get(&self, name: AlgorithmName) -> Option<&'static dyn Algorithm> {
        self.provider.get(name.as_str())
    }

    /// A verifier for the key of [`keys::verifying`].
    #[must_use]
    pub fn verifier(&self, name: AlgorithmName) -> Option<Arc<dyn Verifier>> {
        let verifier = self.get(name)?.verifier(&keys::verifying(name));
        Some(verifier.unwrap_or_else(|error| panic!("{} {name}: {error}", self.name)))
    }

    /// A signer for the key of [`keys::signing`].
    #[must_use]
    pub fn signer(&self, name: AlgorithmName) -> Option<Arc<dyn Signer>> {
        let signer = self.get(name)?.signer(&keys::signing(name));
        Some(signer.unwrap_or_else(|error| panic!("{} {name}: {error}", self.name)))
    }
}

/// The verifiers of every backend that has the algorithm, each with the backend's name.
#[must_use]
pub fn verifiers(name: AlgorithmName) -> Vec<(&'static str, Arc<dyn Verifier>)> {
    backends()
        .iter()
        .filter_map(|backend| Some((backend.name, backend.verifier(name)?)))
        .collect()
}

/// A signature over `message` by the first backend that has the algorithm.
#[must_use]
pub fn sign(name: AlgorithmName, message: &[u8]) -> Vec<u8> {
    let backends = backends();
    let signer = backends.iter().find_map(|backend| backend.signer(name));
    let mut signature = Vec::new();
    signer.unwrap().sign(message, &mut signature).unwrap();
    signature
}
