//! Keys in DER: SubjectPublicKeyInfo (RFC 5280), PKCS#1 (RFC 8017), SEC 1 (RFC 5915),
//! PKCS#8 (RFC 5958) and the key of a certificate.
//!
//! It relies on the format crates of RustCrypto for the ASN.1. The form of a file is
//! found out by its outermost structure, never by trying one reader after the other, so
//! that an error speaks of the form that was meant.

mod form;
mod oid;
mod read;
mod write;

use countersign_signature::{AlgorithmName, KeyMaterial};

pub(crate) use form::Form;
pub(crate) use read::{more_than_two_primes, read};
pub(crate) use write::{private, public};

/// A key as it stood in a file: its parts, and the algorithms that its identifier
/// limits it to (RSASSA-PSS); none means that it sets no limit.
pub(crate) struct Parsed {
    pub(crate) material: KeyMaterial<'static>,
    pub(crate) limited_to: &'static [AlgorithmName],
}

impl From<KeyMaterial<'_>> for Parsed {
    fn from(material: KeyMaterial<'_>) -> Self {
        Self {
            material: material.into_owned(),
            limited_to: &[],
        }
    }
}
