//! The content of a verified token of any kind.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::accepted::{DecodedClaims, Voucher};
use crate::few::Few;
use crate::part::TextPart;
use crate::size::Size;
use crate::{DeserializeError, Identity, UnixTime};

/// Any JWT that was accepted, for example for an HTTP interface. Only an
/// [`Authenticator`](crate::Authenticator) makes one.
///
/// The policy has checked the registered claims (`iss`, `aud`, `exp`, `nbf`, `iat`). All other
/// claims are yours: read them with [`claims`](Self::claims).
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
/// This method accepts every token that the key signed, also those of connections and
/// subscriptions. If one key signs tokens for several purposes, tell them apart by `aud` (one for
/// each service, RFC 8725 sections 3.9 and 3.12) or by `typ` (one for each kind of token, section
/// 3.11): [`audience`](crate::AuthenticatorBuilder::audience) and
/// [`typ`](crate::AuthenticatorBuilder::typ) require them.
#[derive(Clone)]
pub struct Token {
    payload: String,
    /// `None` if no claim names a user.
    user: Option<TextPart>,
    iss: Option<TextPart>,
    aud: Few<TextPart>,
    token_id: Option<TextPart>,
    expires: Option<UnixTime>,
    voucher: Arc<Voucher>,
}

impl Token {
    /// The user, with the prefix of the authority if it has one; empty is anonymous.
    #[must_use]
    pub fn user(&self) -> &str {
        self.named_user().unwrap_or_default()
    }

    /// `None` if no claim names a user.
    pub(crate) fn named_user(&self) -> Option<&str> {
        self.part(&self.user)
    }

    fn part<'a>(&'a self, part: &'a Option<TextPart>) -> Option<&'a str> {
        Some(part.as_ref()?.get(&self.payload))
    }

    /// The payload: exactly the bytes that the signature covers.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// The payload. Parts are places in it.
    pub(crate) fn text(&self) -> &str {
        &self.payload
    }

    /// The payload, read into a type of your own, which may borrow from this value.
    ///
    /// # Errors
    ///
    /// [`DeserializeError`] if the payload doesn't fit the type.
    pub fn claims<'c, T: Deserialize<'c>>(&'c self) -> Result<T, DeserializeError> {
        DeserializeError::read(&self.payload)
    }

    /// The name of the authority (the trusted entry) whose key verified the token. Empty for
    /// a connection without a token.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.voucher.name
    }

    /// `iss`: the issuer of the token.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.part(&self.iss)
    }

    /// `aud`: the recipients of the token. No element if the claim is absent.
    pub fn aud(&self) -> impl Iterator<Item = &str> {
        let audiences = self.aud.as_slice().iter();
        audiences.map(|audience| audience.get(&self.payload))
    }

    /// The identity of the user, unique among all authorities. To find out whether two tokens are
    /// about the same user, compare identities, not user names.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.voucher.identity(self.iss(), self.user())
    }

    /// The time from which a new token is due, by the claims alone; `None` means never.
    ///
    /// For any JWT this is `exp`. A connection or subscription token may have an `expire_at`,
    /// which wins over `exp`, and with the claim `eto` a subscription outlives the `exp` of its
    /// token.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// [`expires`](Self::expires) plus the configured leeway; `None` means never. Use this time for
    /// timers, so that a connection stays open as long as its token is accepted.
    #[must_use]
    pub fn valid_until(&self) -> Option<UnixTime> {
        self.voucher.valid_until(self.expires)
    }

    /// The token's own id (`jti`). This library doesn't remember it.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.part(&self.token_id)
    }

    /// For a connection without a token. This isn't `Default`, because then anyone could make it.
    pub(crate) fn none() -> Self {
        Self {
            payload: String::new(),
            user: None,
            iss: None,
            aud: Few::EMPTY,
            token_id: None,
            expires: None,
            voucher: Arc::new(Voucher::nobody()),
        }
    }

    /// Without the payload, which is moved here later, without a copy.
    pub(crate) fn new(claims: &impl DecodedClaims, payload: &str, voucher: Arc<Voucher>) -> Self {
        let registered = claims.registered();
        let part = |text: &str| TextPart::new(text, payload);
        let mut aud = Few::EMPTY;
        registered.aud.iter().for_each(|text| aud.push(part(&text)));
        Self {
            payload: String::new(),
            user: registered.user.as_deref().map(part),
            iss: registered.iss.as_deref().map(part),
            aud,
            token_id: registered.jti.as_deref().map(part),
            expires: claims.expires(),
            voucher,
        }
    }

    pub(crate) fn set_payload(&mut self, payload: String) {
        self.payload = payload;
    }

    /// The members that `Debug` shows of every kind of token.
    pub(crate) fn debug(&self, out: &mut fmt::DebugStruct<'_, '_>) {
        out.field("user", &self.user())
            .field("authority", &self.voucher.name)
            .field("iss", &self.iss())
            .field("aud", &self.aud().collect::<Vec<_>>())
            .field("expires", &self.expires)
            .field("token_id", &self.token_id())
            .field("payload", &Size(self.payload.len()));
    }
}

/// Other fields are equal if the payload is. But the configuration says which claim is the user, the
/// authority may add a prefix to it, and each kind of token has its own rule for its expiry.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.named_user() == other.named_user()
            && self.expires == other.expires
            && self.payload == other.payload
            && self.voucher == other.voucher
    }
}

impl Eq for Token {}

/// `Debug` shows the length of the payload, and nothing of its content.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Token");
        self.debug(&mut out);
        out.finish()
    }
}
