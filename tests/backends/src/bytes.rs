//! Hexadecimal, and sums of big-endian numbers.

/// The bytes of hexadecimal text.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    text.as_bytes()
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// `a + b`, as long as `a`; `None` if it does not fit.
#[must_use]
pub fn add(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    let mut sum = a.to_vec();
    let mut carry = 0;
    for (i, byte) in sum.iter_mut().rev().enumerate() {
        let other = if i < b.len() { b[b.len() - 1 - i] } else { 0 };
        let total = u16::from(*byte) + u16::from(other) + carry;
        *byte = total.to_be_bytes()[1];
        carry = total >> 8;
    }
    (carry == 0).then_some(sum)
}

/// `a - b`, as long as `a`; `None` if it is negative.
#[must_use]
pub fn subtract(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    // a - b = not(not(a) + b), which overflows if b > a.
    let inverted: Vec<u8> = a.iter().map(|byte| !byte).collect();
    Some(add(&inverted, b)?.iter().map(|byte| !byte).collect())
}
