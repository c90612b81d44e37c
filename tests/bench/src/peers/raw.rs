//! Only the primitives of each library, with keys that are prepared as far as the library can.

use aws_lc_rs::signature as aws;
use countersign::signature::{AlgorithmName, KeyMaterial};
use countersign_test_backends::keys;
use ring::signature as ring_signature;

/// A check of one message and signature.
pub(crate) type Check = Box<dyn Fn(&[u8], &[u8]) -> bool>;

/// The three libraries, as the tables name them.
pub(crate) const RING: &str = "*ring* alone";
pub(crate) const AWS_LC: &str = "aws-lc-rs alone";
pub(crate) const RUSTCRYPTO: &str = "RustCrypto alone";

pub(crate) fn ring(name: AlgorithmName) -> Option<Check> {
    use ring_signature as signature;

    let hmac = |hash| {
        let key = ring::hmac::Key::new(hash, &crate::tokens::secret());
        Some(Box::new(move |message: &[u8], tag: &[u8]| {
            ring::hmac::verify(&key, message, tag).is_ok()
        }) as Check)
    };
    match name.as_str() {
        "HS256" => return hmac(ring::hmac::HMAC_SHA256),
        "HS384" => return hmac(ring::hmac::HMAC_SHA384),
        "HS512" => return hmac(ring::hmac::HMAC_SHA512),
        _ => {}
    }
    match keys::verifying(name) {
        KeyMaterial::RsaPublic(key) => {
            let parameters = match name.as_str() {
                "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
                _ => &signature::RSA_PSS_2048_8192_SHA512,
            };
            let key = signature::RsaPublicKeyComponents {
                n: key.modulus().to_vec(),
                e: key.exponent().to_vec(),
            };
            Some(Box::new(move |message, signature| {
                key.verify(parameters, message, signature).is_ok()
            }))
        }
        KeyMaterial::EcPublic(key) => {
            let algorithm: &dyn signature::VerificationAlgorithm = match name.as_str() {
                "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
                "ES384" => &signature::ECDSA_P384_SHA384_FIXED,
                _ => return None,
            };
            let key = signature::UnparsedPublicKey::new(algorithm, key.as_uncompressed().to_vec());
            Some(Box::new(move |message, signature| {
                key.verify(message, signature).is_ok()
            }))
        }
        KeyMaterial::OkpPublic(key) => {
            let key = signature::UnparsedPublicKey::new(&signature::ED25519, key.bytes().to_vec());
            Some(Box::new(move |message, signature| {
                key.verify(message, signature).is_ok()
            }))
        }
        _ => None,
    }
}

pub(crate) fn aws_lc(name: AlgorithmName) -> Option<Check> {
    use aws_lc_rs::hmac;

    let hmac = |hash| {
        let key = hmac::Key::new(hash, &crate::tokens::secret());
        Some(
            Box::new(move |message: &[u8], tag: &[u8]| hmac::verify(&key, message, tag).is_ok())
                as Check,
        )
    };
    match name.as_str() {
        "HS256" => return hmac(hmac::HMAC_SHA256),
        "HS384" => return hmac(hmac::HMAC_SHA384),
        "HS512" => return hmac(hmac::HMAC_SHA512),
        _ => {}
    }
    let key = match keys::verifying(name) {
        KeyMaterial::RsaPublic(key) => {
            let parameters = match name.as_str() {
                "RS256" => &aws::RSA_PKCS1_2048_8192_SHA256,
                "RS384" => &aws::RSA_PKCS1_2048_8192_SHA384,
                "RS512" => &aws::RSA_PKCS1_2048_8192_SHA512,
                "PS256" => &aws::RSA_PSS_2048_8192_SHA256,
                "PS384" => &aws::RSA_PSS_2048_8192_SHA384,
                _ => &aws::RSA_PSS_2048_8192_SHA512,
            };
            let components = aws::RsaPublicKeyComponents {
                n: key.modulus(),
                e: key.exponent(),
            };
            components.to_parsed_public_key(parameters)
        }
        KeyMaterial::EcPublic(key) => {
            let algorithm = match name.as_str() {
                "ES256" => &aws::ECDSA_P256_SHA256_FIXED,
                "ES384" => &aws::ECDSA_P384_SHA384_FIXED,
                _ => &aws::ECDSA_P521_SHA512_FIXED,
            };
            aws::ParsedPublicKey::new(algorithm, key.as_uncompressed())
        }
        KeyMaterial::OkpPublic(key) => aws::ParsedPublicKey::new(&aws::ED25519, key.bytes()),
        _ => return None,
    };
    let key = key.unwrap();
    Some(Box::new(move |message, signature| {
        key.verify_sig(message, signature).is_ok()
    }))
}

/// RustCrypto's HS256 and ES256; its other algorithms are measured through
/// `countersign-rustcrypto`.
pub(crate) fn rustcrypto(name: AlgorithmName) -> Option<Check> {
    use hmac::{KeyInit, Mac};
    use p256::ecdsa::signature::Verifier;

    match keys::verifying(name) {
        KeyMaterial::Secret(secret) if name == AlgorithmName::HS256 => {
            let key = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.expose()).unwrap();
            Some(Box::new(move |message, tag| {
                key.clone().chain_update(message).verify_slice(tag).is_ok()
            }))
        }
        KeyMaterial::EcPublic(key) if name == AlgorithmName::ES256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key.as_uncompressed()).unwrap();
            Some(Box::new(move |message, signature| {
                let signature = p256::ecdsa::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }))
        }
        _ => None,
    }
}
