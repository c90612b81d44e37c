//! An endpoint that publishes keys, and its client.

use std::fmt;
use std::sync::Arc;

use countersign_fetch::SettingsError;
use countersign_jwks::{Jwks, LazyJwks, Lookup};
use countersign_jws::{Header, Unverified, Verified};
use countersign_published_keys::KeyReport;
use countersign_signature::Verifier;

use crate::error::{Error, short};
use crate::excerpt::Excerpt;
use crate::explain::{Observe, Stage};
use crate::keyring::verify_with;
use crate::wait::{VerifyStop, WaitMode, keys_unavailable};

/// An endpoint that publishes keys. Its client is made when a token first needs it, so that
/// an endpoint that no token names costs nothing.
#[derive(Clone)]
pub struct KeyEndpoint {
    shared: Arc<LazyJwks>,
    /// Whether tokens must name their key, if that is known before there is a client.
    needs_kid: bool,
}

impl From<Jwks> for KeyEndpoint {
    fn from(jwks: Jwks) -> Self {
        let needs_kid = !jwks.settings().allow_missing_kid;
        Self::expected(jwks.into(), needs_kid)
    }
}

impl From<LazyJwks> for KeyEndpoint {
    fn from(lazy: LazyJwks) -> Self {
        Self::expected(lazy, false)
    }
}

impl KeyEndpoint {
    /// Makes an endpoint for which it is known whether tokens must name their key.
    pub(crate) fn expected(lazy: LazyJwks, needs_kid: bool) -> Self {
        Self {
            shared: Arc::new(lazy),
            needs_kid,
        }
    }

    /// The client. If there is none yet, it is made now.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if it could not be made, now or less than a cooldown ago.
    pub fn client(&self) -> Result<&Jwks, SettingsError> {
        self.shared.client()
    }

    /// The client, if it was started, at setup or by the first token that needed it. Use it to
    /// export its counters.
    #[must_use]
    pub fn started(&self) -> Option<&Jwks> {
        self.shared.started()
    }

    /// The issuer whose discovery document leads to the keys. The keys verify only tokens with
    /// exactly this `iss`. `None` if the endpoint is the URL of a key set.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.shared.issuer()
    }

    /// Whether both are the same endpoint, with one client.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The key that a header names, and the client that holds it.
    fn key(
        &self,
        token: &Unverified<'_>,
        mode: WaitMode,
    ) -> Result<(Arc<dyn Verifier>, &Jwks), VerifyStop> {
        let header = token.header();
        // Check this before any look-up, so that an algorithm that no key can have causes no
        // request.
        if self.shared.provider().get(header.alg()).is_none() {
            return Err(Error::EndpointAlgorithm {
                found: Excerpt::new(short(header.alg(), 32)),
            }
            .into());
        }
        let client = self.client().map_err(|error| Error::KeysUnavailable {
            reason: error.to_string(),
            retry_after: self.shared.retry_after(),
        })?;
        let found = match mode {
            WaitMode::Wait => client.resolve_for(header.kid(), token.signing_input().as_bytes()),
            WaitMode::Never => client.lookup_for(header.kid(), token.signing_input().as_bytes()),
        };
        match found {
            Lookup::Found(keys) => match keys.for_alg(header.alg()) {
                Some(key) => Ok((key.clone(), client)),
                None => Err(Error::algorithm(header).into()),
            },
            Lookup::Pending(pending) => Err(VerifyStop::Pending(pending)),
            Lookup::UnknownKey => Err(unknown_key(client, header).into()),
            Lookup::KidRequired => Err(Error::unknown_key(header).into()),
            Lookup::Unavailable(unavailable) => Err(keys_unavailable(unavailable).into()),
        }
    }

    /// Refuses a header that no published key can match, without looking at the keys.
    pub(crate) fn check_header(&self, header: &Header<'_>) -> Result<(), Error> {
        if self.shared.provider().get(header.alg()).is_none() {
            return Err(Error::algorithm(header));
        }
        if self.needs_kid && header.kid().is_none() {
            return Err(Error::unknown_key(header));
        }
        Ok(())
    }

    // Not inlined: tokens that are verified with given keys don't need this code.
    #[inline(never)]
    pub(crate) fn verify<'v, 't>(
        &self,
        token: &'v Unverified<'t>,
        mode: WaitMode,
        observe: &mut impl Observe,
    ) -> Result<Verified<'v, 't>, VerifyStop> {
        let (key, client) = self.key(token, mode).map_err(|stop| match stop {
            VerifyStop::Refused(error) => observe.failed(Stage::Key, error).into(),
            VerifyStop::Pending(_) => stop,
        })?;
        observe.passed(Stage::Key, || {
            let place = client.discovered();
            let place = place.as_ref().unwrap_or(client.endpoint());
            format!("{place} publishes it, for {}", key.algorithm())
        });
        let verified = verify_with(&*key, token, observe);
        Ok(verified.map_err(|error| observe.failed(Stage::Signature, error))?)
    }
}

/// Why there is no key: the endpoint publishes no key of this name, or the key can't be used.
fn unknown_key(client: &Jwks, header: &Header<'_>) -> Error {
    let report = client.report().unwrap_or_default();
    let named = report.keys().iter().find(|key| key.kid() == header.kid());
    match (header.kid(), named.and_then(KeyReport::skipped)) {
        (Some(kid), Some(reason)) => Error::SkippedKey {
            kid: kid.into(),
            reason: reason.into(),
        },
        _ => Error::unknown_key(header),
    }
}

impl fmt::Debug for KeyEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEndpoint").finish_non_exhaustive()
    }
}
