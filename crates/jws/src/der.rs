//! Signatures in DER, which many libraries for ECDSA make and no JWS has. They are told
//! apart only to name the mistake in an error; none is ever accepted.

use countersign_signature::AlgorithmName;

/// The length of an algorithm's signatures, if `signature` is one of ECDSA in DER
/// (`SEQUENCE { r INTEGER, s INTEGER }`) in its place.
pub(crate) fn needed_instead(algorithm: AlgorithmName, signature: &[u8]) -> Option<usize> {
    let needed = match algorithm {
        AlgorithmName::ES256 => 64,
        AlgorithmName::ES384 => 96,
        AlgorithmName::ES512 => 132,
        _ => return None,
    };
    let numbers = match signature {
        [0x30, 0x81, length, numbers @ ..] | [0x30, length, numbers @ ..]
            if usize::from(*length) == numbers.len() =>
        {
            numbers
        }
        _ => return None,
    };
    let rest = after_integer(after_integer(numbers)?)?;
    rest.is_empty().then_some(needed)
}

fn after_integer(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x02, length, rest @ ..] => rest.get(usize::from(*length)..),
        _ => None,
    }
}
