//! Octet key pairs: Ed25519 and its relatives (RFC 8037 section 2).

use alloc::borrow::Cow;
use core::fmt;

use super::shown::{Hex, Redacted};
use crate::KeyRejected;
use crate::modular::{Field, Number};

/// The curve of an octet key pair. You can define your own.
///
/// A curve has only a name: a curve named `Ed25519` is equal to [`ED25519`](Self::ED25519), whose
/// keys are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OkpCurve(&'static str);

impl OkpCurve {
    /// Ed25519 (RFC 8032), the only curve whose keys are checked here.
    pub const ED25519: Self = Self("Ed25519");
    /// Ed448 (RFC 8032), defined here so that errors can name it.
    pub const ED448: Self = Self("Ed448");
    /// X25519 (RFC 7748), only for key agreement; defined here so that errors can name it.
    pub const X25519: Self = Self("X25519");
    /// X448 (RFC 7748), only for key agreement; defined here so that errors can name it.
    pub const X448: Self = Self("X448");

    /// A curve with this JOSE name (`crv`).
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The JOSE name (`crv`), such as `Ed25519`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for OkpCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The public half of an octet key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct OkpPublicKey<'a> {
    curve: OkpCurve,
    bytes: Cow<'a, [u8]>,
}

impl<'a> OkpPublicKey<'a> {
    /// A public key from these bytes (`x`).
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] for an Ed25519 key that is not the canonical encoding of a point on the
    /// curve, or whose point has small order, because anyone can forge signatures for such a key.
    /// Keys on other curves are not checked.
    pub fn new(curve: OkpCurve, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, KeyRejected> {
        let bytes = bytes.into();
        if curve == OkpCurve::ED25519 {
            check_ed25519(&bytes)?;
        }
        Ok(Self { curve, bytes })
    }

    /// The curve.
    #[must_use]
    pub fn curve(&self) -> OkpCurve {
        self.curve
    }

    /// The bytes of the public key (`x`).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> OkpPublicKey<'static> {
        OkpPublicKey {
            curve: self.curve,
            bytes: Cow::Owned(self.bytes.into_owned()),
        }
    }
}

impl fmt::Debug for OkpPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OkpPublicKey")
            .field("curve", &self.curve)
            .field("bytes", &Hex(&self.bytes))
            .finish()
    }
}

/// A private octet key pair: the seed, and the public half if the file contains it.
#[derive(Clone)]
pub struct OkpPrivateKey<'a> {
    curve: OkpCurve,
    seed: Cow<'a, [u8]>,
    public: Option<OkpPublicKey<'a>>,
}

impl<'a> OkpPrivateKey<'a> {
    /// A private key from this seed (`d`). The library that signs with it checks whether it
    /// matches the public half.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] for an Ed25519 seed that doesn't have 32 bytes, or a public half on
    /// another curve.
    pub fn new(
        curve: OkpCurve,
        seed: impl Into<Cow<'a, [u8]>>,
        public: Option<OkpPublicKey<'a>>,
    ) -> Result<Self, KeyRejected> {
        let seed = seed.into();
        if curve == OkpCurve::ED25519 && seed.len() != 32 {
            return Err(KeyRejected::malformed(
                alloc::format!("an Ed25519 private key of {} bytes", seed.len()),
                "an Ed25519 private key has 32 bytes",
            ));
        }
        if let Some(public) = &public
            && public.curve != curve
        {
            return Err(KeyRejected::malformed(
                alloc::format!("a public half on {}", public.curve.0),
                alloc::format!("the private key is on {}", curve.0),
            ));
        }
        Ok(Self {
            curve,
            seed,
            public,
        })
    }

    /// The curve.
    #[must_use]
    pub fn curve(&self) -> OkpCurve {
        self.curve
    }

    /// The seed (`d`). Keep it secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.seed
    }

    /// The public half, if the file contains it.
    #[must_use]
    pub fn public(&self) -> Option<&OkpPublicKey<'a>> {
        self.public.as_ref()
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> OkpPrivateKey<'static> {
        OkpPrivateKey {
            curve: self.curve,
            seed: Cow::Owned(self.seed.into_owned()),
            public: self.public.map(OkpPublicKey::into_owned),
        }
    }
}

impl fmt::Debug for OkpPrivateKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OkpPrivateKey")
            .field("curve", &self.curve)
            .field("seed", &Redacted)
            .field("public", &self.public)
            .finish()
    }
}

/// `2^255 - 19`, big-endian.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0x7f;
    prime[31] = 0xed;
    prime
};

/// The curve's constant `d` (RFC 8032 section 5.1) times 2^256, big-endian.
const D_TIMES_R: [u8; 32] = [
    0x2c, 0x82, 0x2b, 0x5a, 0x72, 0x9f, 0xc5, 0x26, 0xe5, 0x93, 0x92, 0x07, 0xbc, 0x18, 0x86, 0x90,
    0x10, 0xa1, 0x87, 0x77, 0xaf, 0xc6, 0x29, 0x73, 0x80, 0xed, 0x8b, 0xfe, 0xdf, 0x47, 0xe9, 0xfa,
];

/// 1 / 2^256, big-endian.
const ONE_OVER_R: [u8; 32] = [
    0x17, 0x94, 0x35, 0xe5, 0x0d, 0x79, 0x43, 0x5e, 0x50, 0xd7, 0x94, 0x35, 0xe5, 0x0d, 0x79, 0x43,
    0x5e, 0x50, 0xd7, 0x94, 0x35, 0xe5, 0x0d, 0x79, 0x43, 0x5e, 0x50, 0xd7, 0x94, 0x35, 0xe5, 0x0a,
];

/// The `y` of the four points of order 8, two values up to the sign of `x`, big-endian.
const ORDER_EIGHT: [[u8; 32]; 2] = [
    [
        0x05, 0xfc, 0x53, 0x6d, 0x88, 0x02, 0x38, 0xb1, 0x39, 0x33, 0xc6, 0xd3, 0x05, 0xac, 0xdf,
        0xd5, 0xf0, 0x98, 0xef, 0xf2, 0x89, 0xf4, 0xc3, 0x45, 0xb0, 0x27, 0xb2, 0xc2, 0x8f, 0x95,
        0xe8, 0x26,
    ],
    [
        0x7a, 0x03, 0xac, 0x92, 0x77, 0xfd, 0xc7, 0x4e, 0xc6, 0xcc, 0x39, 0x2c, 0xfa, 0x53, 0x20,
        0x2a, 0x0f, 0x67, 0x10, 0x0d, 0x76, 0x0b, 0x3c, 0xba, 0x4f, 0xd8, 0x4d, 0x3d, 0x70, 0x6a,
        0x17, 0xc7,
    ],
];

fn check_ed25519(encoded: &[u8]) -> Result<(), KeyRejected> {
    let not_a_point = || {
        KeyRejected::malformed(
            "bytes that encode no point on Ed25519",
            "a public key is the canonical encoding of a point (RFC 8032 section 5.1.3)",
        )
    };
    let Ok(mut y): Result<[u8; 32], _> = encoded.try_into() else {
        return Err(KeyRejected::malformed(
            alloc::format!("an Ed25519 key of {} bytes", encoded.len()),
            "an Ed25519 key has 32 bytes",
        ));
    };
    y.reverse();
    // The highest bit is the sign of x.
    if let Some(first) = y.first_mut() {
        *first &= 0x7f;
    }
    let field = Field::<4>::new(&PRIME).ok_or_else(not_a_point)?;
    let order_eight = ORDER_EIGHT.contains(&y);
    let y = field.element(&y).ok_or_else(not_a_point)?;
    let one = field.element(&[1]).ok_or_else(not_a_point)?;
    let minus_one = field.sub(&Number::ZERO, &one);
    // Order 4 has y = 0, order 1 y = 1, order 2 y = -1.
    if order_eight || [Number::ZERO, one, minus_one].contains(&y) {
        return Err(KeyRejected::weak(
            "an Ed25519 key of small order",
            "signatures under it can be forged; make a new key pair",
        ));
    }
    // x² = (y² - 1) / (d y² + 1) has a solution if the product of both is a square. Products
    // are divided by R = 2^256 (see `Field::product`), so the 1 is divided by it too, and `d` is
    // multiplied by it. R is a square and changes nothing in the end.
    let one_over_r = field.element(&ONE_OVER_R).ok_or_else(not_a_point)?;
    let d = field.element(&D_TIMES_R).ok_or_else(not_a_point)?;
    let squared = field.product(&y, &y);
    let numerator = field.sub(&squared, &one_over_r);
    let denominator = field.add(&field.product(&d, &squared), &one_over_r);
    if field.is_square(&field.product(&numerator, &denominator)) {
        Ok(())
    } else {
        Err(not_a_point())
    }
}

#[cfg(test)]
mod tests {
    use super::{D_TIMES_R, Field, ONE_OVER_R, PRIME};

    #[test]
    fn the_constants_are_those_of_rfc_8032() {
        let field = Field::<4>::new(&PRIME).unwrap();
        let element = |bytes: &[u8]| field.element(bytes).unwrap();
        let small = |number: u32| element(&number.to_be_bytes());
        assert_eq!(field.product(&small(1), &small(1)), element(&ONE_OVER_R));
        // d is -121665 / 121666.
        let product = field.product(&element(&D_TIMES_R), &small(121_666));
        assert_eq!(field.add(&product, &small(121_665)), small(0));
    }
}
