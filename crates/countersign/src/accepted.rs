//! An accepted token, borrowed and owned.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_claims::{
    Audience, ConnectionClaims, Expectation, MAX_LEEWAY, Policy, Registered, SubscriptionClaims,
    TokenClaims,
};
use serde::Deserialize;

use crate::size::Size;
use crate::{DeserializeError, Identity, UnixTime};

/// The facts that the trusted entry which verified a token adds to the result.
#[derive(Debug, PartialEq, Eq)]
// Each owned token counts in the `Arc` of a voucher. This gives it cache lines of its own.
#[repr(align(128))]
pub(crate) struct Voucher {
    pub(crate) name: Arc<str>,
    /// The leeway. It is added to the expiry of the claims.
    leeway: Duration,
    /// The entry accepts several issuers, so `iss` tells their users apart.
    many_issuers: bool,
}

impl Voucher {
    pub(crate) fn new(name: Arc<str>, policy: &Policy) -> Self {
        Self {
            name,
            leeway: policy.leeway.min(MAX_LEEWAY),
            many_issuers: matches!(policy.issuer, Expectation::Matches(_)),
        }
    }

    /// Whether the entry accepts several issuers by a pattern.
    pub(crate) fn has_many_issuers(&self) -> bool {
        self.many_issuers
    }

    /// For a connection without a token, which no entry verified.
    pub(crate) fn nobody() -> Self {
        Self::new("".into(), &Policy::default())
    }

    pub(crate) fn identity(&self, iss: Option<&str>, user: &str) -> Identity {
        let iss = if self.many_issuers { iss } else { None };
        Identity::new(self.name.clone(), iss.map(String::from), user)
    }

    pub(crate) fn valid_until(&self, expires: Option<UnixTime>) -> Option<UnixTime> {
        expires.map(|at| at.saturating_add(self.leeway))
    }
}

/// The decoded claims of one kind of token. Sealed: only this crate adds kinds.
pub trait DecodedClaims: sealed::Sealed {
    /// The user and the registered claims, which every kind has.
    fn registered(&self) -> &Registered<'_>;

    /// The time from which a new token is due; `None` means never.
    fn expires(&self) -> Option<UnixTime>;
}

#[expect(unnameable_types, reason = "a sealed trait")]
pub(crate) mod sealed {
    pub trait Sealed {
        /// Replaces the user, to add the prefix of its authority.
        fn set_user(&mut self, user: String);
    }
}

/// Implements the trait for claims that have `registered`.
macro_rules! decoded_claims {
    ($claims:ident, $expires:expr) => {
        impl sealed::Sealed for $claims<'_> {
            fn set_user(&mut self, user: String) {
                self.registered.user = Some(user.into());
            }
        }

        impl DecodedClaims for $claims<'_> {
            fn registered(&self) -> &Registered<'_> {
                &self.registered
            }

            fn expires(&self) -> Option<UnixTime> {
                let expires: fn(&$claims<'_>) -> Option<UnixTime> = $expires;
                expires(self)
            }
        }
    };
}

decoded_claims!(ConnectionClaims, |claims| claims.expires());
decoded_claims!(SubscriptionClaims, |claims| claims.expires());
decoded_claims!(TokenClaims, |claims| claims.registered.exp);

/// An accepted token that borrows from the caller's [`Scratch`](crate::Scratch). Only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// `C` is [`ConnectionClaims`], [`SubscriptionClaims`] or [`TokenClaims`](crate::claims::TokenClaims).
///
/// `Debug` shows the length of the payload, and nothing of its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted<'a, C> {
    decoded: C,
    payload: &'a str,
    voucher: &'a Voucher,
}

impl<'a, C: DecodedClaims> Accepted<'a, C> {
    pub(crate) fn new(decoded: C, payload: &'a str, voucher: &'a Voucher) -> Self {
        Self {
            decoded,
            payload,
            voucher,
        }
    }

    /// The claims of this kind of token.
    pub fn decoded(&self) -> &C {
        &self.decoded
    }

    /// The payload: exactly the bytes that the signature covers.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload.as_bytes()
    }

    /// The payload, read into a type of your own, which may borrow from it.
    ///
    /// ```
    /// use countersign::{Authenticator, Issuer, Key, Scratch, now};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Mine<'a> {
    ///     tenant: &'a str,
    /// }
    ///
    /// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
    /// let issuer = Issuer::builder().key(key.clone()).build()?;
    /// let token = issuer.connection("42").claim("tenant", "acme")?.sign()?;
    ///
    /// let auth = Authenticator::builder().key(key).build()?;
    /// let mut scratch = Scratch::default();
    /// let accepted = auth.connection_in(&token, now(), &mut scratch)?;
    /// let mine: Mine = accepted.claims()?;
    /// assert_eq!(mine.tenant, "acme");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeserializeError`] if the payload doesn't fit the type.
    pub fn claims<T: Deserialize<'a>>(&self) -> Result<T, DeserializeError> {
        DeserializeError::read(self.payload)
    }

    /// The user, with the prefix of the authority if it has one; empty is anonymous.
    #[must_use]
    pub fn user(&self) -> &str {
        self.decoded.registered().user_id()
    }

    /// The name of the authority (the trusted entry) whose key verified the token.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.voucher.name
    }

    /// `iss`, the issuer of the token.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.decoded.registered().iss.as_deref()
    }

    /// `aud`, the recipients of the token.
    #[must_use]
    pub fn aud(&self) -> &Audience<'_> {
        &self.decoded.registered().aud
    }

    /// The identity of the user, unique among all authorities. This method allocates.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.voucher.identity(self.iss(), self.user())
    }

    /// The time from which a new token is due, by the claims alone: `expire_at` if the token has
    /// it, else `exp`; `None` means never.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.decoded.expires()
    }

    /// [`expires`](Self::expires) plus the leeway. Use this time for timers. `None` means never.
    #[must_use]
    pub fn valid_until(&self) -> Option<UnixTime> {
        self.voucher.valid_until(self.expires())
    }
}

impl<C: fmt::Debug> fmt::Debug for Accepted<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("decoded", &self.decoded)
            .field("payload", &Size(self.payload.len()))
            .field("authority", &self.voucher.name)
            .finish()
    }
}
