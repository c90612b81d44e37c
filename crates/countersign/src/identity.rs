//! The identity of a user, unique among all trusted entries.

use std::fmt;
use std::sync::Arc;

/// The identity of a user: the name of the authority that signed their token, the user, and `iss`
/// if that authority accepts several issuers by a pattern.
///
/// The same `sub` from two authorities is two users. Compare identities, never user names
/// alone, to find out whether two tokens are about the same user.
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, now};
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).build()?;
/// let auth = Authenticator::builder().key(key).name("backend").build()?;
///
/// let first = auth.connection(&issuer.connection("42").sign()?, now())?;
/// let renewed = auth.connection(&issuer.connection("42").sign()?, now())?;
/// assert_eq!(first.identity(), renewed.identity());
/// assert_eq!(first.identity().authority(), "backend");
/// assert_eq!(first.identity().user(), "42");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    authority: Arc<str>,
    iss: Option<String>,
    user: String,
}

impl Identity {
    /// An identity to compare with. It proves nothing: only a token does.
    #[must_use]
    pub fn new(
        authority: impl Into<Arc<str>>,
        iss: Option<String>,
        user: impl Into<String>,
    ) -> Self {
        Self {
            authority: authority.into(),
            iss,
            user: user.into(),
        }
    }

    /// The name of the authority. Empty for a connection without a token.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// `iss`, if the authority accepts several issuers by a pattern.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    /// The user, with the authority's prefix if it has one. Empty is anonymous.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whether both are users of the same authority and issuer; the users may differ.
    #[must_use]
    pub fn same_authority(&self, other: &Self) -> bool {
        self.authority == other.authority && self.iss == other.iss
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("authority", &self.authority)
            .field("iss", &self.iss)
            .field("user", &self.user)
            .finish()
    }
}
