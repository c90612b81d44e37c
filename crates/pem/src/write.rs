//! Writes key material as SubjectPublicKeyInfo and PKCS#8.

use alloc::format;
use alloc::string::String;
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

use crate::{Form, PemError, block, oid};

/// Writes PEM: `PRIVATE KEY` (PKCS#8) for a private key, `PUBLIC KEY` (SubjectPublicKeyInfo) for
/// a public one. For `limited_to` see [`StoredKey`](crate::StoredKey).
///
/// An Ed25519 private key is written as its seed only, without the public half (RFC 8410 section
/// 7): every OpenSSL reads this form.
///
/// ```
/// use countersign_signature::{KeyMaterial, OkpCurve, OkpPrivateKey};
///
/// // RFC 8410 section 10.3
/// let seed = [
///     0xd4, 0xee, 0x72, 0xdb, 0xf9, 0x13, 0x58, 0x4a, 0xd5, 0xb6, 0xd8, 0xf1, 0xf7, 0x69, 0xf8, 0xad,
///     0x3a, 0xfe, 0x7c, 0x28, 0xcb, 0xf1, 0xd4, 0xfb, 0xe0, 0x97, 0xa8, 0x8f, 0x44, 0x75, 0x58, 0x42,
/// ];
/// let key = OkpPrivateKey::new(OkpCurve::ED25519, seed.as_slice(), None)?;
/// assert_eq!(
///     countersign_pem::to_pem(&KeyMaterial::OkpPrivate(key), &[])?,
///     "-----BEGIN PRIVATE KEY-----\n\
///      MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
///      -----END PRIVATE KEY-----\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`PemError`] for a secret, and for a key on a curve whose identifier is unknown.
pub fn to_pem(
    material: &KeyMaterial<'_>,
    limited_to: &[AlgorithmName],
) -> Result<String, PemError> {
    if material.is_private() {
        let der = private(material, limited_to)?;
        Ok(block::encode(Form::Pkcs8.label(), &der))
    } else {
        let der = public(material, limited_to)?;
        Ok(block::encode(Form::Spki.label(), &der))
    }
}

/// SubjectPublicKeyInfo of a public key.
fn public(key: &KeyMaterial<'_>, limited_to: &[AlgorithmName]) -> Result<Vec<u8>, PemError> {
    let no_form = || no_form(key);
    let (algorithm, bytes) = match key {
        KeyMaterial::RsaPublic(key) => (rsa_algorithm(limited_to), rsa_public(key)),
        KeyMaterial::EcPublic(key) => (
            ec_algorithm(key.curve()),
            Ok(key.as_uncompressed().to_vec()),
        ),
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

/// PKCS#8 of a private key, in version 1, which every reader accepts. An octet key pair is
/// written as its seed only.
fn private(key: &KeyMaterial<'_>, limited_to: &[AlgorithmName]) -> Result<Vec<u8>, PemError> {
    let no_form = || no_form(key);
    let (algorithm, bytes) = match key {
        KeyMaterial::RsaPrivate(key) => (rsa_algorithm(limited_to), rsa_private(key)),
        KeyMaterial::EcPrivate(key) => {
            let point = key.public().map(EcPublicKey::as_uncompressed);
            let inner = sec1::EcPrivateKey {
                private_key: key.expose(),
                parameters: None,
                public_key: point,
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

fn no_form(key: &KeyMaterial<'_>) -> PemError {
    PemError::unsupported(format!("{key}"), "PEM has no form for it; write it as JWK")
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

/// A key for one hash of PSS has parameters that name the hash. A key for all hashes has none.
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
