//! Keys on short Weierstrass curves (RFC 7518 section 6.2).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use super::shown::{Hex, Redacted};
use crate::KeyRejected;
use crate::modular::{Field, Number};

/// A curve `y² = x³ + ax + b` over a prime field. You can define your own.
///
/// Two curves are equal if their names and all their parameters are.
///
/// ```
/// use countersign_signature::Curve;
///
/// assert_eq!(Curve::P256.name(), "P-256");
/// assert_eq!(Curve::P521.coordinate_bytes(), 66);
/// assert_ne!(Curve::P256, Curve::SECP256K1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Curve {
    name: &'static str,
    prime: &'static [u8],
    a: &'static [u8],
    b: &'static [u8],
}

impl Curve {
    /// NIST P-256 (SP 800-186 section 3.2.1.3).
    pub const P256: Self = Self::known(
        "P-256",
        &hex::<32>("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        &hex::<32>("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
        &hex::<32>("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
    );
    /// NIST P-384 (SP 800-186 section 3.2.1.4).
    pub const P384: Self = Self::known(
        "P-384",
        &hex::<48>(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        ),
        &hex::<48>(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
        ),
        &hex::<48>(
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        ),
    );
    /// NIST P-521 (SP 800-186 section 3.2.1.5).
    pub const P521: Self = Self::known(
        "P-521",
        &hex::<66>(
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ),
        &hex::<66>(
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc",
        ),
        &hex::<66>(
            "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
        ),
    );
    /// secp256k1 (RFC 8812 section 3), defined here so that errors can name it.
    pub const SECP256K1: Self = Self::known(
        "secp256k1",
        &hex::<32>("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"),
        &[0],
        &[7],
    );

    /// The curves with a constant in this type.
    const KNOWN: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::SECP256K1];

    const fn known(
        name: &'static str,
        prime: &'static [u8],
        a: &'static [u8],
        b: &'static [u8],
    ) -> Self {
        Self {
            name,
            prime,
            a: without_leading_zeros(a),
            b: without_leading_zeros(b),
        }
    }

    /// A curve with its JOSE name and its parameters, big-endian. The prime has no leading zero
    /// byte and at most 575 bits. A coordinate has the same length as the prime.
    ///
    /// Use it in a `const`, so that a wrong parameter fails the build.
    ///
    /// # Panics
    ///
    /// If the name is that of a constant of this type, such as `P-256`, but a parameter differs.
    /// So no key can claim to be on P-256 but lie on another curve.
    #[must_use]
    #[allow(
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )] // evaluated in a const
    pub const fn new(
        name: &'static str,
        prime: &'static [u8],
        a: &'static [u8],
        b: &'static [u8],
    ) -> Self {
        let curve = Self::known(name, prime, a, b);
        let mut i = 0;
        while i < Self::KNOWN.len() {
            let known = Self::KNOWN[i];
            if same(known.name.as_bytes(), name.as_bytes())
                && !(same(known.prime, prime) && same(known.a, curve.a) && same(known.b, curve.b))
            {
                panic!("this name belongs to a curve of other parameters");
            }
            i += 1;
        }
        curve
    }

    /// The JOSE name (`crv`), such as `P-256`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The length of one coordinate, in bytes.
    #[must_use]
    pub const fn coordinate_bytes(&self) -> usize {
        self.prime.len()
    }

    /// Whether `(x, y)` satisfies the curve's equation, and both are below the prime.
    fn contains(&self, x: &[u8], y: &[u8]) -> Option<bool> {
        match self.prime.len() {
            0..=32 => self.contains_in::<4>(x, y),
            33..=48 => self.contains_in::<6>(x, y),
            _ => self.contains_in::<9>(x, y),
        }
    }

    /// Compares `y² - b` with `(x² + a) x`, both divided by `R²` (see [`Field::product_plus`]).
    fn contains_in<const N: usize>(&self, x: &[u8], y: &[u8]) -> Option<bool> {
        let field = Field::<N>::new(self.prime)?;
        let (x, y) = (field.element(x)?, field.element(y)?);
        let (a, b) = (field.element(self.a)?, field.element(self.b)?);
        let minus_b = field.sub(&Number::ZERO, &b);
        let left = field.product_plus(&y, &y, &minus_b);
        let left = field.product(&left, &field.element(&[1])?);
        let right = field.product_plus(&x, &x, &a);
        Some(left == field.product(&right, &x))
    }
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A public key: a point on its curve.
#[derive(Clone, PartialEq, Eq)]
pub struct EcPublicKey<'a> {
    curve: Curve,
    /// `04 || x || y`.
    uncompressed: Cow<'a, [u8]>,
}

/// The first byte of an uncompressed point (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;

impl EcPublicKey<'static> {
    /// The point with these affine coordinates, big-endian, each with the full length for the
    /// curve.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if a coordinate has another length or the point is not on the curve.
    pub fn new(
        curve: Curve,
        x: impl AsRef<[u8]>,
        y: impl AsRef<[u8]>,
    ) -> Result<Self, KeyRejected> {
        let (x, y) = (x.as_ref(), y.as_ref());
        check(curve, x, y)?;
        Ok(Self {
            curve,
            uncompressed: [&[UNCOMPRESSED], x, y].concat().into(),
        })
    }
}

impl<'a> EcPublicKey<'a> {
    /// Reads the uncompressed form `04 || x || y` (SEC 1 section 2.3.3).
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] for the compressed form, for the point at infinity, and as
    /// [`new`](Self::new).
    pub fn from_uncompressed(
        curve: Curve,
        point: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Self, KeyRejected> {
        let uncompressed = point.into();
        match uncompressed.split_first() {
            Some((&UNCOMPRESSED, coordinates)) => {
                let (x, y) = coordinates
                    .split_at_checked(curve.coordinate_bytes())
                    .unwrap_or((coordinates, &[]));
                check(curve, x, y)?;
            }
            Some((2 | 3, _)) => {
                return Err(KeyRejected::new(
                    crate::KeyRejectedReason::Unsupported,
                    alloc::format!("a compressed point on {}", curve.name),
                    "write the key with an uncompressed point \
                     (openssl: -ec_conv_form uncompressed)",
                ));
            }
            _ => {
                return Err(KeyRejected::malformed(
                    "no point in the form of SEC 1 section 2.3.3",
                    "a public key is an uncompressed point on its curve",
                ));
            }
        }
        Ok(Self {
            curve,
            uncompressed,
        })
    }

    /// The curve.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The coordinate `x`, big-endian, with the full length for the curve.
    #[must_use]
    pub fn x(&self) -> &[u8] {
        self.coordinates().0
    }

    /// The coordinate `y`, big-endian, with the full length for the curve.
    #[must_use]
    pub fn y(&self) -> &[u8] {
        self.coordinates().1
    }

    fn coordinates(&self) -> (&[u8], &[u8]) {
        let both = self.uncompressed.get(1..).unwrap_or_default();
        both.split_at_checked(self.curve.coordinate_bytes())
            .unwrap_or_default()
    }

    /// The uncompressed form `04 || x || y`.
    #[must_use]
    pub fn as_uncompressed(&self) -> &[u8] {
        &self.uncompressed
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> EcPublicKey<'static> {
        EcPublicKey {
            curve: self.curve,
            uncompressed: Cow::Owned(self.uncompressed.into_owned()),
        }
    }
}

/// Checks the lengths of the coordinates and the equation of the curve.
fn check(curve: Curve, x: &[u8], y: &[u8]) -> Result<(), KeyRejected> {
    let length = curve.coordinate_bytes();
    for (name, coordinate) in [("x", x), ("y", y)] {
        if coordinate.len() != length {
            return Err(KeyRejected::malformed(
                alloc::format!("a coordinate {name} of {} bytes", coordinate.len()),
                alloc::format!("a coordinate of {} has {length} bytes", curve.name),
            ));
        }
    }
    if curve.contains(x, y) == Some(true) {
        return Ok(());
    }
    Err(KeyRejected::malformed(
        alloc::format!("a point that is not on the curve {}", curve.name),
        "a public key is a point on its curve",
    ))
}

impl fmt::Debug for EcPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcPublicKey")
            .field("curve", &self.curve)
            .field("x", &Hex(self.x()))
            .field("y", &Hex(self.y()))
            .finish()
    }
}

/// A private key: a scalar, and the public point if the file contains it.
#[derive(Clone)]
pub struct EcPrivateKey<'a> {
    curve: Curve,
    d: Cow<'a, [u8]>,
    /// In a box, so that key material, which is public most of the time, is small.
    public: Option<Box<EcPublicKey<'a>>>,
}

impl<'a> EcPrivateKey<'a> {
    /// A private key with the scalar `d`, big-endian, with the full length for the curve. The
    /// library that signs with it checks whether `d` is in its range and matches the point.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if `d` has another length, or the point is on another curve.
    pub fn new(
        curve: Curve,
        d: impl Into<Cow<'a, [u8]>>,
        public: Option<EcPublicKey<'a>>,
    ) -> Result<Self, KeyRejected> {
        let d = d.into();
        let length = curve.coordinate_bytes();
        if d.len() != length {
            return Err(KeyRejected::malformed(
                alloc::format!("a private scalar of {} bytes", d.len()),
                alloc::format!("a private scalar of {} has {length} bytes", curve.name),
            ));
        }
        if let Some(public) = &public
            && public.curve != curve
        {
            return Err(KeyRejected::malformed(
                alloc::format!("a public point on {}", public.curve.name),
                alloc::format!("the private key is on {}", curve.name),
            ));
        }
        let public = public.map(Box::new);
        Ok(Self { curve, d, public })
    }

    /// The curve.
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The private scalar, big-endian, with the full length for the curve. Keep it secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.d
    }

    /// The public point, if the file contains it.
    #[must_use]
    pub fn public(&self) -> Option<&EcPublicKey<'a>> {
        self.public.as_deref()
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> EcPrivateKey<'static> {
        EcPrivateKey {
            curve: self.curve,
            d: Cow::Owned(self.d.into_owned()),
            public: self.public.map(|public| Box::new(public.into_owned())),
        }
    }
}

impl fmt::Debug for EcPrivateKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcPrivateKey")
            .field("curve", &self.curve)
            .field("d", &Redacted)
            .field("public", &self.public)
            .finish()
    }
}

const fn without_leading_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

/// Whether two slices are equal; `==` is not `const`.
const fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([first_a, rest_a @ ..], [first_b, rest_b @ ..]) = (a, b) {
        if *first_a != *first_b {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}

/// Converts hexadecimal to bytes at compile time, for the constants of this file.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unreachable
)]
const fn hex<const N: usize>(text: &str) -> [u8; N] {
    const fn digit(byte: u8) -> u8 {
        match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => panic!("not a hexadecimal digit"),
        }
    }
    let text = text.as_bytes();
    assert!(text.len() == 2 * N, "wrong number of digits");
    let mut bytes = [0; N];
    let mut i = 0;
    while i < N {
        bytes[i] = digit(text[2 * i]) << 4 | digit(text[2 * i + 1]);
        i += 1;
    }
    bytes
}
