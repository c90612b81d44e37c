//! Algorithm key pairs (`kty` `AKP`): keys that name their only algorithm, like those of
//! post-quantum signatures. They are defined here so that other crates can add such an algorithm.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use super::shown::{Hex, Redacted};
use crate::{KeyRejected, name};

/// The public half of an algorithm key pair. The algorithm checks its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct AkpPublicKey<'a> {
    algorithm: Cow<'a, str>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> AkpPublicKey<'a> {
    /// A public key for the algorithm with this JOSE name, from these bytes (`pub`).
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if there are no bytes, or if an [`AlgorithmName`](crate::AlgorithmName)
    /// can't have this name, for example `none`.
    pub fn new(
        algorithm: impl Into<Cow<'a, str>>,
        bytes: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Self, KeyRejected> {
        let (algorithm, bytes) = (algorithm.into(), bytes.into());
        check(&algorithm, &bytes)?;
        Ok(Self { algorithm, bytes })
    }

    /// The JOSE name of its only algorithm.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The bytes of the public key (`pub`).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> AkpPublicKey<'static> {
        AkpPublicKey {
            algorithm: Cow::Owned(String::from(self.algorithm)),
            bytes: Cow::Owned(self.bytes.into_owned()),
        }
    }
}

impl fmt::Debug for AkpPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AkpPublicKey")
            .field("algorithm", &self.algorithm)
            .field("bytes", &Hex(&self.bytes))
            .finish()
    }
}

/// A private algorithm key pair: the seed, and the public half if the file contains it.
#[derive(Clone)]
pub struct AkpPrivateKey<'a> {
    algorithm: Cow<'a, str>,
    seed: Cow<'a, [u8]>,
    public: Option<AkpPublicKey<'a>>,
}

impl<'a> AkpPrivateKey<'a> {
    /// A private key for the algorithm with this JOSE name, from this seed (`priv`).
    ///
    /// # Errors
    ///
    /// As [`AkpPublicKey::new`], and if the public half names another algorithm.
    pub fn new(
        algorithm: impl Into<Cow<'a, str>>,
        seed: impl Into<Cow<'a, [u8]>>,
        public: Option<AkpPublicKey<'a>>,
    ) -> Result<Self, KeyRejected> {
        let (algorithm, seed) = (algorithm.into(), seed.into());
        check(&algorithm, &seed)?;
        if let Some(public) = &public
            && public.algorithm != algorithm
        {
            return Err(KeyRejected::malformed(
                alloc::format!("a public half for {:?}", public.algorithm),
                alloc::format!("the private key is for {algorithm:?}"),
            ));
        }
        Ok(Self {
            algorithm,
            seed,
            public,
        })
    }

    /// The JOSE name of its only algorithm.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The seed (`priv`). Keep it secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.seed
    }

    /// The public half, if the file contains it.
    #[must_use]
    pub fn public(&self) -> Option<&AkpPublicKey<'a>> {
        self.public.as_ref()
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> AkpPrivateKey<'static> {
        AkpPrivateKey {
            algorithm: Cow::Owned(String::from(self.algorithm)),
            seed: Cow::Owned(self.seed.into_owned()),
            public: self.public.map(AkpPublicKey::into_owned),
        }
    }
}

impl fmt::Debug for AkpPrivateKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AkpPrivateKey")
            .field("algorithm", &self.algorithm)
            .field("seed", &Redacted)
            .field("public", &self.public)
            .finish()
    }
}

/// The name comes from outside and is shown in errors, so its length is limited here.
fn check(algorithm: &str, bytes: &[u8]) -> Result<(), KeyRejected> {
    if let Some(fault) = name::fault(algorithm) {
        let short: String = algorithm.chars().take(64).collect();
        return Err(KeyRejected::malformed(
            alloc::format!("a key for the algorithm {short:?}"),
            fault,
        ));
    }
    if bytes.is_empty() {
        return Err(KeyRejected::malformed(
            "a key without bytes",
            "an algorithm key pair has `pub`, and `priv` if it is private",
        ));
    }
    Ok(())
}
