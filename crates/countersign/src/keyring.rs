//! Keys that the program gives, and the choice of those that could have signed a token.

use std::sync::Arc;

use countersign_jws::{Header, KID_LIMIT, Unverified, Verified, VerifyError};
use countersign_keys::{Key, KeyError};
use countersign_signature::{AlgorithmName, KeyRejected, KeyRejectedReason, Provider, Verifier};
use countersign_time::UnixTime;

use crate::error::Error;
use crate::explain::{Observe, Stage};

/// An ordered list of keys. Each may have a `kid` and an end.
///
/// Every key is bound to its algorithms when it is added; a token's header only selects among them.
/// Keys are tried in order, so put the current key first after a rotation.
///
/// ```
/// use countersign::{Key, Keyring, UnixTime, default_provider};
///
/// let ring = Keyring::new(default_provider())
///     .with(&Key::secret(b"the secret in force, 32 bytes up")?)?
///     .with_until(&Key::secret(b"the secret before, of 32 bytes !")?, UnixTime::from_secs(1_800_000_000))?;
/// assert_eq!(ring.len(), 2);
/// # Ok::<(), countersign::KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keyring {
    provider: Provider,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    kid: Option<String>,
    verifiers: Vec<(AlgorithmName, Arc<dyn Verifier>)>,
    not_after: Option<UnixTime>,
}

impl Entry {
    /// This key, bound to the algorithm of that name.
    fn verifier(&self, alg: &str) -> Option<&dyn Verifier> {
        let mut verifiers = self.verifiers.iter();
        let (_, verifier) = verifiers.find(|(name, _)| name.is_spelled(alg))?;
        Some(&**verifier)
    }

    /// Whether this key may have signed a token with this `kid`. `is_taken`: whether some key has
    /// exactly this `kid`.
    fn may_be(&self, kid: Option<&str>, is_taken: bool) -> bool {
        if is_taken {
            self.kid.as_deref() == kid
        } else {
            self.kid.is_none() || kid.is_none()
        }
    }

    fn is_in_force(&self, now: UnixTime) -> bool {
        self.not_after.is_none_or(|last| now <= last)
    }
}

impl Keyring {
    /// An empty list. Its keys will be bound to the algorithms of `provider`.
    #[must_use]
    pub fn new(provider: Provider) -> Self {
        Self {
            provider,
            entries: Vec::new(),
        }
    }

    /// Adds a secret or a public key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if no algorithm of the provider can verify with it, or its `kid` is
    /// longer than any that is read ([`KID_LIMIT`]); a private key is refused, since it
    /// does not belong on a server that only verifies.
    pub fn with(self, key: &Key) -> Result<Self, KeyError> {
        self.add(key, None)
    }

    /// Adds a key that is accepted up to and including `not_after`.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    pub fn with_until(self, key: &Key, not_after: UnixTime) -> Result<Self, KeyError> {
        self.add(key, Some(not_after))
    }

    fn add(mut self, key: &Key, not_after: Option<UnixTime>) -> Result<Self, KeyError> {
        check_kid(key)?;
        let verifiers = key.verifiers(&self.provider)?.into_iter();
        self.entries.push(Entry {
            kid: key.kid().map(String::from),
            verifiers: verifiers.map(|it| (it.algorithm(), it)).collect(),
            not_after,
        });
        Ok(self)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys that a header selects: those with its `kid` that are bound to the algorithm and
    /// still accepted. If no key has the `kid`, or the header has none, the keys that may be used
    /// without one.
    fn candidates<'k>(
        &'k self,
        header: &'k Header<'_>,
        now: UnixTime,
    ) -> impl Iterator<Item = &'k dyn Verifier> {
        let kid = header.kid();
        let is_taken = self.has_kid(kid);
        self.entries
            .iter()
            .filter(move |entry| entry.may_be(kid, is_taken) && entry.is_in_force(now))
            .filter_map(|entry| entry.verifier(header.alg()))
    }

    /// Whether a key has the `kid` of a header. Then only keys of that name are tried, even if
    /// they have ended.
    fn has_kid(&self, kid: Option<&str>) -> bool {
        kid.is_some() && self.entries.iter().any(|entry| entry.kid.as_deref() == kid)
    }

    /// Why a header selects no key. An algorithm that no key has is reported first, whatever the
    /// `kid` is.
    #[cold]
    fn no_candidate(&self, header: &Header<'_>) -> Error {
        let kid = header.kid();
        let is_taken = self.has_kid(kid);
        let is_bound = |entry: &Entry| entry.verifier(header.alg()).is_some();
        let named = |entry: &&Entry| entry.may_be(kid, is_taken);
        let mut named = self.entries.iter().filter(named).peekable();
        if !self.entries.iter().any(is_bound) {
            Error::algorithm(header)
        } else if named.peek().is_none() {
            Error::unknown_key(header)
        } else if named.any(is_bound) {
            Error::KeyEnded
        } else {
            Error::algorithm(header)
        }
    }

    /// Refuses an algorithm that no key of this list has.
    pub(crate) fn check_algorithm(&self, header: &Header<'_>) -> Result<(), Error> {
        match self.provider.get(header.alg()) {
            Some(_) => Ok(()),
            None => Err(Error::algorithm(header)),
        }
    }

    /// Verifies a token with any payload, with the keys that its header selects, at `now`. It
    /// doesn't check claims; use an [`Authenticator`](crate::Authenticator) for that.
    ///
    /// # Errors
    ///
    /// [`Error`] with the code `algorithm`, `unknown_key` or `signature`.
    pub fn open<'v, 't>(
        &self,
        token: &'v Unverified<'t>,
        now: UnixTime,
    ) -> Result<Verified<'v, 't>, Error> {
        self.verify(token, now, &mut ())
    }

    /// Like [`open`](Self::open). The caller chooses the type of the error, because to convert the
    /// result later would copy it.
    pub(crate) fn verify<'v, 't, E: From<Error>>(
        &self,
        token: &'v Unverified<'t>,
        now: UnixTime,
        observe: &mut impl Observe,
    ) -> Result<Verified<'v, 't>, E> {
        let header = token.header();
        let mut refusal = None;
        for key in self.candidates(header, now) {
            if refusal.is_none() {
                observe.passed(Stage::Key, || {
                    format!("a key for {:?} is configured", header.alg())
                });
            }
            match verify_with(key, token, observe) {
                Ok(verified) => return Ok(verified),
                // The other refusals say more.
                Err(Error::Signature) if refusal.is_some() => {}
                Err(error) => refusal = Some(error),
            }
        }
        Err(E::from(match refusal {
            Some(error) => observe.failed(Stage::Signature, error),
            None => observe.failed(Stage::Key, self.no_candidate(header)),
        }))
    }
}

// Keys and tokens have the same limit, so that every key can be named by a token.
const _: () = assert!(KID_LIMIT == countersign_keys::KID_LIMIT);

/// Refuses a key whose `kid` is longer than the limit for tokens.
pub(crate) fn check_kid(key: &Key) -> Result<(), KeyError> {
    match key.kid() {
        Some(kid) if kid.len() > KID_LIMIT => Err(KeyRejected::new(
            KeyRejectedReason::Unsupported,
            format!("a key with a `kid` of {} bytes", kid.len()),
            format!("the `kid` of a token has at most {KID_LIMIT}; give the key a shorter one"),
        )
        .into()),
        _ => Ok(()),
    }
}

/// Verifies the signature with one key.
#[inline(always)]
#[expect(clippy::inline_always, reason = "otherwise its result is copied")]
pub(crate) fn verify_with<'v, 't>(
    key: &dyn Verifier,
    token: &'v Unverified<'t>,
    observe: &mut impl Observe,
) -> Result<Verified<'v, 't>, Error> {
    let verified = token.verify(key).map_err(not_verified)?;
    observe.passed(Stage::Signature, || {
        format!("it matches, by {}", verified.algorithm())
    });
    Ok(verified)
}

#[cold]
fn not_verified(error: VerifyError) -> Error {
    match error {
        VerifyError::DerSignature { found, needed } => Error::DerSignature { found, needed },
        VerifyError::Token(error) => Error::Token(error),
        _ => Error::Signature,
    }
}
