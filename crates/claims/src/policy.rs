//! What a token must meet to be accepted at a given time.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use crate::error::{Span, shown_beside};
use crate::read::short;
use crate::{Check, ClaimsError, Registered};
use countersign_time::UnixTime;

/// The largest leeway: five minutes. RFC 7519 section 4.1.4 says "no more than a few minutes";
/// more would silently extend the life of every token.
pub const MAX_LEEWAY: Duration = Duration::from_secs(300);

/// What a token must meet to be accepted. The default checks only the times that are present.
///
/// A configured expectation makes its claim required.
///
/// ```
/// use core::time::Duration;
/// use countersign_claims::{Check, ConnectionClaims, DecodeOptions, Expectation, Policy};
/// use countersign_time::UnixTime;
///
/// let mut policy = Policy::default();
/// policy.audience = Expectation::Exact("chat".into());
/// policy.leeway = Duration::from_secs(5);
/// let payload = br#"{"sub":"42","aud":["chat","mail"],"exp":1000}"#;
/// let claims = ConnectionClaims::decode(payload, &DecodeOptions::default())?;
/// let registered = &claims.registered;
///
/// let now = UnixTime::from_secs(1004);
/// assert!(policy.check(Check::Expiry, registered, now).is_ok());
/// assert_eq!(
///     policy.compared(Check::Expiry, registered, now),
///     "`exp` 1000 plus a leeway of 5 s must be later than now, 1004"
/// );
/// assert!(policy.judge(registered, UnixTime::from_secs(1005), |_, _| ()).is_err());
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How far the clocks of issuer and server may differ; zero by default. More than
    /// [`MAX_LEEWAY`] counts as [`MAX_LEEWAY`].
    pub leeway: Duration,
    /// What one `aud` must be.
    pub audience: Expectation,
    /// What `iss` must be.
    pub issuer: Expectation,
    /// Whether a token without `exp` is refused; `false`, as in Centrifugo.
    pub require_exp: bool,
    /// How long ago `iat` may be. With `None`, `iat` is ignored. An `iat` in the future is not an
    /// error; `nbf` is the claim for that.
    pub max_age: Option<Duration>,
    /// Whether an empty user is accepted; `true`: the backend signed it.
    pub allow_anonymous: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            leeway: Duration::ZERO,
            audience: Expectation::Any,
            issuer: Expectation::Any,
            require_exp: false,
            max_age: None,
            allow_anonymous: true,
        }
    }
}

impl Policy {
    /// Runs every check, in the order of [`Check::ALL`], until one fails.
    ///
    /// `observe` gets the outcome of each check, so that a trace comes from the same code as
    /// the verdict.
    ///
    /// # Errors
    ///
    /// The error of the check that failed.
    pub fn judge(
        &self,
        claims: &Registered<'_>,
        now: UnixTime,
        mut observe: impl FnMut(Check, &Result<(), ClaimsError>),
    ) -> Result<(), ClaimsError> {
        for check in Check::ALL.iter().copied() {
            let outcome = self.check(check, claims, now);
            observe(check, &outcome);
            outcome?;
        }
        Ok(())
    }

    /// Runs one check.
    ///
    /// # Errors
    ///
    /// Why it failed.
    #[inline]
    pub fn check(
        &self,
        check: Check,
        claims: &Registered<'_>,
        now: UnixTime,
    ) -> Result<(), ClaimsError> {
        match check {
            Check::Issuer => self.check_issuer(claims),
            Check::Audience => self.check_audience(claims),
            Check::Expiry => self.check_expiry(claims, now),
            Check::NotBefore => self.check_not_before(claims, now),
            Check::Age => self.check_age(claims, now),
            Check::Anonymous => self.check_anonymous(claims),
        }
    }

    fn leeway(&self) -> Duration {
        self.leeway.min(MAX_LEEWAY)
    }

    #[inline]
    fn check_issuer(&self, claims: &Registered<'_>) -> Result<(), ClaimsError> {
        if self.issuer.is_any() || self.has_issuer(claims) {
            Ok(())
        } else {
            Err(self.wrong_issuer(claims))
        }
    }

    fn has_issuer(&self, claims: &Registered<'_>) -> bool {
        let iss = claims.iss.as_deref();
        iss.is_some_and(|iss| self.issuer.matches(iss))
    }

    #[cold]
    fn wrong_issuer(&self, claims: &Registered<'_>) -> ClaimsError {
        ClaimsError::Issuer {
            found: claims.iss.as_deref().map(short),
            expected: self.issuer.to_string(),
        }
    }

    #[inline]
    fn check_audience(&self, claims: &Registered<'_>) -> Result<(), ClaimsError> {
        if self.audience.is_any() || self.has_audience(claims) {
            Ok(())
        } else {
            Err(self.wrong_audience(claims))
        }
    }

    #[inline(never)]
    fn has_audience(&self, claims: &Registered<'_>) -> bool {
        claims.aud.iter().any(|aud| self.audience.matches(&aud))
    }

    #[cold]
    fn wrong_audience(&self, claims: &Registered<'_>) -> ClaimsError {
        ClaimsError::Audience {
            found: claims.aud.shown(),
            expected: self.audience.to_string(),
        }
    }

    #[inline]
    fn check_expiry(&self, claims: &Registered<'_>, now: UnixTime) -> Result<(), ClaimsError> {
        match claims.exp {
            None if self.require_exp => Err(missing("exp", "the setting `require_exp`")),
            // The leeway only matters after `exp`. Most tokens are used before it.
            Some(exp) if exp <= now => self.check_after_expiry(exp, now),
            _ => Ok(()),
        }
    }

    #[cold]
    fn check_after_expiry(&self, exp: UnixTime, now: UnixTime) -> Result<(), ClaimsError> {
        let leeway = self.leeway();
        if exp.saturating_add(leeway) > now {
            return Ok(());
        }
        Err(ClaimsError::Expired { exp, leeway, now })
    }

    #[inline]
    fn check_not_before(&self, claims: &Registered<'_>, now: UnixTime) -> Result<(), ClaimsError> {
        match claims.nbf {
            Some(nbf) if nbf > now => self.check_before_validity(nbf, now),
            _ => Ok(()),
        }
    }

    #[cold]
    fn check_before_validity(&self, nbf: UnixTime, now: UnixTime) -> Result<(), ClaimsError> {
        let leeway = self.leeway();
        if nbf.saturating_sub(leeway) <= now {
            return Ok(());
        }
        Err(ClaimsError::NotYetValid { nbf, leeway, now })
    }

    #[inline]
    fn check_age(&self, claims: &Registered<'_>, now: UnixTime) -> Result<(), ClaimsError> {
        match self.max_age {
            None => Ok(()),
            Some(max_age) => self.check_max_age(max_age, claims.iat, now),
        }
    }

    #[inline(never)]
    fn check_max_age(
        &self,
        max_age: Duration,
        iat: Option<UnixTime>,
        now: UnixTime,
    ) -> Result<(), ClaimsError> {
        let Some(iat) = iat else {
            return Err(missing("iat", "the setting `max_age`"));
        };
        let oldest = max_age.saturating_add(self.leeway());
        if now.saturating_duration_since(iat) > oldest {
            return Err(ClaimsError::TooOld { iat, max_age, now });
        }
        Ok(())
    }

    #[inline]
    fn check_anonymous(&self, claims: &Registered<'_>) -> Result<(), ClaimsError> {
        if claims.is_anonymous() && !self.allow_anonymous {
            return Err(ClaimsError::Anonymous);
        }
        Ok(())
    }

    /// What a check compares, in one sentence for people. It shows `iss` and `aud`, escaped and
    /// cut, and never the user.
    #[must_use]
    pub fn compared(&self, check: Check, claims: &Registered<'_>, now: UnixTime) -> String {
        let absent = || String::from("absent");
        match check {
            Check::Issuer if self.issuer.is_any() => "no issuer is expected".to_string(),
            Check::Issuer => format!(
                "`iss`, {}, must be {}",
                claims.iss.as_deref().map_or_else(absent, short),
                self.issuer
            ),
            Check::Audience if self.audience.is_any() => "no audience is expected".to_string(),
            Check::Audience => format!(
                "`aud`, {}, must hold {}",
                claims.aud.shown().unwrap_or_else(absent),
                self.audience
            ),
            Check::Expiry => match claims.exp {
                Some(exp) => format!(
                    "`exp` {exp}{} must be later than now, {}",
                    self.with_leeway("plus"),
                    shown_beside(now, exp.saturating_add(self.leeway()))
                ),
                None if self.require_exp => "`exp` is absent and required".to_string(),
                None => "there is no `exp`: the token never expires".to_string(),
            },
            Check::NotBefore => match claims.nbf {
                Some(nbf) => format!(
                    "`nbf` {nbf}{} must not be later than now, {}",
                    self.with_leeway("minus"),
                    shown_beside(now, nbf.saturating_sub(self.leeway()))
                ),
                None => "there is no `nbf`".to_string(),
            },
            Check::Age => match (self.max_age, claims.iat) {
                (None, _) => "no age is too old".to_string(),
                (Some(max_age), Some(iat)) => format!(
                    "`iat` {iat} must be at most {}{} before now, {}",
                    Span(max_age),
                    self.with_leeway("plus"),
                    shown_beside(now, iat.saturating_add(max_age))
                ),
                (Some(_), None) => "`iat` is absent and required".to_string(),
            },
            Check::Anonymous => match (claims.is_anonymous(), self.allow_anonymous) {
                (false, _) => "the token names a user".to_string(),
                (true, true) => "the user is anonymous, which is allowed".to_string(),
                (true, false) => "the user is anonymous, which is refused".to_string(),
            },
        }
    }

    fn with_leeway(&self, sign: &str) -> String {
        if self.leeway().is_zero() {
            return String::new();
        }
        format!(" {sign} a leeway of {}", Span(self.leeway()))
    }
}

#[cold]
fn missing(claim: &'static str, required_by: &'static str) -> ClaimsError {
    ClaimsError::Missing { claim, required_by }
}

/// What a claim must be.
#[derive(Clone, Debug, Default)]
pub enum Expectation {
    /// Anything, or absent.
    #[default]
    Any,
    /// Exactly this text, byte for byte.
    Exact(String),
    /// Any text that the pattern matches.
    Matches(Pattern),
}

impl Expectation {
    /// Whether nothing is expected.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// Whether `text` is as expected.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(expected) => expected == text,
            Self::Matches(pattern) => pattern.matches(text),
        }
    }
}

/// For errors: `"chat"`, or `a match of /^chat-[0-9]+$/`.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("anything"),
            Self::Exact(expected) => write!(f, "{expected:?}"),
            Self::Matches(pattern) => write!(f, "a match of /{}/", pattern.text),
        }
    }
}

/// A predicate on text, and its form in errors. The caller passes it in, for example a regular
/// expression, and must make sure that it matches **the whole text** in linear time.
///
/// ```
/// use countersign_claims::{Expectation, Pattern};
///
/// let tenants = Pattern::new("tenant-.*", |text| text.starts_with("tenant-"));
/// assert!(Expectation::Matches(tenants).matches("tenant-a"));
/// ```
#[derive(Clone)]
pub struct Pattern {
    text: Arc<str>,
    matches: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Pattern {
    /// A pattern that errors show as `text`.
    #[must_use]
    pub fn new(
        text: impl Into<Arc<str>>,
        matches: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            text: text.into(),
            matches: Arc::new(matches),
        }
    }

    /// The text in errors.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        (self.matches)(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.text).finish()
    }
}
