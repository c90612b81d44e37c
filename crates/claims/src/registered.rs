//! What both kinds of token have, and what a policy judges.

use alloc::borrow::Cow;

use countersign_json::Value;

use crate::read::At;
use crate::{Audience, ClaimsError, DecodeOptions, UnixTime};

/// The registered claims of a token (RFC 7519 section 4.1), and its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered<'a> {
    /// The user: `sub`, or the claim that
    /// [`user_id_claim`](DecodeOptions::user_id_claim) names. Empty is anonymous.
    /// Exactly as written: nothing is trimmed, folded or normalised.
    pub user: Cow<'a, str>,
    /// `iss`, who issued the token.
    pub iss: Option<Cow<'a, str>>,
    /// `aud`, whom it is for.
    pub aud: Audience<'a>,
    /// `exp`: from this time on the token is refused.
    pub exp: Option<UnixTime>,
    /// `nbf`: before this time the token is refused.
    pub nbf: Option<UnixTime>,
    /// `iat`, when it was issued.
    pub iat: Option<UnixTime>,
    /// `jti`, the token's own id. Nothing here remembers it.
    pub jti: Option<Cow<'a, str>>,
}

impl<'a> Registered<'a> {
    /// Whether the user is empty.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.user.is_empty()
    }

    /// Checks that the token is for this user, as a token that refreshes must be.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Mismatch`].
    pub fn check_user(&self, user: &str) -> Result<(), ClaimsError> {
        if self.user == user {
            Ok(())
        } else {
            Err(ClaimsError::Mismatch { what: "user" })
        }
    }

    /// Takes the member if it is registered or names the user, ignores it otherwise.
    pub(crate) fn member(
        &mut self,
        name: &str,
        value: Value<'a>,
        options: &DecodeOptions,
    ) -> Result<(), ClaimsError> {
        let at = At::top(name);
        let user_claim = options.user_id_claim.as_deref().unwrap_or("sub");
        if name == user_claim {
            self.user = at.id(value)?;
        }
        match name {
            "sub" if user_claim != "sub" => {
                at.id(value)?;
            }
            "iss" => self.iss = Some(at.string(value)?),
            "aud" => self.aud = Audience::read(value)?,
            "exp" => self.exp = Some(at.date(value)?),
            "nbf" => self.nbf = Some(at.date(value)?),
            "iat" => self.iat = Some(at.date(value)?),
            "jti" => self.jti = Some(at.string(value)?),
            _ => {}
        }
        Ok(())
    }

    /// When what the token opened expires: at `expire_at`, of which zero and below
    /// mean never; without it at `exp`.
    pub(crate) fn expires(&self, expire_at: Option<i64>) -> Option<UnixTime> {
        match expire_at {
            Some(at) => (at > 0).then(|| UnixTime::from_secs(at)),
            None => self.exp,
        }
    }
}
