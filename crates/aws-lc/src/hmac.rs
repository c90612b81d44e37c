//! HMAC (RFC 2104, RFC 7518 section 3.2) over aws-lc-rs, which compares tags in constant time.
//! The two hash states of a key are computed once, when it is loaded.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::hmac;
use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Signer, SigningError,
    Verifier,
};

#[derive(Debug)]
pub(crate) struct Hmac {
    pub(crate) name: AlgorithmName,
    pub(crate) hash: &'static hmac::Algorithm,
}

impl Hmac {
    fn key(&self, key: &KeyMaterial<'_>) -> Result<Arc<Key>, KeyRejected> {
        let KeyMaterial::Secret(secret) = key else {
            return Err(KeyRejected::wrong_key(
                key,
                format!("{} needs a secret", self.name),
            ));
        };
        let tag_bytes = self.hash.tag_len();
        let bytes = secret.bytes_for(self.name, tag_bytes)?;
        Ok(Arc::new(Key {
            name: self.name,
            tag_bytes,
            key: hmac::Key::new(*self.hash, bytes),
        }))
    }
}

impl Algorithm for Hmac {
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

#[derive(Debug)]
struct Key {
    name: AlgorithmName,
    tag_bytes: usize,
    key: hmac::Key,
}

impl Verifier for Key {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != self.tag_bytes {
            return Err(InvalidSignature::new());
        }
        hmac::verify(&self.key, message, signature).map_err(|_| InvalidSignature::new())
    }
}

impl Signer for Key {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.extend_from_slice(hmac::sign(&self.key, message).as_ref());
        Ok(())
    }
}
