//! Arithmetic modulo a public prime, to check public keys.
//!
//! Plain and slow on purpose: a product is a chain of doublings and additions,
//! each followed by at most one subtraction. Its time depends on the numbers,
//! so **no secret may ever come here**.

use core::cmp::Ordering;

/// 64-bit limbs, the least significant first: enough for P-521 and one bit to double.
const LIMBS: usize = 9;

/// A number below 2^576.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number([u64; LIMBS]);

impl Number {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);
    pub(crate) const ONE: Self = {
        let mut limbs = [0; LIMBS];
        limbs[0] = 1;
        Self(limbs)
    };

    /// From big-endian bytes; `None` if they are more than the limbs hold.
    pub(crate) fn from_be_bytes(bytes: &[u8]) -> Option<Self> {
        let mut limbs = [0; LIMBS];
        let mut chunks = bytes.rchunks(8);
        for (limb, chunk) in limbs.iter_mut().zip(&mut chunks) {
            *limb = chunk
                .iter()
                .fold(0, |limb, byte| (limb << 8) | u64::from(*byte));
        }
        chunks.next().is_none().then_some(Self(limbs))
    }

    /// The bits, the most significant first.
    fn bits(&self) -> impl Iterator<Item = bool> + '_ {
        self.0
            .iter()
            .rev()
            .flat_map(|limb| (0..64).rev().map(move |bit| (limb >> bit) & 1 == 1))
            .skip_while(|bit| !bit)
    }

    /// The number modulo 2, 4 or 8.
    fn low_bits(&self, modulus: u64) -> u64 {
        let [lowest, ..] = self.0;
        lowest & modulus.wrapping_sub(1)
    }

    fn half(&self) -> Self {
        let mut half = *self;
        let mut carry = 0;
        for limb in half.0.iter_mut().rev() {
            (*limb, carry) = ((*limb >> 1) | (carry << 63), *limb & 1);
        }
        half
    }

    fn wrapping_add(&self, other: &Self) -> Self {
        let mut sum = Self::ZERO;
        let mut carry = false;
        for (limb, (a, b)) in sum.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            let (partial, first) = a.overflowing_add(*b);
            let (total, second) = partial.overflowing_add(u64::from(carry));
            *limb = total;
            carry = first || second;
        }
        sum
    }

    fn wrapping_sub(&self, other: &Self) -> Self {
        let mut difference = Self::ZERO;
        let mut borrow = false;
        for (limb, (a, b)) in difference.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            let (partial, first) = a.overflowing_sub(*b);
            let (total, second) = partial.overflowing_sub(u64::from(borrow));
            *limb = total;
            borrow = first || second;
        }
        difference
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

/// The integers modulo a prime of at most 575 bits. Operands are below the prime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    prime: Number,
}

impl Field {
    pub(crate) fn new(prime: Number) -> Self {
        Self { prime }
    }

    /// The big-endian number, if it is below the prime.
    pub(crate) fn element(&self, bytes: &[u8]) -> Option<Number> {
        Number::from_be_bytes(bytes).filter(|number| *number < self.prime)
    }

    pub(crate) fn add(&self, a: &Number, b: &Number) -> Number {
        let sum = a.wrapping_add(b);
        if sum < self.prime {
            sum
        } else {
            sum.wrapping_sub(&self.prime)
        }
    }

    pub(crate) fn sub(&self, a: &Number, b: &Number) -> Number {
        self.add(a, &self.prime.wrapping_sub(b))
    }

    pub(crate) fn mul(&self, a: &Number, b: &Number) -> Number {
        b.bits().fold(Number::ZERO, |product, bit| {
            let doubled = self.add(&product, &product);
            if bit { self.add(&doubled, a) } else { doubled }
        })
    }

    /// Whether `a` is a square: its Jacobi symbol over the prime is not -1. The binary
    /// algorithm subtracts and halves alone (Shallit and Sorenson, "A Binary Algorithm
    /// for the Jacobi Symbol").
    pub(crate) fn is_square(&self, a: &Number) -> bool {
        let (mut a, mut n) = (*a, self.prime);
        let mut negative = false;
        while a != Number::ZERO {
            while a.low_bits(2) == 0 {
                a = a.half();
                negative ^= matches!(n.low_bits(8), 3 | 5);
            }
            if a < n {
                core::mem::swap(&mut a, &mut n);
                negative ^= a.low_bits(4) == 3 && n.low_bits(4) == 3;
            }
            a = a.wrapping_sub(&n);
        }
        !negative
    }
}

/// The remainder of a big-endian number by a small one.
pub(crate) fn remainder(bytes: &[u8], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let rest = bytes.iter().fold(0_u64, |rest, byte| {
        ((rest << 8) | u64::from(*byte))
            .checked_rem(divisor)
            .unwrap_or(0)
    });
    u32::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn number(value: u128) -> Number {
        Number::from_be_bytes(&value.to_be_bytes()).unwrap()
    }

    #[test]
    fn products_and_sums_match_those_of_native_integers() {
        let prime = 0xffff_fffb_u128;
        let field = Field::new(number(prime));
        let mut a = 1_u128;
        let mut b = prime - 1;
        for _ in 0..200 {
            a = (a * 48_271 + 11) % prime;
            b = (b * 69_621 + 7) % prime;
            assert_eq!(field.mul(&number(a), &number(b)), number(a * b % prime));
            assert_eq!(field.add(&number(a), &number(b)), number((a + b) % prime));
            assert_eq!(
                field.sub(&number(a), &number(b)),
                number((a + prime - b) % prime)
            );
        }
        // Exactly the prime is zero.
        assert_eq!(field.add(&number(prime - 1), &Number::ONE), Number::ZERO);
        assert_eq!(field.sub(&number(a), &number(a)), Number::ZERO);
    }

    #[test]
    fn squares_are_told_from_non_squares() {
        let field = Field::new(number(23));
        let squares: alloc::vec::Vec<u128> = (0..23).map(|x| x * x % 23).collect();
        for x in 0..23 {
            assert_eq!(field.is_square(&number(x)), squares.contains(&x), "{x}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_refused_and_not_cut() {
        assert!(Number::from_be_bytes(&[1; 72]).is_some());
        assert!(Number::from_be_bytes(&[1; 73]).is_none());
        assert_eq!(number(0x0102_0304_0506_0708_090a).0[1], 0x0102);
    }

    #[test]
    fn remainders_match_those_of_native_integers() {
        let value = 0xdead_beef_0123_4567_89ab_cdef_u128;
        for divisor in [3, 7, 167, 65_537] {
            assert_eq!(
                u128::from(remainder(&value.to_be_bytes(), divisor)),
                value % u128::from(divisor)
            );
        }
    }
}
