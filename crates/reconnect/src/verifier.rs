//! A verifier that answers from memory for a signature that it accepted before.

use std::fmt;
use std::sync::Arc;

use countersign_signature::{AlgorithmName, InvalidSignature, Verifier};
use sha2::{Digest, Sha256};

use crate::memory::{Hash, Memory};
use crate::{DEFAULT_CAPACITY, MAX_CAPACITY};

/// A [`Verifier`] that remembers the signatures that it accepted.
///
/// ```
/// use countersign_reconnect::RememberingVerifier;
/// use countersign_signature::{KeyMaterial, OkpCurve, OkpPublicKey, Verifier};
///
/// # let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(
/// #     &"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"[2 * at..2 * at + 2], 16,
/// # ).unwrap()).collect();
/// let key = KeyMaterial::OkpPublic(OkpPublicKey::new(OkpCurve::ED25519, bytes)?);
/// let verifier = countersign_ring::EDDSA.verifier(&key)?;
/// let verifier = RememberingVerifier::with_capacity(verifier, 1_000);
/// assert_eq!(verifier.algorithm().as_str(), "EdDSA");
/// assert!(verifier.verify(b"message", &[0; 64]).is_err());
/// # Ok::<(), countersign_signature::KeyRejected>(())
/// ```
pub struct RememberingVerifier {
    verifier: Arc<dyn Verifier>,
    memory: Memory,
}

impl RememberingVerifier {
    /// Wraps `verifier`. The memory begins empty, and has room for [`DEFAULT_CAPACITY`]
    /// signatures.
    #[must_use]
    pub fn new(verifier: Arc<dyn Verifier>) -> Self {
        Self::with_capacity(verifier, DEFAULT_CAPACITY)
    }

    /// Wraps `verifier`, with room for `signatures` signatures: at least one, at most
    /// [`MAX_CAPACITY`], rounded up to eight times a power of two. Each takes 32 bytes, and all
    /// are allocated now.
    #[must_use]
    pub fn with_capacity(verifier: Arc<dyn Verifier>, signatures: usize) -> Self {
        Self {
            verifier,
            memory: Memory::new(signatures.clamp(1, MAX_CAPACITY)),
        }
    }
}

impl Verifier for RememberingVerifier {
    fn algorithm(&self) -> AlgorithmName {
        self.verifier.algorithm()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let hash = hash(message, signature);
        if self.memory.contains(&hash) {
            return Ok(());
        }
        self.verifier.verify(message, signature)?;
        self.memory.insert(hash);
        Ok(())
    }
}

impl fmt::Debug for RememberingVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RememberingVerifier")
            .field("verifier", &self.verifier)
            .field("capacity", &self.memory.capacity())
            .finish_non_exhaustive()
    }
}

/// The length of the message is hashed first. Without it, two different pairs of message and
/// signature could have the same bytes.
fn hash(message: &[u8], signature: &[u8]) -> Hash {
    Sha256::new()
        .chain_update((message.len() as u64).to_le_bytes())
        .chain_update(message)
        .chain_update(signature)
        .finalize()
        .into()
}
