//! A public key that aws-lc-rs has prepared: parsed once, when it is loaded, and not for every
//! token.

use aws_lc_rs::signature::ParsedPublicKey;
use countersign_signature::{AlgorithmName, InvalidSignature, Verifier};

#[derive(Debug)]
pub(crate) struct VerifyingKey {
    pub(crate) name: AlgorithmName,
    pub(crate) signature_bytes: usize,
    pub(crate) key: ParsedPublicKey,
}

impl Verifier for VerifyingKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        if signature.len() != self.signature_bytes {
            return Err(InvalidSignature::new());
        }
        self.key
            .verify_sig(message, signature)
            .map_err(|_| InvalidSignature::new())
    }
}
