//! The three traits that an author of an algorithm implements.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::{AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, SigningError};

/// One key for checking signatures, bound to exactly one algorithm.
///
/// [`Algorithm::verifier`] makes it when the key is loaded. A token never makes one.
pub trait Verifier: Debug + Send + Sync {
    /// The algorithm of this key.
    fn algorithm(&self) -> AlgorithmName;

    /// Checks `signature`, in the form of RFC 7518 (raw `r || s` for ECDSA),
    /// over `message`.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], without a reason: a signature of the wrong length and one that does
    /// not match give the same error.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature>;
}

/// One key for making signatures, bound to exactly one algorithm.
pub trait Signer: Debug + Send + Sync {
    /// The algorithm of this key.
    fn algorithm(&self) -> AlgorithmName;

    /// Appends the signature over `message` to `signature`.
    ///
    /// # Errors
    ///
    /// [`SigningError`] if the library failed. `signature` is unchanged then.
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError>;
}

/// The implementation of one algorithm by one library. Implementations are `static`s.
///
/// See the crate's example for a complete one.
pub trait Algorithm: Debug + Send + Sync {
    /// The algorithm's JOSE name.
    fn name(&self) -> AlgorithmName;

    /// Whether keys of this algorithm are secrets ([`KeyMaterial::Secret`]), as for HMAC. If
    /// not, its keys are pairs, whose public half may be published.
    ///
    /// [`Provider::for_key_pairs`](crate::Provider::for_key_pairs) relies on this answer, so that
    /// published keys are never bound to an algorithm that takes secrets. An algorithm accepts
    /// only one of the two kinds of keys, and refuses the other as
    /// [`WrongKey`](crate::KeyRejectedReason::WrongKey).
    fn takes_secrets(&self) -> bool;

    /// Binds a secret or a public key to this algorithm.
    ///
    /// The verifier must report this algorithm's [`name`](Self::name), even if it wraps another
    /// algorithm: a verifier with another name is not used.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if the key is of another kind, too weak, malformed, or not supported by
    /// the library.
    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected>;

    /// Binds a secret or a private key to this algorithm. The signer must report this
    /// algorithm's [`name`](Self::name), like the [`verifier`](Self::verifier).
    ///
    /// # Errors
    ///
    /// As [`verifier`](Self::verifier), and if this library does not sign with the key.
    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected>;
}
