//! The signatures that an algorithm accepts, and those that it refuses.

use countersign::jws::{NewHeader, Scratch, Unverified, sign};
use countersign_signature::{Curve, KeyMaterial};
use countersign_test_backends::{ecdsa, keys, rsa};

use super::{Check, Subject, hold, said};
use crate::backend::Example;
use crate::cases::{parts, signature};

pub(super) fn signatures(it: &Subject) -> Check {
    let verifier = it.algorithm.verifier(&it.public()).map_err(said)?;
    hold(
        verifier.algorithm() == it.algorithm.name(),
        "a verifier of another name",
    )?;
    if let Ok(signer) = it.algorithm.signer(&it.own) {
        hold(
            signer.algorithm() == it.algorithm.name(),
            "a signer of another name",
        )?;
        let token = sign(&*signer, NewHeader::JWT, b"{}").map_err(said)?;
        let mut scratch = Scratch::default();
        let parsed = Unverified::parse(&token, &mut scratch).map_err(said)?;
        parsed.verify(&*verifier).map_err(said)?;
    }
    for example in &it.examples {
        survives(it, example)?;
    }
    // Also a long message, to see that nothing is cut off.
    for message in [&b"header.payload"[..], b"", &[b'x'; 100_000]] {
        for example in it.signed(message)? {
            survives(it, &example)?;
        }
    }
    Ok(())
}

/// A valid signature is accepted, and no altered or similar one.
fn survives(it: &Subject, example: &Example) -> Check {
    let (message, made) = (example.message.as_slice(), &example.signature);
    let verifier = it.algorithm.verifier(&example.key).map_err(said)?;
    let is_good = |message: &[u8], signature: &[u8]| verifier.verify(message, signature).is_ok();
    hold(is_good(message, made), "a good signature is refused")?;
    hold(!is_good(b"header.payloae", made), "another message")?;
    hold(!is_good(&[message, b"."].concat(), made), "a byte more")?;
    if let Some((last, rest)) = message.split_last() {
        hold(!is_good(b"", made), "no message")?;
        hold(!is_good(rest, made), "a byte less")?;
        let other = [rest, &[last ^ 1]].concat();
        hold(!is_good(&other, made), "another last byte")?;
    }
    for bit in (0..8 * made.len()).step_by(8 * made.len() / 37 + 1) {
        let mut bent = made.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        hold(!is_good(message, &bent), &format!("bit {bit} turned"))?;
    }
    let bends = "empty cut:1 drop:1 append:00 prepend:00 twice";
    let of_curves = if it.is_on_a_curve() { "der wide" } else { "" };
    for words in bends.split(' ').chain(of_curves.split_whitespace()) {
        let bent = signature::bend(words, made.clone(), "");
        hold(!is_good(message, &bent), words)?;
    }
    let n = made.len();
    for length in [1, n / 2, n - 1, n, n + 1, 1 << 16] {
        hold(!is_good(message, &vec![0; length]), "nothing but zeros")?;
        hold(!is_good(message, &vec![0xff; length]), "nothing but ones")?;
    }
    Ok(())
}

/// The same key with other paddings and hashes: only those of the algorithm's name count.
pub(super) fn others(it: &Subject) -> Check {
    let key = signature::own_key(&it.alg);
    let by_hash = ["ECDSA-SHA-256", "ECDSA-SHA-384", "ECDSA-SHA-512"];
    let others = match it.alg.as_str() {
        "ES256" => vec![by_hash[1], by_hash[2]],
        "ES384" => vec![by_hash[0], by_hash[2]],
        // The library doesn't sign a SHA-256 hash with P-521: it is shorter than half of the
        // order.
        "ES512" => vec![by_hash[1]],
        alg => signature::signing_provider()
            .iter()
            .map(|other| other.name().as_str())
            .filter(|other| *other != alg && signature::own_key(other) == key)
            .collect(),
    };
    let public = parts::key(key, false);
    let verifier = it.algorithm.verifier(public.material()).map_err(said)?;
    for other in others {
        let made = signature::sign(&format!("{key} as {other}"), None, b"message");
        hold(verifier.verify(b"message", &made).is_err(), other)?;
    }
    Ok(())
}

/// A DER signature with the length of a raw one: a reader that distinguishes them by length
/// accepts it as raw, and one that looks at the first byte accepts it as DER.
pub(super) fn raw_length_der(it: &Subject) -> Check {
    let curve = match it.alg.as_str() {
        "ES256" => Curve::P256,
        "ES384" => Curve::P384,
        _ => Curve::P521,
    };
    let message = b"header.payload";
    let half = curve.coordinate_bytes();
    // r depends only on the nonce, so s can be chosen as short as necessary.
    let (_, r) = ecdsa::key_for(curve, message, &[1], 1);
    let (short, raw, der) = (1..half)
        .find_map(|length| {
            let short = vec![0x35; length];
            let raw = [&r[..], &vec![0; half - length], &short].concat();
            let der = signature::bend("der", raw.clone(), "");
            (der.len() == raw.len()).then_some((short, raw, der))
        })
        .expect("some length fits");
    let (public, _) = ecdsa::key_for(curve, message, &short, 1);
    let verifier = it.algorithm.verifier(&KeyMaterial::EcPublic(public));
    let verifier = verifier.map_err(said)?;
    hold(verifier.verify(message, &raw).is_ok(), "the raw signature")?;
    hold(
        verifier.verify(message, &der).is_err(),
        "the same in DER is accepted",
    )
}

/// RFC 8017 sections 8.1.2 and 8.2.2: a signature is as long as the modulus. One in 256 begins
/// with a zero byte; these messages were chosen because their signatures do.
pub(super) fn leading_zero(it: &Subject) -> Check {
    let message = match it.alg.as_str() {
        "RS256" => "message 286",
        "RS384" => "message 8",
        "RS512" => "message 53",
        "PS256" => "message 531",
        "PS384" => "message 103",
        _ => "message 175",
    };
    let message = message.as_bytes();
    let made = zero_led(&it.alg, message);
    assert_eq!(made[0], 0, "the key has changed: search for new messages");
    let public = KeyMaterial::RsaPublic(keys::RSA_2048.public());
    let verifier = it.algorithm.verifier(&public).map_err(said)?;
    hold(verifier.verify(message, &made).is_ok(), "with its zero")?;
    hold(
        verifier.verify(message, &made[1..]).is_err(),
        "without its zero it is accepted",
    )
}

/// PSS with a fixed salt.
fn zero_led(alg: &str, message: &[u8]) -> Vec<u8> {
    let hash = match alg {
        "PS256" => rsa::SHA256,
        "PS384" => rsa::SHA384,
        "PS512" => rsa::SHA512,
        _ => return signature::sign(&format!("rsa as {alg}"), None, message),
    };
    rsa::sign_raw(
        &keys::RSA_2048,
        &rsa::Pss::proper(hash).encode(message, 2048),
    )
}
