//! ECDSA (RFC 7518 section 3.4) over *ring*. Both `s` and `n - s` verify, as JWS allows, so don't
//! use a signature's bytes as an identifier.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, Curve, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    Signer, SigningError, Verifier,
};
use ring::rand::SystemRandom;
use ring::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use crate::public_point;

#[derive(Debug)]
pub(crate) struct Ecdsa {
    pub(crate) name: AlgorithmName,
    pub(crate) curve: Curve,
    pub(crate) verification: &'static EcdsaVerificationAlgorithm,
    pub(crate) signing: &'static EcdsaSigningAlgorithm,
}

impl Algorithm for Ecdsa {
    fn name(&self) -> AlgorithmName {
        self.name
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let public = match key {
            KeyMaterial::EcPublic(public) if public.curve() == self.curve => public,
            _ => return Err(key.cannot_verify(self.name, self.curve.name())),
        };
        Ok(Arc::new(VerifyingKey {
            name: self.name,
            signature_bytes: self.curve.coordinate_bytes().saturating_mul(2),
            key: UnparsedPublicKey::new(self.verification, public.as_uncompressed().to_vec()),
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::EcPrivate(private) if private.curve() == self.curve => private,
            _ => return Err(key.cannot_sign(self.name, self.curve.name())),
        };
        let malformed = || {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that is out of range or does not match its public point"),
                "a private scalar lies between 1 and the order of the curve, \
                 and the public point is its multiple",
            )
        };
        let point = match private.public() {
            Some(public) => public.as_uncompressed().to_vec(),
            None if cfg!(feature = "public-point") => {
                public_point::of(private).ok_or_else(malformed)?
            }
            None => {
                return Err(KeyRejected::unsupported(
                    key,
                    format!(
                        "{} over ring signs with a private key that carries its public point \
                         (the public key inside a PEM); export the key with it, turn on the \
                         feature `public-point`, or sign with another backend",
                        self.name
                    ),
                ));
            }
        };
        let key = EcdsaKeyPair::from_private_key_and_public_key(
            self.signing,
            private.expose(),
            &point,
            &SystemRandom::new(),
        )
        .map_err(|_| malformed())?;
        Ok(Arc::new(SigningKey {
            name: self.name,
            key,
        }))
    }
}

/// *ring* can't keep a parsed public key: each call decodes the point again.
#[derive(Debug)]
struct VerifyingKey {
    name: AlgorithmName,
    signature_bytes: usize,
    key: UnparsedPublicKey<Vec<u8>>,
}

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != self.signature_bytes {
            return Err(InvalidSignature::new());
        }
        self.key
            .verify(message, signature)
            .map_err(|_| InvalidSignature::new())
    }
}

#[derive(Debug)]
struct SigningKey {
    name: AlgorithmName,
    key: EcdsaKeyPair,
}

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let signed = self
            .key
            .sign(&SystemRandom::new(), message)
            .map_err(|_| SigningError::new())?;
        signature.extend_from_slice(signed.as_ref());
        Ok(())
    }
}
