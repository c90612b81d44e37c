//! The rules of an authenticator.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_jws::DEFAULT_LIMIT;

use crate::build_error::BuildError;
use crate::counters::{Tallies, Tally};
#[cfg(feature = "jwks")]
use crate::endpoint::KeyEndpoint;
use crate::trust::Trust;
use crate::user_prefix::UserPrefix;

/// The rules of an [`Authenticator`](crate::Authenticator). They are built once and replaced as a
/// whole.
///
/// Most programs don't need them: see [`Authenticator::builder`](crate::Authenticator::builder).
#[derive(Clone, Debug)]
pub struct Rules {
    connections: Trust,
    subscriptions: Option<Trust>,
    pub(crate) allow_no_token: bool,
    pub(crate) token_limit: usize,
    /// The prefixes of all authorities. A user of an authority without a prefix must not begin with
    /// one.
    pub(crate) user_prefixes: Arc<[UserPrefix]>,
    /// Counts tokens that lead to no authority. The authenticator that uses these rules sets it.
    pub(crate) nobody: Arc<Tally>,
}

impl Rules {
    /// Verifies every kind of token by `trust`.
    #[must_use]
    pub fn new(trust: impl Into<Trust>) -> Self {
        let connections = trust.into();
        Self {
            user_prefixes: prefixes_of(&connections).collect(),
            connections,
            subscriptions: None,
            allow_no_token: false,
            token_limit: DEFAULT_LIMIT,
            nobody: Arc::default(),
        }
    }

    /// Verifies subscription tokens with a trust of their own. Authorities with the same name in
    /// both are the same authority.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if an authority has another user prefix there, or prefixes of
    /// two can begin each other.
    pub fn subscriptions(mut self, trust: impl Into<Trust>) -> Result<Self, BuildError> {
        let trust = trust.into();
        self.connections.check_beside(&trust)?;
        let both = prefixes_of(&self.connections).chain(prefixes_of(&trust));
        self.user_prefixes = both.collect();
        self.subscriptions = Some(trust);
        Ok(self)
    }

    /// Accepts a connection without a token, as the user "".
    #[must_use]
    pub fn allow_no_token(mut self) -> Self {
        self.allow_no_token = true;
        self
    }

    /// Reads tokens of at most `bytes`, instead of 16 KiB.
    #[must_use]
    pub fn token_limit(mut self, bytes: usize) -> Self {
        self.token_limit = bytes;
        self
    }

    /// The names of the authorities whose connection tokens are accepted, each once. A server
    /// that changes its rules closes the connections of those that are gone.
    #[must_use]
    pub fn authorities(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.connections.names().collect();
        names.into_iter().map(String::from).collect()
    }

    /// Whether two users may have the same name: connection tokens of several authorities, or of
    /// several issuers of a pattern, are accepted without a prefix for each ([`UserPrefix`]). Then
    /// only an [`Identity`](crate::Identity) identifies a user, not the name alone.
    ///
    /// ```
    /// use countersign::{Authority, Key, Rules, Trust, UserPrefix};
    ///
    /// let authority = |name: &str, secret: &[u8]| {
    ///     let key = Key::secret(secret).unwrap();
    ///     Authority::builder().key(key).name(name)
    /// };
    /// let first = authority("first", b"a secret of at least 32 bytes ...").build()?;
    /// let second = authority("second", b"another secret of 32 bytes or more");
    /// let both = |second| Trust::builder().issuer("1", first.clone()).issuer("2", second).build();
    ///
    /// let trust = both(second.clone().build()?)?;
    /// assert!(Rules::new(trust).may_share_users());
    /// let trust = both(second.user_prefix(UserPrefix::new("second-")?).build()?)?;
    /// assert!(!Rules::new(trust).may_share_users());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn may_share_users(&self) -> bool {
        self.connections.may_share_users()
    }

    /// The trust that connection tokens and any other JWT are verified by.
    pub(crate) fn for_connections(&self) -> &Trust {
        &self.connections
    }

    /// The trust that subscription tokens are verified by.
    pub(crate) fn for_subscriptions(&self) -> &Trust {
        self.subscriptions.as_ref().unwrap_or(&self.connections)
    }

    /// Connects each authority with the tally of its name. Tallies of other authorities are
    /// forgotten.
    pub(crate) fn count_into(&mut self, tallies: &mut Tallies) {
        self.nobody = tallies.nobody();
        let mut names = BTreeSet::new();
        let trusts = core::iter::once(&mut self.connections).chain(&mut self.subscriptions);
        for entry in trusts.flat_map(Trust::entries_mut) {
            entry.tally = tallies.of(entry.name());
            names.insert(entry.name().to_owned());
        }
        tallies.keep_only(&names);
    }

    /// The endpoints that keys are fetched from, each once.
    #[cfg(feature = "jwks")]
    #[must_use]
    pub fn endpoints(&self) -> Vec<KeyEndpoint> {
        let trusts = core::iter::once(&self.connections).chain(&self.subscriptions);
        let mut endpoints: Vec<KeyEndpoint> = Vec::new();
        for endpoint in trusts.flat_map(Trust::endpoints) {
            if !endpoints.iter().any(|known| known.is(endpoint)) {
                endpoints.push(endpoint.clone());
            }
        }
        endpoints
    }
}

fn prefixes_of(trust: &Trust) -> impl Iterator<Item = UserPrefix> {
    trust.user_prefixes().map(|(_, prefix)| prefix.clone())
}
