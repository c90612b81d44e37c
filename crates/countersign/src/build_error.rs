//! Why an authority, a trust or an authenticator could not be built.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "jwks")]
use countersign_fetch::SettingsError;
use countersign_keys::KeyError;

use crate::user_prefix::UserPrefixError;

/// Why an [`Authority`](crate::Authority), a [`Trust`](crate::Trust), an
/// [`Authenticator`](crate::Authenticator) or an [`Issuer`](crate::Issuer) could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A key that can't be used here.
    Key(KeyError),
    /// The settings of a key endpoint.
    #[cfg(feature = "jwks")]
    Jwks(SettingsError),
    /// No key was given.
    NoKey,
    /// An issuer was given no key.
    NoSigningKey,
    /// Keys were given in more than one way.
    SeveralKeySources,
    /// Options were given beside `issuer`, and no key that they are for.
    OptionsWithoutKey,
    /// An option was given an empty text.
    Empty {
        /// The option.
        option: &'static str,
    },
    /// A leeway over [`MAX_LEEWAY`](crate::claims::MAX_LEEWAY).
    Leeway {
        /// The leeway that was given.
        found: Duration,
    },
    /// A `max_age` of zero.
    MaxAge,
    /// An authority that tokens pick by `iss` doesn't say which `iss`.
    IssuerMissing,
    /// Keys that were found by an issuer's discovery document, and another `issuer` or pattern
    /// beside them.
    IssuerDiffers {
        /// The issuer that the keys speak for.
        of_keys: String,
    },
    /// The issuer of an authority is that of another one, so its name must be given.
    NameMissing {
        /// The issuer.
        issuer: String,
    },
    /// Two authorities have the same name.
    NameTwice {
        /// The name.
        name: String,
    },
    /// Two authorities of one issuer expect a pattern of `aud`.
    SecondAudiencePattern {
        /// The issuer.
        issuer: String,
    },
    /// A name has a control character.
    NameInvalid {
        /// The name; shown escaped.
        name: String,
    },
    /// A user prefix is refused.
    UserPrefix(UserPrefixError),
    /// The prefixes of two authorities, or two prefixes of one, can begin each other.
    UserPrefixesOverlap {
        /// The name of the one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// An authority has another prefix for subscription tokens than for connection tokens.
    UserPrefixDiffers {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            #[cfg(feature = "jwks")]
            Self::Jwks(error) => error.fmt(f),
            Self::NoKey => f.write_str(
                "found no key; give `key`, `keyring`, `jwks`, `jwks_from_issuer` or, for several \
                 issuers, `issuer`",
            ),
            Self::NoSigningKey => f.write_str("found no `key` to sign with; give one"),
            Self::SeveralKeySources => f.write_str(
                "found keys in more than one of `key`, `keyring`, `jwks`, `jwks_from_issuer` and \
                 `keys`; give one of them, or give each issuer its own by `issuer`",
            ),
            Self::OptionsWithoutKey => f.write_str(
                "found options beside `issuer`, and no key that they are for; give each issuer \
                 its own options",
            ),
            Self::Empty { option } => write!(
                f,
                "found an empty text as `{option}`; leave it out if you don't need it"
            ),
            Self::Leeway { found } => write!(
                f,
                "found a leeway of {} s; at most {} s are allowed",
                found.as_secs(),
                countersign_claims::MAX_LEEWAY.as_secs()
            ),
            Self::MaxAge => {
                f.write_str("found 0 as `max_age`, so every token would soon be too old")
            }
            Self::IssuerMissing => f.write_str(
                "found an authority without `issuer` among several; tokens pick it by their \
                 `iss`, so give it its exact `issuer`",
            ),
            Self::IssuerDiffers { of_keys } => write!(
                f,
                "found another `issuer` or a pattern beside the keys of {of_keys:?}, which speak \
                 for tokens with exactly that `iss`; leave it out"
            ),
            Self::NameMissing { issuer } => write!(
                f,
                "found the issuer {issuer:?} more than once; give each of its authorities a \
                 `name` of its own"
            ),
            Self::NameTwice { name } => write!(
                f,
                "found the name {name:?} twice; a user's identity begins with the name, so give \
                 each authority its own `name`"
            ),
            Self::SecondAudiencePattern { issuer } => write!(
                f,
                "found a second pattern of the audience for the issuer {issuer:?}; patterns are \
                 tried on each `aud` of a token before its signature is verified, so only one of \
                 the issuer's authorities may have one: give the others exact audiences"
            ),
            Self::NameInvalid { name } => write!(
                f,
                "found a control character in the name {name:?}; names are shown in logs"
            ),
            Self::UserPrefix(error) => error.fmt(f),
            Self::UserPrefixesOverlap { first, second } if first == second => write!(
                f,
                "two values of the groups in the `user_prefix` of {first:?} can begin each \
                 other; end the prefix with a character that is in none of them, such as `-`"
            ),
            Self::UserPrefixesOverlap { first, second } => write!(
                f,
                "the `user_prefix` of {first:?} and that of {second:?} can begin each other, so \
                 that both could have the same user; choose others, such as `a-` and `b-`"
            ),
            Self::UserPrefixDiffers { name } => write!(
                f,
                "found another `user_prefix` for {name:?} in `subscription_token` than in \
                 `token`; one name is one authority, so give it one prefix"
            ),
        }
    }
}

impl std::error::Error for BuildError {
    /// The source of the cause. The text of the cause itself is part of this error's text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key(error) => error.source(),
            #[cfg(feature = "jwks")]
            Self::Jwks(error) => error.source(),
            Self::UserPrefix(error) => error.source(),
            Self::NoKey
            | Self::NoSigningKey
            | Self::SeveralKeySources
            | Self::OptionsWithoutKey
            | Self::Empty { .. }
            | Self::Leeway { .. }
            | Self::MaxAge
            | Self::IssuerMissing
            | Self::IssuerDiffers { .. }
            | Self::NameMissing { .. }
            | Self::NameTwice { .. }
            | Self::SecondAudiencePattern { .. }
            | Self::NameInvalid { .. }
            | Self::UserPrefixesOverlap { .. }
            | Self::UserPrefixDiffers { .. } => None,
        }
    }
}

impl From<KeyError> for BuildError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

#[cfg(feature = "jwks")]
impl From<SettingsError> for BuildError {
    fn from(error: SettingsError) -> Self {
        Self::Jwks(error)
    }
}

impl From<UserPrefixError> for BuildError {
    fn from(error: UserPrefixError) -> Self {
        Self::UserPrefix(error)
    }
}
