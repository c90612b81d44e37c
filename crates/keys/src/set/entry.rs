//! An entry of a set: a key, or why a key is skipped.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use crate::error::name;
use crate::jwk::{Jwk, Member};
use crate::{Key, KeyError};

/// A key of a set, or why it is skipped.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "almost every entry is a key, and a box for each would be one more allocation"
)]
pub(super) enum Entry {
    Key(Key),
    Skipped {
        skipped: Box<Skipped>,
        /// The public half of a private key that could not be read. It is enough for verifying.
        public_half: Option<Box<Key>>,
    },
}

/// A key of a set that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Its place in the set, counted from 0.
    pub index: usize,
    /// Its `kid`, if it is a string.
    pub kid: Option<String>,
    /// Its `kty`, if it is a string.
    pub kty: Option<String>,
    /// Its `alg`, if it is a string.
    pub alg: Option<String>,
    /// Why it is not used.
    pub reason: KeyError,
}

impl Skipped {
    pub(super) fn new(index: usize, jwk: &Jwk<'_>, reason: KeyError) -> Self {
        Self {
            index,
            kid: jwk.string(Member::Kid),
            kty: jwk.string(Member::Kty),
            alg: jwk.string(Member::Alg),
            reason,
        }
    }
}

impl core::fmt::Display for Skipped {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "key {}", self.index)?;
        let mut before = " (";
        for (member, value) in [("kid", &self.kid), ("kty", &self.kty), ("alg", &self.alg)] {
            if let Some(value) = value {
                write!(f, "{before}{member} {}", name(value))?;
                before = ", ";
            }
        }
        let end = if before == ", " { ")" } else { "" };
        write!(f, "{end}: {}", self.reason)
    }
}

impl Entry {
    /// The key of a JWK that is strict JSON.
    pub(super) fn read(index: usize, jwk: &Jwk<'_>) -> Self {
        match jwk.key() {
            Ok(key) => Self::Key(key),
            Err(reason) => Self::Skipped {
                skipped: Box::new(Skipped::new(index, jwk, reason)),
                public_half: public_half(jwk),
            },
        }
    }

    pub(super) fn into_public(self, index: usize) -> Self {
        match self {
            Self::Key(key) => {
                let kid = key.kid.clone();
                let alg = key.alg.clone().map(Cow::into_owned);
                let kty = key.is_secret().then(|| "oct".into());
                match key.into_public() {
                    Ok(key) => Self::Key(key),
                    Err(reason) => Self::Skipped {
                        skipped: Box::new(Skipped {
                            index,
                            kid,
                            kty,
                            alg,
                            reason,
                        }),
                        public_half: None,
                    },
                }
            }
            Self::Skipped {
                public_half: Some(key),
                ..
            } => Self::Key(*key),
            skipped @ Self::Skipped { .. } => skipped,
        }
    }
}

fn public_half(jwk: &Jwk<'_>) -> Option<Box<Key>> {
    let mut key = jwk.public_half()?.ok()?;
    key.drop_signing();
    Some(Box::new(key))
}
