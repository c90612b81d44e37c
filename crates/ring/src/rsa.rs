//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 section 8) over *ring*.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, KeyRejectedReason,
    RsaPrivateKey, RsaPublicKey, Signer, SigningError, Verifier,
};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents};
use ring::signature::{RsaEncoding, RsaParameters, RsaPublicKeyComponents};

/// *ring* signs only with private keys of at most this many bits, ...
const MOST_SIGNING_BITS: usize = 4096;
/// ... with primes whose length is a multiple of this many bits, ...
const PRIME_BITS_UNIT: usize = 512;
/// ... and with an exponent of at least this, 65537.
const LEAST_SIGNING_EXPONENT: &[u8] = &[1, 0, 1];

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
        Ok(Arc::new(VerifyingKey {
            name: self.name,
            parameters: self.verification,
            key: RsaPublicKeyComponents {
                n: public.modulus().into(),
                e: public.exponent().into(),
            },
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let KeyMaterial::RsaPrivate(private) = key else {
            return Err(key.cannot_sign(self.name, "RSA"));
        };
        if !can_sign_with(private.public()) {
            return Err(KeyRejected::unsupported(
                key,
                format!(
                    "{} over ring signs with 2048, 3072 or 4096 bits and an exponent from 65537; \
                     make such a key, or sign with another backend",
                    self.name
                ),
            ));
        }
        let parts_disagree = || {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} whose numbers do not agree"),
                "a private key has two primes of half its length, with d, dp, dq and qi \
                 computed from them and from e",
            )
        };
        let signer = SigningKey {
            name: self.name,
            encoding: self.signing,
            key: pair(private).ok_or_else(parts_disagree)?,
        };
        // ring notices a wrong dp or dq only when it signs, so sign once now, not first for a
        // token.
        signer
            .sign(b"", &mut Vec::new())
            .map_err(|_| parts_disagree())?;
        Ok(Arc::new(signer))
    }
}

fn can_sign_with(public: &RsaPublicKey<'_>) -> bool {
    let exponent = public.exponent();
    public.bits() <= MOST_SIGNING_BITS
        && public.bits().div_ceil(2).is_multiple_of(PRIME_BITS_UNIT)
        && (exponent.len(), exponent) >= (LEAST_SIGNING_EXPONENT.len(), LEAST_SIGNING_EXPONENT)
}

fn pair(private: &RsaPrivateKey<'_>) -> Option<KeyPair> {
    let public_key = RsaPublicKeyComponents {
        n: private.public().modulus(),
        e: private.public().exponent(),
    };
    let parts = private.expose();
    KeyPair::from_components(&KeyPairComponents {
        public_key,
        d: parts.d.as_ref(),
        p: parts.p.as_ref(),
        q: parts.q.as_ref(),
        dP: parts.dp.as_ref(),
        dQ: parts.dq.as_ref(),
        qInv: parts.qi.as_ref(),
    })
    .ok()
}

/// *ring* can't keep a parsed public key: each call prepares the modulus again.
#[derive(Debug)]
struct VerifyingKey {
    name: AlgorithmName,
    parameters: &'static RsaParameters,
    key: RsaPublicKeyComponents<Box<[u8]>>,
}

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        // RFC 8017 sections 8.1.2 and 8.2.2, step 1: as long as the modulus, with leading zeros.
        if signature.len() != self.key.n.len() {
            return Err(InvalidSignature::new());
        }
        self.key
            .verify(self.parameters, message, signature)
            .map_err(|_| InvalidSignature::new())
    }
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
        signature.resize(start.saturating_add(self.key.public().modulus_len()), 0);
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
