//! Why a token was refused.

use std::fmt;
use std::time::Duration;

use countersign_claims::ClaimsError;
use countersign_jws::{Header, ParseError};

use crate::code::{Advice, Code};
use crate::deserialize::DeserializeError;
use crate::excerpt::Excerpt;

/// Why a token was refused: what was found and what is expected. It never contains the token or a
/// secret.
///
/// Write the text of the error to the log. Tell the client only the [`code`](Self::code), the
/// [`advice`](Self::advice), and after how long to try again ([`retry_after`](Self::retry_after)).
///
/// Claims of your own that don't fit your type are an error of the same type, so one `?` serves both:
///
/// ```
/// use countersign::{Authenticator, Code, Error, Issuer, Key, now};
///
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     tenant: String,
/// }
///
/// fn tenant(auth: &Authenticator, token: &str) -> Result<String, Error> {
///     let mine: Mine = auth.token(token, now())?.claims()?;
///     Ok(mine.tenant)
/// }
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).build()?;
/// let auth = Authenticator::builder().key(key).build()?;
/// let error = tenant(&auth, &issuer.token("42").sign()?).unwrap_err();
/// assert_eq!(error.code(), Code::Claims);
/// assert_eq!(error.to_string(), "missing field `tenant`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a pointer: otherwise the compiler copies results with this error in pieces of odd
// sizes, also when there is no error.
#[repr(usize)]
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
        found: Excerpt,
    },
    /// The keys come from an endpoint, and no key that is published there can have the algorithm
    /// that the header names. Secrets and keys of the configuration are not used then.
    EndpointAlgorithm {
        /// What the header names, cut to 32 characters; shown escaped.
        found: Excerpt,
    },
    /// The key set has the key that the header names, but the key can't be used.
    SkippedKey {
        /// The header's `kid`, at most 256 bytes; shown escaped.
        kid: String,
        /// Why it can't be used.
        reason: String,
    },
    /// No key has this name.
    UnknownKey {
        /// The header's `kid`, at most 256 bytes; shown escaped.
        kid: Option<Excerpt>,
    },
    /// The token's keys have ended: each was accepted up to a time that has passed.
    KeyEnded,
    /// The keys could not be fetched, or the key may be newer than the keys that we hold.
    KeysUnavailable {
        /// The failure of the endpoint.
        reason: String,
        /// After how long another try may succeed, if that is known.
        retry_after: Option<Duration>,
    },
    /// The signature does not match.
    Signature,
    /// The signature is in DER, so it matches no key. Many libraries for ECDSA write DER, but a JWS
    /// has the two numbers one after the other (RFC 7518 section 3.4).
    DerSignature {
        /// Its length in bytes.
        found: usize,
        /// The length that the algorithm needs.
        needed: usize,
    },
    /// `iss`, together with `aud`, belongs to none of the trusted issuers.
    Untrusted {
        /// The token's `iss`, cut to 64 characters; shown escaped.
        found: Option<String>,
    },
    /// The user begins with the prefix of another authority.
    ForeignUser {
        /// The name of the authority that signed the token.
        authority: String,
    },
    /// There is no token, and a connection without one is not allowed.
    NoToken,
    /// The claims don't fulfil the requirements.
    Claims(ClaimsError),
    /// The payload doesn't fit your own type. You make this from the error of
    /// [`claims`](crate::Token::claims), for example by `?`.
    Deserialize(DeserializeError),
}

impl Error {
    pub(crate) fn algorithm(header: &Header<'_>) -> Self {
        Self::Algorithm {
            found: Excerpt::new(short(header.alg(), 32)),
        }
    }

    pub(crate) fn unknown_key(header: &Header<'_>) -> Self {
        Self::UnknownKey {
            kid: header.kid().map(Excerpt::new),
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Token(ParseError::AlgorithmMissing | ParseError::AlgorithmNone)
            | Self::Algorithm { .. }
            | Self::EndpointAlgorithm { .. } => Code::Algorithm,
            Self::Token(ParseError::HeaderMember { name: "alg", .. }) => Code::Algorithm,
            Self::Token(_) | Self::Nested => Code::Malformed,
            Self::Type { .. } => Code::WrongKind,
            Self::UnknownKey { .. } | Self::SkippedKey { .. } | Self::KeyEnded => Code::UnknownKey,
            Self::KeysUnavailable { .. } => Code::KeysUnavailable,
            Self::Signature | Self::DerSignature { .. } => Code::Signature,
            Self::Untrusted { .. } | Self::ForeignUser { .. } => Code::Issuer,
            Self::NoToken => Code::NoToken,
            Self::Claims(error) => Code::of_claims(error.kind()),
            Self::Deserialize(_) => Code::Claims,
        }
    }

    /// What a client should do about it.
    #[must_use]
    pub fn advice(&self) -> Advice {
        self.code().advice()
    }

    /// After how long to try again: if the keys are unavailable until a known time, or the token
    /// becomes valid at a known time. `None` if trying again doesn't help, or the time isn't known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::KeysUnavailable { retry_after, .. } => *retry_after,
            Self::Claims(ClaimsError::NotYetValid { nbf, leeway, now }) => {
                let from = nbf.saturating_sub(*leeway);
                Some(from.saturating_duration_since(*now))
            }
            _ => None,
        }
    }
}

/// The beginning of a text from a token, for an error that shows it escaped.
pub(crate) fn short(text: &str, characters: usize) -> &str {
    // No text has more characters than bytes. This is the usual case, and needs no counting.
    if text.len() <= characters {
        return text;
    }
    match text.char_indices().nth(characters) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error @ ParseError::TooLong { .. }) => write!(
                f,
                "{error}; a larger `client.token_size_limit` (in code, `token_limit`) allows \
                 longer tokens"
            ),
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
                "found the algorithm {found:?}; no configured key is for it"
            ),
            Self::EndpointAlgorithm { found } => write!(
                f,
                "found the algorithm {found:?}; keys come from an endpoint, where no key can be for \
                 it; secrets and keys that are configured beside the endpoint are not used"
            ),
            Self::SkippedKey { kid, reason } => write!(
                f,
                "found the key name (`kid`) {kid:?}; the key set has this key, but it is skipped: \
                 {reason}"
            ),
            Self::UnknownKey { kid: Some(kid) } => {
                write!(f, "found the key name (`kid`) {kid:?}; no key has it")
            }
            Self::UnknownKey { kid: None } => f.write_str(
                "found no key name (`kid`); no key that is still accepted may be used without one",
            ),
            Self::KeyEnded => f.write_str(
                "found no key that is still accepted; the time up to which it was accepted has passed: \
                 sign with the key that came after it",
            ),
            Self::KeysUnavailable { reason, .. } => {
                write!(f, "the keys are not available: {reason}")
            }
            Self::Signature => f.write_str("the signature does not match"),
            Self::DerSignature { found, needed } => write!(
                f,
                "the signature does not match: found one in DER, of {found} bytes; a JWS has the \
                 {needed} bytes of r and s side by side (RFC 7518 section 3.4)"
            ),
            Self::Untrusted { found: Some(found) } => {
                write!(
                    f,
                    "found the issuer {found:?}; it is not one of those that are trusted"
                )
            }
            Self::Untrusted { found: None } => {
                f.write_str("found no issuer (`iss`) that is trusted; tokens must name one")
            }
            Self::ForeignUser { authority } => write!(
                f,
                "found a user that begins with the `user_prefix` of another authority than \
                 {authority:?}, which signed the token; users of {authority:?} can't have it"
            ),
            Self::NoToken => f.write_str("found no token; connections without one are not allowed"),
            Self::Claims(error @ ClaimsError::TooMany { .. }) => {
                write!(f, "{error}, or raise `client.token_channel_limit`")
            }
            Self::Claims(error @ ClaimsError::TooLong { .. }) => {
                write!(f, "{error}, or raise `channel.max_length`")
            }
            Self::Claims(error) => error.fmt(f),
            Self::Deserialize(error) => error.fmt(f),
        }
    }
}

impl From<DeserializeError> for Error {
    fn from(error: DeserializeError) -> Self {
        Self::Deserialize(error)
    }
}

impl std::error::Error for Error {
    /// The source of the cause. The text of the cause itself is part of this error's text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Token(error) => error.source(),
            Self::Claims(error) => error.source(),
            _ => None,
        }
    }
}
