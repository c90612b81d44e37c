//! An algorithm whose verifiers remember signatures.

use std::sync::Arc;

use countersign_signature::{Algorithm, AlgorithmName, KeyMaterial, KeyRejected, Signer, Verifier};

use crate::{DEFAULT_CAPACITY, RememberingVerifier};

/// An [`Algorithm`] that wraps another one. Its verifiers remember the signatures that they
/// accepted. Signing and HMAC are left to the wrapped algorithm, unchanged.
///
/// Define one as a `static` and put it into a provider: see the [crate](crate).
#[derive(Debug)]
pub struct Remembering {
    algorithm: fn() -> &'static dyn Algorithm,
    capacity: usize,
}

impl Remembering {
    /// Wraps the algorithm that `algorithm` returns. Each key remembers [`DEFAULT_CAPACITY`]
    /// signatures.
    #[must_use]
    pub const fn new(algorithm: fn() -> &'static dyn Algorithm) -> Self {
        Self {
            algorithm,
            capacity: DEFAULT_CAPACITY,
        }
    }

    /// Sets how many signatures each key remembers: see [`RememberingVerifier::with_capacity`].
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
