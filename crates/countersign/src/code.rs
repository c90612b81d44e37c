//! Stable codes: the reason, whose fault it is, and what a client should do.

use std::fmt;

use countersign_claims::ClaimsErrorKind;

/// Why a token was refused, as one word that stays the same between versions.
///
/// ```
/// use countersign::{Advice, Code};
///
/// assert_eq!(Code::Expired.as_str(), "expired");
/// assert_eq!(Code::Expired.advice(), Advice::GetNewToken);
/// assert_eq!(Code::KeysUnavailable.advice(), Advice::TryAgain);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// Not a compact JWS, over a cap, bad base64url, bad JSON.
    Malformed,
    /// The algorithm is missing, unknown, disabled, or not the key's.
    Algorithm,
    /// No key for this `kid`: it was retired, or never published.
    UnknownKey,
    /// The keys could not be fetched, or the key may be newer than the keys that we hold.
    KeysUnavailable,
    /// The signature does not match.
    Signature,
    /// `exp` has passed.
    Expired,
    /// `nbf` is in the future.
    NotYetValid,
    /// The token is for another audience.
    Audience,
    /// The token is not from an issuer that is trusted.
    Issuer,
    /// A subscription token where a connection token is expected, or the reverse.
    WrongKind,
    /// A claim is missing or of the wrong type.
    Claims,
    /// The user is empty, but anonymous access is off.
    Anonymous,
    /// No token was shown, but a token is required.
    NoToken,
    /// Reserved for revoked tokens; this library never returns it.
    Revoked,
}

/// What a client should do about it. There will be no fourth value, so a server can match all
/// three.
///
/// `Display` writes `give up`, `try again` or `get a new token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// The server will never accept this token: don't send it again.
    GiveUp,
    /// The server may accept the same token a little later.
    TryAgain,
    /// Ask the backend for a new token.
    GetNewToken,
}

/// Whose fault it is, for the reader of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The client showed no token, or one that isn't valid here or now.
    Client,
    /// The backend signed a token that can never be accepted.
    Issuer,
    /// The server could not get the keys.
    Server,
}

impl Code {
    /// All codes, in the order in which a token meets them.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::Algorithm,
        Self::UnknownKey,
        Self::KeysUnavailable,
        Self::Signature,
        Self::Expired,
        Self::NotYetValid,
        Self::Audience,
        Self::Issuer,
        Self::WrongKind,
        Self::Claims,
        Self::Anonymous,
        Self::NoToken,
        Self::Revoked,
    ];

    /// The code as one word, such as `unknown_key`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// What a client should do.
    #[must_use]
    pub const fn advice(self) -> Advice {
        self.row().1
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(self) -> Fault {
        self.row().2
    }

    /// The status of an HTTP answer: 503 for [`KeysUnavailable`](Self::KeysUnavailable), since
    /// the token may be good, and 401 for every other code.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::KeysUnavailable => 503,
            Self::Malformed
            | Self::Algorithm
            | Self::UnknownKey
            | Self::Signature
            | Self::Expired
            | Self::NotYetValid
            | Self::Audience
            | Self::Issuer
            | Self::WrongKind
            | Self::Claims
            | Self::Anonymous
            | Self::NoToken
            | Self::Revoked => 401,
        }
    }

    pub(crate) const fn of_claims(kind: ClaimsErrorKind) -> Self {
        match kind {
            ClaimsErrorKind::Malformed => Self::Malformed,
            ClaimsErrorKind::WrongKind => Self::WrongKind,
            ClaimsErrorKind::Expired => Self::Expired,
            ClaimsErrorKind::NotYetValid => Self::NotYetValid,
            ClaimsErrorKind::Audience => Self::Audience,
            ClaimsErrorKind::Issuer => Self::Issuer,
            ClaimsErrorKind::Anonymous => Self::Anonymous,
            ClaimsErrorKind::Claims => Self::Claims,
            // A kind that is newer than this code: the claims were refused.
            _ => Self::Claims,
        }
    }

    const fn row(self) -> (&'static str, Advice, Fault) {
        match self {
            Self::Malformed => ("malformed", Advice::GiveUp, Fault::Client),
            Self::Algorithm => ("algorithm", Advice::GiveUp, Fault::Issuer),
            Self::UnknownKey => ("unknown_key", Advice::GetNewToken, Fault::Issuer),
            Self::KeysUnavailable => ("keys_unavailable", Advice::TryAgain, Fault::Server),
            Self::Signature => ("signature", Advice::GiveUp, Fault::Client),
            Self::Expired => ("expired", Advice::GetNewToken, Fault::Client),
            Self::NotYetValid => ("not_yet_valid", Advice::TryAgain, Fault::Issuer),
            Self::Audience => ("audience", Advice::GiveUp, Fault::Client),
            Self::Issuer => ("issuer", Advice::GiveUp, Fault::Client),
            Self::WrongKind => ("wrong_kind", Advice::GiveUp, Fault::Client),
            Self::Claims => ("claims", Advice::GiveUp, Fault::Issuer),
            Self::Anonymous => ("anonymous", Advice::GiveUp, Fault::Client),
            Self::NoToken => ("no_token", Advice::GiveUp, Fault::Client),
            Self::Revoked => ("revoked", Advice::GiveUp, Fault::Client),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::GiveUp => "give up",
            Self::TryAgain => "try again",
            Self::GetNewToken => "get a new token",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Issuer => "issuer",
            Self::Server => "server",
        })
    }
}
