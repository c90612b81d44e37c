//! Recognises signatures in DER, which many libraries for ECDSA make, but which JWS doesn't
//! allow. This is only for an error that names the mistake; such a signature is never accepted.

use countersign_signature::AlgorithmName;

/// The right length for signatures of the algorithm, if `signature` is an ECDSA signature in DER
/// (`SEQUENCE { r INTEGER, s INTEGER }`).
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
