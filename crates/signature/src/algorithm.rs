//! The three traits that an author of an algorithm implements.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::{AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, SigningError};

/// One key for checking signatures, bound to exactly one algorithm.
///
/// Made by [`Algorithm::verifier`] when the key is loaded, never by a token.
pub trait Verifier: Debug + Send + Sync {
    /// The algorithm that this key is bound to.
    fn algorithm(&self) -> AlgorithmName;

    /// Checks `signature`, in the form of RFC 7518 (raw `r || s` for ECDSA),
    /// over `message`.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], which says nothing more: a signature of the wrong
    /// length and one that does not match look the same.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature>;
}

/// One key for making signatures, bound to exactly one algorithm.
pub trait Signer: Debug + Send + Sync {
    /// The algorithm that this key is bound to.
    fn algorithm(&self) -> AlgorithmName;

    /// Appends the signature over `message` to `signature`.
    ///
    /// # Errors
    ///
    /// [`SigningError`] if the library failed; `signature` is then as it was.
    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError>;
}

/// What one library offers for one algorithm. Implementations are `static`s.
///
/// See the crate's example for a whole one.
pub trait Algorithm: Debug + Send + Sync {
    /// The algorithm's JOSE name.
    fn name(&self) -> AlgorithmName;

    /// Binds a secret or a public key to this algorithm. The verifier has this algorithm's
    /// [`name`](Self::name), also where another one does the work: under any other name it
    /// is not used.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if the key is of another kind
    /// ([`WrongKey`](crate::KeyRejectedReason::WrongKey), by which an algorithm that takes no
    /// secret is told from one that does), too weak, malformed, or beyond what the library
    /// can do.
    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected>;

    /// Binds a secret or a private key to this algorithm, under its [`name`](Self::name) as
    /// in [`verifier`](Self::verifier).
    ///
    /// # Errors
    ///
    /// As [`verifier`](Self::verifier), and if this library does not sign with it.
    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected>;
}
