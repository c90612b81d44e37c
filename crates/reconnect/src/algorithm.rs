//! An algorithm whose verifiers remember.

use std::sync::Arc;

use countersign_signature::{Algorithm, AlgorithmName, KeyMaterial, KeyRejected, Signer, Verifier};

use crate::{DEFAULT_CAPACITY, RememberingVerifier};

/// An [`Algorithm`] that does its work by another one, and whose verifiers remember what
/// they accepted. It signs as the other one does, and leaves HMAC as it is.
///
/// Make one a `static` and put it into a provider: see the [crate](crate).
#[derive(Debug)]
pub struct Remembering {
    algorithm: fn() -> &'static dyn Algorithm,
    capacity: usize,
}

impl Remembering {
    /// Remembers for the algorithm that `algorithm` gives. Each key remembers
    /// [`DEFAULT_CAPACITY`] signatures.
    #[must_use]
    pub const fn new(algorithm: fn() -> &'static dyn Algorithm) -> Self {
        Self {
            algorithm,
            capacity: DEFAULT_CAPACITY,
        }
    }

    /// With room for so many signatures of each key: see
    /// [`RememberingVerifier::with_capacity`].
    #[must_use]
    pub const fn with_capacity(mut self, signatures: usize) -> Self {
        self.capacity = signatures;
        self
    }
}

impl Algorithm for Remembering {
    fn name(&self) -> AlgorithmName {
        (self.algorithm)().name()
    }

    fn takes_secrets(&self) -> bool {
        (self.algorithm)().takes_secrets()
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let verifier = (self.algorithm)().verifier(key)?;
        if self.takes_secrets() {
            return Ok(verifier);
        }
        Ok(Arc::new(RememberingVerifier::with_capacity(
            verifier,
            self.capacity,
        )))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        (self.algorithm)().signer(key)
    }
}
