//! EdDSA on Ed25519 (RFC 8032, RFC 8037 section 3.1) over aws-lc-rs. `S` must be below the group
//! order, and `R` in its canonical encoding. The encoding and the order of the key were checked
//! when the key material was made, because aws-lc-rs accepts keys of small order, for which
//! anyone can make signatures.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, ParsedPublicKey};
use countersign_signature::{
    Algorithm, AlgorithmName, KeyMaterial, KeyRejected, KeyRejectedReason, OkpCurve, Signer,
    SigningError, Verifier,
};

use crate::public::VerifyingKey;

const NAME: AlgorithmName = AlgorithmName::EDDSA;
const CURVE: OkpCurve = OkpCurve::ED25519;
const SIGNATURE_BYTES: usize = 64;

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
        let bytes = match key {
            KeyMaterial::OkpPublic(public) if public.curve() == CURVE => public.bytes(),
            _ => return Err(wrong_key()),
        };
        Ok(Arc::new(VerifyingKey {
            name: NAME,
            signature_bytes: SIGNATURE_BYTES,
            key: ParsedPublicKey::new(&ED25519, bytes).map_err(|_| wrong_key())?,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::OkpPrivate(private) if private.curve() == CURVE => private,
            _ => return Err(key.cannot_sign(NAME, CURVE.name())),
        };
        let seed = private.expose();
        let pair = match private.public() {
            Some(public) => Ed25519KeyPair::from_seed_and_public_key(seed, public.bytes()),
            None => Ed25519KeyPair::from_seed_unchecked(seed),
        };
        let pair = pair.map_err(|_| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that does not match its public half"),
                "the public half is computed from the seed (RFC 8032 section 5.1.5)",
            )
        })?;
        Ok(Arc::new(SigningKey(pair)))
    }
}

#[derive(Debug)]
struct SigningKey(Ed25519KeyPair);

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let signed = self.0.try_sign(message).map_err(|_| SigningError::new())?;
        signature.extend_from_slice(signed.as_ref());
        Ok(())
    }
}
