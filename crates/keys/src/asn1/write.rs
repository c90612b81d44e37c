//! From key material to DER: SubjectPublicKeyInfo and PKCS#8.

use alloc::format;
use alloc::vec::Vec;

use countersign_signature::{
    AlgorithmName, Curve, EcPublicKey, KeyMaterial, OkpCurve, RsaPrivateKey, RsaPublicKey,
};
use der::asn1::{Any, BitString, BitStringRef, Null, ObjectIdentifier, OctetStringRef, UintRef};
use der::referenced::OwnedToRef as _;
use der::{Encode as _, Tag};
use pkcs1::{RsaPrivateKeyRef, RsaPssParams, RsaPublicKeyRef};
use pkcs8::PrivateKeyInfo;
use spki::{AlgorithmIdentifier, AlgorithmIdentifierOwned, SubjectPublicKeyInfo};

use super::oid;
use crate::KeyError;

/// SubjectPublicKeyInfo of a public key.
pub(crate) fn public(
    key: &KeyMaterial<'_>,
    limited_to: &[AlgorithmName],
) -> Result<Vec<u8>, KeyError> {
    let no_form = || no_form(key);
    let (algorithm, bytes) = match key {
        KeyMaterial::RsaPublic(key) => (rsa_algorithm(limited_to), rsa_public(key)),
        KeyMaterial::EcPublic(key) => (ec_algorithm(key.curve()), Ok(key.to_uncompressed())),
        KeyMaterial::OkpPublic(key) => (okp_algorithm(key.curve()), Ok(key.bytes().to_vec())),
        _ => return Err(no_form()),
    };
    let algorithm = algorithm.ok_or_else(no_form)?;
    bytes
        .and_then(|bytes| {
            SubjectPublicKeyInfo {
                algorithm,
                subject_public_key: BitString::from_bytes(&bytes)?,
            }
            .to_der()
        })
        .map_err(|_| no_form())
}

/// PKCS#8 of a private key, version 1, which every reader takes: of an octet key pair
/// it holds the seed alone.
pub(crate) fn private(
    key: &KeyMaterial<'_>,
    limited_to: &[AlgorithmName],
) -> Result<Vec<u8>, KeyError> {
    let no_form = || no_form(key);
    let (algorithm, bytes) = match key {
        KeyMaterial::RsaPrivate(key) => (rsa_algorithm(limited_to), rsa_private(key)),
        KeyMaterial::EcPrivate(key) => {
            let point = key.public().map(EcPublicKey::to_uncompressed);
            let inner = sec1::EcPrivateKey {
                private_key: key.expose(),
                parameters: None,
                public_key: point.as_deref(),
            };
            (ec_algorithm(key.curve()), inner.to_der())
        }
        KeyMaterial::OkpPrivate(key) => {
            let seed = OctetStringRef::new(key.expose()).and_then(|seed| seed.to_der());
            (okp_algorithm(key.curve()), seed)
        }
        _ => return Err(no_form()),
    };
    let algorithm = algorithm.ok_or_else(no_form)?;
    bytes
        .and_then(|bytes| {
            PrivateKeyInfo {
                algorithm: algorithm.owned_to_ref(),
                private_key: OctetStringRef::new(&bytes)?,
                public_key: None::<BitStringRef<'_>>,
            }
            .to_der()
        })
        .map_err(|_| no_form())
}

fn no_form(key: &KeyMaterial<'_>) -> KeyError {
    KeyError::unsupported(format!("{key}"), "PEM has no form for it; write it as JWK")
}

fn rsa_public(key: &RsaPublicKey<'_>) -> der::Result<Vec<u8>> {
    RsaPublicKeyRef {
        modulus: UintRef::new(key.modulus())?,
        public_exponent: UintRef::new(key.exponent())?,
    }
    .to_der()
}

fn rsa_private(key: &RsaPrivateKey<'_>) -> der::Result<Vec<u8>> {
    let parts = key.expose();
    RsaPrivateKeyRef {
        modulus: UintRef::new(key.public().modulus())?,
        public_exponent: UintRef::new(key.public().exponent())?,
        private_exponent: UintRef::new(&parts.d)?,
        prime1: UintRef::new(&parts.p)?,
        prime2: UintRef::new(&parts.q)?,
        exponent1: UintRef::new(&parts.dp)?,
        exponent2: UintRef::new(&parts.dq)?,
        coefficient: UintRef::new(&parts.qi)?,
        other_prime_infos: None,
    }
    .to_der()
}

/// A key that may serve one hash of PSS keeps its parameters, one for all of them has none.
fn rsa_algorithm(limited_to: &[AlgorithmName]) -> Option<AlgorithmIdentifierOwned> {
    let null = || Any::encode_from(&Null).ok();
    match limited_to {
        [] => Some(AlgorithmIdentifier {
            oid: oid::RSA,
            parameters: null(),
        }),
        [_] => {
            let hash = oid::PSS_HASHES
                .iter()
                .find(|hash| hash.algorithms == limited_to)?;
            let identifier = AlgorithmIdentifier {
                oid: hash.oid,
                parameters: null(),
            };
            let parameters = RsaPssParams {
                hash: identifier.clone(),
                mask_gen: AlgorithmIdentifier {
                    oid: oid::MGF1,
                    parameters: Some(identifier),
                },
                salt_len: hash.bytes,
                trailer_field: pkcs1::TrailerField::default(),
            };
            Some(AlgorithmIdentifier {
                oid: oid::RSA_PSS,
                parameters: Some(Any::encode_from(&parameters).ok()?),
            })
        }
        _ => Some(AlgorithmIdentifier {
            oid: oid::RSA_PSS,
            parameters: None,
        }),
    }
}

fn ec_algorithm(curve: Curve) -> Option<AlgorithmIdentifierOwned> {
    let curve: ObjectIdentifier = oid::of_curve(curve)?;
    Some(AlgorithmIdentifier {
        oid: oid::EC,
        parameters: Any::new(Tag::ObjectIdentifier, curve.as_bytes()).ok(),
    })
}

fn okp_algorithm(curve: OkpCurve) -> Option<AlgorithmIdentifierOwned> {
    Some(AlgorithmIdentifier {
        oid: oid::of_octet_key_pair(curve)?,
        parameters: None,
    })
}
