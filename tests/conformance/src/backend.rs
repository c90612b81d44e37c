//! A backend under test, and what its author brings for an algorithm that the suite doesn't know.

use countersign_signature::{AlgorithmName, KeyMaterial, Provider};

use crate::report::Report;
use crate::{contract, wycheproof};

/// A backend under test: a provider, and the algorithms that it must have.
///
/// The suite has keys and vectors for the algorithms of RFC 7518 and RFC 8037, for ES256K and for
/// ML-DSA. Any other algorithm is reported as a surprise until the author brings a key:
///
/// ```
/// # use countersign_signature::{Algorithm, AlgorithmName, InvalidSignature, KeyMaterial};
/// # use countersign_signature::{KeyRejected, Provider, Secret, Signer, SigningError, Verifier};
/// # use std::sync::Arc;
/// # /// HMAC with SHA-256, and a name in front of the message.
/// # #[derive(Debug)]
/// # struct Mine;
/// # #[derive(Debug)]
/// # struct Bound<T>(T);
/// # const NAME: AlgorithmName = AlgorithmName::from_static("MINE");
/// # fn hs256() -> &'static dyn Algorithm { countersign_ring::provider().get("HS256").unwrap() }
/// # fn named(message: &[u8]) -> Vec<u8> { [b"MINE", message].concat() }
/// # impl Algorithm for Mine {
/// #     fn name(&self) -> AlgorithmName { NAME }
/// #     fn takes_secrets(&self) -> bool { true }
/// #     fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
/// #         Ok(Arc::new(Bound(hs256().verifier(key)?)))
/// #     }
/// #     fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
/// #         Ok(Arc::new(Bound(hs256().signer(key)?)))
/// #     }
/// # }
/// # impl Verifier for Bound<Arc<dyn Verifier>> {
/// #     fn algorithm(&self) -> AlgorithmName { NAME }
/// #     fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
/// #         self.0.verify(&named(message), signature)
/// #     }
/// # }
/// # impl Signer for Bound<Arc<dyn Signer>> {
/// #     fn algorithm(&self) -> AlgorithmName { NAME }
/// #     fn sign(&self, message: &[u8], to: &mut Vec<u8>) -> Result<(), SigningError> {
/// #         self.0.sign(&named(message), to)
/// #     }
/// # }
/// # let provider = Provider::new([&Mine as &'static dyn Algorithm]);
/// # let key = KeyMaterial::Secret(Secret::new(vec![1; 32])?);
/// countersign_conformance::Backend::new("mine", &provider, &["MINE"])
///     .key("MINE", key)
///     .run()
///     .assert_clean();
/// # Ok::<(), KeyRejected>(())
/// ```
#[derive(Debug)]
pub struct Backend<'a> {
    pub(crate) name: &'a str,
    pub(crate) provider: &'a Provider,
    pub(crate) expected: Vec<&'a str>,
    keys: Vec<(&'a str, KeyMaterial<'static>)>,
    examples: Vec<(&'a str, Example)>,
}

/// A valid signature, its message, and the key that verifies it.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) key: KeyMaterial<'static>,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Backend<'a> {
    /// A backend with this name in reports. It must have exactly the algorithms `expected`.
    #[must_use]
    pub fn new(name: &'a str, provider: &'a Provider, expected: &[&'a str]) -> Self {
        Self {
            name,
            provider,
            expected: expected.iter().copied().map(registered).collect(),
            keys: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// Brings a key for an algorithm: a secret, or a private key with its public half.
    #[must_use]
    pub fn key(mut self, alg: &'a str, key: KeyMaterial<'static>) -> Self {
        self.keys.push((registered(alg), key));
        self
    }

    /// Brings a signature that another implementation made, and the key that verifies it: a
    /// public key or a secret. An algorithm that only verifies needs one. Others should have some
    /// too: a library may verify its own signatures and still be wrong.
    #[must_use]
    pub fn example(
        mut self,
        alg: &'a str,
        key: KeyMaterial<'static>,
        message: &[u8],
        signature: &[u8],
    ) -> Self {
        let example = Example {
            key,
            message: message.to_vec(),
            signature: signature.to_vec(),
        };
        self.examples.push((registered(alg), example));
        self
    }

    /// Checks each algorithm with every known public vector, and with the contract of an
    /// algorithm: which keys it accepts, that altered signatures fail, and that `Debug` never
    /// shows a secret.
    ///
    /// An unknown algorithm without a key from its author is a surprise. An algorithm that is
    /// tried without vectors is listed under [`Report::skipped`].
    #[must_use]
    pub fn run(&self) -> Report {
        let mut report = wycheproof::run(self);
        report.merge(contract::run(self));
        report
    }

    pub(crate) fn own_key(&self, alg: &str) -> Option<&KeyMaterial<'static>> {
        let (_, key) = self.keys.iter().find(|(name, _)| *name == alg)?;
        Some(key)
    }

    pub(crate) fn own_examples(&self, alg: &str) -> Vec<Example> {
        let of_alg = self.examples.iter().filter(|(name, _)| *name == alg);
        of_alg.map(|(_, example)| example.clone()).collect()
    }
}

/// One algorithm has two registered names (RFC 9864 section 2.2). This returns the name in the
/// vectors.
fn registered(alg: &str) -> &str {
    if AlgorithmName::EDDSA.is_spelled(alg) {
        "EdDSA"
    } else {
        alg
    }
}
