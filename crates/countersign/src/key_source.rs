//! Where keys come from: known beforehand, or published at an endpoint.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use countersign_fetch::SettingsError;
use countersign_jwks::{Jwks, Lookup, Pending};
use countersign_jws::{Header, Unverified, Verified};
use countersign_signature::{Provider, Verifier};
use regex::Regex;

use crate::explain::{Observe, Stage};
use crate::keyring::first_that_verifies;
use crate::{Error, Keyring, UnixTime};

/// Where keys come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Keys {
    /// Keys that are known beforehand.
    Static(Keyring),
    /// Keys that an issuer publishes at an endpoint. HMAC is never among them.
    Endpoint(Endpoint),
    /// One of several endpoints, by what the token names.
    Templated(Arc<Template>),
}

impl From<Keyring> for Keys {
    fn from(keyring: Keyring) -> Self {
        Self::Static(keyring)
    }
}

impl From<Jwks> for Keys {
    fn from(jwks: Jwks) -> Self {
        Self::Endpoint(jwks.into())
    }
}

impl Keys {
    /// The endpoints that keys are fetched from.
    pub(crate) fn endpoints(&self) -> Vec<&Endpoint> {
        match self {
            Self::Static(_) => Vec::new(),
            Self::Endpoint(endpoint) => vec![endpoint],
            Self::Templated(template) => template.endpoints().collect(),
        }
    }
}

/// An endpoint that publishes keys. Its client is made when it is first asked for, so
/// that of many endpoints those that no token names cost nothing.
#[derive(Clone)]
pub struct Endpoint {
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

impl From<Jwks> for Endpoint {
    fn from(jwks: Jwks) -> Self {
        let algorithms = jwks.provider().clone();
        let again = jwks.clone();
        let endpoint = Self::new(algorithms, move || Ok(again.clone()));
        let _ = endpoint.shared.client.set(jwks);
        endpoint
    }
}

impl Endpoint {
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
        header: &Header<'_>,
        patience: Patience,
    ) -> Result<(Arc<dyn Verifier>, &Jwks), Halt> {
        // Before any look-up: an algorithm that no key can have costs no request.
        if self.shared.algorithms.get(header.alg()).is_none() {
            return Err(Error::algorithm(header).into());
        }
        let client = self.client().map_err(|error| Error::KeysUnavailable {
            reason: error.to_string(),
        })?;
        let found = match patience {
            Patience::Wait => client.resolve(header.kid()),
            Patience::Never => client.lookup(header.kid()),
        };
        match found {
            Lookup::Found(keys) => match keys.for_alg(header.alg()) {
                Some(key) => Ok((key.clone(), client)),
                None => Err(Error::algorithm(header).into()),
            },
            Lookup::Pending(pending) => Err(Halt::Pending(pending)),
            Lookup::UnknownKey | Lookup::KidRequired => Err(Error::unknown_key(header).into()),
            Lookup::Unavailable(error) => Err(Error::keys_unavailable(error).into()),
        }
    }

    fn verify<'t>(
        &self,
        token: &Unverified<'t>,
        patience: Patience,
        observe: &mut impl Observe,
    ) -> Result<Verified<'t>, Halt> {
        let key = match self.key(token.header(), patience) {
            Ok(found) => Ok(found),
            Err(Halt::Refused(error)) => Err(error),
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

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

/// Endpoints that were made from one template when it was configured, one for each
/// combination of the fixed strings that its groups may be. A token picks among
/// them; nothing of a token ever becomes part of a URL.
pub struct Template {
    groups: Vec<Group>,
    endpoints: BTreeMap<Vec<String>, Endpoint>,
}

/// A placeholder, and the expression whose group of this name fills it.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) claim: Claim,
    /// Matches the whole text.
    pub(crate) expression: Regex,
}

/// The claim that an expression is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Only a configuration makes templates.
#[cfg_attr(not(feature = "config"), allow(dead_code))]
pub(crate) enum Claim {
    Issuer,
    Audience,
}

impl Template {
    #[cfg(feature = "config")]
    pub(crate) fn new(groups: Vec<Group>, endpoints: BTreeMap<Vec<String>, Endpoint>) -> Self {
        Self { groups, endpoints }
    }

    /// The endpoints, in the order of their values.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.values()
    }

    /// The endpoint that `iss` and the first matching `aud` pick.
    ///
    /// # Errors
    ///
    /// The claim that picks none.
    pub(crate) fn select(
        &self,
        issuer: Option<&str>,
        any_audience: impl Fn(&mut dyn FnMut(&str) -> bool) -> bool,
    ) -> Result<&Endpoint, Claim> {
        let values = self.groups.iter().map(|group| {
            let mut value = None;
            let mut capture = |text: &str| {
                let captures = group.expression.captures(text);
                value = captures.and_then(|it| Some(it.name(&group.name)?.as_str().to_owned()));
                value.is_some()
            };
            match group.claim {
                Claim::Issuer => issuer.is_some_and(&mut capture),
                Claim::Audience => any_audience(&mut capture),
            };
            value.ok_or(group.claim)
        });
        let endpoint = self.endpoints.get(&values.collect::<Result<Vec<_>, _>>()?);
        // There is one for every combination of what the groups may be.
        endpoint.ok_or(Claim::Issuer)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("endpoints", &self.endpoints.len())
            .finish_non_exhaustive()
    }
}

/// The keys that a token may be verified with.
pub(crate) enum KeySource<'r> {
    Static(&'r Keyring),
    Endpoint(&'r Endpoint),
}

impl KeySource<'_> {
    pub(crate) fn verify<'t>(
        &self,
        token: &Unverified<'t>,
        now: UnixTime,
        patience: Patience,
        observe: &mut impl Observe,
    ) -> Result<Verified<'t>, Halt> {
        match self {
            Self::Static(keyring) => Ok(keyring.verify(token, now, observe)?),
            Self::Endpoint(endpoint) => endpoint.verify(token, patience, observe),
        }
    }
}

/// Whether a verification may wait for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Wait,
    Never,
}

/// Why a verification ended without a verdict of acceptance.
pub(crate) enum Halt {
    Refused(Error),
    Pending(Pending),
}

impl Halt {
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Refused(error) => error,
            // Whoever waits is never told to wait.
            Self::Pending(_) => Self::out_of_date(),
        }
    }

    pub(crate) fn out_of_date() -> Error {
        Error::KeysUnavailable {
            reason: "they went out of date before they were used; try again".into(),
        }
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}
