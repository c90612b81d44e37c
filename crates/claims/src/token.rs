//! The claims of any JWT.

use countersign_json::utf8;

use crate::members::{KnownNames, read_into, read_members};
use crate::{ClaimsError, DecodeOptions, Registered};

/// The registered claims of any JWT, borrowed from its payload.
///
/// All other claims are the application's own, and must be valid JSON. A claim named `channel`
/// has no meaning here, so tokens for different purposes must be distinguished in another way:
/// `aud`, or `typ` in the header (RFC 8725 sections 3.11 and 3.12).
///
/// ```
/// use countersign_claims::{DecodeOptions, TokenClaims};
///
/// let payload = br#"{"sub":"42","channel":["of","the","application"]}"#;
/// let claims = TokenClaims::decode(payload, &DecodeOptions::default())?;
/// assert_eq!(claims.registered.user_id(), "42");
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenClaims<'a> {
    /// The user and the registered claims.
    pub registered: Registered<'a>,
}

impl<'a> TokenClaims<'a> {
    /// The names of the claims that have a meaning in any JWT.
    pub const NAMES: &'static [&'static str] = Registered::NAMES;

    /// Decodes the payload of a token whose signature was verified.
    ///
    /// The policy is not checked yet: see [`Policy::judge`](crate::Policy::judge).
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Malformed`] if the payload is not one valid JSON object; otherwise the
    /// error of the first bad claim.
    pub fn decode(payload: &'a [u8], options: &DecodeOptions) -> Result<Self, ClaimsError> {
        let mut claims = Self::default();
        claims.decode_into(utf8(payload)?, options)?;
        Ok(claims)
    }

    /// Like [`decode`](Self::decode), but writes into these claims and replaces their content,
    /// which saves copies of the result. After an error they are empty. The payload is already
    /// known to be UTF-8.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn decode_into(
        &mut self,
        payload: &'a str,
        options: &DecodeOptions,
    ) -> Result<(), ClaimsError> {
        read_into(self, |claims| claims.read(payload, options))
    }

    fn read(&mut self, payload: &'a str, options: &DecodeOptions) -> Result<(), ClaimsError> {
        read_members(
            payload,
            options,
            const { &KnownNames::new(Self::NAMES) },
            &mut self.registered,
            |_, _| Ok(false),
        )
    }
}
