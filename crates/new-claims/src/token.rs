//! The payload of any new JWT.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use countersign_claims::{ClaimsError, Registered, TokenClaims};

use crate::NewClaims;
use crate::own::checked;

/// The payload of any new JWT: registered claims (RFC 7519 section 4.1) and your own.
///
/// ```
/// use countersign_new_claims::NewTokenClaims;
///
/// let payload = NewTokenClaims::new()
///     .user("42")
///     .aud("api")
///     .claim_json("channel", r#""a claim of your own""#)
///     .finish()?;
/// assert_eq!(payload, r#"{"sub":"42","aud":"api","channel":"a claim of your own"}"#);
/// assert!(NewTokenClaims::new().claim_json("exp", "1").finish().is_err());
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
pub type NewTokenClaims<'a> = NewClaims<'a, ForToken>;

/// The kind of any other JWT, which has no claims of its own; see [`NewTokenClaims`].
#[derive(Clone, Copy, Default)]
pub struct ForToken(());

impl<'a> NewClaims<'a, ForToken> {
    /// A payload without claims.
    #[must_use]
    pub fn new() -> Self {
        Self::of(None, ForToken(()))
    }

    /// `sub`, the user whom the token is about.
    #[must_use]
    pub fn user(mut self, user: impl Into<Cow<'a, str>>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The payload as compact JSON, with its members in a fixed order.
    ///
    /// # Errors
    ///
    /// Claims that a server would refuse, such as a control character in `sub`, and claims of
    /// your own that [`claim_json`](Self::claim_json) doesn't allow.
    pub fn finish(self) -> Result<String, ClaimsError> {
        let payload = self.end(self.begin(), TokenClaims::NAMES)?;
        if self.is_plain() {
            Registered::check_sub(self.user.as_deref().unwrap_or_default())?;
            return Ok(payload);
        }
        let decoded = TokenClaims::decode(payload.as_bytes(), &self.reading()).map(|_| ());
        checked(payload, decoded)
    }
}

impl Default for NewClaims<'_, ForToken> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ForToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForToken")
    }
}
