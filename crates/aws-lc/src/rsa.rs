//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 section 8) over aws-lc-rs. PSS signs and accepts
//! only a salt as long as the hash (RFC 7518 section 3.5).

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents};
use aws_lc_rs::signature::{ParsedPublicKey, RsaEncoding, RsaParameters, RsaPublicKeyComponents};
use countersign_signature::{
    Algorithm, AlgorithmName, KeyMaterial, KeyRejected, KeyRejectedReason, RsaPrivateKey,
    RsaPublicKey, Signer, SigningError, Verifier,
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
        let parsed = ParsedPublicKey::new(self.verification, public_key_der(public));
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

/// An `RSAPublicKey` (RFC 8017 appendix A.1.1). aws-lc-rs keeps DER beside each parsed key. From the
/// two numbers alone it would make this DER itself, which takes three times as many instructions.
fn public_key_der(key: &RsaPublicKey<'_>) -> Vec<u8> {
    const SEQUENCE: u8 = 0x30;
    // Tag, form and two bytes of the length; the modulus has another four, the exponent two, and
    // either may need a zero before it.
    const MOST_AROUND: usize = 4 + 4 + 2 + 2;

    let (modulus, exponent) = (key.modulus(), key.exponent());
    let numbers = modulus.len().saturating_add(exponent.len());
    let mut der = Vec::with_capacity(numbers.saturating_add(MOST_AROUND));
    // Every modulus is long enough for the long form of the length.
    der.extend([SEQUENCE, 0x82, 0, 0]);
    push_integer(&mut der, modulus);
    push_integer(&mut der, exponent);
    let content = u16::try_from(der.len().saturating_sub(4)).unwrap_or_default();
    if let Some(place) = der.get_mut(2..4) {
        place.copy_from_slice(&content.to_be_bytes());
    }
    der
}

/// Appends a positive big-endian number as an INTEGER of DER.
fn push_integer(der: &mut Vec<u8>, number: &[u8]) {
    const INTEGER: u8 = 0x02;
    // With its highest bit set, it would be negative.
    let needs_zero = number.first().is_some_and(|first| *first >= 0x80);
    let length = number.len().saturating_add(usize::from(needs_zero));
    let length = u16::try_from(length).unwrap_or_default();
    der.push(INTEGER);
    match length.to_be_bytes() {
        [0, short @ ..0x80] => der.push(short),
        [0, long] => der.extend([0x81, long]),
        [high, low] => der.extend([0x82, high, low]),
    }
    if needs_zero {
        der.push(0);
    }
    der.extend_from_slice(number);
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloc::vec;

    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::signature::RsaPublicKeyComponents;
    use countersign_signature::RsaPublicKey;

    use super::public_key_der;

    /// aws-lc-rs writes the same structure at the end of a `SubjectPublicKeyInfo`.
    #[test]
    fn the_der_of_a_public_key_is_that_of_aws_lc_rs() {
        for bytes in [256, 257, 384, 1024] {
            for first in [0x01, 0x7f, 0x80, 0xff] {
                for exponent in [
                    &[3][..],
                    &[0x81],
                    &[1, 0, 1],
                    &[0x80, 0, 1],
                    &[1, 0, 0, 0, 1],
                ] {
                    let mut modulus = vec![0x5b; bytes];
                    if let Some(place) = modulus.first_mut() {
                        *place = first;
                    }
                    let Ok(key) = RsaPublicKey::new(&modulus, exponent) else {
                        assert!(bytes == 256 && first < 0x80, "{bytes} {first}");
                        continue;
                    };
                    let (n, e) = (modulus.as_slice(), exponent);
                    let whole = RsaPublicKeyComponents { n, e }.as_der().unwrap();
                    let der = public_key_der(&key);
                    assert!(whole.as_ref().ends_with(&der), "{bytes} {first} {e:?}");
                }
            }
        }
    }
}
