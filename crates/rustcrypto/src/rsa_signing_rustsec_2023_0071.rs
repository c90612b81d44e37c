//! RSA signing over the `rsa` crate. It is off unless a program uses this module.
//!
//! # RUSTSEC-2023-0071
//!
//! The advisory (CVE-2023-49092, the "Marvin attack") says that the time of private-key
//! operations of `rsa` depends on the key. An attacker who can measure this time over a network
//! may recover the key. The advisory names **no patched version**.
//!
//! What the documents of `rsa` 0.10.0 say: the new arithmetic has exponentiation in constant
//! time. Private-key operations were hardened, and are blinded with random numbers. The README
//! calls the crate "previously vulnerable" and says that hardening continues, but the page of its
//! module `pkcs1v15` still calls it vulnerable. No audit covers this version.
//!
//! So if others can request signatures and measure the time, sign with `countersign-ring`
//! instead. The advisory says that local use on a machine that isn't compromised is fine.
//! Verifying uses no private key and is not affected.
//!
//! Every signature is made with blinding, from the operating system's randomness. If that fails,
//! signing fails.
//!
//! # Example
//!
//! ```
//! use countersign_rustcrypto::rsa_signing_rustsec_2023_0071::with_rsa_signing;
//!
//! let provider = with_rsa_signing(countersign_rustcrypto::provider());
//! assert!(provider.get("PS256").is_some());
//! ```

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, KeyMaterial, KeyRejected, KeyRejectedReason, Provider, RsaPrivateKey,
    Signer, SigningError, Verifier,
};
use getrandom::SysRng;
use rsa::traits::PrivateKeyParts;
use rsa::{BoxedUint, PrivateKey};
use sha2::{Sha256, Sha384, Sha512};

/// RSASSA-PKCS1-v1_5 with SHA-256. Verifies and signs.
pub static RS256: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::RS256,
    sign: PrivateKey::pkcs1v15_sign_with_rng::<Sha256, SysRng>,
};

/// RSASSA-PKCS1-v1_5 with SHA-384. Verifies and signs.
pub static RS384: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::RS384,
    sign: PrivateKey::pkcs1v15_sign_with_rng::<Sha384, SysRng>,
};

/// RSASSA-PKCS1-v1_5 with SHA-512. Verifies and signs.
pub static RS512: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::RS512,
    sign: PrivateKey::pkcs1v15_sign_with_rng::<Sha512, SysRng>,
};

/// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes. Verifies and signs.
pub static PS256: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::PS256,
    sign: PrivateKey::pss_sign_with_rng::<Sha256, SysRng>,
};

/// RSASSA-PSS with SHA-384, also in MGF1, and a salt of 48 bytes. Verifies and signs.
pub static PS384: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::PS384,
    sign: PrivateKey::pss_sign_with_rng::<Sha384, SysRng>,
};

/// RSASSA-PSS with SHA-512, also in MGF1, and a salt of 64 bytes. Verifies and signs.
pub static PS512: &dyn Algorithm = &RsaWithSigning {
    verifying: crate::PS512,
    sign: PrivateKey::pss_sign_with_rng::<Sha512, SysRng>,
};

/// Replaces the six RSA algorithms of `provider` by those of this module, or adds them.
///
/// Do not pass it a provider whose RSA algorithms sign already, such as the one of
/// `countersign-ring`: they would be replaced too.
#[must_use]
pub fn with_rsa_signing(provider: Provider) -> Provider {
    [RS256, RS384, RS512, PS256, PS384, PS512]
        .into_iter()
        .fold(provider, Provider::with)
}

type Sign = fn(&PrivateKey, &mut SysRng, &[u8]) -> rsa::Result<Vec<u8>>;

#[derive(Debug)]
struct RsaWithSigning {
    verifying: &'static dyn Algorithm,
    sign: Sign,
}

impl Algorithm for RsaWithSigning {
    fn name(&self) -> AlgorithmName {
        self.verifying.name()
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        self.verifying.verifier(key)
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        let KeyMaterial::RsaPrivate(private) = key else {
            return Err(key.cannot_sign(self.name(), "RSA"));
        };
        let parsed = private_key(private).ok_or_else(|| {
            KeyRejected::new(
                KeyRejectedReason::Malformed,
                format!("{key} whose numbers do not agree"),
                "a private key has two primes of half its length, with d, dp, dq and qi \
                 computed from them and from e",
            )
        })?;
        Ok(Arc::new(SigningKey {
            name: self.name(),
            sign: self.sign,
            key: parsed,
        }))
    }
}

/// The key, if all of its numbers agree. `rsa` computes `dp`, `dq` and `qi` itself and checks the
/// other numbers. If the key's own `dp`, `dq` or `qi` differ from these, the key is damaged or
/// forged.
fn private_key(private: &RsaPrivateKey<'_>) -> Option<PrivateKey> {
    let (n, e) = crate::rsa::numbers(private.public());
    let bits = u32::try_from(private.public().bits()).ok()?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits.next_multiple_of(8)).ok();
    let parts = private.expose();
    let primes = [number(&parts.p)?, number(&parts.q)?];
    let key = PrivateKey::from_components(n, e, number(&parts.d)?, primes.into()).ok()?;
    let agree = key.dp() == Some(&number(&parts.dp)?)
        && key.dq() == Some(&number(&parts.dq)?)
        && key.crt_coefficient() == number(&parts.qi);
    agree.then_some(key)
}

#[derive(Debug)]
struct SigningKey {
    name: AlgorithmName,
    sign: Sign,
    key: PrivateKey,
}

impl Signer for SigningKey {
    fn algorithm(&self) -> AlgorithmName {
        self.name
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        let signed =
            (self.sign)(&self.key, &mut SysRng, message).map_err(|_| SigningError::new())?;
        signature.extend_from_slice(&signed);
        Ok(())
    }
}
