//! One key: its material, and what its file says about its use.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_json::Object;
use countersign_signature::{AlgorithmName, KeyMaterial, Secret};

use crate::asn1::{self, Form, Parsed};
use crate::error::name;
use crate::{KeyError, jwk, pem, secret};

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// To check signatures (`verify` in `key_ops`).
    Verify,
    /// To make signatures (`sign` in `key_ops`).
    Sign,
}

/// One key with what its file says about it: `kid`, `alg`, `use`, `key_ops`, and the
/// limits of an RSASSA-PSS identifier.
///
/// The parts were checked when they were read; whether the key fits an algorithm is
/// answered by [`verifiers`](Self::verifiers), [`verifier`](Self::verifier) and
/// [`signer`](Self::signer). `Debug` shows public parts alone.
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
    pub(crate) alg: Option<String>,
    pub(crate) public_use: Option<String>,
    pub(crate) key_ops: Option<Vec<String>>,
    /// None means no limit.
    pub(crate) limited_to: &'static [AlgorithmName],
    was_private: bool,
}

impl Key {
    /// A key of checked parts, about which nothing else is known.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret that is itself a key; see [`secret`](Self::secret).
    pub fn new(material: KeyMaterial<'_>) -> Result<Self, KeyError> {
        if let KeyMaterial::Secret(bytes) = &material {
            secret::check(bytes.expose())?;
        }
        Ok(Self::of(material.into()))
    }

    fn of(parsed: Parsed) -> Self {
        Self {
            material: parsed.material,
            kid: None,
            alg: None,
            public_use: None,
            key_ops: None,
            limited_to: parsed.limited_to,
            was_private: false,
        }
    }

    /// An HMAC secret: these bytes, taken literally. Nothing is decoded, and a name of a
    /// file is no more than its letters.
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
    /// [`KeyError`] if there are no bytes, and for a secret that is itself a PEM, DER,
    /// JWK, JWK Set, ssh public key or a point on a curve, also with space or a byte order
    /// mark around it, and in base64: everyone who knows a public key could sign with it.
    pub fn secret(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::new(KeyMaterial::Secret(Secret::new(bytes)?))
    }

    /// The one key of a PEM text (RFC 7468), public or private: `PUBLIC KEY`,
    /// `RSA PUBLIC KEY`, `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY` (with or without
    /// `EC PARAMETERS` before it) or `CERTIFICATE`.
    ///
    /// Line breaks may be written as the two characters `\n`; text outside of the block is
    /// passed over. Of a certificate the public key is taken: its dates, its issuer and
    /// its signature are **not** judged.
    ///
    /// # Errors
    ///
    /// [`KeyError`] unless there is exactly one key, for a label that contradicts what is
    /// inside, an encrypted key, explicit curve parameters, and a key that the seam rejects.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let text = pem::unescape(text);
        let mut blocks = pem::blocks(&text)?;
        // `openssl ecparam -genkey` writes them first; the key repeats its curve.
        blocks.retain(|block| block.label != "EC PARAMETERS");
        let [block] = blocks.as_slice() else {
            return Err(not_one_block(&blocks));
        };
        let form = Form::of_label(block.label).ok_or_else(|| unknown_label(block.label))?;
        let der = block.decode()?;
        match Form::of_der(&der) {
            Some(found) if found == form => Ok(Self::of(asn1::read(form, &der)?)),
            Some(found) => Err(KeyError::unreadable(
                format!("{found} under the label {}", form.label()),
                format!("its label is {}", found.label()),
            )),
            None => Err(KeyError::unreadable(
                format!("no key under the label {}", form.label()),
                format!("that label stands for {form}; make or copy it again"),
            )),
        }
    }

    /// The key of a DER file: the same forms as [`from_pem`](Self::from_pem), told apart by
    /// their structure.
    ///
    /// # Errors
    ///
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let form = Form::of_der(der).ok_or_else(|| {
            KeyError::unreadable(
                "bytes that are no key in DER",
                "SubjectPublicKeyInfo, PKCS#1, SEC 1, PKCS#8 or an X.509 certificate is expected, \
                 with nothing behind it",
            )
        })?;
        Ok(Self::of(asn1::read(form, der)?))
    }

    /// One JWK (RFC 7517): RSA, EC, OKP, oct or AKP, public or private.
    ///
    /// `x5c`, `x5u`, `x5t` and members that are not known are passed over.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is no strict JSON object, a member is missing, of the wrong
    /// type, not canonical base64url or of another key type, and for a key that the seam rejects.
    pub fn from_jwk(text: &[u8]) -> Result<Self, KeyError> {
        let object = Object::parse(text).map_err(|error| not_json(&error))?;
        if object.get("kty").is_none() && object.get("keys").is_some() {
            return Err(KeyError::unreadable(
                "a JWK Set",
                "one JWK is expected here: an object with \"kty\"",
            ));
        }
        jwk::read(object)
    }

    /// This key under an identifier (`kid`).
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// This key, held to the algorithm of this JOSE name (`alg`).
    #[must_use]
    pub fn with_algorithm(mut self, alg: impl Into<String>) -> Self {
        self.alg = Some(alg.into());
        self
    }

    /// This key, usable although it is a secret shorter than the hash
    /// (see [`Secret::allow_short`]). Other keys stay as they are.
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

    /// The one algorithm that the key is held to: its `alg` (RFC 7517 section 4.4), or that
    /// of the hash in its RSASSA-PSS parameters.
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

    /// Whether this was a private key before [`into_public`](Self::into_public): a set that
    /// publishes it has given it away.
    #[must_use]
    pub fn was_private(&self) -> bool {
        self.was_private
    }

    /// The public half, with the same `kid`, `use` and limits. The private parts are
    /// dropped; `sign` among `key_ops` becomes `verify`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret, and for a private key that came without its public half.
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
            .ok_or_else(|| jwk::half_missing(&self.material))?;
        self.material = public.into_owned();
        if let Some(operations) = &mut self.key_ops {
            let may_verify = operations.iter().any(|op| op == "verify" || op == "sign");
            operations.retain(|operation| operation != "sign" && operation != "verify");
            if may_verify {
                operations.push("verify".into());
            }
        }
        self.was_private = true;
        Ok(self)
    }

    /// Whether what the key says of itself allows `operation` with `algorithm`: `alg`, `use`
    /// and `key_ops` are held to when present and never required (RFC 7517 sections 4.2 to
    /// 4.4); an RSASSA-PSS key is for PS256, PS384 and PS512, or one of them. Whether its
    /// parts fit is for the algorithm to say.
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
    /// [`KeyError`] names what forbids it.
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
            return Err(KeyError::not_permitted(
                format!("a key for the use {}", name(public_use)),
                "signatures need a key whose use is \"sig\", or that has none",
            ));
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
}

/// A text that should be JSON.
pub(crate) fn not_json(error: &countersign_json::JsonError) -> KeyError {
    let sentence = format!("{error}");
    let (found, needed) = sentence
        .strip_prefix("found ")
        .and_then(|rest| rest.split_once("; "))
        .unwrap_or((&sentence, "one JSON object is expected"));
    KeyError::unreadable(found, needed)
}

fn not_one_block(blocks: &[pem::Block<'_>]) -> KeyError {
    if blocks.is_empty() {
        return KeyError::unreadable(
            "no key in PEM",
            "a key begins with a line such as -----BEGIN PUBLIC KEY-----",
        );
    }
    let labels: Vec<_> = blocks.iter().take(4).map(|block| block.label).collect();
    let more = if blocks.len() > labels.len() {
        ", …"
    } else {
        ""
    };
    KeyError::unreadable(
        format!("{} PEM blocks ({}{more})", blocks.len(), labels.join(", ")),
        "exactly one key is expected; keep the one that is meant",
    )
}

fn unknown_label(label: &str) -> KeyError {
    KeyError::unsupported(
        format!("a PEM block {label}"),
        match label {
            "OPENSSH PRIVATE KEY" => "convert it first (ssh-keygen -p -m PKCS8 -f COPY)",
            "SSH2 PUBLIC KEY" => "convert it first (ssh-keygen -e -m PKCS8 -f FILE)",
            _ => {
                "PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE, PRIVATE KEY, RSA PRIVATE KEY or \
                 EC PRIVATE KEY is expected"
            }
        },
    )
}
