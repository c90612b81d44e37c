//! New keys.

use std::fmt;

use countersign_keys::Key;
use countersign_signature::{Algorithm, AlgorithmName};

use crate::default_provider;

/// Makes a new key for an algorithm, from the operating system's randomness: a
/// private key with its public half, or an HMAC secret as long as the hash. It
/// names its algorithm, as a JWK does.
///
/// `rsa_bits` is the length of an RSA modulus, 2048 to 8192; other algorithms ignore it.
///
/// ```
/// let key = countersign::generate_key("ES256", 2048)?;
/// assert_eq!(key.material().to_string(), "a P-256 private key");
/// # Ok::<(), countersign::GenerateError>(())
/// ```
///
/// # Errors
///
/// [`GenerateError`] if there is no such algorithm, `rsa_bits` is out of its range,
/// or the operating system gives no randomness.
pub fn generate_key(algorithm: &str, rsa_bits: usize) -> Result<Key, GenerateError> {
    let known = default_provider();
    let name = known.get(algorithm).map(Algorithm::name);
    let name: AlgorithmName = name.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|it| it.name().as_str()).collect();
        GenerateError(format!(
            "found the algorithm {:?}; the algorithms are {}",
            crate::error::short(algorithm, 32),
            names.join(", ")
        ))
    })?;
    countersign_rustcrypto::generate(name, rsa_bits)
        .map_err(|error| GenerateError(error.to_string()))
        .and_then(|material| Key::new(material).map_err(|error| GenerateError(error.to_string())))
        // As it was asked for: EdDSA is `Ed25519` too.
        .map(|key| key.with_algorithm(algorithm))
}

/// Why no key was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateError(String);

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GenerateError {}
