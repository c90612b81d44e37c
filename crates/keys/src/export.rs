//! Writes a key as JWK, as PEM, and as a thumbprint.

use alloc::string::String;

use crate::{Key, KeyError, jwk};

impl Key {
    /// The JWK of this key, **private members included**, with its `alg`, `use`, `kid` and
    /// `key_ops`, if it has them.
    ///
    /// A JWK can't say that an RSASSA-PSS key is for PS256, PS384 and PS512, so this limit is
    /// lost. To keep a limit, choose one of them with [`with_algorithm`](Self::with_algorithm).
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a private key without its public half: a JWK has both.
    pub fn to_jwk(&self) -> Result<String, KeyError> {
        jwk::write(self)
    }

    /// The JWK of the public half.
    ///
    /// ```
    /// use countersign_keys::Key;
    ///
    /// // RFC 8037, appendix A.1 and A.2
    /// let key = Key::from_jwk(
    ///     br#"{"kty":"OKP","crv":"Ed25519",
    ///          "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    ///          "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(
    ///     key.public_jwk()?,
    ///     r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// );
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`into_public`](Self::into_public).
    pub fn public_jwk(&self) -> Result<String, KeyError> {
        jwk::write(&self.clone().into_public()?)
    }

    /// Writes PEM: `PRIVATE KEY` (PKCS#8) for a private key, `PUBLIC KEY` (SubjectPublicKeyInfo)
    /// for a public one. An Ed25519 private key is written as its seed only, without the public
    /// half (RFC 8410 section 7): every OpenSSL reads this form. PEM can't contain `kid`, `alg`,
    /// `use` and `key_ops`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret, and for a key on a curve whose identifier is unknown.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        Ok(countersign_pem::to_pem(&self.material, self.limited_to)?)
    }

    /// PEM of the public half: `PUBLIC KEY`.
    ///
    /// # Errors
    ///
    /// As [`into_public`](Self::into_public) and [`to_pem`](Self::to_pem).
    pub fn public_pem(&self) -> Result<String, KeyError> {
        self.clone().into_public()?.to_pem()
    }

    /// The text whose SHA-256 is the thumbprint (RFC 7638 section 3): the required members of the
    /// public half. **For a secret, the text contains the secret itself.**
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a private key without its public half.
    pub fn thumbprint_input(&self) -> Result<String, KeyError> {
        jwk::thumbprint_input(&self.material)
    }

    /// The thumbprint of the key (RFC 7638), in base64url. The caller passes the hash function
    /// in, because this crate uses no cryptographic library.
    ///
    /// ```
    /// use countersign_keys::Key;
    /// use sha2::{Digest, Sha256};
    ///
    /// // RFC 8037, appendix A.3
    /// let key = Key::from_jwk(
    ///     br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// assert_eq!(
    ///     key.thumbprint(|input| Sha256::digest(input).into())?,
    ///     "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    /// );
    /// # Ok::<(), countersign_keys::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`thumbprint_input`](Self::thumbprint_input).
    pub fn thumbprint(&self, sha256: impl FnOnce(&[u8]) -> [u8; 32]) -> Result<String, KeyError> {
        let input = self.thumbprint_input()?;
        Ok(countersign_base64url::encode(sha256(input.as_bytes())))
    }
}
