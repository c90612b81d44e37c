//! Whom a server trusts: keys, and what it expects of tokens signed by them.

use countersign_claims::{ClaimsError, DecodeOptions, Policy};
use countersign_json::{Object, Value};
use countersign_jws::{Header, Unverified, Verified, danger};

use crate::error::short;
use crate::explain::{Observe, Stage};
use crate::key_source::{Claim, Endpoint, Halt, KeySource, Keys, Patience};
use crate::{Error, UnixTime};

/// One party whose tokens are accepted: its keys, and what is expected of its tokens.
#[derive(Clone, Debug)]
pub struct Authority {
    keys: Keys,
    pub(crate) policy: Policy,
    pub(crate) reading: DecodeOptions,
    typ: Option<String>,
}

impl Authority {
    /// A party with these keys, of whose tokens nothing more is expected.
    #[must_use]
    pub fn new(keys: impl Into<Keys>) -> Self {
        Self {
            keys: keys.into(),
            policy: Policy::default(),
            reading: DecodeOptions::default(),
            typ: None,
        }
    }

    /// Judges its claims by `policy`.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Reads its claims with these options: caps, and the claim that names the user.
    #[must_use]
    pub fn with_reading(mut self, options: DecodeOptions) -> Self {
        self.reading = options;
        self
    }

    /// Requires the header's `typ` to name this media type (RFC 8725 section 3.11).
    #[must_use]
    pub fn with_typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    fn check_header(&self, header: &Header<'_>) -> Result<(), Error> {
        if header.is_nested() {
            return Err(Error::Nested);
        }
        match &self.typ {
            Some(needed) if !header.is_typ(needed) => Err(Error::Type {
                found: header.typ().map(|typ| short(typ, 64)),
                needed: needed.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// An authority and those of its keys that a token's claims led to.
pub(crate) struct Picked<'r> {
    pub(crate) authority: &'r Authority,
    keys: KeySource<'r>,
}

impl Picked<'_> {
    /// From a token that was read to one that is verified.
    pub(crate) fn verify<'t>(
        &self,
        token: &Unverified<'t>,
        now: UnixTime,
        patience: Patience,
        observe: &mut impl Observe,
    ) -> Result<Verified<'t>, Halt> {
        let header = self.authority.check_header(token.header());
        observe.settle(Stage::Header, header, |()| match &self.authority.typ {
            Some(typ) => format!("`typ` is {typ:?}, as configured"),
            None => "any `typ` will do".into(),
        })?;
        self.keys.verify(token, now, patience, observe)
    }
}

/// Whose tokens are accepted: one authority for any issuer, some for an issuer each.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    any: Option<Authority>,
    issuers: Vec<(String, Authority)>,
}

impl From<Authority> for Trust {
    fn from(authority: Authority) -> Self {
        Self {
            any: Some(authority),
            issuers: Vec::new(),
        }
    }
}

impl Trust {
    /// Trust in nobody, to add issuers to.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Trusts `authority` for tokens whose `iss` is exactly `issuer`, and no other for them.
    ///
    /// The same issuer may be given more than once with different expectations of
    /// `aud`; the first whose expectation the token meets is picked.
    #[must_use]
    pub fn and_issuer(mut self, issuer: impl Into<String>, authority: Authority) -> Self {
        self.issuers.push((issuer.into(), authority));
        self
    }

    /// What picking goes by, for the explain trace.
    pub(crate) fn describe(&self) -> String {
        match self.issuers.len() {
            0 => "one authority for every issuer".into(),
            count => format!("picked among {count} trusted issuers by `iss`"),
        }
    }

    /// Picks the authority for a token, and its keys.
    ///
    /// This is the one place where claims are read before the signature is
    /// verified. They can do nothing but pick an entry of the configured lists; the
    /// picked authority's policy judges them again when they are verified.
    pub(crate) fn pick(&self, token: &Unverified<'_>) -> Result<Picked<'_>, Error> {
        let one_choice =
            self.issuers.is_empty() && !self.any.as_ref().is_some_and(Authority::is_templated);
        let claims = if one_choice {
            Ok(None)
        } else {
            Object::parse(danger::unverified_payload(token)).map(Some)
        };
        let claim = |name| claims.as_ref().ok()?.as_ref()?.get(name);
        let iss = claim("iss");
        let issuer = iss.and_then(|iss| iss.as_str());
        let audience = claim("aud");
        // What names nobody because it cannot be read is to blame for that.
        let untrusted = || match (&claims, iss, &issuer) {
            (Err(error), ..) => Error::Claims(ClaimsError::Malformed(error.clone())),
            (Ok(_), Some(iss), None) => Error::Claims(ClaimsError::WrongType {
                claim: "iss".into(),
                found: iss.kind(),
                expected: "a string",
            }),
            (Ok(_), ..) => Error::Untrusted {
                found: issuer.as_deref().map(|issuer| short(issuer, 64)),
            },
        };
        let of_issuer = || {
            self.issuers
                .iter()
                .filter(|(name, _)| Some(name.as_str()) == issuer.as_deref())
                .map(|(_, authority)| authority)
        };
        let authority = of_issuer()
            .find(|authority| {
                let expected = &authority.policy.audience;
                expected.is_any() || any_string(audience, |text| expected.matches(text))
            })
            .or_else(|| of_issuer().next())
            .or(self.any.as_ref())
            .ok_or_else(untrusted)?;
        let keys = match &authority.keys {
            Keys::Static(keyring) => KeySource::Static(keyring),
            Keys::Endpoint(endpoint) => KeySource::Endpoint(endpoint),
            Keys::Templated(template) => {
                let by_issuer = issuer.as_deref();
                let endpoint = template.select(by_issuer, |matches| any_string(audience, matches));
                KeySource::Endpoint(endpoint.map_err(|claim| match claim {
                    Claim::Audience if claims.is_ok() => authority.wrong_audience(audience),
                    _ => untrusted(),
                })?)
            }
        };
        Ok(Picked { authority, keys })
    }
}

impl Trust {
    /// The endpoints that keys are fetched from.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let issuers = self.issuers.iter().map(|(_, authority)| authority);
        let authorities = self.any.iter().chain(issuers);
        authorities.flat_map(|authority| authority.keys.endpoints())
    }
}

impl Authority {
    fn is_templated(&self) -> bool {
        matches!(self.keys, Keys::Templated(_))
    }

    /// As its policy tells it, of the first audience.
    fn wrong_audience(&self, found: Option<Value<'_>>) -> Error {
        let mut first = None;
        any_string(found, |text| {
            first = Some(format!("{:?}", short(text, 64)));
            true
        });
        Error::Claims(ClaimsError::Audience {
            found: first,
            expected: self.policy.audience.to_string(),
        })
    }
}

/// Whether the value is a string that matches, or an array that holds one.
fn any_string(value: Option<Value<'_>>, mut matches: impl FnMut(&str) -> bool) -> bool {
    let Some(value) = value else { return false };
    let mut found = |value: Value<'_>| value.as_str().is_some_and(|text| matches(&text));
    match value.as_array() {
        Some(array) => array.iter().any(found),
        None => found(value),
    }
}
