//! ML-DSA (FIPS 204) in its three sizes, with keys of the type AKP: `pub` is the public key,
//! `priv` the seed of 32 bytes. The context is empty, as in JOSE. Signing is deterministic and
//! needs no randomness.

use core::fmt;
use core::marker::PhantomData;
use std::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    Signer, SigningError, Verifier,
};
use ml_dsa::signature::{Keypair as _, Signer as _, Verifier as _};
use ml_dsa::{EncodedVerifyingKey, MlDsaParams, Seed};

/// The algorithm of one size.
pub(crate) struct MlDsa<P> {
    name: AlgorithmName,
    size: PhantomData<fn() -> P>,
}

macro_rules! size {
    ($size:ident, $name:literal) => {
        #[allow(non_upper_case_globals)] // the names of the sizes in the crate
        pub(crate) static $size: MlDsa<ml_dsa::$size> = MlDsa {
            name: AlgorithmName::from_static($name),
            size: PhantomData,
        };
    };
}

size!(MlDsa44, "ML-DSA-44");
size!(MlDsa65, "ML-DSA-65");
size!(MlDsa87, "ML-DSA-87");

impl<P: MlDsaParams + Send + Sync + 'static> MlDsa<P> {
    fn needed(&self) -> String {
        format!("an AKP key whose alg is {}", self.name)
    }

    fn public(
        &self,
        key: &KeyMaterial<'_>,
        bytes: &[u8],
    ) -> Result<ml_dsa::VerifyingKey<P>, KeyRejected> {
        let encoded = EncodedVerifyingKey::<P>::try_from(bytes).map_err(|_| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} of {} bytes", bytes.len()),
                format!("{} has public keys of another length (FIPS 204)", self.name),
            )
        })?;
        Ok(ml_dsa::VerifyingKey::decode(&encoded))
    }
}

impl<P: MlDsaParams + Send + Sync + 'static> Algorithm for MlDsa<P> {
    fn name(&self) -> AlgorithmName {
        self.name
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        match key {
            KeyMaterial::AkpPublic(public) if self.name.is_spelled(public.algorithm()) => {
                Ok(Arc::new(VerifyingKey {
                    name: self.name,
                    key: self.public(key, public.bytes())?,
                }))
            }
            _ => Err(key.cannot_verify(self.name, &self.needed())),
        }
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::AkpPrivate(it) if self.name.is_spelled(it.algorithm()) => it,
            _ => return Err(key.cannot_sign(self.name, &self.needed())),
        };
        let malformed =
            |needed: &str| KeyRejected::new(KeyRejectedReason::Malformed, key.to_string(), needed);
        let seed = Seed::try_from(private.expose())
            .map_err(|_| malformed("its seed (priv) has 32 bytes (FIPS 204)"))?;
        let signing = ml_dsa::SigningKey::<P>::from_seed(&seed);
        if let Some(public) = private.public()
            && self.public(key, public.bytes())? != signing.verifying_key()
        {
            return Err(malformed("its public key (pub) is that of its seed (priv)"));
        }
        Ok(Arc::new(SigningKey {
            name: self.name,
            key: signing,
        }))
    }
}

impl<P> fmt::Debug for MlDsa<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MlDsa").field("name", &self.name).finish()
    }
}

struct VerifyingKey<P: MlDsaParams> {
    name: AlgorithmName,
    key: ml_dsa::VerifyingKey<P>,
}

impl<P: MlDsaParams + Send + Sync> Verifier for VerifyingKey<P> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature =
            ml_dsa::Signature::<P>::try_from(signature).map_err(|_| InvalidSignature::new())?;
        self.key
            .verify(message, &signature)
            .map_err(|_| InvalidSignature::new())
    }
}

impl<P: MlDsaParams> fmt::Debug for VerifyingKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

struct SigningKey<P: MlDsaParams> {
    name: AlgorithmName,
    key: ml_dsa::SigningKey<P>,
}

impl<P: MlDsaParams + Send + Sync> Signer for SigningKey<P> {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let made = self
            .key
            .try_sign(message)
            .map_err(|_| SigningError::new())?;
        signature.extend_from_slice(&made.encode());
        Ok(())
    }
}

impl<P: MlDsaParams> fmt::Debug for SigningKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
