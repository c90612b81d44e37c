//! How many allocations one token costs (row K7 of the attack catalogue). This binary counts all
//! of them, also those inside a backend.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;
mod vectors;

use allocation_counter::{AllocationInfo, measure};
use common::{decode, encode, key};
use countersign_jws::danger::into_payload;
use countersign_jws::{NewHeader, Scratch, TokenSigner, Unverified, sign};
use countersign_signature::{
    Curve, EcPublicKey, KeyMaterial, OkpCurve, OkpPublicKey, RsaPublicKey, Secret, Verifier,
};
use vectors::*;

/// Parses and verifies with a scratch that was used for this token before.
fn warm(token: &str, key: &dyn Verifier) -> AllocationInfo {
    let mut scratch = Scratch::default();
    let mut check = || {
        let unverified = Unverified::parse(token, &mut scratch).unwrap();
        unverified.verify(key).is_ok()
    };
    assert!(check());
    measure(|| assert!(check()))
}

#[test]
fn a_warm_scratch_makes_hmac_ecdsa_and_eddsa_free_of_allocations() {
    let secret = KeyMaterial::Secret(Secret::new(decode(A1_K)).unwrap());
    let ec = EcPublicKey::new(Curve::P256, decode(A3_X), decode(A3_Y)).unwrap();
    let okp = OkpPublicKey::new(OkpCurve::ED25519, decode(ED25519_X)).unwrap();
    for (token, algorithm, key) in [
        (A1, "HS256", secret),
        (A3, "ES256", KeyMaterial::EcPublic(ec)),
        (ED25519, "EdDSA", KeyMaterial::OkpPublic(okp)),
    ] {
        for provider in [
            countersign_ring::provider(),
            countersign_rustcrypto::provider(),
        ] {
            let verifier = provider.get(algorithm).unwrap().verifier(&key).unwrap();
            assert_eq!(
                warm(token, &*verifier).count_total,
                0,
                "{algorithm} of {provider:?}"
            );
        }
    }
}

#[test]
fn the_header_costs_no_allocation_either() {
    let header = NewHeader::JWT.with_kid("2026-11");
    let token = sign(&*key(7).signer, header, b"{}").unwrap();
    assert_eq!(warm(&token, &*key(7).verifier).count_total, 0);

    let mut scratch = Scratch::default();
    let unverified = Unverified::parse(&token, &mut scratch).unwrap();
    let header = unverified.header();
    let info = measure(|| {
        assert!(header.is_typ("application/jwt") && !header.is_typ("at+jwt"));
        assert!(!header.is_nested() && header.kid().is_some());
    });
    assert_eq!(info.count_total, 0);
}

/// Both libraries allocate to compute with a modulus; our code doesn't.
#[test]
fn rsa_allocates_only_inside_the_library() {
    let public = RsaPublicKey::new(decode(A2_N), decode("AQAB")).unwrap();
    let key = KeyMaterial::RsaPublic(public);
    let (signing_input, signature) = A2.rsplit_once('.').unwrap();
    let signature = decode(signature);
    for algorithm in [countersign_ring::RS256, countersign_rustcrypto::RS256] {
        let verifier = algorithm.verifier(&key).unwrap();
        let verify = || verifier.verify(signing_input.as_bytes(), &signature);
        assert_eq!(verify(), Ok(()));
        let library = measure(|| assert!(verify().is_ok()));
        assert_eq!(warm(A2, &*verifier).count_total, library.count_total);
    }
}

#[test]
fn e3_e9_a_token_over_the_limit_or_full_of_dots_allocates_nothing() {
    let mut scratch = Scratch::default();
    for hostile in [
        ".".repeat(1 << 20),
        "a".repeat(100 << 20),
        "a.".repeat(8000),
    ] {
        let info = measure(|| assert!(Unverified::parse(&hostile, &mut scratch).is_err()));
        assert_eq!(info.count_total, 0);
        let info = measure(|| {
            let parsed = Unverified::parse_within(usize::MAX, &hostile, &mut scratch);
            assert!(parsed.is_err());
        });
        assert_eq!(info.count_total, 0);
    }
}

/// Even without a used scratch, and with any header, a token costs memory in proportion to its
/// length.
#[test]
fn k7_a_hostile_header_costs_no_more_memory_than_a_few_times_its_length() {
    let names: String = (0..900).map(|i| format!(r#","\u0061{i}":"\n""#)).collect();
    let nested = format!(r#","x":{}{}"#, "[".repeat(99), "]".repeat(99));
    let duplicates = r#","\u0061":1"#.repeat(900);
    for members in [names, nested, duplicates] {
        let token = format!(
            "{}.e30.AAAA",
            encode(format!(r#"{{"alg":"HS256"{members}}}"#))
        );
        let info = measure(|| {
            let mut scratch = Scratch::default();
            drop(Unverified::parse(&token, &mut scratch).map(|_| ()));
        });
        let most = u64::try_from(token.len()).unwrap() * 10 + 1024;
        assert!(info.bytes_max < most, "{info:?} for {} bytes", token.len());
    }
}

#[test]
fn signing_never_grows_the_token() {
    let key = key(7);
    let header = NewHeader::JWT.with_kid("2026-11");
    let payload = [b' '; 1000];
    let info = measure(|| drop(sign(&*key.signer, header, &payload).unwrap()));
    // The token, its header, the signature: the payload is encoded in place.
    assert!(info.count_total <= 8, "{info:?}");
    let length = u64::try_from(sign(&*key.signer, header, &payload).unwrap().len()).unwrap();
    assert!(
        info.bytes_total < length + 1024,
        "{info:?} for {length} bytes"
    );
}

#[test]
fn a_token_of_a_payload_that_is_given_away_is_one_allocation() {
    let key = key(7);
    let signer = TokenSigner::new(key.signer.clone(), NewHeader::JWT);
    let payload = [b' '; 200].to_vec();
    let mut token = String::new();
    let info = measure(|| token = signer.sign_vec(payload).unwrap());
    assert_eq!(info.count_total, 1, "{info:?}");
    assert_eq!(
        token,
        sign(&*key.signer, NewHeader::JWT, &[b' '; 200]).unwrap()
    );
}

#[test]
fn payload_and_signature_take_one_allocation_and_a_kept_payload_is_not_much_larger_than_its_text() {
    let header = encode(br#"{"alg":"HS256"}"#);
    let payload = br#"{"sub":"42"}"#;
    for signature in [32, 64, 132, 256, 512] {
        let token = format!(
            "{header}.{}.{}",
            encode(payload),
            encode(vec![1; signature])
        );
        let mut scratch = Scratch::default();
        let info = measure(|| assert!(Unverified::parse(&token, &mut scratch).is_ok()));
        assert_eq!(info.count_total, 1, "{signature}");
        let kept = into_payload(scratch);
        assert_eq!(kept, payload, "{signature}");
        assert!(kept.capacity() <= payload.len() + 160, "{signature}");
    }
}
