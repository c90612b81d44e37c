//! EdDSA on Ed25519 (RFC 8032, RFC 8037 section 3.1) over *ring*. `S` must be below the group
//! order, and `R` in its canonical encoding. The encoding and the order of the key were checked
//! when the key material was made.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    OkpCurve, Signer, SigningError, Verifier,
};
use ring::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, Ed25519KeyPair, UnparsedPublicKey};

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
        let bytes = bytes.try_into().map_err(|_| wrong_key())?;
        Ok(Arc::new(VerifyingKey(UnparsedPublicKey::new(
            &ED25519, bytes,
        ))))
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

/// *ring* can't keep a parsed public key: each call decodes the point again.
#[derive(Debug)]
struct VerifyingKey(UnparsedPublicKey<[u8; ED25519_PUBLIC_KEY_LEN]>);

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != SIGNATURE_BYTES {
            return Err(InvalidSignature::new());
        }
        self.0
            .verify(message, signature)
            .map_err(|_| InvalidSignature::new())
    }
}

#[derive(Debug)]
struct SigningKey(Ed25519KeyPair);

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        NAME
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        signature.extend_from_slice(self.0.sign(message).as_ref());
        Ok(())
    }
}
