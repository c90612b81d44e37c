//! Sources of keys: given by the program, or published at an endpoint.

#[cfg(feature = "config")]
use std::sync::Arc;

use countersign_jws::{Unverified, Verified};

#[cfg(feature = "jwks")]
use crate::endpoint::KeyEndpoint;
use crate::explain::Observe;
use crate::hints::{Claim, Hints};
#[cfg(feature = "config")]
use crate::key_template::KeyTemplate;
use crate::wait::{VerifyStop, WaitMode};
use crate::{Error, Keyring, UnixTime};

/// Where keys come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeySource {
    /// Keys that the program gives.
    Static(Keyring),
    /// Keys that an issuer publishes at an endpoint. A published key is never used for HMAC.
    #[cfg(feature = "jwks")]
    Endpoint(KeyEndpoint),
    /// One of several endpoints, selected by `iss` or `aud` of the token.
    #[cfg(feature = "config")]
    Templated(Arc<KeyTemplate>),
}

impl From<Keyring> for KeySource {
    fn from(keyring: Keyring) -> Self {
        Self::Static(keyring)
    }
}

#[cfg(feature = "jwks")]
impl From<countersign_jwks::Jwks> for KeySource {
    fn from(jwks: countersign_jwks::Jwks) -> Self {
        Self::Endpoint(jwks.into())
    }
}

impl KeySource {
    /// The endpoints of these keys.
    #[cfg(feature = "jwks")]
    pub(crate) fn endpoints(&self) -> Vec<&KeyEndpoint> {
        match self {
            Self::Static(_) => Vec::new(),
            Self::Endpoint(endpoint) => vec![endpoint],
            #[cfg(feature = "config")]
            Self::Templated(template) => template.endpoints().collect(),
        }
    }

    /// The only issuer for which the keys are valid, if they were found by its discovery document.
    pub(crate) fn issuer(&self) -> Option<&str> {
        match self {
            Self::Static(_) => None,
            #[cfg(feature = "jwks")]
            Self::Endpoint(endpoint) => endpoint.issuer(),
            #[cfg(feature = "config")]
            Self::Templated(_) => None,
        }
    }

    /// The keys for any token. `None` if `iss` or `aud` selects them.
    #[inline]
    pub(crate) fn for_any_claims(&self) -> Option<ChosenKeys<'_>> {
        match self {
            Self::Static(keyring) => Some(ChosenKeys::Static(keyring)),
            #[cfg(feature = "jwks")]
            Self::Endpoint(endpoint) => Some(ChosenKeys::Endpoint(endpoint)),
            #[cfg(feature = "config")]
            Self::Templated(_) => None,
        }
    }

    /// The keys for a token.
    ///
    /// # Errors
    ///
    /// The claim that selects no key.
    #[cfg_attr(not(feature = "config"), expect(unused_variables))]
    pub(crate) fn choose(&self, hints: &Hints<'_>) -> Result<ChosenKeys<'_>, Claim> {
        match self {
            Self::Static(keyring) => Ok(ChosenKeys::Static(keyring)),
            #[cfg(feature = "jwks")]
            Self::Endpoint(endpoint) => Ok(ChosenKeys::Endpoint(endpoint)),
            #[cfg(feature = "config")]
            Self::Templated(template) => Ok(ChosenKeys::Endpoint(template.select(hints)?)),
        }
    }
}

/// The keys that one token may be verified with.
pub(crate) enum ChosenKeys<'r> {
    Static(&'r Keyring),
    #[cfg(feature = "jwks")]
    Endpoint(&'r KeyEndpoint),
}

impl ChosenKeys<'_> {
    #[cfg_attr(not(feature = "jwks"), expect(unused_variables))]
    pub(crate) fn verify<'v, 't>(
        &self,
        token: &'v Unverified<'t>,
        now: UnixTime,
        mode: WaitMode,
        observe: &mut impl Observe,
    ) -> Result<Verified<'v, 't>, VerifyStop> {
        match self {
            Self::Static(keyring) => keyring.verify(token, now, observe),
            #[cfg(feature = "jwks")]
            Self::Endpoint(endpoint) => endpoint.verify(token, mode, observe),
        }
    }

    /// Refuses a token that was just signed if none of these keys can verify it. If the keys aren't
    /// known (an empty keyring, or keys at an endpoint), only algorithms are compared.
    pub(crate) fn check_issued(&self, token: &Unverified<'_>, now: UnixTime) -> Result<(), Error> {
        match self {
            Self::Static(keyring) if keyring.is_empty() => keyring.check_algorithm(token.header()),
            Self::Static(keyring) => keyring.open(token, now).map(drop),
            #[cfg(feature = "jwks")]
            Self::Endpoint(endpoint) => endpoint.check_header(token.header()),
        }
    }
}
