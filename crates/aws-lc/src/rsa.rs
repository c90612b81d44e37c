//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 section 8) over aws-lc-rs. PSS signs and accepts
//! only a salt as long as the hash (RFC 7518 section 3.5).

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents};
use aws_lc_rs::signature::{RsaEncoding, RsaParameters, RsaPublicKeyComponents};
use countersign_signature::{
    Algorithm, AlgorithmName, KeyMaterial, KeyRejected, KeyRejectedReason, RsaPrivateKey, Signer,
    SigningError, Verifier,
};

use crate::public::VerifyingKey;

#[derive(Debug)]
pub(crate) struct Rsa {
    pub(crate) name: AlgorithmName,
    pub(crate) verification: &'static RsaParameters,
    pub(crate) signing: &'static dyn RsaEncoding,
}

impl Algorithm for Rsa {
    fn name(&self) -> AlgorithmName {
        self.name
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let KeyMaterial::RsaPublic(public) = key else {
            return Err(key.cannot_verify(self.name, "RSA"));
        };
        let components = RsaPublicKeyComponents {
            n: public.modulus(),
            e: public.exponent(),
        };
        let parsed = components.to_parsed_public_key(self.verification);
        Ok(Arc::new(VerifyingKey {
            name: self.name,
            // RFC 8017 sections 8.1.2 and 8.2.2, step 1: as long as the modulus, with leading
            // zeros.
            signature_bytes: public.modulus().len(),
            key: parsed.map_err(|_| {
                KeyRejected::new(
                    KeyRejectedReason::Malformed,
                    format!("{key} that aws-lc-rs cannot read"),
                    "a public key is an odd modulus and an odd exponent",
                )
            })?,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let KeyMaterial::RsaPrivate(private) = key else {
            return Err(key.cannot_sign(self.name, "RSA"));
        };
        let pair = pair(private).ok_or_else(|| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} whose numbers do not agree"),
                "a private key has two primes, with d, dp, dq and qi computed from them and from e",
            )
        })?;
        Ok(Arc::new(SigningKey {
            name: self.name,
            encoding: self.signing,
            key: pair,
        }))
    }
}

/// The key pair, if its numbers agree: AWS-LC checks all of them against each other.
fn pair(private: &RsaPrivateKey<'_>) -> Option<KeyPair> {
    let parts = private.expose();
    KeyPair::from_components(&KeyPairComponents {
        public_key: RsaPublicKeyComponents {
            n: private.public().modulus(),
            e: private.public().exponent(),
        },
        d: parts.d.as_ref(),
        p: parts.p.as_ref(),
        q: parts.q.as_ref(),
        dP: parts.dp.as_ref(),
        dQ: parts.dq.as_ref(),
        qInv: parts.qi.as_ref(),
    })
    .ok()
}

#[derive(Debug)]
struct SigningKey {
    name: AlgorithmName,
    encoding: &'static dyn RsaEncoding,
    key: KeyPair,
}

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let start = signature.len();
        signature.resize(start.saturating_add(self.key.public_modulus_len()), 0);
        let place = signature.get_mut(start..).unwrap_or_default();
        let signed = self
            .key
            .sign(self.encoding, &SystemRandom::new(), message, place);
        signed.map_err(|_| {
            signature.truncate(start);
            SigningError::new()
        })
    }
}
