//! ECDSA (RFC 7518 section 3.4) over `p256`, `p384` and `p521`, with the nonce of RFC 6979. Both
//! `s` and `n - s` verify, as JWS allows, so don't use a signature's bytes as an identifier.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::marker::PhantomData;

use countersign_signature::{
    Algorithm, AlgorithmName, Curve, EcPrivateKey, EcPublicKey, InvalidSignature, KeyMaterial,
    KeyRejected, KeyRejectedReason, Signer, SigningError, Verifier,
};
use p256::ecdsa::signature;
use p256::ecdsa::signature::{Keypair, SignatureEncoding};

/// The types of one of the three crates.
pub(crate) trait Library: 'static {
    type Signature: SignatureEncoding;
    type VerifyingKey: signature::Verifier<Self::Signature> + Debug + PartialEq + Send + Sync;
    type SigningKey: signature::Signer<Self::Signature>
        + Keypair<VerifyingKey = Self::VerifyingKey>
        + for<'a> TryFrom<&'a [u8]>
        + Debug
        + Send
        + Sync;

    /// The key for a point in uncompressed form.
    fn verifying_key(point: &[u8]) -> Option<Self::VerifyingKey>;
}

macro_rules! library {
    ($curve:ty, $ecdsa:path) => {
        const _: () = {
            use $ecdsa as ecdsa;

            impl Library for $curve {
                type Signature = ecdsa::Signature;
                type VerifyingKey = ecdsa::VerifyingKey;
                type SigningKey = ecdsa::SigningKey;

                fn verifying_key(point: &[u8]) -> Option<Self::VerifyingKey> {
                    ecdsa::VerifyingKey::from_sec1_bytes(point).ok()
                }
            }
        };
    };
}

library!(p256::NistP256, p256::ecdsa);
library!(p384::NistP384, p384::ecdsa);
library!(p521::NistP521, p521::ecdsa);

pub(crate) struct Ecdsa<L> {
    pub(crate) name: AlgorithmName,
    pub(crate) curve: Curve,
    pub(crate) library: PhantomData<fn() -> L>,
}

impl<L: Library> Algorithm for Ecdsa<L> {
    fn name(&self) -> AlgorithmName {
        self.name
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let wrong_key = || key.cannot_verify(self.name, self.curve.name());
        let public = match key {
            KeyMaterial::EcPublic(public) if public.curve() == self.curve => public,
            _ => return Err(wrong_key()),
        };
        Ok(Arc::new(VerifyingKey::<L> {
            name: self.name,
            signature_bytes: self.curve.coordinate_bytes().saturating_mul(2),
            key: parse_public::<L>(public).ok_or_else(wrong_key)?,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::EcPrivate(private) if private.curve() == self.curve => private,
            _ => return Err(key.cannot_sign(self.name, self.curve.name())),
        };
        let parsed = parse_private::<L>(private).ok_or_else(|| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that is out of range or does not match its public point"),
                "a private scalar lies between 1 and the order of the curve, \
                 and the public point is its multiple",
            )
        })?;
        Ok(Arc::new(SigningKey::<L> {
            name: self.name,
            key: parsed,
        }))
    }
}

impl<L> Debug for Ecdsa<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ecdsa").field("name", &self.name).finish()
    }
}

fn parse_public<L: Library>(public: &EcPublicKey<'_>) -> Option<L::VerifyingKey> {
    L::verifying_key(public.as_uncompressed())
}

fn parse_private<L: Library>(private: &EcPrivateKey<'_>) -> Option<L::SigningKey> {
    let key = L::SigningKey::try_from(private.expose()).ok()?;
    match private.public() {
        Some(public) if parse_public::<L>(public)? != key.verifying_key() => None,
        _ => Some(key),
    }
}

struct VerifyingKey<L: Library> {
    name: AlgorithmName,
    signature_bytes: usize,
    key: L::VerifyingKey,
}

impl<L: Library> Verifier for VerifyingKey<L> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != self.signature_bytes {
            return Err(InvalidSignature::new());
        }
        // Refuses `r` and `s` that are zero, or not below the order.
        let signature = L::Signature::try_from(signature).map_err(|_| InvalidSignature::new())?;
        signature::Verifier::verify(&self.key, message, &signature)
            .map_err(|_| InvalidSignature::new())
    }
}

impl<L: Library> Debug for VerifyingKey<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("name", &self.name)
            .field("key", &self.key)
            .finish()
    }
}

struct SigningKey<L: Library> {
    name: AlgorithmName,
    key: L::SigningKey,
}

impl<L: Library> Signer for SigningKey<L> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let signed =
            signature::Signer::try_sign(&self.key, message).map_err(|_| SigningError::new())?;
        signature.extend_from_slice(signed.to_bytes().as_ref());
        Ok(())
    }
}

impl<L: Library> Debug for SigningKey<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("name", &self.name)
            .field("public", &self.key.verifying_key())
            .finish()
    }
}
