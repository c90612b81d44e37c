//! Why a token was refused.

use std::fmt;

use countersign_claims::ClaimsError;
use countersign_fetch::FetchError;
use countersign_jws::{Header, ParseError};

use crate::{Advice, Code};

/// Why a token was refused: what was found and what is expected, never the token
/// or a secret.
///
/// What a client is told is the [`code`](Self::code) alone; the sentence is for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The token could not be read, or its header names no algorithm.
    Token(ParseError),
    /// The payload is itself a token (`cty` is `JWT`).
    Nested,
    /// The header's `typ` names another media type than is configured.
    Type {
        /// What was found, cut to 64 characters; shown escaped.
        found: Option<String>,
        /// What is configured.
        needed: String,
    },
    /// No key here is for the algorithm that the header names.
    Algorithm {
        /// What the header names, cut to 32 characters; shown escaped.
        found: String,
    },
    /// No key of this name.
    UnknownKey {
        /// The header's `kid`, at most 256 bytes; shown escaped.
        kid: Option<String>,
    },
    /// Each key that it could be signed by was accepted up to a moment that has passed.
    KeyEnded,
    /// The key endpoint could not be read and nothing usable is cached.
    KeysUnavailable {
        /// What the endpoint did.
        reason: String,
    },
    /// The signature does not match.
    Signature,
    /// `iss`, with `aud`, is none of the trusted issuers.
    Untrusted {
        /// The token's `iss`, cut to 64 characters; shown escaped.
        found: Option<String>,
    },
    /// There is no token, and a connection without one is not allowed.
    NoToken,
    /// The claims are not as they must be.
    Claims(ClaimsError),
}

impl Error {
    pub(crate) fn algorithm(header: &Header<'_>) -> Self {
        Self::Algorithm {
            found: short(header.alg(), 32),
        }
    }

    pub(crate) fn unknown_key(header: &Header<'_>) -> Self {
        Self::UnknownKey {
            kid: header.kid().map(String::from),
        }
    }

    // By value, to be passed to `map_err`.
    #[allow(clippy::needless_pass_by_value)]
    pub(crate) fn keys_unavailable(error: FetchError) -> Self {
        Self::KeysUnavailable {
            reason: error.to_string(),
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Token(ParseError::AlgorithmMissing | ParseError::AlgorithmNone)
            | Self::Algorithm { .. } => Code::Algorithm,
            Self::Token(ParseError::HeaderMember { name: "alg", .. }) => Code::Algorithm,
            Self::Token(_) | Self::Nested => Code::Malformed,
            Self::Type { .. } => Code::WrongKind,
            Self::UnknownKey { .. } | Self::KeyEnded => Code::UnknownKey,
            Self::KeysUnavailable { .. } => Code::KeysUnavailable,
            Self::Signature => Code::Signature,
            Self::Untrusted { .. } => Code::Issuer,
            Self::NoToken => Code::Anonymous,
            Self::Claims(error) => Code::of_claims(error.kind()),
        }
    }

    /// What a client should do about it.
    #[must_use]
    pub fn advice(&self) -> Advice {
        self.code().advice()
    }
}

/// The beginning of a text from a stranger, to be shown escaped.
pub(crate) fn short(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            Self::Nested => f.write_str(
                "found a token within a token (`cty` is \"JWT\"); the payload must be the claims",
            ),
            Self::Type {
                found: Some(found),
                needed,
            } => {
                write!(
                    f,
                    "found the type {found:?} in `typ`; {needed:?} is expected"
                )
            }
            Self::Type {
                found: None,
                needed,
            } => {
                write!(f, "found no `typ`; {needed:?} is expected")
            }
            Self::Algorithm { found } => write!(
                f,
                "found the algorithm {found:?}; no key that is configured is for it"
            ),
            Self::UnknownKey { kid: Some(kid) } => {
                write!(f, "found the key name (`kid`) {kid:?}; no key has it")
            }
            Self::UnknownKey { kid: None } => f.write_str(
                "found no key name (`kid`); no key that is in force may be used without one",
            ),
            Self::KeyEnded => f.write_str(
                "found no key in force; the time up to which it was accepted has passed: \
                 sign with the key that came after it",
            ),
            Self::KeysUnavailable { reason } => write!(f, "the keys are not available: {reason}"),
            Self::Signature => f.write_str("the signature does not match"),
            Self::Untrusted { found: Some(found) } => {
                write!(
                    f,
                    "found the issuer {found:?}; it is none of those that are trusted"
                )
            }
            Self::Untrusted { found: None } => {
                f.write_str("found no issuer (`iss`) that is trusted; tokens must name one")
            }
            Self::NoToken => f.write_str("found no token; connections without one are not allowed"),
            Self::Claims(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
