//! ECDSA (RFC 7518 section 3.4) over aws-lc-rs. Both `s` and `n - s` verify, as JWS allows, so
//! don't use a signature's bytes as an identifier.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair, ParsedPublicKey,
};
use countersign_signature::{
    Algorithm, AlgorithmName, Curve, EcPrivateKey, KeyMaterial, KeyRejected, KeyRejectedReason,
    Signer, SigningError, Verifier,
};

use crate::public::VerifyingKey;

#[derive(Debug)]
pub(crate) struct Ecdsa {
    pub(crate) name: AlgorithmName,
    pub(crate) curve: Curve,
    pub(crate) verification: &'static EcdsaVerificationAlgorithm,
    pub(crate) signing: &'static EcdsaSigningAlgorithm,
    /// The bytes of a `SubjectPublicKeyInfo` (RFC 5480) before the point. aws-lc-rs also reads a
    /// bare point, but then it tests three times whether the point is on the curve, and not twice.
    pub(crate) der_prefix: &'static [u8],
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
        // On the stack, because aws-lc-rs copies it. It is long enough for P-521.
        let mut der = [0; 160];
        let mut rest = der.as_mut_slice();
        for part in [self.der_prefix, public.as_uncompressed()] {
            if let Some(place) = rest.split_off_mut(..part.len()) {
                place.copy_from_slice(part);
            }
        }
        let unused = rest.len();
        let der = der.get(..der.len().saturating_sub(unused));
        let parsed = ParsedPublicKey::new(self.verification, der.unwrap_or_default());
        Ok(Arc::new(VerifyingKey {
            name: self.name,
            signature_bytes: self.curve.coordinate_bytes().saturating_mul(2),
            key: parsed.map_err(|_| {
                KeyRejected::new(
                    KeyRejectedReason::Malformed,
                    format!("{key} that aws-lc-rs cannot read"),
                    format!("a public key is a point on {}", self.curve.name()),
                )
            })?,
        }))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let private = match key {
            KeyMaterial::EcPrivate(private) if private.curve() == self.curve => private,
            _ => return Err(key.cannot_sign(self.name, self.curve.name())),
        };
        let pair = self.pair(private).ok_or_else(|| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} that is out of range or does not match its public point"),
                "a private scalar lies between 1 and the order of the curve, \
                 and the public point is its multiple",
            )
        })?;
        Ok(Arc::new(SigningKey {
            name: self.name,
            key: pair,
        }))
    }
}

impl Ecdsa {
    /// The key pair, if the scalar is in range and fits the public point, if there is one.
    fn pair(&self, private: &EcPrivateKey<'_>) -> Option<EcdsaKeyPair> {
        let der = private_key_der(private.expose())?;
        let pair = EcdsaKeyPair::from_private_key_der(self.signing, &der).ok()?;
        let computed = pair.public_key().as_ref();
        let fits = private
            .public()
            .is_none_or(|public| public.as_uncompressed() == computed);
        fits.then_some(pair)
    }
}

/// An `ECPrivateKey` of RFC 5915 section 3 with only this scalar. The algorithm names the curve,
/// and the library computes the public point.
fn private_key_der(scalar: &[u8]) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    const VERSION_1: [u8; 3] = [0x02, 0x01, 0x01];
    const OCTET_STRING: u8 = 0x04;

    // DER writes a length below 128 as one byte. The longest scalar, of P-521, has 66 bytes.
    let scalar_length = u8::try_from(scalar.len()).ok()?;
    let inner_length = scalar_length
        .checked_add(5)
        .filter(|length| *length < 128)?;
    let mut der = Vec::with_capacity(usize::from(inner_length).saturating_add(2));
    der.extend([SEQUENCE, inner_length]);
    der.extend(VERSION_1);
    der.extend([OCTET_STRING, scalar_length]);
    der.extend_from_slice(scalar);
    Some(der)
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
