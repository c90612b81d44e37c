//! The members of a JWK that are read.

/// Defines [`Member`]. The compiler makes a tree of comparisons of a `match` on bytes, which is
/// several times faster than to search a table.
macro_rules! members {
    ($($member:ident $name:literal)*) => {
        /// A member of a JWK.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Member {
            $($member,)*
        }

        impl Member {
            pub(super) const ALL: &[Self] = &[$(Self::$member,)*];

            /// The member with this name. `None` if it isn't read.
            #[inline]
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name.as_bytes() {
                    $($name => Some(Self::$member),)*
                    _ => None,
                }
            }

            /// Its name, for errors.
            pub(crate) fn name(self) -> &'static str {
                let name: &[u8] = match self {
                    $(Self::$member => $name,)*
                };
                core::str::from_utf8(name).unwrap_or_default()
            }
        }
    };
}

members! {
    Kty b"kty" Kid b"kid" Alg b"alg" Use b"use" KeyOps b"key_ops"
    Crv b"crv" X b"x" Y b"y" N b"n" E b"e" D b"d"
    P b"p" Q b"q" Dp b"dp" Dq b"dq" Qi b"qi" Oth b"oth"
    K b"k" Pub b"pub" Priv b"priv"
}

impl Member {
    /// One bit for each member.
    pub(super) const fn bit(self) -> u32 {
        1_u32.wrapping_shl(self as u32)
    }
}

use Member::{Alg, Crv, D, Dp, Dq, E, K, KeyOps, Kid, Kty, N, Oth, P, Priv, Pub, Q, Qi, Use, X, Y};

/// A key type that is read (`kty`).
#[derive(Clone, Copy)]
pub(super) enum KeyType {
    Rsa,
    Ec,
    Okp,
    Oct,
    Akp,
}

impl KeyType {
    pub(super) fn named(kty: &str) -> Option<Self> {
        Some(match kty {
            "RSA" => Self::Rsa,
            "EC" => Self::Ec,
            "OKP" => Self::Okp,
            "oct" => Self::Oct,
            "AKP" => Self::Akp,
            _ => return None,
        })
    }

    /// The [bits](Member::bit) of the members that its keys may have: those of any key, and its
    /// parts. A key with a part of another type contradicts itself.
    pub(super) fn allowed(self) -> u32 {
        const RSA: u32 = ABOUT | bits(&[N, E, D, P, Q, Dp, Dq, Qi, Oth]);
        const EC: u32 = ABOUT | bits(&[Crv, X, Y, D]);
        const OKP: u32 = ABOUT | bits(&[Crv, X, D]);
        const OCT: u32 = ABOUT | bits(&[K]);
        const AKP: u32 = ABOUT | bits(&[Pub, Priv]);
        match self {
            Self::Rsa => RSA,
            Self::Ec => EC,
            Self::Okp => OKP,
            Self::Oct => OCT,
            Self::Akp => AKP,
        }
    }
}

/// The members about a key of any type.
const ABOUT: u32 = bits(&[Kty, Kid, Alg, Use, KeyOps]);

const fn bits(mut members: &[Member]) -> u32 {
    let mut bits = 0;
    while let [member, rest @ ..] = members {
        bits |= member.bit();
        members = rest;
    }
    bits
}
