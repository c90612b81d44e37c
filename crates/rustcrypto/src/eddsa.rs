//! EdDSA on Ed25519 (RFC 8032, RFC 8037 section 3.1) over `ed25519-dalek`. `S` must be below the
//! group order, and `R` in its canonical encoding. The encoding and the order of the key were
//! checked when the key material was made.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    OkpCurve, OkpPrivateKey, OkpPublicKey, Signer, SigningError, Verifier,
};
use ed25519_dalek::{Signature, Signer as _, Verifier as _};

const NAME: AlgorithmName = AlgorithmName::EDDSA;
const CURVE: OkpCurve = OkpCurve::ED25519;

#[derive(Debug)]
pub(crate) struct EdDsa;

impl Algorithm for EdDsa {
    fn name(&self) -> AlgorithmName {
        NAME
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let wrong_key = || key.cannot_verify(NAME, CURVE.name());
        let public = match key {
            KeyMaterial::OkpPublic(public) if public.curve() == CURVE => public,
            _ => return Err(wrong_key()),
        };
        let parsed = parse_public(public).ok_or_else(wrong_key)?;
        Ok(Arc::new(VerifyingKey(parsed)))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::OkpPrivate(private) if private.curve() == CURVE => private,
            _ => return Err(key.cannot_sign(NAME, CURVE.name())),
        };
        let parsed = parse_private(private).ok_or_else(|| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that does not match its public half"),
                "the public half is computed from the seed (RFC 8032 section 5.1.5)",
            )
        })?;
        Ok(Arc::new(SigningKey(parsed)))
    }
}

fn parse_public(public: &OkpPublicKey<'_>) -> Option<ed25519_dalek::VerifyingKey> {
    ed25519_dalek::VerifyingKey::from_bytes(public.bytes().try_into().ok()?).ok()
}

fn parse_private(private: &OkpPrivateKey<'_>) -> Option<ed25519_dalek::SigningKey> {
    let key = ed25519_dalek::SigningKey::from_bytes(private.expose().try_into().ok()?);
    match private.public() {
        Some(public) if parse_public(public)? != key.verifying_key() => None,
        _ => Some(key),
    }
}

#[derive(Debug)]
struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| InvalidSignature::new())?;
        self.0
            .verify(message, &signature)
            .map_err(|_| InvalidSignature::new())
    }
}

#[derive(Debug)]
struct SigningKey(ed25519_dalek::SigningKey);

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let signed = self.0.try_sign(message).map_err(|_| SigningError::new())?;
        signature.extend_from_slice(&signed.to_bytes());
        Ok(())
    }
}
