//! A provider that accepts one fixed signature for any message, so that inputs reach the code
//! after the signature check. **It forges logins. Use it only in this crate.**

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Provider, Signer,
    Verifier,
};

/// The signature.
pub const SIGNATURE: &[u8] = b"good";

#[derive(Debug)]
struct Accept;

static ACCEPT: Accept = Accept;

/// The provider, under the name HS256.
#[must_use]
pub fn provider() -> Provider {
    Provider::new([&ACCEPT as &'static dyn Algorithm])
}

/// A token with this header and payload, and [`SIGNATURE`].
#[must_use]
pub fn token(header: &[u8], payload: &[u8]) -> String {
    signed(header, payload, SIGNATURE)
}

/// The same, with the last bit of the signature flipped.
#[must_use]
pub fn forged(header: &[u8], payload: &[u8]) -> String {
    signed(header, payload, b"gooe")
}

fn signed(header: &[u8], payload: &[u8], signature: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    [encode(header), encode(payload), encode(signature)].join(".")
}

impl Algorithm for Accept {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::HS256
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, _: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Ok(Arc::new(Self))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Err(KeyRejected::unsupported(key, "it only verifies"))
    }
}

impl Verifier for Accept {
    fn algorithm(&self) -> AlgorithmName {
        AlgorithmName::HS256
    }

    fn verify(&self, _: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature == SIGNATURE {
            Ok(())
        } else {
            Err(InvalidSignature::new())
        }
    }
}
