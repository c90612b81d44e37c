//! The parts of one key, checked when they are made.
//!
//! A value of these types has passed the import checks: sizes, curve equations, known weaknesses.
//! Backends don't need to repeat them. Secrets and private parts never appear in `Debug` or
//! `Display`. They are not wiped from memory when dropped, because that needs `unsafe` or a
//! dependency, and this crate has neither.

mod akp;
mod ec;
mod okp;
mod rsa;
mod secret;
mod shown;

use core::fmt;

pub use akp::{AkpPrivateKey, AkpPublicKey};
pub use ec::{Curve, EcPrivateKey, EcPublicKey};
pub use okp::{OkpCurve, OkpPrivateKey, OkpPublicKey};
pub use rsa::{RsaPrivateKey, RsaPrivateParts, RsaPublicKey};
pub use secret::Secret;

use crate::{AlgorithmName, KeyRejected};

/// The parts of one key. Secrets, public keys and private keys are different variants, so they
/// can't be confused.
///
/// `Display` shows only the kind of key ("a P-256 private key"). `Debug` shows only public parts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeyMaterial<'a> {
    /// An HMAC secret (`kty` `oct`).
    Secret(Secret<'a>),
    /// The public half of an RSA key (`kty` `RSA`).
    RsaPublic(RsaPublicKey<'a>),
    /// An RSA private key.
    RsaPrivate(RsaPrivateKey<'a>),
    /// A point on a Weierstrass curve (`kty` `EC`).
    EcPublic(EcPublicKey<'a>),
    /// An elliptic-curve private key.
    EcPrivate(EcPrivateKey<'a>),
    /// A public octet key pair such as Ed25519 (`kty` `OKP`, RFC 8037).
    OkpPublic(OkpPublicKey<'a>),
    /// A private octet key pair.
    OkpPrivate(OkpPrivateKey<'a>),
    /// A public key that names its only algorithm (`kty` `AKP`).
    AkpPublic(AkpPublicKey<'a>),
    /// A private key that names its only algorithm.
    AkpPrivate(AkpPrivateKey<'a>),
}

impl KeyMaterial<'_> {
    /// The same key, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> KeyMaterial<'static> {
        match self {
            Self::Secret(key) => KeyMaterial::Secret(key.into_owned()),
            Self::RsaPublic(key) => KeyMaterial::RsaPublic(key.into_owned()),
            Self::RsaPrivate(key) => KeyMaterial::RsaPrivate(key.into_owned()),
            Self::EcPublic(key) => KeyMaterial::EcPublic(key.into_owned()),
            Self::EcPrivate(key) => KeyMaterial::EcPrivate(key.into_owned()),
            Self::OkpPublic(key) => KeyMaterial::OkpPublic(key.into_owned()),
            Self::OkpPrivate(key) => KeyMaterial::OkpPrivate(key.into_owned()),
            Self::AkpPublic(key) => KeyMaterial::AkpPublic(key.into_owned()),
            Self::AkpPrivate(key) => KeyMaterial::AkpPrivate(key.into_owned()),
        }
    }

    /// Whether this is the private half of a pair. A secret isn't, because it has no halves.
    #[must_use]
    pub fn is_private(&self) -> bool {
        matches!(
            self,
            Self::RsaPrivate(_) | Self::EcPrivate(_) | Self::OkpPrivate(_) | Self::AkpPrivate(_)
        )
    }

    /// Whether this is the public half of a pair.
    #[must_use]
    pub fn is_public(&self) -> bool {
        !self.is_private() && !matches!(self, Self::Secret(_))
    }

    /// The public half of a private key that contains it, or a public key itself. `None` for a
    /// secret, and for a private key without its public half.
    #[must_use]
    pub fn public(&self) -> Option<KeyMaterial<'_>> {
        match self {
            Self::Secret(_) => None,
            Self::RsaPrivate(key) => Some(KeyMaterial::RsaPublic(key.public().clone())),
            Self::EcPrivate(key) => key.public().cloned().map(KeyMaterial::EcPublic),
            Self::OkpPrivate(key) => key.public().cloned().map(KeyMaterial::OkpPublic),
            Self::AkpPrivate(key) => key.public().cloned().map(KeyMaterial::AkpPublic),
            public => Some(public.clone()),
        }
    }

    /// The rejection for a key with which `algorithm` cannot verify. `kind` is the kind that it
    /// accepts, such as "P-256".
    #[must_use]
    pub fn cannot_verify(&self, algorithm: AlgorithmName, kind: &str) -> KeyRejected {
        if self.is_private() {
            KeyRejected::wrong_key(
                self,
                alloc::format!("{algorithm} verifies with the public key alone"),
            )
        } else {
            KeyRejected::wrong_key(self, alloc::format!("{algorithm} needs {kind}"))
        }
    }

    /// The rejection for a key with which `algorithm` cannot sign. `kind` is the kind that it
    /// accepts, such as "P-256".
    #[must_use]
    pub fn cannot_sign(&self, algorithm: AlgorithmName, kind: &str) -> KeyRejected {
        if self.is_public() {
            KeyRejected::wrong_key(
                self,
                alloc::format!("{algorithm} signs with the private key"),
            )
        } else {
            KeyRejected::wrong_key(self, alloc::format!("{algorithm} needs {kind}"))
        }
    }
}

impl fmt::Display for KeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(key) => write!(f, "a secret of {} bits", key.bits()),
            Self::RsaPublic(key) => write!(f, "an RSA key of {} bits", key.bits()),
            Self::RsaPrivate(key) => {
                write!(f, "an RSA private key of {} bits", key.public().bits())
            }
            Self::EcPublic(key) => write!(f, "a {} key", key.curve().name()),
            Self::EcPrivate(key) => write!(f, "a {} private key", key.curve().name()),
            Self::OkpPublic(key) => write!(f, "an {} key", key.curve().name()),
            Self::OkpPrivate(key) => write!(f, "an {} private key", key.curve().name()),
            Self::AkpPublic(key) => write!(f, "a key for {:?}", key.algorithm()),
            Self::AkpPrivate(key) => write!(f, "a private key for {:?}", key.algorithm()),
        }
    }
}
