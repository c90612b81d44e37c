//! One key: its parts, and what its file says about its use.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_pem::StoredKey;
use countersign_signature::{AlgorithmName, KeyMaterial, Secret};

use crate::error::{half_missing, name};
use crate::{KeyError, KeyWarning, secret};

/// The longest `kid` of a key, in bytes: a token's `kid` is read up to this length.
pub const KID_LIMIT: usize = 256;

/// What a key will be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// To check signatures (`verify` in `key_ops`).
    Verify,
    /// To make signatures (`sign` in `key_ops`).
    Sign,
}

/// One key with what its file says about it: `kid`, `alg`, `use`, `key_ops`, and the
/// limits of an RSASSA-PSS identifier.
///
/// The parts were checked when they were read. [`verifiers`](Self::verifiers),
/// [`verifier`](Self::verifier) and [`signer`](Self::signer) check whether the key fits an
/// algorithm. `Debug` shows only public parts.
///
/// ```
/// use countersign_keys::Key;
///
/// let key = Key::from_pem(
///     "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\
///      \\n-----END PUBLIC KEY-----",
/// )?;
/// assert_eq!(key.material().to_string(), "an Ed25519 key");
/// let verifier = key.verifier(&countersign_ring::provider(), "EdDSA")?;
/// assert_eq!(verifier.algorithm().as_str(), "EdDSA");
/// # Ok::<(), countersign_keys::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Key {
    pub(crate) material: KeyMaterial<'static>,
    pub(crate) kid: Option<String>,
    pub(crate) alg: Option<Cow<'static, str>>,
    pub(crate) public_use: Option<String>,
    pub(crate) key_ops: Option<Vec<String>>,
    /// Empty means no limit.
    pub(crate) limited_to: &'static [AlgorithmName],
    pub(crate) was_private: bool,
    pub(crate) warnings: Vec<KeyWarning>,
}

impl Key {
    /// A key of checked parts, without a `kid` and without limits.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret that is itself a key; see [`secret`](Self::secret).
    pub fn new(material: KeyMaterial<'_>) -> Result<Self, KeyError> {
        let warnings = check_secret(&material)?;
        let mut key = Self::of(material.into());
        key.warnings = warnings;
        Ok(key)
    }

    pub(crate) fn of(stored: StoredKey) -> Self {
        Self {
            material: stored.material,
            kid: None,
            alg: None,
            public_use: None,
            key_ops: None,
            limited_to: stored.limited_to,
            was_private: false,
            warnings: stored.mislabelled.into_iter().map(Into::into).collect(),
        }
    }

    /// An HMAC secret of exactly these bytes. They are not decoded, and a file name is not
    /// opened.
    ///
    /// ```
    /// use countersign_keys::{Key, KeyErrorReason};
    ///
    /// assert!(Key::secret(b"correct horse battery staple, twice").is_ok());
    /// let error = Key::secret(b"ssh-rsa AAAAB3NzaC1yc2E= me@host\n").unwrap_err();
    /// assert_eq!(error.reason(), KeyErrorReason::SecretIsAKey);
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] if there are no bytes. Also for a secret that is itself a PEM, DER, JWK, JWK
    /// Set, ssh public key or a point on a curve, even with space, quotes or a byte order mark
    /// around it, and even in base64, hexadecimal or UTF-16: everyone who knows this public key
    /// could sign with it.
    pub fn secret(bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(KeyMaterial::Secret(Secret::new(bytes.as_ref())?))
    }

    /// This key with an identifier (`kid`).
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// This key, limited to the algorithm with this JOSE name (`alg`).
    #[must_use]
    pub fn with_algorithm(mut self, alg: impl Into<String>) -> Self {
        self.alg = Some(Cow::Owned(alg.into()));
        self
    }

    /// This key, limited to this use (`use`): `sig` for signatures. Some readers of a published
    /// set, such as Centrifugo, ignore a key without `use`.
    #[must_use]
    pub fn with_use(mut self, public_use: impl Into<String>) -> Self {
        self.public_use = Some(public_use.into());
        self
    }

    /// Allows a secret that is shorter than the hash (see [`Secret::allow_short`]). Other keys
    /// stay unchanged.
    #[must_use]
    pub fn allow_short(mut self) -> Self {
        self.material = match self.material {
            KeyMaterial::Secret(secret) => KeyMaterial::Secret(secret.allow_short()),
            other => other,
        };
        self
    }

    /// The parts of the key.
    #[must_use]
    pub fn material(&self) -> &KeyMaterial<'static> {
        &self.material
    }

    /// The identifier (`kid`, RFC 7517 section 4.5).
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The only algorithm for which the key may be used: its `alg` (RFC 7517 section 4.4), or the
    /// algorithm of its RSASSA-PSS parameters.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        match (&self.alg, self.limited_to) {
            (Some(alg), _) => Some(alg),
            (None, [only]) => Some(only.as_str()),
            _ => None,
        }
    }

    /// What the key is for (`use`, RFC 7517 section 4.2), such as `sig`.
    #[must_use]
    pub fn public_use(&self) -> Option<&str> {
        self.public_use.as_deref()
    }

    /// The operations of the key (`key_ops`, RFC 7517 section 4.3), if it lists them.
    #[must_use]
    pub fn key_ops(&self) -> Option<&[String]> {
        self.key_ops.as_deref()
    }

    /// Whether this is the private half of a pair.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.material.is_private()
    }

    /// Whether this is an HMAC secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self.material, KeyMaterial::Secret(_))
    }

    /// Faults to correct, although the key works: a wrong label of its PEM, a line break or
    /// quotes around a secret. Show them to the person who configured the key.
    #[must_use]
    pub fn warnings(&self) -> &[KeyWarning] {
        &self.warnings
    }

    /// Whether this was a private key before [`into_public`](Self::into_public). If a published
    /// set contained it, the private key has leaked.
    #[must_use]
    pub fn was_private(&self) -> bool {
        self.was_private
    }

    /// The public half, with the same `kid`, `use` and limits. The private parts are
    /// dropped; `sign` among `key_ops` becomes `verify`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret, and for a private key without its public half.
    pub fn into_public(mut self) -> Result<Self, KeyError> {
        if self.material.is_public() {
            return Ok(self);
        }
        if self.is_secret() {
            return Err(KeyError::not_permitted(
                format!("{}", self.material),
                "a public key is needed; a secret has no public half",
            ));
        }
        let public = self
            .material
            .public()
            .ok_or_else(|| half_missing(&self.material))?;
        self.material = public.into_owned();
        self.drop_signing();
        Ok(self)
    }

    /// Corrects the key's `key_ops` after its private half was dropped.
    pub(crate) fn drop_signing(&mut self) {
        if let Some(operations) = &mut self.key_ops {
            let may_verify = operations.iter().any(|op| op == "verify" || op == "sign");
            operations.retain(|operation| operation != "sign" && operation != "verify");
            if may_verify {
                operations.push("verify".into());
            }
        }
        self.was_private = true;
    }

    /// Whether the key allows `operation` with `algorithm`: `alg`, `use` and `key_ops` are obeyed
    /// if present and never required (RFC 7517 sections 4.2 to 4.4). An RSASSA-PSS key is for
    /// PS256, PS384 and PS512, or one of them. The algorithm itself checks whether the parts of
    /// the key fit.
    ///
    /// ```
    /// use countersign_keys::{Key, Operation};
    /// use countersign_signature::AlgorithmName;
    ///
    /// let key = Key::secret(&[7; 64])?.with_algorithm("HS512");
    /// assert!(key.permits(AlgorithmName::HS512, Operation::Verify).is_ok());
    /// assert_eq!(
    ///     key.permits(AlgorithmName::HS256, Operation::Verify).unwrap_err().to_string(),
    ///     "found a key for \"HS512\" (alg); HS256 needs one for HS256, or without alg",
    /// );
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] says what forbids it.
    pub fn permits(&self, algorithm: AlgorithmName, operation: Operation) -> Result<(), KeyError> {
        if let Some(alg) = &self.alg
            && !algorithm.is_spelled(alg)
        {
            return Err(KeyError::not_permitted(
                format!("a key for {} (alg)", name(alg)),
                format!("{algorithm} needs one for {algorithm}, or without alg"),
            ));
        }
        if !self.limited_to.is_empty() && !self.limited_to.contains(&algorithm) {
            let names: Vec<_> = self.limited_to.iter().map(|name| name.as_str()).collect();
            return Err(KeyError::not_permitted(
                format!("an RSASSA-PSS key for {}", names.join(", ")),
                format!("{algorithm} needs another key"),
            ));
        }
        if let Some(public_use) = &self.public_use
            && public_use != "sig"
        {
            return Err(wrong_use(public_use));
        }
        let wanted = match operation {
            Operation::Verify => "verify",
            Operation::Sign => "sign",
        };
        match &self.key_ops {
            Some(operations) if !operations.iter().any(|operation| operation == wanted) => {
                Err(KeyError::not_permitted(
                    format!("a key whose key_ops do not list {wanted:?}"),
                    format!("add {wanted:?} to its key_ops, or leave them out"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a key for encryption, before any algorithm is tried: the error is more helpful
    /// than one that no algorithm fits.
    pub(crate) fn refuse_encryption(&self) -> Result<(), KeyError> {
        if let Some(public_use) = &self.public_use
            && public_use == "enc"
        {
            return Err(wrong_use(public_use));
        }
        match &self.alg {
            Some(alg) if is_for_encryption(alg) => Err(KeyError::not_permitted(
                format!("a key for encryption (alg {})", name(alg)),
                "signatures need a key for an algorithm that signs",
            )),
            _ => Ok(()),
        }
    }
}

/// Whether this is the name of a key management algorithm of JWE (RFC 7518 section 4.1), such as
/// `RSA-OAEP`, `RSA1_5`, `ECDH-ES` or `A128KW`.
fn is_for_encryption(alg: &str) -> bool {
    // For the usual signature algorithms, four letters are enough.
    match alg.get(..4) {
        Some("RSA-" | "RSA1" | "ECDH") => ["RSA-OAEP", "RSA1_5", "ECDH-ES"]
            .iter()
            .any(|known| alg.starts_with(known)),
        Some("A128" | "A192" | "A256") => true,
        _ => false,
    }
}

/// Refuses a secret that is itself a key. Returns warnings about other secrets.
pub(crate) fn check_secret(material: &KeyMaterial<'_>) -> Result<Vec<KeyWarning>, KeyError> {
    match material {
        KeyMaterial::Secret(bytes) => {
            secret::check(bytes.expose())?;
            Ok(KeyWarning::of_secret(bytes.expose()))
        }
        _ => Ok(Vec::new()),
    }
}

fn wrong_use(public_use: &str) -> KeyError {
    let found = if public_use == "enc" {
        "a key for encryption (use \"enc\")".into()
    } else {
        format!("a key for the use {}", name(public_use))
    };
    KeyError::not_permitted(
        found,
        "signatures need a key whose use is \"sig\", or that has none",
    )
}
