//! Errors of tokens, before their claims are read.

use alloc::string::String;
use core::{error, fmt};

use countersign_json::{JsonError, Kind};
use countersign_signature::{AlgorithmName, InvalidSignature};

/// The longest `kid` that is read, in bytes.
pub const KID_LIMIT: usize = 256;

/// One of the three parts of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The first: the protected header.
    Header,
    /// The second: the payload.
    Payload,
    /// The third: the signature.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a token could not be read. It contains nothing of the token, except a duplicate name of
/// the header, which is cut to 64 characters and displayed escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a pointer: otherwise the compiler copies results with this error in pieces of odd
// sizes, also when there is no error.
#[repr(usize)]
pub enum ParseError {
    /// Longer than the cap, in bytes.
    TooLong {
        /// The token's length.
        found: usize,
        /// The cap.
        limit: usize,
    },
    /// Not exactly three parts separated by dots.
    Parts {
        /// How many there are; 0 for an empty token.
        found: usize,
    },
    /// White space in a part.
    WhiteSpace {
        /// Where.
        part: Part,
    },
    /// Not base64url as defined in RFC 7515 section 2.
    Base64 {
        /// Where.
        part: Part,
    },
    /// The header is not one strict JSON object.
    Header(JsonError),
    /// The name of a header member differs from a known one only in letter case, such as `Alg`.
    /// Readers that ignore case would read it as the known one.
    HeaderName {
        /// The right name.
        known: &'static str,
    },
    /// A header member has the wrong type.
    HeaderMember {
        /// Its name.
        name: &'static str,
        /// What was found.
        found: Kind,
    },
    /// No `alg`, or an empty one.
    AlgorithmMissing,
    /// `alg` is `none` in some spelling: in any letter case, and with any characters around it
    /// that a name of an algorithm can't contain.
    AlgorithmNone,
    /// `kid` is longer than [`KID_LIMIT`] bytes.
    KidTooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// A member that changes how the token must be read: `crit`, `b64`, `zip` or `enc`.
    Extension {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found, limit } => write!(
                f,
                "found a token of {found} bytes; at most {limit} are read"
            ),
            Self::Parts { found: 0 } => f.write_str(
                "found an empty token; a token has three parts separated by dots",
            ),
            Self::Parts { found: 5 } => f.write_str(
                "found five parts, an encrypted token (JWE); a signed token (JWS) has three",
            ),
            Self::Parts { found } => write!(
                f,
                "found {found} part{} separated by dots; a token has three",
                if *found == 1 { "" } else { "s" }
            ),
            Self::WhiteSpace { part } => write!(
                f,
                "found white space in the {part}; a token has none: \
                 show it without line breaks and without \"Bearer \""
            ),
            Self::Base64 { part } => write!(
                f,
                "found a {part} that is not base64url; \
                 it is written without padding and in canonical form (RFC 7515 section 2)"
            ),
            Self::Header(error) => write!(f, "header: {error}"),
            Self::HeaderMember { name, found } => {
                write!(f, "header: found {found} in `{name}`; a string is expected")
            }
            Self::HeaderName { known } => write!(
                f,
                "header: found the name `{known}` in another letter case; write it exactly so"
            ),
            Self::AlgorithmMissing => {
                f.write_str("header: found no `alg`, or an empty one; it is required (RFC 7515 section 4.1.1)")
            }
            Self::AlgorithmNone => {
                f.write_str("header: found an unsigned token (`alg` is `none`); a token is signed")
            }
            Self::KidTooLong { found } => write!(
                f,
                "header: found a `kid` of {found} bytes; at most {KID_LIMIT} are read"
            ),
            Self::Extension { name: "crit" } => f.write_str(
                "header: found `crit`; no extension is supported (RFC 7515 section 4.1.11)",
            ),
            Self::Extension { name: "b64" } => f.write_str(
                "header: found `b64` other than true; unencoded payloads (RFC 7797) are not supported",
            ),
            Self::Extension { name } => write!(
                f,
                "header: found `{name}`, a member of encrypted tokens; a signed token has none"
            ),
        }
    }
}

impl error::Error for ParseError {}

/// Why a key did not verify a token. It contains nothing of the token, except the algorithm's
/// name and the length of the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
// As wide as a pointer: otherwise the compiler copies results with this error in pieces of odd
// sizes, also when there is no error.
#[repr(usize)]
pub enum VerifyError {
    /// The header names another algorithm than that of the key.
    Algorithm {
        /// The name in the header, cut to 32 characters and displayed escaped.
        found: String,
        /// The algorithm of the key.
        needed: AlgorithmName,
    },
    /// The signature is in DER, so it does not match: a JWS has only the two numbers, one after
    /// the other (RFC 7518 section 3.4).
    DerSignature {
        /// Its length in bytes.
        found: usize,
        /// The length that the algorithm needs.
        needed: usize,
    },
    /// The signature does not match.
    Signature(InvalidSignature),
    /// The payload or the signature is not base64url, of a token whose header alone was read
    /// before ([`Unverified::parse_header`](crate::Unverified::parse_header)).
    Token(ParseError),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { found, needed } => {
                write!(f, "found the algorithm {found:?}; the key is for {needed}")
            }
            Self::DerSignature { found, needed } => write!(
                f,
                "found a signature in DER, of {found} bytes; a JWS has the {needed} bytes of r and \
                 s side by side (RFC 7518 section 3.4): convert it, or let the issuer sign so"
            ),
            Self::Signature(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
        }
    }
}

impl error::Error for VerifyError {}
