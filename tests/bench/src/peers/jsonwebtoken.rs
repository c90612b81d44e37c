//! jsonwebtoken, over aws-lc-rs and over RustCrypto.
//!
//! It has one cryptography provider for the whole process. The provider that is installed here
//! reads a switch, which each contestant sets before it works.

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use countersign::signature::{AlgorithmName, KeyMaterial};
use countersign_test_backends::keys;
use jsonwebtoken::crypto::{CryptoProvider, KeyUtils, aws_lc, rust_crypto};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use crate::tokens::Claims;

/// The library for its cryptography.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    AwsLc,
    RustCrypto,
}

static OVER_RUSTCRYPTO: AtomicBool = AtomicBool::new(false);

fn chosen() -> &'static CryptoProvider {
    if OVER_RUSTCRYPTO.load(Relaxed) {
        &rust_crypto::DEFAULT_PROVIDER
    } else {
        &aws_lc::DEFAULT_PROVIDER
    }
}

static SWITCH: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| (chosen().signer_factory)(algorithm, key),
    verifier_factory: |algorithm, key| (chosen().verifier_factory)(algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

/// To be called once, before anything else of this module.
pub(crate) fn install() {
    assert!(
        SWITCH.install_default().is_ok(),
        "a provider is installed already"
    );
}

/// A verifier of one algorithm; `None` for ES512, which jsonwebtoken does not have.
pub(crate) struct Verifier {
    over: Over,
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    pub(crate) fn new(over: Over, name: AlgorithmName) -> Option<Self> {
        let algorithm: Algorithm = name.as_str().parse().ok()?;
        let key = match keys::verifying(name) {
            KeyMaterial::Secret(secret) => DecodingKey::from_secret(secret.expose()),
            KeyMaterial::RsaPublic(key) => {
                DecodingKey::from_rsa_raw_components(key.modulus(), key.exponent())
            }
            KeyMaterial::EcPublic(key) => DecodingKey::from_ec_der(key.as_uncompressed()),
            KeyMaterial::OkpPublic(key) => DecodingKey::from_ed_der(key.bytes()),
            _ => return None,
        };
        let mut validation = Validation::new(algorithm);
        validation.validate_aud = false;
        Some(Self {
            over,
            key,
            validation,
        })
    }

    pub(crate) fn verify(&self, token: &str) -> Claims {
        OVER_RUSTCRYPTO.store(self.over == Over::RustCrypto, Relaxed);
        let decoded = jsonwebtoken::decode(token, &self.key, &self.validation);
        decoded.unwrap().claims
    }
}

/// Makes an HS256 token of these claims.
pub(crate) struct Issuer {
    over: Over,
    key: EncodingKey,
    header: Header,
}

impl Issuer {
    pub(crate) fn new(over: Over, secret: &[u8]) -> Self {
        Self {
            over,
            key: EncodingKey::from_secret(secret),
            header: Header::new(Algorithm::HS256),
        }
    }

    pub(crate) fn issue(&self, claims: &Claims) -> String {
        OVER_RUSTCRYPTO.store(self.over == Over::RustCrypto, Relaxed);
        jsonwebtoken::encode(&self.header, claims, &self.key).unwrap()
    }
}
