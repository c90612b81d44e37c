//! The authorities that a server trusts: one for any issuer, and one for each named issuer.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_jws::{Unverified, Verified};

use crate::accepted::Voucher;
use crate::authority::Authority;
use crate::build_error::BuildError;
use crate::candidates::Candidates;
use crate::counters::Tally;
#[cfg(feature = "jwks")]
use crate::endpoint::KeyEndpoint;
use crate::error::Error;
use crate::explain::{Observe, Stage};
use crate::hints::{Claim, Hints, IssuerAndAudience};
use crate::key_source::ChosenKeys;
use crate::sharded::Sharded;
use crate::user_prefix::{UserPrefix, check_apart};
use crate::wait::{VerifyStop, WaitMode};
use countersign_time::UnixTime;

/// The name of an authority without a name of its own that isn't selected by `iss`.
const DEFAULT_NAME: &str = "default";

/// The authorities whose tokens are accepted: one for any issuer, others for one issuer each.
///
/// ```
/// use countersign::{Authenticator, Authority, Key, Rules, Trust};
///
/// let acme = Authority::builder().key(Key::secret(b"the secret of acme, of 32 bytes !")?).build()?;
/// let other = Authority::builder().key(Key::secret(b"the secret of other, of 32 bytes ")?).build()?;
/// let trust = Trust::builder()
///     .issuer("https://acme.example", acme)
///     .issuer("https://other.example", other)
///     .build()?;
/// let auth = Authenticator::new(Rules::new(trust));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trust {
    any: Option<Entry>,
    /// The entries that `iss` selects, in the order in which they were added.
    listed: Vec<Entry>,
    /// For each `iss`, the entries that it selects.
    by_issuer: BTreeMap<String, Candidates>,
}

/// A trusted entry: an authority and its name.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) authority: Authority,
    pub(crate) voucher: Sharded<Arc<Voucher>>,
    /// Counts the results for its tokens. The authenticator that uses the entry sets it.
    pub(crate) tally: Arc<Tally>,
}

impl Entry {
    fn new(name: &Arc<str>, authority: Authority) -> Self {
        Self {
            voucher: Sharded::new(|| Arc::new(Voucher::new(name.clone(), &authority.policy))),
            authority,
            tally: Arc::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.voucher.first().name
    }
}

impl From<Authority> for Trust {
    fn from(authority: Authority) -> Self {
        let name = authority.name.clone();
        let name = name.unwrap_or_else(|| DEFAULT_NAME.into());
        Self {
            any: Some(Entry::new(&name, authority)),
            listed: Vec::new(),
            by_issuer: BTreeMap::new(),
        }
    }
}

impl Trust {
    /// Begins without any authority. Add the trusted ones.
    pub fn builder() -> TrustBuilder {
        TrustBuilder::default()
    }

    /// The reason for the choice, for the explain trace.
    fn describe(&self, picked: &Entry) -> String {
        let name = picked.name();
        match self.listed.len() {
            0 => format!("authority {name:?}, for every issuer"),
            count => format!("authority {name:?}, picked among {count} trusted issuers by `iss`"),
        }
    }

    /// Selects the authority for a token, and its keys.
    pub(crate) fn pick(
        &self,
        token: &Unverified<'_>,
        observe: &mut impl Observe,
    ) -> Result<Picked<'_>, Error> {
        let picked = match self.only_choice() {
            Some(picked) => picked,
            None => self
                .pick_by_claims(token)
                .map_err(|error| observe.failed(Stage::Trust, error))?,
        };
        observe.passed(Stage::Trust, || self.describe(picked.entry));
        Ok(picked)
    }

    /// The entry and keys, if they are the same for every token. `None` if they depend on claims, or
    /// there is no entry.
    #[inline]
    fn only_choice(&self) -> Option<Picked<'_>> {
        if !self.listed.is_empty() {
            return None;
        }
        let entry = self.any.as_ref()?;
        let keys = entry.authority.keys.for_any_claims()?;
        Some(Picked { entry, keys })
    }

    /// The entry and keys that claims select. Only for this, claims are read before the signature is
    /// verified.
    #[inline(never)]
    fn pick_by_claims(&self, token: &Unverified<'_>) -> Result<Picked<'_>, Error> {
        if self.any.is_none() && self.listed.is_empty() {
            // No claim could select anything, so none is read.
            return Err(Hints::default().untrusted());
        }
        let hints = Hints::read(token);
        hints.check_audiences()?;
        let entry = self.entry_for(&hints).ok_or_else(|| hints.untrusted())?;
        let authority = &entry.authority;
        let keys = authority.keys.choose(&hints).map_err(|claim| match claim {
            Claim::Issuer => hints.untrusted(),
            Claim::Audience => hints.wrong_audience(authority.policy.audience.to_string()),
        })?;
        Ok(Picked { entry, keys })
    }

    /// The entry that `iss` selects. If there are several, the first whose audience matches, else
    /// the first.
    pub(crate) fn entry_for(&self, claims: &impl IssuerAndAudience) -> Option<&Entry> {
        let candidates = claims.issuer().and_then(|iss| self.by_issuer.get(iss));
        match candidates {
            Some(candidates) => self.listed.get(candidates.pick(claims)),
            None => self.any.as_ref(),
        }
    }

    /// The entry for any issuer, or else the only entry.
    pub(crate) fn main_entry(&self) -> Option<&Entry> {
        match &self.listed[..] {
            [only] => self.any.as_ref().or(Some(only)),
            _ => self.any.as_ref(),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.any.iter().chain(&self.listed)
    }

    pub(crate) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.any.iter_mut().chain(&mut self.listed)
    }

    /// The endpoints of all keys.
    #[cfg(feature = "jwks")]
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &KeyEndpoint> {
        self.entries()
            .flat_map(|entry| entry.authority.keys.endpoints())
    }

    /// The names of the authorities.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries().map(Entry::name)
    }

    /// Whether users of two issuers may have the same name.
    pub(crate) fn may_share_users(&self) -> bool {
        let prefix = |entry: &Entry| entry.authority.user_prefix.clone();
        let bare: BTreeSet<&str> = self
            .entries()
            .filter(|entry| prefix(entry).is_none())
            .map(Entry::name)
            .collect();
        let mut patterns = self
            .entries()
            .filter(|entry| entry.voucher.first().has_many_issuers());
        bare.len() > 1
            || patterns.any(|entry| !prefix(entry).is_some_and(|prefix| prefix.depends_on_claims()))
    }

    /// The prefixes of users, each with the name of its authority.
    pub(crate) fn user_prefixes(&self) -> impl Iterator<Item = (&str, &UserPrefix)> {
        self.entries()
            .filter_map(|entry| Some((entry.name(), entry.authority.user_prefix.as_ref()?)))
    }

    /// Checks the names and prefixes of both sections together: an authority with the same name in
    /// both is the same authority, so it has only one prefix.
    pub(crate) fn check_beside(&self, other: &Self) -> Result<(), BuildError> {
        for entry in self.entries() {
            for twin in other.entries() {
                if entry.name() == twin.name()
                    && entry.authority.user_prefix != twin.authority.user_prefix
                {
                    return Err(BuildError::UserPrefixDiffers {
                        name: entry.name().into(),
                    });
                }
            }
        }
        check_prefixes(self.user_prefixes().chain(other.user_prefixes()))
    }
}

fn check_prefixes<'p>(
    prefixes: impl Iterator<Item = (&'p str, &'p UserPrefix)>,
) -> Result<(), BuildError> {
    let prefixes: Vec<_> = prefixes.collect();
    check_apart(&prefixes)
        .map_err(|(first, second)| BuildError::UserPrefixesOverlap { first, second })
}

/// An entry, and the keys that a token's claims selected from it.
pub(crate) struct Picked<'r> {
    pub(crate) entry: &'r Entry,
    keys: ChosenKeys<'r>,
}

impl Picked<'_> {
    /// Verifies a token that was parsed.
    pub(crate) fn verify<'v, 't>(
        &self,
        token: &'v Unverified<'t>,
        now: UnixTime,
        mode: WaitMode,
        observe: &mut impl Observe,
    ) -> Result<Verified<'v, 't>, VerifyStop> {
        let authority = &self.entry.authority;
        authority
            .check_header(token.header())
            .map_err(|error| observe.failed(Stage::Header, error))?;
        observe.passed(Stage::Header, || match &authority.typ {
            Some(typ) => format!("`typ` is {typ:?}, as configured"),
            None => "any `typ` will do".into(),
        });
        self.keys.verify(token, now, mode, observe)
    }

    /// Like [`verify`](Self::verify), for a token that was just signed: see
    /// [`ChosenKeys::check_issued`].
    pub(crate) fn check_issued(&self, token: &Unverified<'_>, now: UnixTime) -> Result<(), Error> {
        self.entry.authority.check_header(token.header())?;
        self.keys.check_issued(token, now)
    }
}

/// Builds a [`Trust`].
#[derive(Clone, Debug, Default)]
#[must_use = "`build` ends it"]
pub struct TrustBuilder {
    any: Option<Authority>,
    issuers: Vec<(String, Authority)>,
}

impl TrustBuilder {
    /// Trusts `authority` for tokens whose `iss` no other authority has.
    pub fn any_issuer(mut self, authority: Authority) -> Self {
        self.any = Some(authority);
        self
    }

    /// Trusts `authority`, and only it, for tokens whose `iss` is exactly `issuer`.
    ///
    /// The same issuer may be added more than once with different requirements for `aud`, each
    /// under its own name. The first one whose requirement the token meets is selected.
    pub fn issuer(mut self, issuer: impl Into<String>, authority: Authority) -> Self {
        self.issuers.push((issuer.into(), authority));
        self
    }

    /// Names the authorities and compares their prefixes.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a name is missing or there twice, or prefixes can begin each other.
    pub fn build(self) -> Result<Trust, BuildError> {
        let mut trust = Trust {
            any: None,
            listed: Vec::with_capacity(self.issuers.len()),
            by_issuer: BTreeMap::new(),
        };
        if let Some(authority) = self.any {
            trust.any = Trust::from(authority).any;
        }
        for (place, (issuer, authority)) in self.issuers.iter().enumerate() {
            let audience = &authority.policy.audience;
            match trust.by_issuer.get_mut(issuer) {
                Some(candidates) => candidates.add(place, audience),
                None => {
                    let only = Candidates::new(place, audience);
                    trust.by_issuer.insert(issuer.clone(), only);
                }
            }
        }
        for (issuer, authority) in self.issuers {
            let candidates = trust.by_issuer.get(&issuer);
            if candidates.is_some_and(Candidates::has_second_pattern) {
                return Err(BuildError::SecondAudiencePattern { issuer });
            }
            let name = match &authority.name {
                Some(name) => name.clone(),
                None if candidates.is_some_and(Candidates::are_several) => {
                    return Err(BuildError::NameMissing { issuer });
                }
                None => issuer.as_str().into(),
            };
            trust.listed.push(Entry::new(&name, authority));
        }
        let mut names: Vec<&str> = trust.entries().map(Entry::name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            if let [first, second] = pair
                && first == second
            {
                return Err(BuildError::NameTwice {
                    name: (*first).into(),
                });
            }
        }
        check_prefixes(trust.user_prefixes())?;
        Ok(trust)
    }
}
