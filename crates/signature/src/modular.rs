//! Arithmetic modulo a public prime, to check public keys.
//!
//! Numbers are arrays of 64-bit limbs, as many as the prime needs. The time depends on the
//! numbers, so **never use it with a secret**.

use core::cmp::Ordering;
use core::hint::select_unpredictable;

/// A number of `N` limbs, the least significant first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<const N: usize>([u64; N]);

impl<const N: usize> Number<N> {
    pub(crate) const ZERO: Self = Self([0; N]);

    /// From big-endian bytes; `None` if they don't fit in the limbs.
    pub(crate) fn from_be_bytes(bytes: &[u8]) -> Option<Self> {
        let mut limbs = [0; N];
        let mut places = limbs.iter_mut();
        let (highest, whole) = bytes.as_rchunks::<8>();
        for chunk in whole.iter().rev() {
            *places.next()? = u64::from_be_bytes(*chunk);
        }
        if !highest.is_empty() {
            *places.next()? = highest
                .iter()
                .fold(0, |limb, byte| (limb << 8) | u64::from(*byte));
        }
        Some(Self(limbs))
    }

    fn lowest(&self) -> u64 {
        self.0.first().copied().unwrap_or(0)
    }

    fn highest(&self) -> u64 {
        self.0.last().copied().unwrap_or(0)
    }

    /// The number without its last `bits` bits, at most 63 of them.
    ///
    /// It rotates each limb and exchanges the bits that cross into the next one. The obvious code
    /// becomes a double shift (`SHRD`), which takes many processors four times as long.
    fn shifted(&self, bits: u32) -> Self {
        let stays = u64::MAX.wrapping_shr(bits);
        let mut shifted = *self;
        let mut above = 0;
        for limb in shifted.0.iter_mut().rev() {
            let rotated = limb.rotate_right(bits);
            *limb = (rotated & stays) | (above & !stays);
            above = rotated;
        }
        shifted
    }

    /// This number, or `other` if `is_other`, without a branch.
    fn or(&self, other: &Self, is_other: bool) -> Self {
        let mut chosen = *self;
        for (limb, other) in chosen.0.iter_mut().zip(&other.0) {
            *limb = select_unpredictable(is_other, *other, *limb);
        }
        chosen
    }

    /// The number in `M` limbs. The others must be zero.
    fn narrowed<const M: usize>(&self) -> Number<M> {
        let mut narrowed = Number::ZERO;
        for (place, limb) in narrowed.0.iter_mut().zip(&self.0) {
            *place = *limb;
        }
        narrowed
    }

    /// The sum, and whether it needs one bit more than the limbs have.
    fn plus(&self, other: &Self) -> (Self, bool) {
        let mut sum = Self::ZERO;
        let mut carry = false;
        for (limb, (a, b)) in sum.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            (*limb, carry) = {
                let (partial, first) = a.overflowing_add(*b);
                let (total, second) = partial.overflowing_add(u64::from(carry));
                (total, first | second)
            };
        }
        (sum, carry)
    }

    /// The difference, and whether it is negative. If it is, 2 to the power of 64 N is added.
    fn minus(&self, other: &Self) -> (Self, bool) {
        let mut difference = Self::ZERO;
        let mut borrow = false;
        for (limb, (a, b)) in difference.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            (*limb, borrow) = {
                let (partial, first) = a.overflowing_sub(*b);
                let (total, second) = partial.overflowing_sub(u64::from(borrow));
                (total, first | second)
            };
        }
        (difference, borrow)
    }
}

impl<const N: usize> PartialOrd for Number<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for Number<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

/// The integers modulo an odd prime of `N` limbs. Operands are below the prime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<const N: usize> {
    prime: Number<N>,
    /// `-1 / prime` modulo 2^64.
    inverse: u64,
}

impl<const N: usize> Field<N> {
    /// `None` if the number is even or has more than `N` limbs.
    pub(crate) fn new(prime: &[u8]) -> Option<Self> {
        let prime = Number::from_be_bytes(prime)?;
        let lowest = prime.lowest();
        if lowest & 1 == 0 {
            return None;
        }
        // Newton's method: it begins with three right bits, and each step doubles their number.
        let mut inverse = lowest;
        for _ in 0..5 {
            let error = 2_u64.wrapping_sub(lowest.wrapping_mul(inverse));
            inverse = inverse.wrapping_mul(error);
        }
        let inverse = inverse.wrapping_neg();
        Some(Self { prime, inverse })
    }

    /// The big-endian number, if it is below the prime.
    pub(crate) fn element(&self, bytes: &[u8]) -> Option<Number<N>> {
        Number::from_be_bytes(bytes).filter(|number| *number < self.prime)
    }

    pub(crate) fn add(&self, a: &Number<N>, b: &Number<N>) -> Number<N> {
        let (sum, carry) = a.plus(b);
        self.reduced(sum, carry)
    }

    pub(crate) fn sub(&self, a: &Number<N>, b: &Number<N>) -> Number<N> {
        let (difference, is_negative) = a.minus(b);
        if is_negative {
            difference.plus(&self.prime).0
        } else {
            difference
        }
    }

    /// `a b / R` modulo the prime, where `R` is 2 to the power of 64 N (Montgomery, "Modular
    /// Multiplication Without Trial Division"). Callers keep both sides of a comparison at the
    /// same power of `R`.
    pub(crate) fn product(&self, a: &Number<N>, b: &Number<N>) -> Number<N> {
        self.product_plus(a, b, &Number::ZERO)
    }

    /// `(a b + c) / R` modulo the prime.
    pub(crate) fn product_plus(&self, a: &Number<N>, b: &Number<N>, c: &Number<N>) -> Number<N> {
        // The result is below twice the prime before it is reduced, also with `c`.
        let mut sum = c.0;
        let mut above = 0_u64;
        for digit in &b.0 {
            let mut carry = 0;
            for (limb, a) in sum.iter_mut().zip(&a.0) {
                (*limb, carry) = multiply_add(*a, *digit, *limb, carry);
            }
            let (top, overflow) = above.overflowing_add(carry);

            // Adding a multiple of the prime makes the lowest limb zero, so it can be dropped.
            let lowest = sum.first().copied().unwrap_or(0);
            let factor = lowest.wrapping_mul(self.inverse);
            let mut shifted = [0; N];
            let mut places = shifted.iter_mut();
            let mut limbs = sum.iter().zip(&self.prime.0);
            let mut carry = 0;
            if let Some((limb, prime)) = limbs.next() {
                (_, carry) = multiply_add(*prime, factor, *limb, 0);
            }
            for ((limb, prime), place) in limbs.zip(&mut places) {
                (*place, carry) = multiply_add(*prime, factor, *limb, carry);
            }
            let (highest, second) = top.overflowing_add(carry);
            if let Some(place) = places.next() {
                *place = highest;
            }
            above = u64::from(overflow).wrapping_add(u64::from(second));
            sum = shifted;
        }
        self.reduced(Number(sum), above != 0)
    }

    /// Reduces a number below twice the prime. `carry` is its highest bit, which the limbs can't
    /// hold.
    fn reduced(&self, number: Number<N>, carry: bool) -> Number<N> {
        if carry || number >= self.prime {
            number.minus(&self.prime).0
        } else {
            number
        }
    }
}

impl Field<4> {
    /// Whether `a` is a square: its Jacobi symbol over the prime is not -1.
    pub(crate) fn is_square(&self, a: &Number<4>) -> bool {
        let symbol = Symbol {
            a: *a,
            n: self.prime,
            sign: 0,
        };
        let symbol = symbol.reduced().narrowed::<3>();
        let symbol = symbol.reduced().narrowed::<2>();
        let symbol = symbol.reduced().narrowed::<1>();
        symbol.reduced().sign & 1 == 0
    }
}

/// A Jacobi symbol `(a | n)`, where `n` is odd, times -1 to the power of `sign`.
struct Symbol<const N: usize> {
    a: Number<N>,
    n: Number<N>,
    /// Only the lowest bit counts.
    sign: u64,
}

impl<const N: usize> Symbol<N> {
    /// Subtracts and halves until `a` is zero, or until both numbers need fewer limbs (Shallit and
    /// Sorenson, "A Binary Algorithm for the Jacobi Symbol").
    ///
    /// It chooses without branches, because the processor would mispredict half of them. The
    /// variables of the loop are not in `self`, because the compiler would keep them in memory.
    fn reduced(mut self) -> Self {
        while self.make_odd() {
            let Self {
                mut a,
                mut n,
                mut sign,
            } = self;
            loop {
                if N > 1 && a.highest() | n.highest() == 0 {
                    return Self { a, n, sign };
                }
                // (a | n) is (n | a), or -(n | a) if both are 3 modulo 4.
                let (difference, is_smaller) = a.minus(&n);
                let (opposite, _) = n.minus(&a);
                sign ^= u64::from(is_smaller) & ((a.lowest() & n.lowest()) >> 1);
                n = n.or(&a, is_smaller);
                a = difference.or(&opposite, is_smaller);
                // Both differences end in the same number of zeros.
                let zeros = difference.lowest().trailing_zeros();
                if zeros == u64::BITS {
                    break;
                }
                (a, sign) = halved(&a, &n, sign, zeros);
            }
            self = Self { a, n, sign };
        }
        self
    }

    /// Halves `a` until it is odd. False if it is zero.
    fn make_odd(&mut self) -> bool {
        while self.a.lowest() & 1 == 0 {
            if self.a == Number::ZERO {
                return false;
            }
            let zeros = self.a.lowest().trailing_zeros().min(63);
            (self.a, self.sign) = halved(&self.a, &self.n, self.sign, zeros);
        }
        true
    }

    /// The same with fewer limbs, which must be enough.
    fn narrowed<const M: usize>(&self) -> Symbol<M> {
        Symbol {
            a: self.a.narrowed(),
            n: self.n.narrowed(),
            sign: self.sign,
        }
    }
}

/// Halves `a` in `(a | n)`, at most 63 times. (2 | n) is -1 if `n` is 3 or 5 modulo 8.
fn halved<const N: usize>(a: &Number<N>, n: &Number<N>, sign: u64, times: u32) -> (Number<N>, u64) {
    let is_negative = (n.lowest() >> 1) ^ (n.lowest() >> 2);
    (a.shifted(times), sign ^ (u64::from(times) & is_negative))
}

/// `a b + c + d` as its lower and its upper half. It always fits.
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    let sum = product
        .wrapping_add(u128::from(c))
        .wrapping_add(u128::from(d));
    (low(sum), low(sum >> 64))
}

/// The lower 64 bits.
#[allow(clippy::cast_possible_truncation)]
fn low(number: u128) -> u64 {
    number as u64
}

/// The remainder of a big-endian number divided by a small one.
pub(crate) fn remainder(bytes: &[u8], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let mut rest = 0_u64;
    // Begin with the highest digit of 32 bits, which may have fewer bytes.
    for digit in bytes.rchunks(4).rev() {
        let digit = digit
            .iter()
            .fold(0, |digit, byte| (digit << 8) | u64::from(*byte));
        rest = ((rest << 32) | digit).checked_rem(divisor).unwrap_or(0);
    }
    u32::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn number(value: u128) -> Number<2> {
        Number::from_be_bytes(&value.to_be_bytes()).unwrap()
    }

    fn field(prime: u128) -> Field<2> {
        Field::new(&prime.to_be_bytes()).unwrap()
    }

    #[test]
    fn products_and_sums_match_those_of_native_integers() {
        let prime = 0xffff_fffb_u128;
        let field = field(prime);
        // R, to undo the division by it.
        let r = (u128::MAX % prime + 1) % prime;
        let r_squared = number(r * r % prime);
        let mut a = 1_u128;
        let mut b = prime - 1;
        for _ in 0..200 {
            a = (a * 48_271 + 11) % prime;
            b = (b * 69_621 + 7) % prime;
            let product = field.product(&number(a), &number(b));
            assert_eq!(field.product(&product, &r_squared), number(a * b % prime));
            let (c, sum) = (prime - a, (a * b + prime - a) % prime);
            let product = field.product_plus(&number(a), &number(b), &number(c));
            assert_eq!(field.product(&product, &r_squared), number(sum));
            assert_eq!(field.add(&number(a), &number(b)), number((a + b) % prime));
            assert_eq!(
                field.sub(&number(a), &number(b)),
                number((a + prime - b) % prime)
            );
        }
        // Exactly the prime is zero.
        assert_eq!(field.add(&number(prime - 1), &number(1)), Number::ZERO);
        assert_eq!(field.sub(&number(a), &number(a)), Number::ZERO);
    }

    #[test]
    fn numbers_that_fill_every_limb_are_reduced() {
        // 2^128 - 159 is prime: sums and products carry out of the highest limb.
        let prime = u128::MAX - 158;
        let field = field(prime);
        let most = number(prime - 1);
        assert_eq!(field.add(&most, &most), number(prime - 2));
        assert_eq!(field.sub(&Number::ZERO, &number(1)), most);
        // R is 159 modulo the prime, and (-1)(-1) / R times R² is R.
        let r_squared = number(159 * 159);
        let inverse = field.product(&most, &most);
        assert_eq!(field.product(&inverse, &r_squared), number(1));
        assert_eq!(
            field.product(&field.product(&most, &number(7)), &r_squared),
            number(prime - 7)
        );
        // (-1)(-1) - 1
        let nothing = field.product_plus(&most, &most, &most);
        assert_eq!(nothing, Number::ZERO);
    }

    #[test]
    fn squares_and_non_squares_are_distinguished() {
        let field = |prime: u128| Field::<4>::new(&prime.to_be_bytes()).unwrap();
        let number = |value: u128| Number::<4>::from_be_bytes(&value.to_be_bytes()).unwrap();
        let small = field(23);
        let squares: alloc::vec::Vec<u128> = (0..23).map(|x| x * x % 23).collect();
        for x in 0..23 {
            assert_eq!(small.is_square(&number(x)), squares.contains(&x), "{x}");
        }
        // Many zeros at the end: 2^70 is a square, and 2^71 is one where 2 is.
        let large = field(u128::MAX - 158);
        assert!(large.is_square(&number(1 << 70)));
        assert_eq!(
            large.is_square(&number(1 << 71)),
            large.is_square(&number(2))
        );
    }

    /// 2^255 - 19 is 5 modulo 8, so 2 is no square modulo it.
    #[test]
    fn twice_a_square_is_no_square_modulo_the_prime_of_ed25519() {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0x7f, 0xed);
        let field = Field::<4>::new(&prime).unwrap();
        let mut bytes = [0x35_u8; 32];
        for round in 0..3000_u32 {
            // Numbers of every length, so that limbs become zero at different times.
            let cut = usize::try_from(round % 32).unwrap();
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = byte
                    .wrapping_mul(29)
                    .wrapping_add(round.to_le_bytes()[at % 2] | 1);
            }
            let mut number = bytes;
            number[..cut].fill(0);
            number[cut] &= 0x7f;
            number[31] |= 1;
            let number = field.element(&number).unwrap();
            // Products are divided by 2^256, which is a square.
            let square = field.product(&number, &number);
            assert!(field.is_square(&square), "{number:?}");
            assert!(!field.is_square(&field.add(&square, &square)), "{number:?}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_refused_and_not_truncated() {
        assert!(Number::<9>::from_be_bytes(&[1; 72]).is_some());
        assert!(Number::<9>::from_be_bytes(&[1; 73]).is_none());
        assert_eq!(number(0x0102_0304_0506_0708_090a).0[1], 0x0102);
        assert!(Field::<2>::new(&[1; 17]).is_none());
        assert!(Field::<2>::new(&[1, 2]).is_none(), "even");
    }

    #[test]
    fn remainders_match_those_of_native_integers() {
        let value = 0xdead_beef_0123_4567_89ab_cdef_u128;
        for divisor in [3, 7, 167, 65_537] {
            for cut in 0..16 {
                let bytes = &value.to_be_bytes()[cut..];
                let value = value << (8 * cut) >> (8 * cut);
                assert_eq!(
                    u128::from(remainder(bytes, divisor)),
                    value % u128::from(divisor)
                );
            }
        }
    }
}
