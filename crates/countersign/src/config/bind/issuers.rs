//! Issuers that make tokens which this configuration accepts.

use super::section::Section;
use crate::config::error::ConfigError;
use crate::{Issuer, default_provider};

impl Section<'_> {
    pub(super) fn issuer(self) -> Result<Issuer, ConfigError> {
        let token = self.token;
        if token.jwks_public_endpoint.is_some() {
            return Err(self.fault(
                "jwks_public_endpoint",
                "tokens are verified by the keys published there; \
                 sign with the private key that belongs to one of them",
            ));
        }
        let secret = token.hmac_secret_key.as_ref().ok_or_else(|| {
            self.fault(
                "hmac_secret_key",
                "found none; tokens are signed with this secret here, \
                 or with a private key by `countersign gentoken --key`",
            )
        })?;
        let key = self.secret("hmac_secret_key", secret)?;
        // An algorithm of somebody else's signs nothing by a secret.
        let provider = self.listed(default_provider());
        let mut accepted = ["HS256", "HS384", "HS512"]
            .into_iter()
            .filter(|alg| provider.get(alg).is_some());
        let alg = accepted.next().ok_or_else(|| {
            self.fault(
                "algorithms",
                "found none of HS256, HS384, HS512; a secret signs by one of them",
            )
        })?;
        let issuer = Issuer::with_algorithm(&key, &provider, alg)
            .map_err(|error| self.fault("hmac_secret_key", error.to_string()))?;
        self.configure(issuer)
    }

    /// With what is expected of the claims and the header here.
    pub(super) fn configure(self, mut issuer: Issuer) -> Result<Issuer, ConfigError> {
        let token = self.token;
        if let Some(name) = &token.issuer {
            issuer = issuer.with_iss(name);
        }
        if let Some(audience) = &token.audience {
            issuer = issuer.with_aud(audience);
        }
        if let Some(claim) = self.user_id_claim()? {
            issuer = issuer.with_user_id_claim(claim);
        }
        if let Some(typ) = &token.typ {
            issuer = issuer.with_typ(typ);
        }
        Ok(issuer)
    }
}
