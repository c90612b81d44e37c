//! ES256K (RFC 8812 section 3.2): ECDSA on secp256k1 with SHA-256.
//!
//! `r || s` with 32 bytes each. JWS doesn't define a canonical `s`, so both `s` and `n - s`
//! verify. Signing makes the lower one.

use core::fmt;
use std::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, Curve, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    Signer, SigningError, Verifier,
};
use k256::ecdsa;
use k256::ecdsa::signature::{Signer as _, Verifier as _};

const NAME: AlgorithmName = AlgorithmName::from_static("ES256K");

/// The algorithm.
#[derive(Debug)]
pub(crate) struct Es256k;

impl Algorithm for Es256k {
    fn name(&self) -> AlgorithmName {
        NAME
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let wrong_key = || key.cannot_verify(NAME, "secp256k1");
        let KeyMaterial::EcPublic(public) = key else {
            return Err(wrong_key());
        };
        if public.curve() != Curve::SECP256K1 {
            return Err(wrong_key());
        }
        let key = ecdsa::VerifyingKey::from_sec1_bytes(public.as_uncompressed())
            .map_err(|_| wrong_key())?;
        Ok(Arc::new(VerifyingKey(key)))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let KeyMaterial::EcPrivate(private) = key else {
            return Err(key.cannot_sign(NAME, "secp256k1"));
        };
        if private.curve() != Curve::SECP256K1 {
            return Err(key.cannot_sign(NAME, "secp256k1"));
        }
        let disagree = || {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that is out of range or does not match its public point"),
                "a private scalar lies between 1 and the order of the curve, \
                 and the public point is its multiple",
            )
        };
        let signing = ecdsa::SigningKey::from_slice(private.expose()).map_err(|_| disagree())?;
        let own = signing.verifying_key().to_sec1_point(false);
        match private.public() {
            Some(public) if public.as_uncompressed() != own.as_bytes() => Err(disagree()),
            _ => Ok(Arc::new(SigningKey(signing))),
        }
    }
}

#[derive(Debug)]
struct VerifyingKey(ecdsa::VerifyingKey);

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature =
            ecdsa::Signature::from_slice(signature).map_err(|_| InvalidSignature::new())?;
        // The crate accepts only the lower s, as Bitcoin does. RFC 8812 doesn't require that.
        let signature = signature.normalize_s();
        self.0
            .verify(message, &signature)
            .map_err(|_| InvalidSignature::new())
    }
}

struct SigningKey(ecdsa::SigningKey);

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let made: ecdsa::Signature = self.0.try_sign(message).map_err(|_| SigningError::new())?;
        signature.extend_from_slice(&made.to_bytes());
        Ok(())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey")
            .field(self.0.verifying_key())
            .finish()
    }
}
