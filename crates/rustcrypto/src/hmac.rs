//! HMAC (RFC 2104, RFC 7518 section 3.2) over `hmac`, which compares tags in constant time. The
//! two hash states of a key are computed once, when it is loaded.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    Signer, SigningError, Verifier,
};
use hmac::{KeyInit, Mac};

/// `M` is the MAC with its hash, such as `Hmac<Sha256>`.
pub(crate) struct HmacSha<M> {
    pub(crate) name: AlgorithmName,
    pub(crate) mac: PhantomData<fn() -> M>,
}

impl<M: Mac + KeyInit> HmacSha<M> {
    fn key(&self, key: &KeyMaterial<'_>) -> Result<Arc<Key<M>>, KeyRejected> {
        let KeyMaterial::Secret(secret) = key else {
            return Err(KeyRejected::wrong_key(
                key,
                format!("{} needs a secret", self.name),
            ));
        };
        let bytes = secret.bytes_for(self.name, M::output_size())?;
        let mac = <M as KeyInit>::new_from_slice(bytes).map_err(|_| {
            KeyRejected::new(
                KeyRejectedReason::Unsupported,
                format!("{key}"),
                "the library doesn't accept a secret of this length",
            )
        })?;
        Ok(Arc::new(Key {
            name: self.name,
            mac,
        }))
    }
}

impl<M: Mac + KeyInit + Clone + Send + Sync + 'static> Algorithm for HmacSha<M> {
    fn name(&self) -> AlgorithmName {
        self.name
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Ok(self.key(key)?)
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Ok(self.key(key)?)
    }
}

impl<M> fmt::Debug for HmacSha<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSha").field("name", &self.name).finish()
    }
}

/// A MAC that was initialised with its key but has no message yet. Each call begins with a copy.
struct Key<M> {
    name: AlgorithmName,
    mac: M,
}

impl<M: Mac + Clone + Send + Sync> Verifier for Key<M> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != M::output_size() {
            return Err(InvalidSignature::new());
        }
        self.mac
            .clone()
            .chain_update(message)
            .verify_slice(signature)
            .map_err(|_| InvalidSignature::new())
    }
}

impl<M: Mac + Clone + Send + Sync> Signer for Key<M> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let tag = self.mac.clone().chain_update(message).finalize();
        signature.extend_from_slice(&tag.into_bytes());
        Ok(())
    }
}

impl<M> fmt::Debug for Key<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
