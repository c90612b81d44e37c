//! What a verified token of any kind says.

use std::fmt;

use countersign_claims::TokenClaims;

use crate::UnixTime;
use crate::accepted::{Accepted, Common, common_methods};

/// Any JWT that was accepted, for HTTP interfaces and the like: only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// The registered claims (`iss`, `aud`, `exp`, `nbf`, `iat`) were judged by the policy. All
/// other claims are yours: read them by [`claims`](Self::claims).
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, now};
///
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     tenant: String,
///     roles: Vec<String>,
/// }
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).aud("api").build()?;
/// let token = issuer.token("42").claim("tenant", "acme")?.claim("roles", &["admin"])?.sign()?;
///
/// let auth = Authenticator::builder().key(key).audience("api").build()?;
/// let token = auth.token(&token, now())?;
/// let mine: Mine = token.claims()?;
/// assert_eq!((token.user(), mine.tenant.as_str()), ("42", "acme"));
/// assert_eq!(mine.roles, ["admin"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Tokens of different purposes
///
/// This door takes every token that the key signed, those of connections and subscriptions
/// too. Where one key signs tokens for several purposes, tell them apart by `aud` (one for
/// each service, RFC 8725 section 3.9 and 3.12) or by `typ` (one for each kind of token,
/// section 3.11): [`audience`](crate::AuthenticatorBuilder::audience) and
/// [`typ`](crate::AuthenticatorBuilder::typ) require them.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    common: Common,
}

impl Token {
    common_methods!();

    /// `exp`: from when on a new token is due; `None` is never.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.common.expires
    }

    pub(crate) fn from_accepted(accepted: &Accepted<'_, TokenClaims<'_>>) -> Self {
        Self {
            common: accepted.to_common(),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Token");
        self.common.debug(&mut out);
        out.finish()
    }
}
