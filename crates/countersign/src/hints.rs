//! Reads `iss` and `aud` before the signature is verified, to select an entry of the configuration.

use std::borrow::Cow;

use countersign_claims::{ClaimsError, MAX_AUDIENCES, Registered};
use countersign_json::{Object, Value};
use countersign_jws::{Unverified, danger};

use crate::Error;
use crate::error::short;

/// The claims that select a trusted entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "config"),
    expect(dead_code, reason = "only templates pick by claims")
)]
pub(crate) enum Claim {
    Issuer,
    Audience,
}

/// A value with an `iss` and an `aud`.
pub(crate) trait IssuerAndAudience {
    fn issuer(&self) -> Option<&str>;

    /// Whether any `aud` passes `matches`.
    fn any_audience(&self, matches: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// One `iss` and one `aud`, as an issuer writes them.
impl IssuerAndAudience for (Option<&str>, Option<&str>) {
    fn issuer(&self) -> Option<&str> {
        self.0
    }

    fn any_audience(&self, matches: &mut dyn FnMut(&str) -> bool) -> bool {
        self.1.is_some_and(matches)
    }
}

impl IssuerAndAudience for Registered<'_> {
    fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    fn any_audience(&self, matches: &mut dyn FnMut(&str) -> bool) -> bool {
        self.aud.iter().any(|audience| matches(&audience))
    }
}

/// `iss` and `aud` of a token whose signature isn't verified yet.
///
/// Only this function reads claims before the signature is verified. They only select an entry of
/// the configured lists; the policy of that entry checks them again after the verification.
#[derive(Default)]
pub(crate) struct Hints<'t> {
    unreadable: Option<Error>,
    iss: Option<Value<'t>>,
    issuer: Option<Cow<'t, str>>,
    aud: Option<Value<'t>>,
}

impl<'t> Hints<'t> {
    pub(crate) fn read(token: &Unverified<'t>) -> Self {
        match Self::claims(token) {
            Ok(claims) => {
                let iss = claims.get("iss");
                Self {
                    unreadable: None,
                    iss,
                    issuer: iss.and_then(|iss| iss.as_str()),
                    aud: claims.get("aud"),
                }
            }
            Err(error) => Self {
                unreadable: Some(error),
                ..Self::default()
            },
        }
    }

    /// Refuses an `aud` with more elements than the decoder accepts. Each element is compared with
    /// the configuration, and a token must not decide how often.
    pub(crate) fn check_audiences(&self) -> Result<(), Error> {
        let array = self.aud.and_then(|aud| aud.as_array());
        match array {
            Some(array) if array.iter().nth(MAX_AUDIENCES).is_some() => {
                Err(Error::Claims(ClaimsError::TooManyAudiences {
                    limit: MAX_AUDIENCES,
                }))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn claims(token: &Unverified<'t>) -> Result<Object<'t>, Error> {
        let payload = danger::unverified_payload(token).map_err(Error::Token)?;
        Object::parse(payload).map_err(|error| Error::Claims(ClaimsError::Malformed(error)))
    }

    /// Why `iss` selects no entry. Claims that can't be read are malformed, not untrusted.
    pub(crate) fn untrusted(&self) -> Error {
        if let Some(error) = &self.unreadable {
            return error.clone();
        }
        match (&self.issuer, self.iss) {
            (None, Some(iss)) => Error::Claims(ClaimsError::WrongType {
                claim: "iss".into(),
                found: iss.kind(),
                expected: "a string",
            }),
            (issuer, _) => Error::Untrusted {
                found: issuer.as_deref().map(|issuer| short(issuer, 64).into()),
            },
        }
    }

    /// Why `aud` selects no entry; the error shows its first element.
    pub(crate) fn wrong_audience(&self, expected: String) -> Error {
        if self.unreadable.is_some() {
            return self.untrusted();
        }
        let mut first = None;
        self.any_audience(&mut |audience| {
            first = Some(format!("{:?}", short(audience, 64)));
            true
        });
        Error::Claims(ClaimsError::Audience {
            found: first,
            expected,
        })
    }
}

impl IssuerAndAudience for Hints<'_> {
    fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    fn any_audience(&self, matches: &mut dyn FnMut(&str) -> bool) -> bool {
        let Some(aud) = self.aud else { return false };
        let mut found = |value: Value<'_>| value.as_str().is_some_and(|text| matches(&text));
        match aud.as_array() {
            Some(array) => array.iter().any(found),
            None => found(aud),
        }
    }
}
