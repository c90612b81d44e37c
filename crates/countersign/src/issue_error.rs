//! Why a token was not made.

use std::fmt;

use countersign_claims::ClaimsError;
use countersign_signature::SigningError;

use crate::error::Error;

/// Why a token was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The claims are such that no server would accept them.
    Claims(ClaimsError),
    /// The server for which the issuer makes tokens would refuse the token.
    Refused {
        /// The server's reason.
        error: Error,
        /// The authority that would check the token, if its claims lead to one.
        authority: Option<String>,
    },
    /// A value has no JSON form.
    NoJson {
        /// The claim, if it is a single claim.
        claim: Option<String>,
    },
    /// Claims of your own that are not an object.
    NotAnObject,
    /// The token is longer than a server reads.
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The limit: see [`IssuerBuilder::token_limit`](crate::IssuerBuilder::token_limit).
        limit: usize,
    },
    /// The cryptographic library failed.
    Signing(SigningError),
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims(error) => error.fmt(f),
            Self::Refused { error, authority } => {
                f.write_str("the server would refuse this token")?;
                if let Some(authority) = authority {
                    write!(f, " of the authority {authority:?}")?;
                }
                write!(f, ": {error}")
            }
            Self::NoJson { claim } => {
                f.write_str("found a value without a JSON form")?;
                if let Some(claim) = claim {
                    write!(f, " as `{}`", claim.escape_debug())?;
                }
                f.write_str(", such as a map whose keys are not strings; claims are JSON")
            }
            Self::NotAnObject => f.write_str(
                "found claims that are not a JSON object; give a struct or a map, whose members \
                 become the claims",
            ),
            Self::TooLong { found, limit } => write!(
                f,
                "found claims that make a token of {found} bytes; at most {limit} are read"
            ),
            Self::Signing(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for IssueError {
    /// The source of the cause. The text of the cause itself is part of this error's text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Claims(error) => error.source(),
            Self::Refused { error, .. } => error.source(),
            Self::Signing(error) => error.source(),
            Self::NoJson { .. } | Self::NotAnObject | Self::TooLong { .. } => None,
        }
    }
}
