//! New keys, from the operating system's randomness.

use alloc::vec::Vec;
use core::{error, fmt};

use countersign_signature::{
    AlgorithmName, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, KeyRejected, OkpCurve,
    OkpPrivateKey, OkpPublicKey, RsaPrivateKey, RsaPrivateParts, RsaPublicKey, Secret,
};
use getrandom::SysRng;
use p256::elliptic_curve::Generate;
use rsa::PrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};

/// The sizes that [`RsaPublicKey`] accepts. They are checked before the search for primes begins.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// Makes a new key for an algorithm: a private key with its public half, or an HMAC secret as
/// long as the hash.
///
/// `rsa_bits` is the length of an RSA modulus, from 2048 to 8192; the other algorithms ignore it.
/// Searching for RSA primes takes between less than a second (2048) and minutes (8192).
///
/// # Errors
///
/// [`GenerateError`] if this crate doesn't have the algorithm, `rsa_bits` is out of its range, or
/// the operating system gives no randomness.
///
/// ```
/// use countersign_rustcrypto::generate;
/// use countersign_signature::AlgorithmName;
///
/// let key = generate(AlgorithmName::ES256, 2048)?;
/// assert_eq!(key.to_string(), "a P-256 private key");
/// assert!(key.public().is_some());
/// # Ok::<(), countersign_rustcrypto::GenerateError>(())
/// ```
pub fn generate(
    algorithm: AlgorithmName,
    rsa_bits: usize,
) -> Result<KeyMaterial<'static>, GenerateError> {
    match algorithm {
        AlgorithmName::HS256 => secret(32),
        AlgorithmName::HS384 => secret(48),
        AlgorithmName::HS512 => secret(64),
        AlgorithmName::RS256
        | AlgorithmName::RS384
        | AlgorithmName::RS512
        | AlgorithmName::PS256
        | AlgorithmName::PS384
        | AlgorithmName::PS512 => rsa(rsa_bits),
        AlgorithmName::ES256 => {
            let key = p256::SecretKey::try_generate_from_rng(&mut SysRng)?;
            let point = key.public_key().to_sec1_bytes();
            ec(Curve::P256, key.to_bytes().to_vec(), &point)
        }
        AlgorithmName::ES384 => {
            let key = p384::SecretKey::try_generate_from_rng(&mut SysRng)?;
            let point = key.public_key().to_sec1_bytes();
            ec(Curve::P384, key.to_bytes().to_vec(), &point)
        }
        AlgorithmName::ES512 => {
            let key = p521::SecretKey::try_generate_from_rng(&mut SysRng)?;
            let point = key.public_key().to_sec1_bytes();
            ec(Curve::P521, key.to_bytes().to_vec(), &point)
        }
        AlgorithmName::EDDSA => ed25519(),
        other => Err(GenerateError::UnknownAlgorithm(other)),
    }
}

fn secret(bytes: usize) -> Result<KeyMaterial<'static>, GenerateError> {
    Ok(KeyMaterial::Secret(Secret::new(random(bytes)?)?))
}

fn ed25519() -> Result<KeyMaterial<'static>, GenerateError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
    let public = OkpPublicKey::new(OkpCurve::ED25519, public.to_bytes().to_vec())?;
    let private = OkpPrivateKey::new(OkpCurve::ED25519, seed.to_vec(), Some(public))?;
    Ok(KeyMaterial::OkpPrivate(private))
}

fn ec(curve: Curve, scalar: Vec<u8>, point: &[u8]) -> Result<KeyMaterial<'static>, GenerateError> {
    let public = EcPublicKey::from_uncompressed(curve, point)?;
    let private = KeyMaterial::EcPrivate(EcPrivateKey::new(curve, scalar, Some(public))?);
    Ok(private.into_owned())
}

fn rsa(bits: usize) -> Result<KeyMaterial<'static>, GenerateError> {
    if !RSA_BITS.contains(&bits) {
        return Err(GenerateError::RsaBits(bits));
    }
    let key = PrivateKey::new(&mut SysRng, bits).map_err(|_| GenerateError::Randomness)?;
    let (Some(dp), Some(dq), Some(qi), [p, q]) =
        (key.dp(), key.dq(), key.crt_coefficient(), key.primes())
    else {
        return Err(GenerateError::Randomness);
    };
    let bytes = |number: &rsa::BoxedUint| number.to_be_bytes().into_vec();
    let public = RsaPublicKey::new(bytes(key.n()), bytes(key.e()))?;
    let parts = RsaPrivateParts::new(
        bytes(key.d()),
        [bytes(p), bytes(q)],
        [bytes(dp), bytes(dq)],
        bytes(&qi),
    );
    Ok(KeyMaterial::RsaPrivate(RsaPrivateKey::new(public, parts)?))
}

fn random(bytes: usize) -> Result<Vec<u8>, GenerateError> {
    let mut random = alloc::vec![0; bytes];
    getrandom::fill(&mut random)?;
    Ok(random)
}

/// Why no key was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// The algorithm is not one of this crate.
    UnknownAlgorithm(AlgorithmName),
    /// The length of the modulus, in bits, is not from 2048 to 8192.
    RsaBits(usize),
    /// The operating system gave no randomness.
    Randomness,
    /// The new key failed the checks for imported keys. Try again.
    Rejected(KeyRejected),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm(name) => write!(
                f,
                "can't make keys for {name}; this crate \
             doesn't have the algorithm"
            ),
            Self::RsaBits(bits) => {
                write!(f, "asked for {bits} bits; RSA keys have 2048 to 8192 bits")
            }
            Self::Randomness => f.write_str("the operating system gave no randomness"),
            Self::Rejected(rejected) => write!(f, "the new key was rejected: {rejected}"),
        }
    }
}

impl error::Error for GenerateError {}

impl From<getrandom::Error> for GenerateError {
    fn from(_: getrandom::Error) -> Self {
        Self::Randomness
    }
}

impl From<KeyRejected> for GenerateError {
    fn from(rejected: KeyRejected) -> Self {
        Self::Rejected(rejected)
    }
}
