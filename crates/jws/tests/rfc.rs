//! The signed examples of the RFCs verify. Examples that are not compact, not signed, or not
//! encoded are refused.

extern crate alloc;

use crate::common;
use crate::vectors;

use alloc::sync::Arc;

use common::{BAD_SIGNATURE, Verdict, accepted, decode, encode, verdict};
use countersign_jws::{NewHeader, ParseError, Scratch, Unverified, VerifyError, sign};
use countersign_signature::{
    Algorithm, Curve, EcPublicKey, KeyMaterial, OkpCurve, OkpPrivateKey, OkpPublicKey,
    RsaPrivateKey, RsaPrivateParts, RsaPublicKey, Secret, Verifier,
};
use vectors::*;

/// The payload of RFC 7515 appendices A.1 to A.3.
const JOE: &str =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

fn secret(k: &str) -> KeyMaterial<'static> {
    KeyMaterial::Secret(Secret::new(decode(k)).unwrap())
}

fn rsa_public(n: &str) -> RsaPublicKey<'static> {
    RsaPublicKey::new(decode(n), decode("AQAB")).unwrap()
}

fn rsa_private(n: &str, [d, p, q, dp, dq, qi]: [&str; 6]) -> KeyMaterial<'static> {
    let parts = RsaPrivateParts::new(
        decode(d),
        [p, q].map(decode),
        [dp, dq].map(decode),
        decode(qi),
    );
    KeyMaterial::RsaPrivate(RsaPrivateKey::new(rsa_public(n), parts).unwrap())
}

fn ec_public(curve: Curve, x: &str, y: &str) -> KeyMaterial<'static> {
    KeyMaterial::EcPublic(EcPublicKey::new(curve, decode(x), decode(y)).unwrap())
}

fn ed25519_public() -> OkpPublicKey<'static> {
    OkpPublicKey::new(OkpCurve::ED25519, decode(ED25519_X)).unwrap()
}

fn ed25519_private() -> KeyMaterial<'static> {
    let public = Some(ed25519_public());
    let private = OkpPrivateKey::new(OkpCurve::ED25519, decode(ED25519_D), public);
    KeyMaterial::OkpPrivate(private.unwrap())
}

/// The verifiers of every backend that has the algorithm.
fn verifiers(algorithm: &str, key: &KeyMaterial<'_>) -> Vec<Arc<dyn Verifier>> {
    let providers = [
        countersign_ring::provider(),
        countersign_rustcrypto::provider(),
    ];
    let verifiers: Vec<_> = providers
        .iter()
        .filter_map(|provider| provider.get(algorithm))
        .map(|algorithm| algorithm.verifier(key).unwrap())
        .collect();
    assert!(!verifiers.is_empty(), "{algorithm}");
    verifiers
}

#[test]
fn the_signed_examples_verify_over_every_backend() {
    let bilbo_rsa = KeyMaterial::RsaPublic(rsa_public(BILBO_N));
    let examples = [
        ("RFC 7515 A.1", A1, "HS256", secret(A1_K), JOE),
        (
            "RFC 7515 A.2",
            A2,
            "RS256",
            KeyMaterial::RsaPublic(rsa_public(A2_N)),
            JOE,
        ),
        (
            "RFC 7515 A.3",
            A3,
            "ES256",
            ec_public(Curve::P256, A3_X, A3_Y),
            JOE,
        ),
        (
            "RFC 7515 A.4",
            A4,
            "ES512",
            ec_public(Curve::P521, A4_X, A4_Y),
            "Payload",
        ),
        ("RFC 7520 4.1", BILBO_4_1, "RS256", bilbo_rsa.clone(), BILBO),
        ("RFC 7520 4.2", BILBO_4_2, "PS384", bilbo_rsa, BILBO),
        (
            "RFC 7520 4.3",
            BILBO_4_3,
            "ES512",
            ec_public(Curve::P521, BILBO_X, BILBO_Y),
            BILBO,
        ),
        ("RFC 7520 4.4", BILBO_4_4, "HS256", secret(BILBO_K), BILBO),
        (
            "RFC 7797 4.1",
            ENCODED_CONTROL,
            "HS256",
            secret(A1_K),
            "$.02",
        ),
        (
            "RFC 8037 A.4",
            ED25519,
            "EdDSA",
            KeyMaterial::OkpPublic(ed25519_public()),
            "Example of Ed25519 signing",
        ),
    ];
    for (name, token, algorithm, key, payload) in examples {
        for verifier in verifiers(algorithm, &key) {
            assert_eq!(verdict(token, &*verifier), accepted(payload), "{name}");
            // The same signature over another payload.
            let (header, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            let forged = format!("{header}.{}.{signature}", encode(format!("{payload} ")));
            assert_eq!(verdict(&forged, &*verifier), BAD_SIGNATURE, "{name}");
        }
    }
}

#[test]
fn the_headers_of_the_examples_are_read() {
    let table = [
        (A1, Some("JWT"), None),
        (A2, None, None),
        (BILBO_4_1, None, Some("bilbo.baggins@hobbiton.example")),
        (
            BILBO_4_4,
            None,
            Some("018c0ae5-4d9b-471b-bfd6-eef314bc7037"),
        ),
    ];
    for (token, typ, kid) in table {
        let mut scratch = Scratch::default();
        let unverified = Unverified::parse(token, &mut scratch).unwrap();
        assert_eq!(unverified.header().typ(), typ);
        assert_eq!(unverified.header().kid(), kid);
    }
}

/// HMAC, RSASSA-PKCS1-v1_5 and EdDSA have one signature for one message.
#[test]
fn deterministic_signing_reproduces_the_examples_byte_for_byte() {
    use countersign_ring as ring;
    use countersign_rustcrypto as rustcrypto;

    let a2 = || rsa_private(A2_N, [A2_D, A2_P, A2_Q, A2_DP, A2_DQ, A2_QI]);
    let bilbo = [BILBO_D, BILBO_P, BILBO_Q, BILBO_DP, BILBO_DQ, BILBO_QI];
    let examples: [(&str, &'static dyn Algorithm, KeyMaterial<'_>); 8] = [
        (A1, ring::HS256, secret(A1_K)),
        (A1, rustcrypto::HS256, secret(A1_K)),
        (A2, ring::RS256, a2()),
        (BILBO_4_1, ring::RS256, rsa_private(BILBO_N, bilbo)),
        (BILBO_4_4, ring::HS256, secret(BILBO_K)),
        (BILBO_4_4, rustcrypto::HS256, secret(BILBO_K)),
        (ED25519, ring::EDDSA, ed25519_private()),
        (ED25519, rustcrypto::EDDSA, ed25519_private()),
    ];
    for (token, algorithm, key) in examples {
        let (signing_input, expected) = token.rsplit_once('.').unwrap();
        let mut signature = Vec::new();
        let signer = algorithm.signer(&key).unwrap();
        signer
            .sign(signing_input.as_bytes(), &mut signature)
            .unwrap();
        assert_eq!(encode(signature), expected);
    }
}

/// If the RFC writes the header in our form, the whole token is the same.
#[test]
fn whole_tokens_of_the_examples_are_reproduced() {
    let bilbo = NewHeader::default().with_kid("018c0ae5-4d9b-471b-bfd6-eef314bc7037");
    let signer = countersign_ring::HS256.signer(&secret(BILBO_K)).unwrap();
    assert_eq!(sign(&*signer, bilbo, BILBO.as_bytes()).unwrap(), BILBO_4_4);

    let a2 = rsa_private(A2_N, [A2_D, A2_P, A2_Q, A2_DP, A2_DQ, A2_QI]);
    let signer = countersign_ring::RS256.signer(&a2).unwrap();
    assert_eq!(
        sign(&*signer, NewHeader::default(), JOE.as_bytes()).unwrap(),
        A2
    );

    let signer = countersign_ring::EDDSA.signer(&ed25519_private()).unwrap();
    let payload = b"Example of Ed25519 signing";
    assert_eq!(
        sign(&*signer, NewHeader::default(), payload).unwrap(),
        ED25519
    );
}

#[test]
fn the_unsecured_example_is_refused() {
    for verifier in verifiers("HS256", &secret(A1_K)) {
        let expected = Verdict::Unreadable(ParseError::AlgorithmNone);
        assert_eq!(verdict(A5, &*verifier), expected);
    }
}

/// RFC 7520 section 4.5: the signature covers a payload that the token leaves out.
#[test]
fn the_detached_example_verifies_only_with_its_payload() {
    let (header, signature) = BILBO_4_5.split_once("..").unwrap();
    for verifier in verifiers("HS256", &secret(BILBO_K)) {
        let mut scratch = Scratch::default();
        let detached = Unverified::parse(BILBO_4_5, &mut scratch).unwrap();
        assert!(countersign_jws::danger::unverified_payload(&detached).is_ok_and(<[u8]>::is_empty));
        assert_eq!(verdict(BILBO_4_5, &*verifier), BAD_SIGNATURE);

        let whole = format!("{header}.{}.{signature}", encode(BILBO));
        assert_eq!(verdict(&whole, &*verifier), accepted(BILBO));
    }
}

/// RFC 7520 sections 4.6 to 4.8: protected in part, not at all, and signed thrice.
#[test]
fn the_examples_in_json_serialization_are_refused() {
    let examples = [
        BILBO_4_6_GENERAL,
        BILBO_4_6_FLATTENED,
        BILBO_4_7_GENERAL,
        BILBO_4_7_FLATTENED,
        BILBO_4_8_GENERAL,
    ];
    for json in examples {
        for verifier in verifiers("HS256", &secret(BILBO_K)) {
            let refused = verdict(json, &*verifier);
            let parts = matches!(refused, Verdict::Unreadable(ParseError::Parts { .. }));
            assert!(parts, "{json}: {refused:?}");
        }
    }
}

/// RFC 7797 section 4: the payload is in the token unencoded, or left out.
#[test]
fn the_examples_with_an_unencoded_payload_are_refused() {
    let (header, signature) = UNENCODED_DETACHED.split_once("..").unwrap();
    let unencoded = Verdict::Unreadable(ParseError::Extension { name: "b64" });
    for verifier in verifiers("HS256", &secret(A1_K)) {
        assert_eq!(verdict(UNENCODED_DETACHED, &*verifier), unencoded);
        let encoded = format!("{header}.{}.{signature}", encode("$.02"));
        assert_eq!(verdict(&encoded, &*verifier), unencoded);
        let raw = format!("{header}.$.02.{signature}");
        let four = Verdict::Unreadable(ParseError::Parts { found: 4 });
        assert_eq!(verdict(&raw, &*verifier), four);
        // The signature is valid: the header is the reason for the refusal.
        let signing_input = format!("{header}.$.02");
        let signed = verifier.verify(signing_input.as_bytes(), &decode(signature));
        assert_eq!(signed, Ok(()));
    }
}

/// Many libraries for ECDSA make signatures in DER, which JWS doesn't allow.
#[test]
fn b3_a_der_signature_is_refused_and_the_error_says_so() {
    let key = ec_public(Curve::P256, A3_X, A3_Y);
    let (signing_input, signature) = A3.rsplit_once('.').unwrap();
    let raw = decode(signature);
    let (r, s) = raw.split_at(32);
    let integer = |number: &[u8]| {
        let sign: &[u8] = if number[0] < 0x80 { &[] } else { &[0] };
        let length = u8::try_from(sign.len() + number.len()).unwrap();
        [&[2, length], sign, number].concat()
    };
    let numbers = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(numbers.len()).unwrap()], &numbers[..]].concat();
    let wanted = VerifyError::DerSignature {
        found: der.len(),
        needed: 64,
    };
    for provider in [
        countersign_ring::provider(),
        countersign_rustcrypto::provider(),
    ] {
        let verifier = provider.get("ES256").unwrap().verifier(&key).unwrap();
        let with = |signature: &[u8]| {
            let token = format!("{signing_input}.{}", encode(signature));
            verdict(&token, &*verifier)
        };
        assert_eq!(with(&der), Verdict::Unverified(wanted.clone()));
        assert!(
            wanted
                .to_string()
                .starts_with("found a signature in DER, of 7")
        );
        // If it isn't exactly one signature in DER, the error is that the signature does not
        // match.
        for other in [
            &der[..der.len() - 1],
            &[&der[..], &[0]].concat(),
            &[0x30, 0],
            &[],
        ] {
            assert_eq!(with(other), BAD_SIGNATURE, "{other:?}");
        }
    }
}
