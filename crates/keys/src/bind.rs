//! Binds keys to the algorithms of a provider.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_signature::{
    Algorithm, AlgorithmName, Curve, KeyMaterial, KeyRejectedReason, OkpCurve, Provider, Signer,
    SigningError, Verifier,
};

use crate::error::{KeyErrorReason, name};
use crate::{Key, KeyError, Operation, Verifiers};

impl Key {
    /// A verifier for every algorithm of `provider` that this key fits and permits, in the
    /// provider's order. There is at least one.
    ///
    /// # Errors
    ///
    /// [`KeyError`] with the most helpful reason if no algorithm fits. Also for a private key:
    /// call [`into_public`](Self::into_public), or load the public key.
    pub fn verifiers(&self, provider: &Provider) -> Result<Verifiers, KeyError> {
        self.refuse_private()?;
        self.refuse_encryption()?;
        // A key that names an algorithm permits no other one.
        if let Some(alg) = self.algorithm()
            && let Some(algorithm) = provider.get(alg)
        {
            return Ok(Verifiers::one(self.bind(algorithm)?));
        }
        let mut verifiers = Vec::new();
        let mut refusals = Vec::new();
        for algorithm in provider.iter() {
            // Skip it: its error would only say that the key is not a secret.
            if algorithm.takes_secrets() && !self.is_secret() {
                continue;
            }
            match self.bind(algorithm) {
                Ok(verifier) => verifiers.push(verifier),
                Err(refusal) => refusals.push((algorithm.name(), refusal)),
            }
        }
        if verifiers.is_empty() {
            return Err(self.most_telling(refusals));
        }
        Ok(Verifiers::several(verifiers))
    }

    /// The verifier for one algorithm, by its JOSE name.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if `provider` has no such algorithm, the key does not permit it or does
    /// not fit it, and for a private key.
    pub fn verifier(&self, provider: &Provider, alg: &str) -> Result<Arc<dyn Verifier>, KeyError> {
        self.refuse_private()?;
        self.bind(find(provider, alg)?)
    }

    /// The signer for `alg`, or, without it, for the key's own algorithm. That is the `alg` of
    /// the key; if it has none, HS256 for a secret, RS256 for RSA (PS256 for RSASSA-PSS), and the
    /// algorithm of its curve. For a curve that this crate doesn't know, it is the first
    /// algorithm of the provider that accepts the key.
    ///
    /// EdDSA has a second name, Ed25519. The signer has the requested name, so that tokens and
    /// the published JWK have the same one.
    ///
    /// ```
    /// use countersign_keys::Key;
    ///
    /// let key = Key::secret(&[7; 32])?;
    /// let signer = key.signer(&countersign_ring::provider(), None)?;
    /// assert_eq!(signer.algorithm().as_str(), "HS256");
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] if `provider` has no such algorithm, the key does not permit it or does
    /// not fit it, and for a public key.
    pub fn signer(
        &self,
        provider: &Provider,
        alg: Option<&str>,
    ) -> Result<Arc<dyn Signer>, KeyError> {
        let wanted = alg.or_else(|| self.algorithm());
        let Some(alg) = wanted.or_else(|| self.own_algorithm()) else {
            return self.first_signer(provider);
        };
        let signer = self.bind_signer(find(provider, alg)?)?;
        Ok(if alg == AlgorithmName::ED25519.as_str() {
            Arc::new(ByEd25519(signer))
        } else {
            signer
        })
    }

    fn first_signer(&self, provider: &Provider) -> Result<Arc<dyn Signer>, KeyError> {
        let mut refusals = Vec::new();
        for algorithm in provider.iter() {
            match self.bind_signer(algorithm) {
                Ok(signer) => return Ok(signer),
                Err(refusal) => refusals.push((algorithm.name(), refusal)),
            }
        }
        Err(self.most_telling(refusals))
    }

    // Report a wrong kind of key first, before what the file says about its use.
    fn bind_signer(&self, algorithm: &dyn Algorithm) -> Result<Arc<dyn Signer>, KeyError> {
        let signer = algorithm.signer(&self.material)?;
        self.hold_to_its_word(algorithm, signer.algorithm())?;
        self.permits(algorithm.name(), Operation::Sign)?;
        Ok(signer)
    }

    fn bind(&self, algorithm: &dyn Algorithm) -> Result<Arc<dyn Verifier>, KeyError> {
        let verifier = algorithm.verifier(&self.material)?;
        self.hold_to_its_word(algorithm, verifier.algorithm())?;
        self.permits(algorithm.name(), Operation::Verify)?;
        Ok(verifier)
    }

    /// Refuses a key that an algorithm bound in contradiction to itself: to another name, or of a
    /// kind that it says it doesn't accept.
    ///
    /// [`permits`](Self::permits) uses the algorithm's name, and a token's `alg` is compared with
    /// the name of the bound key. If the two names differ, one of these checks is for the wrong
    /// algorithm.
    fn hold_to_its_word(
        &self,
        algorithm: &dyn Algorithm,
        bound: AlgorithmName,
    ) -> Result<(), KeyError> {
        let name = algorithm.name();
        if bound != name {
            return Err(KeyError::new(
                KeyErrorReason::NoAlgorithm,
                format!("a key for {bound}, made by the algorithm {name}"),
                "an algorithm binds keys to its own name; its author must correct it",
            ));
        }
        if algorithm.takes_secrets() != self.is_secret() {
            return Err(KeyError::new(
                KeyErrorReason::NoAlgorithm,
                format!("{}, taken by the algorithm {name}", self.material),
                "an algorithm takes the kind of key that its `takes_secrets` says; its author \
                 must correct it",
            ));
        }
        Ok(())
    }

    fn refuse_private(&self) -> Result<(), KeyError> {
        if !self.is_private() {
            return Ok(());
        }
        Err(KeyError::new(
            KeyErrorReason::Rejected(KeyRejectedReason::WrongKey),
            format!("{}", self.material),
            "verifying takes the public key alone (openssl pkey -in FILE -pubout)",
        ))
    }

    /// The JOSE name of the first algorithm for a key of this kind. For a key on a curve that
    /// this crate doesn't know, only the provider can say.
    fn own_algorithm(&self) -> Option<&str> {
        if let [first, ..] = self.limited_to {
            return Some(first.as_str());
        }
        let name = match &self.material {
            KeyMaterial::Secret(_) => AlgorithmName::HS256,
            KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_) => AlgorithmName::RS256,
            KeyMaterial::EcPublic(key) => of_curve(key.curve())?,
            KeyMaterial::EcPrivate(key) => of_curve(key.curve())?,
            KeyMaterial::OkpPublic(key) => of_octet_key_pair(key.curve())?,
            KeyMaterial::OkpPrivate(key) => of_octet_key_pair(key.curve())?,
            KeyMaterial::AkpPublic(key) => return Some(key.algorithm()),
            KeyMaterial::AkpPrivate(key) => return Some(key.algorithm()),
            _ => return None,
        };
        Some(name.as_str())
    }

    /// The algorithm with the most helpful refusal for a key on a curve that no algorithm
    /// accepts.
    fn nearest_algorithm(&self) -> Option<AlgorithmName> {
        match &self.material {
            KeyMaterial::EcPublic(_) | KeyMaterial::EcPrivate(_) => Some(AlgorithmName::ES256),
            KeyMaterial::OkpPublic(_) | KeyMaterial::OkpPrivate(_) => Some(AlgorithmName::EDDSA),
            _ => None,
        }
    }

    /// Why no algorithm accepted the key. Most algorithms only say that the key is of another
    /// kind. A reason about the key itself is more helpful.
    fn most_telling(&self, refusals: Vec<(AlgorithmName, KeyError)>) -> KeyError {
        const ANOTHER_KIND: KeyErrorReason = KeyErrorReason::Rejected(KeyRejectedReason::WrongKey);
        let own = self.algorithm().or_else(|| self.own_algorithm());
        let (mut about_the_key, mut nearest) = (None, None);
        for (algorithm, refusal) in refusals {
            if own.is_some_and(|own| algorithm.is_spelled(own)) {
                return refusal;
            }
            if refusal.reason() != ANOTHER_KIND {
                about_the_key.get_or_insert(refusal);
            } else if own.is_none() && self.nearest_algorithm() == Some(algorithm) {
                nearest.get_or_insert(refusal);
            }
        }
        // If a key names its algorithm, all other algorithms refuse it for this name.
        if self.alg.is_some() {
            about_the_key = None;
        }
        if let Some(refusal) = about_the_key.or(nearest) {
            return refusal;
        }
        let needed = match own {
            Some(own) => format!(
                "it needs the algorithm {}, which is not among those of this provider",
                name(own)
            ),
            None => "no algorithm of this provider takes it".into(),
        };
        KeyError::new(
            KeyErrorReason::NoAlgorithm,
            format!("{}", self.material),
            needed,
        )
    }
}

/// A signer of `EdDSA` whose tokens have the name `Ed25519`, like the JWK of its key. Otherwise a
/// reader that compares the two names finds no key (RFC 7517 section 4.4, RFC 9864 section 2.2).
#[derive(Debug)]
struct ByEd25519(Arc<dyn Signer>);

impl Signer for ByEd25519 {
    fn algorithm(&self) -> AlgorithmName {
        AlgorithmName::ED25519
    }

    fn sign(&self, message: &[u8], signature: &mut Vec<u8>) -> Result<(), SigningError> {
        self.0.sign(message, signature)
    }
}

fn of_curve(curve: Curve) -> Option<AlgorithmName> {
    match curve {
        Curve::P256 => Some(AlgorithmName::ES256),
        Curve::P384 => Some(AlgorithmName::ES384),
        Curve::P521 => Some(AlgorithmName::ES512),
        _ => None,
    }
}

fn of_octet_key_pair(curve: OkpCurve) -> Option<AlgorithmName> {
    (curve == OkpCurve::ED25519).then_some(AlgorithmName::EDDSA)
}

fn find(provider: &Provider, alg: &str) -> Result<&'static dyn Algorithm, KeyError> {
    provider.get(alg).ok_or_else(|| {
        KeyError::new(
            KeyErrorReason::NoAlgorithm,
            format!("the algorithm {}", name(alg)),
            "it is not among the algorithms of this provider",
        )
    })
}
