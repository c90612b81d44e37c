//! Issuers whose tokens this configuration accepts.

use super::section::Section;
use crate::config::error::ConfigError;
use crate::{IssuerBuilder, default_provider};

impl Section<'_> {
    /// Signs with the secret of this section, by the first algorithm for secrets that it accepts.
    pub(super) fn with_secret(self, builder: IssuerBuilder) -> Result<IssuerBuilder, ConfigError> {
        let token = self.token;
        if token.jwks_public_endpoint.is_some() || token.jwks_issuer.is_some() {
            return Err(self.fault(
                self.endpoint_option(),
                "tokens are verified by the keys published there; \
                 sign with the private key that belongs to one of them",
            ));
        }
        let secret = token.hmac_secret_key.as_ref().ok_or_else(|| {
            self.fault(
                "hmac_secret_key",
                "found no secret to sign tokens with; set this option, or sign with a private key: \
                 `countersign gentoken --key FILE`",
            )
        })?;
        let key = self.secret("hmac_secret_key", secret)?;
        // Only the algorithms of the default provider sign with a secret.
        let provider = self.listed(default_provider());
        let mut names = ["HS256", "HS384", "HS512"].into_iter();
        let alg = names.find(|alg| provider.get(alg).is_some());
        let alg = alg.ok_or_else(|| {
            self.fault(
                "algorithms",
                "found none of HS256, HS384 and HS512; add one of them, because a secret signs with these",
            )
        })?;
        Ok(builder.key(key).provider(provider).algorithm(alg))
    }
}
