//! New keys.

use std::fmt;

use countersign_keys::{Key, KeyError};
use countersign_signature::Algorithm;

use crate::default_provider;
use crate::error::short;

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
    let provider = default_provider();
    let known = provider.get(algorithm).map(Algorithm::name);
    let name = known.ok_or_else(|| GenerateError::UnknownAlgorithm(short(algorithm, 32)))?;
    let material = countersign_rustcrypto::generate(name, rsa_bits)?;
    let key = Key::new(material).map_err(GenerateError::Rejected)?;
    // As it was asked for: EdDSA is called Ed25519 too.
    Ok(key.with_algorithm(algorithm))
}

/// Why no key was made.
///
/// ```
/// use countersign::{GenerateError, generate_key};
///
/// let error = generate_key("RS256", 1024).unwrap_err();
/// assert_eq!(error, GenerateError::RsaBits(1024));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// There is no such algorithm; the name is cut to 32 characters and shown escaped.
    UnknownAlgorithm(String),
    /// The length of the modulus, in bits, is not from 2048 to 8192.
    RsaBits(usize),
    /// The operating system gave no randomness.
    Randomness,
    /// What came out failed the checks of imported keys. Try again.
    Rejected(KeyError),
}

impl From<countersign_rustcrypto::GenerateError> for GenerateError {
    fn from(error: countersign_rustcrypto::GenerateError) -> Self {
        use countersign_rustcrypto::GenerateError as Made;
        match error {
            Made::UnknownAlgorithm(name) => Self::UnknownAlgorithm(name.as_str().into()),
            Made::RsaBits(bits) => Self::RsaBits(bits),
            Made::Rejected(rejected) => Self::Rejected(rejected.into()),
            // What is left is `Randomness`.
            _ => Self::Randomness,
        }
    }
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm(name) => {
                let known = default_provider();
                let names: Vec<&str> = known.iter().map(|it| it.name().as_str()).collect();
                write!(
                    f,
                    "found the algorithm {name:?}; the algorithms are {}",
                    names.join(", ")
                )
            }
            Self::RsaBits(bits) => {
                write!(f, "asked for {bits} bits; RSA keys have 2048 to 8192 bits")
            }
            Self::Randomness => f.write_str("the operating system gave no randomness"),
            Self::Rejected(error) => write!(f, "the new key was rejected: {error}"),
        }
    }
}

impl std::error::Error for GenerateError {}
