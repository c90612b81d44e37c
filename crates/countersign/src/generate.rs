//! New keys.

use std::fmt;

use countersign_keys::{Key, KeyError};
use countersign_signature::{Algorithm, AlgorithmName};

use crate::error::short;
use crate::provider::default_provider;

/// The shortest permitted modulus (RFC 7518 section 3.3).
const RSA_BITS: usize = 2048;

/// Makes a new key for an algorithm with the randomness of the operating system: a private key with
/// its public half, or an HMAC secret as long as the hash. As a JWK it names its algorithm. An RSA
/// key has 2048 bits: see [`generate_rsa_key`].
///
/// ```
/// let key = countersign::generate_key("ES256")?;
/// assert_eq!(key.material().to_string(), "a P-256 private key");
/// # Ok::<(), countersign::GenerateError>(())
/// ```
///
/// # Errors
///
/// [`GenerateError`] if there is no such algorithm or the operating system gives no
/// randomness.
pub fn generate_key(algorithm: &str) -> Result<Key, GenerateError> {
    generate(known(algorithm)?, algorithm, RSA_BITS)
}

/// Makes a new RSA key for an algorithm (`RS256` to `PS512`). Its modulus has `bits` bits, 2048 to
/// 8192.
///
/// ```
/// use countersign::{GenerateError, generate_rsa_key};
///
/// let key = generate_rsa_key("RS256", 2048)?;
/// assert_eq!(generate_rsa_key("ES256", 2048).unwrap_err(), GenerateError::NotRsa("ES256".into()));
/// # Ok::<(), GenerateError>(())
/// ```
///
/// # Errors
///
/// [`GenerateError`] if there is no such algorithm, it has no RSA keys, `bits` is out of its
/// range, or the operating system gives no randomness.
pub fn generate_rsa_key(algorithm: &str, bits: usize) -> Result<Key, GenerateError> {
    let name = known(algorithm)?;
    if !name.as_str().starts_with("RS") && !name.as_str().starts_with("PS") {
        return Err(GenerateError::NotRsa(name.as_str().into()));
    }
    generate(name, algorithm, bits)
}

fn known(algorithm: &str) -> Result<AlgorithmName, GenerateError> {
    let provider = default_provider();
    let known = provider.get(algorithm).map(Algorithm::name);
    known.ok_or_else(|| GenerateError::UnknownAlgorithm(short(algorithm, 32).into()))
}

fn generate(name: AlgorithmName, spelled: &str, bits: usize) -> Result<Key, GenerateError> {
    let material = countersign_rustcrypto::generate(name, bits)?;
    let key = Key::new(material).map_err(GenerateError::Rejected)?;
    // The name that the caller used: EdDSA is also called Ed25519.
    Ok(key.with_algorithm(spelled))
}

/// Why no key was made.
///
/// ```
/// use countersign::{GenerateError, generate_rsa_key};
///
/// let error = generate_rsa_key("RS256", 1024).unwrap_err();
/// assert_eq!(error, GenerateError::RsaBits(1024));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// There is no such algorithm; the name is cut to 32 characters and shown escaped.
    UnknownAlgorithm(String),
    /// The algorithm has no RSA keys, so no length can be chosen.
    NotRsa(String),
    /// The length of the modulus, in bits, is not from 2048 to 8192.
    RsaBits(usize),
    /// The operating system gave no randomness.
    Randomness,
    /// The new key failed the checks for imported keys. Try again.
    Rejected(KeyError),
    /// Another reason, as a text of the library.
    Failed(String),
}

impl From<countersign_rustcrypto::GenerateError> for GenerateError {
    fn from(error: countersign_rustcrypto::GenerateError) -> Self {
        use countersign_rustcrypto::GenerateError as Made;
        match error {
            Made::UnknownAlgorithm(name) => Self::UnknownAlgorithm(name.as_str().into()),
            Made::RsaBits(bits) => Self::RsaBits(bits),
            Made::Rejected(rejected) => Self::Rejected(rejected.into()),
            Made::Randomness => Self::Randomness,
            // A reason that is newer than this code.
            other => Self::Failed(other.to_string()),
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
            Self::NotRsa(name) => write!(
                f,
                "found the algorithm {name:?} and a length of bits; only RSA keys have a length \
                 to choose"
            ),
            Self::RsaBits(bits) => {
                write!(f, "asked for {bits} bits; RSA keys have 2048 to 8192 bits")
            }
            Self::Randomness => f.write_str("the operating system gave no randomness"),
            Self::Rejected(error) => write!(f, "the new key was rejected: {error}"),
            Self::Failed(reason) => write!(f, "no key was made: {reason}"),
        }
    }
}

impl std::error::Error for GenerateError {
    /// The source of the cause. The text of the cause itself is part of this error's text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rejected(error) => error.source(),
            Self::UnknownAlgorithm(_)
            | Self::NotRsa(_)
            | Self::RsaBits(_)
            | Self::Randomness
            | Self::Failed(_) => None,
        }
    }
}
