//! Recognises the form of a DER file by the tags in its outermost sequence.

use alloc::vec::Vec;
use core::fmt;

use der::asn1::AnyRef;
use der::{Decode as _, Reader as _, SliceReader, Tag};

/// A format in which a key is stored.
///
/// `Display` is its [`description`](Self::description).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// SubjectPublicKeyInfo (RFC 5280 section 4.1).
    Spki,
    /// An RSA public key (RFC 8017 appendix A.1.1).
    Pkcs1Public,
    /// An RSA private key (RFC 8017 appendix A.1.2).
    Pkcs1Private,
    /// An EC private key (RFC 5915).
    Sec1,
    /// A private key of any kind (RFC 5958).
    Pkcs8,
    /// An encrypted private key (RFC 5958 section 3), which is always refused.
    EncryptedPkcs8,
    /// An X.509 certificate (RFC 5280).
    Certificate,
}

impl Form {
    const ALL: [Self; 7] = [
        Self::Spki,
        Self::Pkcs1Public,
        Self::Pkcs1Private,
        Self::Sec1,
        Self::Pkcs8,
        Self::EncryptedPkcs8,
        Self::Certificate,
    ];

    /// The label of its PEM block, such as `PUBLIC KEY`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Spki => "PUBLIC KEY",
            Self::Pkcs1Public => "RSA PUBLIC KEY",
            Self::Pkcs1Private => "RSA PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
            Self::Pkcs8 => "PRIVATE KEY",
            Self::EncryptedPkcs8 => "ENCRYPTED PRIVATE KEY",
            Self::Certificate => "CERTIFICATE",
        }
    }

    /// What it is, such as "an RSA public key in PKCS#1 form".
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Spki => "a public key in SubjectPublicKeyInfo form",
            Self::Pkcs1Public => "an RSA public key in PKCS#1 form",
            Self::Pkcs1Private => "an RSA private key in PKCS#1 form",
            Self::Sec1 => "an EC private key in SEC 1 form",
            Self::Pkcs8 => "a private key in PKCS#8 form",
            Self::EncryptedPkcs8 => "an encrypted private key in PKCS#8 form",
            Self::Certificate => "an X.509 certificate",
        }
    }

    /// Whether it holds a private key.
    #[must_use]
    pub const fn is_private(self) -> bool {
        match self {
            Self::Spki | Self::Pkcs1Public | Self::Certificate => false,
            Self::Pkcs1Private | Self::Sec1 | Self::Pkcs8 | Self::EncryptedPkcs8 => true,
        }
    }

    pub(crate) fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.label() == label)
    }

    /// The form of these bytes, if they are exactly one DER sequence of a known shape, with
    /// nothing after it. What is inside its elements is not checked.
    ///
    /// ```
    /// assert_eq!(countersign_pem::Form::of_der(b"0123456789"), None);
    /// ```
    #[must_use]
    pub fn of_der(der: &[u8]) -> Option<Self> {
        match top_level_tags(der)?.as_slice() {
            [Tag::Sequence, Tag::BitString] => Some(Self::Spki),
            [Tag::Sequence, Tag::OctetString] => Some(Self::EncryptedPkcs8),
            [Tag::Sequence, Tag::Sequence, Tag::BitString] => Some(Self::Certificate),
            [Tag::Integer, Tag::Integer] => Some(Self::Pkcs1Public),
            [Tag::Integer, Tag::OctetString, ..] => Some(Self::Sec1),
            [Tag::Integer, Tag::Sequence, Tag::OctetString, ..] => Some(Self::Pkcs8),
            tags if tags.len() >= 9 && tags.iter().take(9).all(|tag| *tag == Tag::Integer) => {
                Some(Self::Pkcs1Private)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

/// The most elements of any form: an RSA private key has nine with two primes, and ten with more.
const MOST_ELEMENTS: usize = 10;

fn top_level_tags(der: &[u8]) -> Option<Vec<Tag>> {
    let outer = AnyRef::from_der(der).ok()?;
    if outer.header().tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(outer.value()).ok()?;
    let mut tags = Vec::new();
    while !reader.is_finished() {
        if tags.len() == MOST_ELEMENTS {
            return None;
        }
        tags.push(reader.decode::<AnyRef<'_>>().ok()?.header().tag());
    }
    Some(tags)
}
