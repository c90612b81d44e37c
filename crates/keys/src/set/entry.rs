//! An entry of a set: a key, or why a key is skipped.

use alloc::boxed::Box;
use alloc::string::String;

use crate::error::name;
use crate::{Key, KeyError};

/// A key of a set, or why it is skipped.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    // Boxed, so that both kinds of entries are small.
    Key(Box<Key>),
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
    pub(super) fn into_public(self, index: usize) -> Self {
        match self {
            Self::Key(key) => {
                let (kid, alg) = (key.kid.clone(), key.alg.clone());
                let kty = key.is_secret().then(|| "oct".into());
                match key.into_public() {
                    Ok(key) => Self::Key(Box::new(key)),
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
            } => Self::Key(key),
            skipped @ Self::Skipped { .. } => skipped,
        }
    }
}
