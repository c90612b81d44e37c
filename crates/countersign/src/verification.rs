//! The steps from the text of a token to verified and checked claims.

use std::marker::PhantomData;
use std::sync::Arc;

use countersign_claims::Registered;
use countersign_json::{JsonError, utf8};
use countersign_jws::{Scratch, Unverified, danger};
use countersign_time::UnixTime;

use crate::accepted::sealed::Sealed as _;
use crate::accepted::{Accepted, DecodedClaims};
use crate::code::Code;
use crate::counters::Tally;
use crate::error::{Error, short};
use crate::explain::{Observe, Outcome, Stage};
use crate::kind::TokenKind;
use crate::rules::Rules;
use crate::trust::Entry;
use crate::wait::{VerifyStop, WaitMode};

/// One verification: its rules, its time, and whether it may wait for keys.
pub(crate) struct Verification<'r, K> {
    rules: &'r Rules,
    now: UnixTime,
    mode: WaitMode,
    kind: PhantomData<K>,
}

impl<'r, K: TokenKind> Verification<'r, K> {
    pub(crate) fn new(rules: &'r Rules, now: UnixTime, mode: WaitMode) -> Self {
        Self {
            rules,
            now,
            mode,
            kind: PhantomData,
        }
    }

    /// Takes all steps and counts their result. An accepted token borrows from `scratch`. `error`
    /// converts the error: the result is large, so it is made only once.
    pub(crate) fn borrow<'a, E>(
        &self,
        token: &'a str,
        scratch: &'a mut Scratch,
        error: impl FnOnce(VerifyStop) -> E,
    ) -> Result<Accepted<'a, K::Claims<'a>>, E>
    where
        'r: 'a,
    {
        let mut tally = &self.rules.nobody;
        let mut claims = K::Claims::default();
        match self.borrow_steps(token, scratch, &mut tally, &mut claims) {
            Ok((entry, payload)) => {
                tally.add(K::KIND, None);
                Ok(Accepted::new(claims, payload, entry.voucher.first()))
            }
            Err(stop) => {
                self.count_stop(&stop, tally);
                Err(error(stop))
            }
        }
    }

    /// All steps. It puts the verified claims into `claims`, and returns the entry and the payload.
    fn borrow_steps<'a>(
        &self,
        token: &'a str,
        scratch: &'a mut Scratch,
        tally: &mut &'r Arc<Tally>,
        claims: &mut K::Claims<'a>,
    ) -> Result<(&'r Entry, &'a str), VerifyStop> {
        let observe = &mut ();
        let (entry, payload) = self.check_signature(token, scratch, observe, tally)?;
        let payload = utf8(payload).map_err(|error| not_utf8(error, observe))?;
        self.judge_payload(entry, payload, claims, observe)?;
        Ok((entry, payload))
    }

    /// Takes all steps and counts their result. An accepted token owns its payload. `error`
    /// converts the error, and gets the tally in which the result was counted.
    pub(crate) fn own<E>(
        &self,
        token: &str,
        observe: &mut impl Observe,
        error: impl FnOnce(VerifyStop, &Arc<Tally>) -> E,
    ) -> Result<K::Owned, E> {
        let mut tally = &self.rules.nobody;
        let refused = |stop: VerifyStop, tally: &Arc<Tally>| {
            self.count_stop(&stop, tally);
            Err(error(stop, tally))
        };
        let (entry, payload) = match self.own_payload(token, observe, &mut tally) {
            Ok(verified) => verified,
            Err(stop) => return refused(stop, tally),
        };
        let mut claims = K::Claims::default();
        if let Err(error) = self.judge_payload(entry, &payload, &mut claims, observe) {
            return refused(error.into(), tally);
        }
        tally.add(K::KIND, None);
        let mut owned = K::own(&claims, &payload, entry.voucher.mine().clone());
        drop(claims);
        K::set_payload(&mut owned, payload);
        Ok(owned)
    }

    /// The steps up to the signature. Returns the entry and the verified payload.
    fn own_payload(
        &self,
        token: &str,
        observe: &mut impl Observe,
        tally: &mut &'r Arc<Tally>,
    ) -> Result<(&'r Entry, String), VerifyStop> {
        let mut scratch = Scratch::default();
        let (entry, _) = self.check_signature(token, &mut scratch, observe, tally)?;
        // The payload of the token that was just verified.
        match String::from_utf8(danger::into_payload(scratch)) {
            Ok(payload) => Ok((entry, payload)),
            Err(_) => Err(not_utf8(JsonError::NotUtf8, observe).into()),
        }
    }

    /// Counts a refusal. A verification that stops because keys must be fetched first is not
    /// counted.
    fn count_stop(&self, stop: &VerifyStop, tally: &Tally) {
        if let VerifyStop::Refused(error) = stop {
            tally.add(K::KIND, Some(error.code()));
        }
    }

    /// The steps up to the signature, in order: cheap checks first. Until the signature is
    /// verified, claims only select the authority. `tally` becomes the tally of this authority.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "otherwise its result is passed through memory"
    )]
    fn check_signature<'a>(
        &self,
        token: &'a str,
        scratch: &'a mut Scratch,
        observe: &mut impl Observe,
        tally: &mut &'r Arc<Tally>,
    ) -> Result<(&'r Entry, &'a [u8]), VerifyStop> {
        let token = Unverified::parse_header(self.rules.token_limit, token, scratch)
            .map_err(|error| observe.failed(Stage::Token, Error::Token(error)))?;
        observe.passed(Stage::Token, || {
            let header = token.header();
            let alg = short(header.alg(), 32);
            match header.kid() {
                Some(kid) => format!("three parts; `alg` is {alg:?}, `kid` is {kid:?}"),
                None => format!("three parts; `alg` is {alg:?}, no `kid`"),
            }
        });
        let picked = K::trust(self.rules).pick(&token, observe)?;
        *tally = &picked.entry.tally;
        let verified = picked.verify(&token, self.now, self.mode, observe)?;
        Ok((picked.entry, verified.payload()))
    }

    /// The server's answer to a token that was just signed. Published keys are not fetched.
    ///
    /// # Errors
    ///
    /// Why the server would refuse it, and the name of the selected authority.
    pub(crate) fn check_issued(&self, token: &str) -> Result<(), (Error, Option<String>)> {
        let mut scratch = Scratch::default();
        let limit = self.rules.token_limit;
        let token = Unverified::parse_within(limit, token, &mut scratch);
        let token = token.map_err(|error| (Error::Token(error), None))?;
        let picked = K::trust(self.rules).pick(&token, &mut ());
        let picked = picked.map_err(|error| (error, None))?;
        picked
            .check_issued(&token, self.now)
            .and_then(|()| {
                let payload = danger::unverified_payload(&token).map_err(Error::Token)?;
                let payload = utf8(payload).map_err(|error| not_utf8(error, &mut ()))?;
                let mut claims = K::Claims::default();
                self.judge_payload(picked.entry, payload, &mut claims, &mut ())
            })
            .map_err(|error| (error, Some(picked.entry.name().into())))
    }

    /// Decodes the payload into `claims`, and checks them with the policy of the entry.
    fn judge_payload<'a>(
        &self,
        entry: &Entry,
        payload: &'a str,
        claims: &mut K::Claims<'a>,
        observe: &mut impl Observe,
    ) -> Result<(), Error> {
        K::decode(claims, payload, &entry.authority.reading)
            .map_err(|error| observe.failed(Stage::Claims, Error::Claims(error)))?;
        observe.passed(Stage::Claims, || {
            let registered = claims.registered();
            let iss = registered.iss.as_deref();
            let iss = iss.map_or("none".into(), |iss| format!("{:?}", short(iss, 64)));
            format!(
                "every claim has its type; `iss` is {iss}, `aud` is {:?}",
                registered.aud
            )
        });
        self.judge(entry, claims.registered(), observe)?;
        let prefixed = self
            .prefixed(entry, claims.registered())
            .map_err(|error| observe.failed(Stage::Identity, error))?;
        observe.passed(Stage::Identity, || {
            let name = entry.name();
            match prefixed {
                Some(_) => format!("a user of the authority {name:?}, with its prefix"),
                None => format!("a user of the authority {name:?}"),
            }
        });
        if let Some(user) = prefixed {
            claims.set_user(user);
        }
        Ok(())
    }

    fn judge(
        &self,
        entry: &Entry,
        registered: &Registered<'_>,
        observe: &mut impl Observe,
    ) -> Result<(), Error> {
        let policy = &entry.authority.policy;
        let verdict = policy.judge(registered, self.now, |check, outcome| {
            observe.step(Stage::from(check), || match outcome {
                Ok(()) => (
                    Outcome::Passed,
                    policy.compared(check, registered, self.now),
                ),
                Err(error) => (
                    Outcome::Failed(Code::of_claims(error.kind())),
                    error.to_string(),
                ),
            });
        });
        verdict.map_err(Error::Claims)
    }

    /// The user with the prefix of the authority; `None` if the user stays as it is.
    #[inline]
    fn prefixed(
        &self,
        entry: &Entry,
        registered: &Registered<'_>,
    ) -> Result<Option<String>, Error> {
        if self.rules.user_prefixes.is_empty() || registered.is_anonymous() {
            return Ok(None);
        }
        if let Some(prefix) = &entry.authority.user_prefix {
            return prefix.prefixed(registered).map(Some).map_err(Error::Claims);
        }
        let mut prefixes = self.rules.user_prefixes.iter();
        if prefixes.any(|prefix| prefix.begins(registered.user_id())) {
            return Err(Error::ForeignUser {
                authority: entry.name().into(),
            });
        }
        Ok(None)
    }
}

/// The error for a payload that is not UTF-8. It is a fault of the claims, which are JSON.
#[cold]
fn not_utf8(error: JsonError, observe: &mut impl Observe) -> Error {
    observe.failed(Stage::Claims, Error::Claims(error.into()))
}
