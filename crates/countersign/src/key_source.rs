//! Where keys come from: known beforehand, or published at an endpoint.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use countersign_jwks::{Jwks, Lookup, Pending, SettingsError};
use countersign_jws::{Unverified, Verified};
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
        Self::Endpoint(Endpoint::new(|| Ok(jwks)))
    }
}

/// An endpoint that publishes keys. Its client is made when it is first asked for, so
/// that of many endpoints those that no token names cost nothing.
#[derive(Clone)]
pub struct Endpoint {
    client: Arc<LazyLock<Result<Jwks, SettingsError>, MakeClient>>,
}

type MakeClient = Box<dyn FnOnce() -> Result<Jwks, SettingsError> + Send>;

impl Endpoint {
    /// The keys that the client fetches which `make` makes.
    ///
    /// `make` is called once, by whoever first asks for a key. It must not panic: what it
    /// cannot make it returns as an error, and tokens are then refused as
    /// `keys_unavailable`; a panic would come again for every token.
    pub fn new(make: impl FnOnce() -> Result<Jwks, SettingsError> + Send + 'static) -> Self {
        Self {
            client: Arc::new(LazyLock::new(Box::new(make))),
        }
    }

    /// The client, made now if it was not yet.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if it could not be made.
    pub fn client(&self) -> Result<&Jwks, &SettingsError> {
        (*self.client).as_ref()
    }

    fn verify<'t>(
        &self,
        token: &Unverified<'t>,
        patience: Patience,
        observe: &mut impl Observe,
    ) -> Result<Verified<'t>, Halt> {
        let header = token.header();
        let key = match self.client() {
            Err(error) => Err(Error::KeysUnavailable {
                reason: error.to_string(),
            }),
            // Before any look-up: an algorithm that no key can have costs no request.
            Ok(client) if client.provider().get(header.alg()).is_none() => {
                Err(Error::algorithm(header))
            }
            Ok(client) => {
                let found = match patience {
                    Patience::Wait => client.resolve(header.kid()),
                    Patience::Never => client.lookup(header.kid()),
                };
                match found {
                    Lookup::Found(keys) => match keys.for_alg(header.alg()) {
                        Some(key) => Ok((client.endpoint(), key.clone())),
                        None => Err(Error::algorithm(header)),
                    },
                    Lookup::Pending(pending) => return Err(Halt::Pending(pending)),
                    Lookup::UnknownKey | Lookup::KidRequired => Err(Error::unknown_key(header)),
                    Lookup::Unavailable(error) => Err(Error::keys_unavailable(error)),
                }
            }
        };
        let (_, key) = observe.settle(Stage::Key, key, |(endpoint, key)| {
            format!("{endpoint} publishes it, for {}", key.algorithm())
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

    /// The endpoint that `iss` and the first matching `aud` pick, if they pick one.
    pub(crate) fn select(
        &self,
        issuer: Option<&str>,
        any_audience: impl Fn(&mut dyn FnMut(&str) -> bool) -> bool,
    ) -> Option<&Endpoint> {
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
            value
        });
        self.endpoints
            .get(&values.collect::<Option<Vec<String>>>()?)
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
