//! Errors of claims.

use alloc::string::String;
use core::time::Duration;
use core::{error, fmt};

use countersign_json::{JsonError, Kind};

use countersign_time::UnixTime;

/// The two kinds of token that open something in a real-time server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// It lets a client connect. It has no `channel` claim.
    Connection,
    /// It lets a client subscribe to one channel, named by its `channel` claim.
    Subscription,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "a connection token",
            Self::Subscription => "a subscription token",
        })
    }
}

/// The kind of a [`ClaimsError`]: one for each code of the facade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClaimsErrorKind {
    /// The payload is not one sound JSON object.
    Malformed,
    /// A subscription token where a connection token belongs, or the reverse.
    WrongKind,
    /// A claim is missing, has the wrong type, or has a value that is not allowed.
    Claims,
    /// `exp` has passed, or the token is older than the policy allows.
    Expired,
    /// `nbf` is in the future.
    NotYetValid,
    /// The token is for another audience.
    Audience,
    /// The token is from another issuer.
    Issuer,
    /// The user is empty, and anonymous users are refused.
    Anonymous,
}

impl ClaimsErrorKind {
    /// A stable word for programs, such as `not_yet_valid`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::WrongKind => "wrong_kind",
            Self::Claims => "claims",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Why claims were refused: what was found, what was expected, what to do.
///
/// From the token it shows times, and `iss` and `aud`, escaped and cut. It shows no other values,
/// only the names of claims such as `sub`, `info` and `meta`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a pointer: otherwise the compiler copies results with this error in pieces of odd
// sizes, also when there is no error.
#[repr(usize)]
pub enum ClaimsError {
    /// The payload is not one sound JSON object.
    Malformed(JsonError),
    /// The token is of the other kind.
    WrongKind {
        /// What it is.
        found: TokenKind,
    },
    /// A claim is of the wrong type. `null` is a type of its own, not an absence.
    WrongType {
        /// The claim, such as `exp`, `aud[1]` or `subs["news"].override.presence`.
        claim: String,
        /// The type that was found.
        found: Kind,
        /// The type that was expected, such as "a string".
        expected: &'static str,
    },
    /// The name of a claim differs from a known one only in letter case. Go programs write and
    /// read such names. If it counted as unknown, it would be ignored.
    LetterCase {
        /// The claim, such as `Exp`, already escaped.
        found: String,
        /// The name that was meant, such as `exp`.
        right: String,
    },
    /// A number that doesn't fit in a time or an integer of 64 bits.
    OutOfRange {
        /// The claim.
        claim: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A claim of the right type with a value that is never allowed.
    Invalid {
        /// The claim.
        claim: String,
        /// The rest of the sentence, such as "is empty; name a channel".
        problem: &'static str,
    },
    /// More elements of `aud` than [`MAX_AUDIENCES`](crate::MAX_AUDIENCES).
    TooManyAudiences {
        /// The most that are allowed.
        limit: usize,
    },
    /// More channels than [`Limits::channels`](crate::Limits::channels).
    TooMany {
        /// The claim.
        claim: String,
        /// The most that are taken.
        limit: usize,
    },
    /// A channel name longer than [`Limits::channel_bytes`](crate::Limits::channel_bytes).
    TooLong {
        /// The claim.
        claim: String,
        /// The most bytes that are taken.
        limit: usize,
    },
    /// A claim that the policy requires is absent.
    Missing {
        /// The claim.
        claim: &'static str,
        /// The setting that requires it.
        required_by: &'static str,
    },
    /// `exp` plus the leeway has passed (RFC 7519 section 4.1.4).
    Expired {
        /// The claim.
        exp: UnixTime,
        /// What was added to it.
        leeway: Duration,
        /// The time of judgement.
        now: UnixTime,
    },
    /// `nbf` minus the leeway is in the future (RFC 7519 section 4.1.5).
    NotYetValid {
        /// The claim.
        nbf: UnixTime,
        /// What was taken from it.
        leeway: Duration,
        /// The time of judgement.
        now: UnixTime,
    },
    /// `iat` is longer ago than the policy's `max_age`.
    TooOld {
        /// The claim.
        iat: UnixTime,
        /// The age allowed.
        max_age: Duration,
        /// The time of judgement.
        now: UnixTime,
    },
    /// No `aud` is the expected one.
    Audience {
        /// The audiences found, escaped and cut short; `None` if there was none.
        found: Option<String>,
        /// What was expected.
        expected: String,
    },
    /// `iss` is not the expected one.
    Issuer {
        /// The issuer found, escaped and cut short; `None` if there was none.
        found: Option<String>,
        /// What was expected.
        expected: String,
    },
    /// The user is empty and the policy refuses anonymous users.
    Anonymous,
    /// A subscription token that names neither a user nor a client. Anyone who has it could
    /// subscribe.
    Unbound {
        /// The claim that would name the user.
        user_claim: String,
    },
    /// A valid token, but for another user, client or channel than this request.
    Mismatch {
        /// `user`, `client` or `channel`.
        what: &'static str,
    },
}

impl ClaimsError {
    /// The kind of this error.
    #[must_use]
    pub fn kind(&self) -> ClaimsErrorKind {
        match self {
            Self::Malformed(_) => ClaimsErrorKind::Malformed,
            Self::WrongKind { .. } => ClaimsErrorKind::WrongKind,
            Self::WrongType { .. }
            | Self::LetterCase { .. }
            | Self::OutOfRange { .. }
            | Self::Invalid { .. }
            | Self::TooManyAudiences { .. }
            | Self::TooMany { .. }
            | Self::TooLong { .. }
            | Self::Missing { .. }
            | Self::Unbound { .. }
            | Self::Mismatch { .. } => ClaimsErrorKind::Claims,
            Self::Expired { .. } | Self::TooOld { .. } => ClaimsErrorKind::Expired,
            Self::NotYetValid { .. } => ClaimsErrorKind::NotYetValid,
            Self::Audience { .. } => ClaimsErrorKind::Audience,
            Self::Issuer { .. } => ClaimsErrorKind::Issuer,
            Self::Anonymous => ClaimsErrorKind::Anonymous,
        }
    }
}

impl fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "the claims are not valid JSON: {error}"),
            Self::WrongKind {
                found: TokenKind::Subscription,
            } => f.write_str(
                "found a subscription token (it has a `channel` claim) where a connection token \
                 is expected; connect with a token that has no `channel`",
            ),
            Self::WrongKind {
                found: TokenKind::Connection,
            } => f.write_str(
                "found a connection token (it has no `channel` claim) where a subscription token \
                 is expected; subscribe with a token that names its `channel`",
            ),
            Self::WrongType {
                claim,
                found,
                expected,
            } => write!(
                f,
                "found {found} as `{claim}`, which must be {expected}; \
                 correct it where tokens are issued"
            ),
            Self::LetterCase { found, right } => write!(
                f,
                "found the claim `{found}`, which differs from `{right}` only in letter case; \
                 write `{right}` where tokens are issued"
            ),
            Self::OutOfRange { claim, expected } => {
                write!(f, "found a number as `{claim}` that is not {expected}")
            }
            Self::Invalid { claim, problem } => write!(f, "`{claim}` {problem}"),
            Self::TooManyAudiences { limit } => write!(
                f,
                "found more than {limit} entries in `aud`; write {limit} at most"
            ),
            Self::TooMany { claim, limit } => write!(
                f,
                "found more than {limit} entries in `{claim}`; write {limit} at most"
            ),
            Self::TooLong { claim, limit } => write!(
                f,
                "found a channel name of more than {limit} bytes in `{claim}`; shorten it"
            ),
            Self::Missing { claim, required_by } => write!(
                f,
                "found no `{claim}`, which {required_by} requires; issue tokens with `{claim}`"
            ),
            Self::Expired { exp, leeway, now } => {
                let ago = Span(now.saturating_duration_since(*exp));
                let now = shown_beside(*now, exp.saturating_add(*leeway));
                let leeway = Leeway(*leeway);
                write!(
                    f,
                    "the token expired {ago} ago (`exp` is {exp}, now is {now}{leeway}); \
                     get a new token"
                )
            }
            Self::NotYetValid { nbf, leeway, now } => {
                let from = nbf.saturating_sub(*leeway);
                let ahead = Span(from.saturating_duration_since(*now));
                let now = shown_beside(*now, from);
                let leeway = Leeway(*leeway);
                write!(
                    f,
                    "the token becomes valid in {ahead} (`nbf` is {nbf}, now is {now}{leeway}); \
                     try again then, and compare the clocks of issuer and server"
                )
            }
            Self::TooOld { iat, max_age, now } => write!(
                f,
                "the token was issued {} ago (`iat` is {iat}, now is {}), and {} is the oldest \
                 allowed; get a new token",
                Span(now.saturating_duration_since(*iat)),
                shown_beside(*now, iat.saturating_add(*max_age)),
                Span(*max_age)
            ),
            Self::Audience { found, expected } => match found {
                Some(found) => write!(
                    f,
                    "the token is for the audience {found}, and this server expects {expected}"
                ),
                None => write!(
                    f,
                    "the token names no audience (`aud`), and this server expects {expected}"
                ),
            },
            Self::Issuer { found, expected } => match found {
                Some(found) => write!(
                    f,
                    "the token is from the issuer {found}, and this server trusts {expected}"
                ),
                None => write!(
                    f,
                    "the token names no issuer (`iss`), and this server trusts {expected}"
                ),
            },
            Self::Anonymous => f.write_str(
                "found no user, and this server refuses anonymous users; \
                 issue tokens that name their user",
            ),
            Self::Unbound { user_claim } => write!(
                f,
                "found a subscription token that names neither a user (`{user_claim}`) nor a \
                 connection (`client`); name one of them, and write an empty `{user_claim}` \
                 for anonymous users"
            ),
            Self::Mismatch { what } => write!(
                f,
                "the token is for another {what} than this request; \
                 get a token for this {what}"
            ),
        }
    }
}

impl error::Error for ClaimsError {
    /// The source of the JSON error, because this error already shows the text of the JSON error
    /// itself.
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Malformed(error) => error.source(),
            Self::WrongKind { .. }
            | Self::WrongType { .. }
            | Self::LetterCase { .. }
            | Self::OutOfRange { .. }
            | Self::Invalid { .. }
            | Self::TooManyAudiences { .. }
            | Self::TooMany { .. }
            | Self::TooLong { .. }
            | Self::Missing { .. }
            | Self::Unbound { .. }
            | Self::Mismatch { .. }
            | Self::Expired { .. }
            | Self::TooOld { .. }
            | Self::NotYetValid { .. }
            | Self::Audience { .. }
            | Self::Issuer { .. }
            | Self::Anonymous => None,
        }
    }
}

impl From<JsonError> for ClaimsError {
    fn from(error: JsonError) -> Self {
        Self::Malformed(error)
    }
}

/// A time for a text that compares it with `other`: without its fraction, unless both are in the
/// same second.
pub(crate) fn shown_beside(time: UnixTime, other: UnixTime) -> UnixTime {
    if time.as_secs() == other.as_secs() {
        time
    } else {
        UnixTime::from_secs(time.as_secs())
    }
}

/// A span of time in seconds.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.as_secs(), self.0.subsec_nanos()) {
            (0, 1..) => f.write_str("less than 1 s"),
            (secs, _) => write!(f, "{secs} s"),
        }
    }
}

/// The leeway, if there is one.
struct Leeway(Duration);

impl fmt::Display for Leeway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() {
            Ok(())
        } else {
            write!(f, ", leeway is {}", Span(self.0))
        }
    }
}
