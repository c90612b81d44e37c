//! The claims that every kind of token has, and that a policy checks.

use alloc::borrow::Cow;

use countersign_json::Value;

use crate::read::{At, Refusal};
use crate::{Audience, ClaimsError, DecodeOptions};
use countersign_time::UnixTime;

/// The registered claims of a token (RFC 7519 section 4.1), and its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered<'a> {
    /// The user: `sub`, or the claim that [`user_id_claim`](DecodeOptions::user_id_claim) names.
    /// `None` if the claim is absent; empty means anonymous. It is exactly as written: not
    /// trimmed, folded or normalised. [`user_id`](Self::user_id) doesn't distinguish absent and
    /// empty.
    pub user: Option<Cow<'a, str>>,
    /// `iss`, who issued the token.
    pub iss: Option<Cow<'a, str>>,
    /// `aud`, whom it is for.
    pub aud: Audience<'a>,
    /// `exp`: the token is refused from this time on.
    pub exp: Option<UnixTime>,
    /// `nbf`: the token is refused before this time.
    pub nbf: Option<UnixTime>,
    /// `iat`, when it was issued.
    pub iat: Option<UnixTime>,
    /// `jti`, the token's own id. It is not remembered.
    pub jti: Option<Cow<'a, str>>,
}

impl<'a> Registered<'a> {
    /// The names of the registered claims (RFC 7519 section 4.1).
    pub const NAMES: &'static [&'static str] = &["sub", "iss", "aud", "exp", "nbf", "iat", "jti"];

    /// The user. Empty means anonymous: the claim is absent or empty.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.user.as_deref().unwrap_or_default()
    }

    /// Whether the user is absent or empty.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.user_id().is_empty()
    }

    /// Checks that the token is for this user, which is required for a refresh.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Mismatch`].
    pub fn check_user(&self, user: &str) -> Result<(), ClaimsError> {
        if self.user_id() == user {
            Ok(())
        } else {
            Err(ClaimsError::Mismatch { what: "user" })
        }
    }

    /// Checks a new `sub` as decoding does.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Invalid`] if it holds a control character.
    pub fn check_sub(sub: &str) -> Result<(), ClaimsError> {
        At::top("sub").no_control(sub).map_err(|refusal| *refusal)
    }

    /// Reads the member if its name is a registered one. If it is not, the result is false.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "otherwise each result is passed through memory"
    )]
    pub(crate) fn member(
        &mut self,
        at: &At<'_>,
        value: &Value<'a>,
        options: &DecodeOptions,
    ) -> Result<bool, Refusal> {
        match at.name {
            "sub" => {
                let sub = at.id(value)?;
                if options.user_claim() == "sub" {
                    self.user = Some(sub);
                }
            }
            "iss" => self.iss = Some(at.string(value)?),
            "aud" => self.aud = Audience::read(value)?,
            "exp" => self.exp = Some(at.date(value)?),
            "nbf" => self.nbf = Some(at.date(value)?),
            "iat" => self.iat = Some(at.date(value)?),
            "jti" => self.jti = Some(at.string(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the user, if this member is `claim`, which the options name. This can be any claim,
    /// also a registered one. Otherwise the result is false.
    pub(crate) fn user_member(
        &mut self,
        at: &At<'_>,
        value: &Value<'a>,
        claim: &str,
    ) -> Result<bool, Refusal> {
        if at.name != claim || claim == "sub" {
            return Ok(false);
        }
        self.user = Some(at.user_id(value)?);
        Ok(true)
    }

    /// When the connection or subscription expires: at `expire_at`, where zero or less means
    /// never; without `expire_at`, at `exp`.
    pub(crate) fn expires(&self, expire_at: Option<i64>) -> Option<UnixTime> {
        match expire_at {
            Some(at) => (at > 0).then(|| UnixTime::from_secs(at)),
            None => self.exp,
        }
    }
}
