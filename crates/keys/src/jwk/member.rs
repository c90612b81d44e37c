//! The members of a JWK that are read.

/// Defines [`Member`]. A `match` on the name is several times faster than a search in a table.
macro_rules! members {
    ($($member:ident $name:literal)*) => {
        /// A member of a JWK.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Member {
            $(#[doc = concat!("`", $name, "`")] $member,)*
        }

        impl Member {
            /// The member with this name. `None` if it isn't read.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$member),)*
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $name,)*
                }
            }
        }
    };
}

members! {
    Kty "kty" Kid "kid" Alg "alg" Use "use" KeyOps "key_ops"
    Crv "crv" X "x" Y "y" N "n" E "e" D "d" P "p" Q "q" Dp "dp" Dq "dq" Qi "qi" Oth "oth"
    K "k" Pub "pub" Priv "priv"
}

use Member::{Alg, Crv, D, Dp, Dq, E, K, KeyOps, Kid, Kty, N, Oth, P, Priv, Pub, Q, Qi, Use, X, Y};

/// The members about a key of any type.
pub(super) const ABOUT: &[Member] = &[Kty, Kid, Alg, Use, KeyOps];

/// The key types that are read, each with its parts. A key with a part of another type contradicts
/// itself.
pub(super) const TYPES: [(&str, &[Member]); 5] = [
    ("RSA", &[N, E, D, P, Q, Dp, Dq, Qi, Oth]),
    ("EC", &[Crv, X, Y, D]),
    ("OKP", &[Crv, X, D]),
    ("oct", &[K]),
    ("AKP", &[Pub, Priv]),
];
