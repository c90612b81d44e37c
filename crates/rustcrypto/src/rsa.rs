//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 section 8) over `rsa`: verification.

use alloc::format;
use alloc::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    RsaPublicKey, Signer, Verifier,
};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PublicKey};

#[derive(Debug)]
pub(crate) struct Rsa {
    pub(crate) name: AlgorithmName,
    pub(crate) verify: fn(&PublicKey, &[u8], &[u8]) -> rsa::Result<()>,
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
        let (n, e) = numbers(public);
        let parsed = PublicKey::new(n, e).map_err(|error| {
            KeyRejected::new(
                KeyRejectedReason::Unsupported,
                format!("{key}"),
                format!("`rsa` cannot use it: {error}"),
            )
        })?;
        Ok(Arc::new(VerifyingKey {
            name: self.name,
            verify: self.verify,
            key: parsed,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let KeyMaterial::RsaPrivate(_) = key else {
            return Err(key.cannot_sign(self.name, "RSA"));
        };
        Err(KeyRejected::unsupported(
            key,
            format!(
                "{} over `rsa` only verifies, because of RUSTSEC-2023-0071; sign with another \
                 backend, or opt in by `countersign_rustcrypto::rsa_signing_rustsec_2023_0071`",
                self.name
            ),
        ))
    }
}

/// The modulus and the exponent.
pub(crate) fn numbers(public: &RsaPublicKey<'_>) -> (BoxedUint, BoxedUint) {
    (
        BoxedUint::from_be_slice_vartime(public.modulus()),
        BoxedUint::from_be_slice_vartime(public.exponent()),
    )
}

#[derive(Debug)]
struct VerifyingKey {
    name: AlgorithmName,
    verify: fn(&PublicKey, &[u8], &[u8]) -> rsa::Result<()>,
    key: PublicKey,
}

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        // RFC 8017 sections 8.1.2 and 8.2.2, step 1: as long as the modulus, with leading zeros.
        if signature.len() != self.key.size() {
            return Err(InvalidSignature::new());
        }
        (self.verify)(&self.key, message, signature).map_err(|_| InvalidSignature::new())
    }
}
