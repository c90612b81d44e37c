//! The checks of a policy, by name.

use core::fmt;

/// One check of a [`Policy`](crate::Policy). [`Check::ALL`] has them in the order in which they
/// run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// `iss` is the expected issuer.
    Issuer,
    /// One `aud` is the expected audience.
    Audience,
    /// `exp` plus the leeway is in the future.
    Expiry,
    /// `nbf` minus the leeway is not in the future.
    NotBefore,
    /// `iat` is not too long ago.
    Age,
    /// There is a user, or none is needed.
    Anonymous,
}

impl Check {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[
        Self::Issuer,
        Self::Audience,
        Self::Expiry,
        Self::NotBefore,
        Self::Age,
        Self::Anonymous,
    ];

    /// A stable word, such as `not_before`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::NotBefore => "not_before",
            Self::Age => "age",
            Self::Anonymous => "anonymous",
        }
    }
}

/// The [`name`](Check::name).
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
