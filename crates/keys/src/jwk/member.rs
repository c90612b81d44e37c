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
            /// The member with this name. `None` if it isn't read.
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

/// The key types that are read, each with the members that its keys may have: those of any key, and
/// its parts. A key with a part of another type contradicts itself.
pub(super) const TYPES: [(&str, u32); 5] = [
    ("RSA", ABOUT | bits(&[N, E, D, P, Q, Dp, Dq, Qi, Oth])),
    ("EC", ABOUT | bits(&[Crv, X, Y, D])),
    ("OKP", ABOUT | bits(&[Crv, X, D])),
    ("oct", ABOUT | bits(&[K])),
    ("AKP", ABOUT | bits(&[Pub, Priv])),
];

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
