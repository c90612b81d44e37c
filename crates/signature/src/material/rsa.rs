//! RSA keys (RFC 7518 section 6.3).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use super::shown::{Hex, Redacted};
use crate::KeyRejected;
use crate::modular::remainder;

/// The smallest and the largest modulus, in bits. RFC 7518 section 3.3 gives the smallest; the
/// largest limits the work that a hostile key can cause.
const MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
/// The largest public exponent, in bits. It is *ring*'s limit, for the same reason.
const EXPONENT_BITS: usize = 33;

/// The public half of an RSA key: 2048 to 8192 bits, with an odd exponent from 3
/// to 33 bits, and without the fingerprint of CVE-2017-15361 (ROCA).
///
/// Numbers are big-endian. Leading zero bytes are dropped: RFC 7518 section 6.3.1 forbids them,
/// but some issuers write them.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPublicKey<'a> {
    modulus: Cow<'a, [u8]>,
    exponent: Cow<'a, [u8]>,
}

impl<'a> RsaPublicKey<'a> {
    /// A key with this modulus (`n`) and public exponent (`e`).
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if a number is out of its range or even, or if the modulus has the ROCA
    /// fingerprint.
    pub fn new(
        modulus: impl Into<Cow<'a, [u8]>>,
        exponent: impl Into<Cow<'a, [u8]>>,
    ) -> Result<Self, KeyRejected> {
        let modulus = without_leading_zeros(modulus.into());
        let exponent = without_leading_zeros(exponent.into());
        let bits = bit_length(&modulus);
        if !MODULUS_BITS.contains(&bits) {
            return Err(KeyRejected::weak(
                alloc::format!("an RSA key of {bits} bits"),
                "RSA keys have 2048 to 8192 bits",
            ));
        }
        if is_even(&modulus) {
            return Err(KeyRejected::malformed(
                "an even RSA modulus",
                "a modulus is a product of two odd primes",
            ));
        }
        let exponent_bits = bit_length(&exponent);
        if is_even(&exponent) || !(2..=EXPONENT_BITS).contains(&exponent_bits) {
            return Err(KeyRejected::weak(
                match exponent.as_ref() {
                    [] => "an RSA exponent of 0".into(),
                    [one_byte] => alloc::format!("an RSA exponent of {one_byte}"),
                    _ => alloc::format!(
                        "an {} RSA exponent of {exponent_bits} bits",
                        if is_even(&exponent) { "even" } else { "odd" }
                    ),
                },
                "a public exponent is odd, at least 3, and has at most 33 bits",
            ));
        }
        if has_roca_fingerprint(&modulus) {
            return Err(KeyRejected::weak(
                "an RSA modulus with the fingerprint of ROCA (CVE-2017-15361)",
                "make a new key pair with other software",
            ));
        }
        Ok(Self { modulus, exponent })
    }

    /// The modulus `n`, big-endian, without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent `e`, big-endian, without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// The length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        bit_length(&self.modulus)
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> RsaPublicKey<'static> {
        RsaPublicKey {
            modulus: Cow::Owned(self.modulus.into_owned()),
            exponent: Cow::Owned(self.exponent.into_owned()),
        }
    }
}

impl fmt::Debug for RsaPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("modulus", &Hex(&self.modulus))
            .field("exponent", &Hex(&self.exponent))
            .finish()
    }
}

/// The private numbers of a two-prime RSA key (RFC 8017 section 3.2), big-endian.
#[derive(Clone)]
#[non_exhaustive]
pub struct RsaPrivateParts<'a> {
    /// The private exponent `d`.
    pub d: Cow<'a, [u8]>,
    /// The first prime `p`.
    pub p: Cow<'a, [u8]>,
    /// The second prime `q`.
    pub q: Cow<'a, [u8]>,
    /// `d mod (p - 1)`.
    pub dp: Cow<'a, [u8]>,
    /// `d mod (q - 1)`.
    pub dq: Cow<'a, [u8]>,
    /// `q^-1 mod p`.
    pub qi: Cow<'a, [u8]>,
}

impl<'a> RsaPrivateParts<'a> {
    /// The private exponent `d`, the primes `[p, q]`, their exponents `[dp, dq]` and the
    /// coefficient `qi`.
    pub fn new<N: Into<Cow<'a, [u8]>>>(d: N, primes: [N; 2], exponents: [N; 2], qi: N) -> Self {
        let [p, q] = primes.map(Into::into);
        let [dp, dq] = exponents.map(Into::into);
        Self {
            d: d.into(),
            p,
            q,
            dp,
            dq,
            qi: qi.into(),
        }
    }
}

impl fmt::Debug for RsaPrivateParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Redacted.fmt(f)
    }
}

/// An RSA private key with its public half. The library that signs with it checks whether its
/// numbers agree.
#[derive(Clone, Debug)]
pub struct RsaPrivateKey<'a> {
    public: RsaPublicKey<'a>,
    /// In a box, so that key material, which is public most of the time, is small.
    parts: Box<RsaPrivateParts<'a>>,
}

impl<'a> RsaPrivateKey<'a> {
    /// A private key from a checked public half and the private numbers.
    ///
    /// # Errors
    ///
    /// [`KeyRejected`] if a number is zero.
    pub fn new(
        public: RsaPublicKey<'a>,
        mut parts: RsaPrivateParts<'a>,
    ) -> Result<Self, KeyRejected> {
        for number in [
            &mut parts.d,
            &mut parts.p,
            &mut parts.q,
            &mut parts.dp,
            &mut parts.dq,
            &mut parts.qi,
        ] {
            *number = without_leading_zeros(core::mem::take(number));
            if number.is_empty() {
                return Err(KeyRejected::malformed(
                    "an RSA private key with a number missing or zero",
                    "a private key has d, p, q, dp, dq and qi",
                ));
            }
        }
        let parts = Box::new(parts);
        Ok(Self { public, parts })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &RsaPublicKey<'a> {
        &self.public
    }

    /// The private numbers. Keep them secret.
    #[must_use]
    pub fn expose(&self) -> &RsaPrivateParts<'a> {
        &self.parts
    }

    /// The same, owning its bytes.
    #[must_use]
    pub fn into_owned(self) -> RsaPrivateKey<'static> {
        let own = |part: Cow<'a, [u8]>| Cow::Owned(part.into_owned());
        RsaPrivateKey {
            public: self.public.into_owned(),
            parts: Box::new(RsaPrivateParts {
                d: own(self.parts.d),
                p: own(self.parts.p),
                q: own(self.parts.q),
                dp: own(self.parts.dp),
                dq: own(self.parts.dq),
                qi: own(self.parts.qi),
            }),
        }
    }
}

fn without_leading_zeros(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(zeros..).unwrap_or_default()),
        Cow::Owned(mut bytes) => {
            bytes.drain(..zeros);
            Cow::Owned(bytes)
        }
    }
}

/// The bits of a number without leading zero bytes.
fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| {
        let unused = usize::try_from(first.leading_zeros()).unwrap_or(0);
        number.len().saturating_mul(8).saturating_sub(unused)
    })
}

fn is_even(number: &[u8]) -> bool {
    number.last().is_none_or(|byte| byte & 1 == 0)
}

/// Whether a modulus looks like those of CVE-2017-15361: modulo each of these primes it is a
/// power of 65537. A good modulus has this fingerprint by chance only once in 2^27 or less (Nemec
/// et al., "The Return of Coppersmith's Attack", section 3.2).
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    // First the primes modulo which 65537 has few powers.
    const PRIMES: [u32; 37] = [
        11, 13, 17, 19, 3, 5, 7, 23, 29, 31, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    // 65537 has only these three powers modulo 37, so most moduli fail there. 2^72 is 1 modulo 37,
    // so the sum of such digits has the same remainder as the modulus.
    if !matches!(digit_sum(modulus) % 37, 1 | 10 | 26) {
        return false;
    }
    PRIMES.iter().all(|prime| {
        let wanted = remainder(modulus, *prime);
        let generator = 65_537_u32.checked_rem(*prime).unwrap_or(0);
        let powers = core::iter::successors(Some(1_u32), |power| {
            power.saturating_mul(generator).checked_rem(*prime)
        });
        powers
            .take(usize::try_from(*prime).unwrap_or(0))
            .any(|power| power == wanted)
    })
}

/// The sum of the digits of 72 bits, of which a number has fewer than 2^56.
fn digit_sum(number: &[u8]) -> u128 {
    let (highest, digits) = number.as_rchunks::<9>();
    let highest = highest
        .iter()
        .fold(0, |digit, byte| (digit << 8) | u128::from(*byte));
    digits.iter().fold(highest, |sum, [high, low @ ..]| {
        let digit = (u128::from(*high) << 64) | u128::from(u64::from_be_bytes(*low));
        sum.wrapping_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::{digit_sum, remainder};

    #[test]
    fn the_sum_of_digits_has_the_remainder_of_the_number() {
        let number: [u8; 256] = core::array::from_fn(|at| at.wrapping_mul(73).to_le_bytes()[0]);
        for cut in 0..number.len() {
            let number = number.get(cut..).unwrap();
            let expected = u128::from(remainder(number, 37));
            assert_eq!(digit_sum(number) % 37, expected, "{cut}");
        }
    }
}
