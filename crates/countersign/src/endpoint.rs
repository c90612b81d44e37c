//! An endpoint that publishes keys, and its client.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use countersign_fetch::SettingsError;
use countersign_jwks::{Jwks, Lookup};
use countersign_jws::{Unverified, Verified};
use countersign_signature::{Provider, Verifier};

use crate::Error;
use crate::explain::{Observe, Stage};
use crate::keyring::first_that_verifies;
use crate::wait::{VerifyStop, WaitMode, keys_unavailable};

/// An endpoint that publishes keys. Its client is made when a token first needs it, so that
/// an endpoint that no token names costs nothing.
#[derive(Clone)]
pub struct KeyEndpoint {
    shared: Arc<Shared>,
}

struct Shared {
    /// What published keys can be for. Known before there is a client, so that a token
    /// which no key could verify starts none.
    algorithms: Provider,
    client: OnceLock<Jwks>,
    /// Held while the client is made: once, though many ask.
    make: Mutex<MakeClient>,
}

type MakeClient = Box<dyn Fn() -> Result<Jwks, SettingsError> + Send>;

impl From<Jwks> for KeyEndpoint {
    fn from(jwks: Jwks) -> Self {
        let algorithms = jwks.provider().clone();
        let again = jwks.clone();
        let endpoint = Self::new(algorithms, move || Ok(again.clone()));
        let _ = endpoint.shared.client.set(jwks);
        endpoint
    }
}

impl KeyEndpoint {
    /// The keys that the client fetches which `make` makes, for those of `algorithms` that
    /// take a published key. Where it fails, the next token that needs the client tries again.
    pub fn new(
        algorithms: Provider,
        make: impl Fn() -> Result<Jwks, SettingsError> + Send + 'static,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                algorithms: algorithms.for_key_pairs(),
                client: OnceLock::new(),
                make: Mutex::new(Box::new(make)),
            }),
        }
    }

    /// The client, made now if it was not yet.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if it could not be made.
    pub fn client(&self) -> Result<&Jwks, SettingsError> {
        if let Some(client) = self.started() {
            return Ok(client);
        }
        let make = self.shared.make.lock();
        let make = make.unwrap_or_else(PoisonError::into_inner);
        // Perhaps made while this waited.
        match self.started() {
            Some(client) => Ok(client),
            None => make().map(|client| self.shared.client.get_or_init(|| client)),
        }
    }

    /// The client, if it was started, at setup or by the first token that needed it: what to
    /// export the counters of.
    #[must_use]
    pub fn started(&self) -> Option<&Jwks> {
        self.shared.client.get()
    }

    /// Whether both are the same endpoint, with one client.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The key that a header names, and the client that has it.
    fn key(
        &self,
        token: &Unverified<'_>,
        mode: WaitMode,
    ) -> Result<(Arc<dyn Verifier>, &Jwks), VerifyStop> {
        let header = token.header();
        // Before any look-up: an algorithm that no key can have costs no request.
        if self.shared.algorithms.get(header.alg()).is_none() {
            return Err(Error::algorithm(header).into());
        }
        let client = self.client().map_err(|error| Error::KeysUnavailable {
            reason: error.to_string(),
            retry_after: None,
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
            Lookup::UnknownKey | Lookup::KidRequired => Err(Error::unknown_key(header).into()),
            Lookup::Unavailable(unavailable) => Err(keys_unavailable(unavailable).into()),
        }
    }

    pub(crate) fn verify<'t>(
        &self,
        token: &Unverified<'t>,
        mode: WaitMode,
        observe: &mut impl Observe,
    ) -> Result<Verified<'t>, VerifyStop> {
        let key = match self.key(token, mode) {
            Ok(found) => Ok(found),
            Err(VerifyStop::Refused(error)) => Err(error),
            Err(pending) => return Err(pending),
        };
        let (key, _) = observe.settle(Stage::Key, key, |(key, client)| {
            format!(
                "{} publishes it, for {}",
                client.endpoint(),
                key.algorithm()
            )
        })?;
        Ok(first_that_verifies(token, [&*key], observe)?)
    }
}

impl fmt::Debug for KeyEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyEndpoint").finish_non_exhaustive()
    }
}
