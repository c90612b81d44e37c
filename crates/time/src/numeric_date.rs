//! Converts the text of a JSON number to a time, in decimal. Floating point would lose seconds
//! above 2^53, and nanoseconds already above 2^23.

const NANOS_PER_SEC: i128 = 1_000_000_000;
/// An `i64` has at most this many decimal digits.
const MAX_SECS_DIGITS: i64 = 19;
const NANOS_DIGITS: i64 = 9;

/// The usual case: whole seconds since 1970, with so few digits that an `i64` can't overflow.
fn whole_seconds(number: &str) -> Option<i64> {
    const DIGITS: usize = 18;
    let digits = number.as_bytes();
    if digits.len() > DIGITS || matches!(digits, [] | [b'0', _, ..]) {
        return None;
    }
    let mut secs = 0_i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(digit.wrapping_sub(b'0'));
        secs = secs.wrapping_mul(10).wrapping_add(digit);
    }
    Some(secs)
}

/// Seconds since 1970, rounded down, and nanoseconds after them. `None` if the text is not a JSON
/// number (RFC 8259 section 6) or an `i64` can't hold the seconds.
pub(crate) fn parse(number: &str) -> Option<(i64, u32)> {
    if let Some(secs) = whole_seconds(number) {
        return Some((secs, 0));
    }
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (number, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if !is_digits(whole)
        || !(fraction.is_empty() || is_digits(fraction))
        || (whole.len() > 1 && whole.starts_with('0'))
    {
        return None;
    }

    // The value is 0.DIGITS times 10 to the power of `point`.
    let mut digits = whole.bytes().chain(fraction.bytes()).peekable();
    let mut point = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
    while digits.next_if_eq(&b'0').is_some() {
        point = point.saturating_sub(1);
    }
    if digits.peek().is_none() {
        return Some((0, 0));
    }
    if point > MAX_SECS_DIGITS {
        return None;
    }
    let mut nanos = 0_i128;
    // At most 28 digits, so an i128 is large enough.
    for _ in 0..point.saturating_add(NANOS_DIGITS) {
        let digit = digits.next().map_or(0, |digit| digit.saturating_sub(b'0'));
        nanos = nanos.saturating_mul(10).saturating_add(i128::from(digit));
    }
    if negative {
        nanos = nanos.saturating_neg();
    }
    let secs = i64::try_from(nanos.div_euclid(NANOS_PER_SEC)).ok()?;
    let nanos = u32::try_from(nanos.rem_euclid(NANOS_PER_SEC)).ok()?;
    Some((secs, nanos))
}

/// The exponent, saturated: one that doesn't fit gives zero or a time that is refused in any
/// case.
fn exponent_of(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !is_digits(digits) {
        return None;
    }
    let value = digits.parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative {
        value.saturating_neg()
    } else {
        value
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
