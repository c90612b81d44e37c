//! Which signatures are remembered, for how long, and which never are.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use countersign_reconnect::{Remembering, RememberingVerifier};
use countersign_signature::{
    Algorithm, AlgorithmName, Curve, EcPrivateKey, InvalidSignature, KeyMaterial, Secret, Verifier,
};

/// Accepts signatures that begin with `good`, and counts its calls.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Counting {
    fn asked(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Verifier for Counting {
    fn algorithm(&self) -> AlgorithmName {
        AlgorithmName::ES256
    }

    fn verify(&self, _: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.0.fetch_add(1, Relaxed);
        if signature.starts_with(b"good") {
            Ok(())
        } else {
            Err(InvalidSignature::new())
        }
    }
}

fn remembering(capacity: usize) -> (Arc<Counting>, RememberingVerifier) {
    let counting = Arc::new(Counting::default());
    let verifier = RememberingVerifier::with_capacity(counting.clone(), capacity);
    (counting, verifier)
}

#[test]
fn a_token_that_verified_is_not_verified_again() {
    let (counting, verifier) = remembering(8);
    assert_eq!(verifier.algorithm(), AlgorithmName::ES256);
    for _ in 0..3 {
        assert_eq!(verifier.verify(b"message", b"good"), Ok(()));
        assert_eq!(counting.asked(), 1);
    }
}

#[test]
fn another_message_or_signature_is_verified_anew() {
    let (counting, verifier) = remembering(64);
    // The same bytes, split at another place, are another message too.
    let others: [(&[u8], &[u8]); 5] = [
        (b"message", b"good"),
        (b"massage", b"good"),
        (b"message", b"goods"),
        (b"messag", b"egood"),
        (b"messageg", b"ood"),
    ];
    for (asked, (message, signature)) in others.into_iter().enumerate() {
        let verdict = verifier.verify(message, signature);
        assert_eq!(verdict.is_ok(), signature.starts_with(b"good"));
        assert_eq!(counting.asked(), asked + 1);
    }
}

#[test]
fn a_forged_token_is_never_remembered_and_replaces_nothing() {
    let (counting, verifier) = remembering(1);
    assert!(verifier.verify(b"message", b"good").is_ok());
    for forged in 0..1_000_u32 {
        assert!(verifier.verify(b"message", &forged.to_le_bytes()).is_err());
        assert!(verifier.verify(b"message", &forged.to_le_bytes()).is_err());
    }
    assert_eq!(counting.asked(), 2_001);
    assert!(verifier.verify(b"message", b"good").is_ok());
    assert_eq!(counting.asked(), 2_001);
}

#[test]
fn the_memory_is_bounded_and_keeps_the_newest() {
    let (counting, verifier) = remembering(64);
    let token = |number: u32| [b"message", number.to_le_bytes().as_slice()].concat();
    for number in 0..10_000 {
        assert!(verifier.verify(&token(number), b"good").is_ok());
    }
    assert_eq!(counting.asked(), 10_000);
    let is_remembered = |number: &u32| {
        let before = counting.asked();
        assert!(verifier.verify(&token(*number), b"good").is_ok());
        counting.asked() == before
    };
    // From the newest to older ones, so that a token that is added now replaces none that is
    // still to be checked.
    assert!(is_remembered(&9_999));
    let remembered = (0..10_000).rev().filter(is_remembered).count();
    assert!((8..=64).contains(&remembered), "{remembered}");
}

#[test]
fn j11_each_bound_key_has_a_memory_of_its_own() {
    let counting = Arc::new(Counting::default());
    for bound in 1..=3 {
        let verifier = RememberingVerifier::new(counting.clone());
        assert!(verifier.verify(b"message", b"good").is_ok());
        assert!(verifier.verify(b"message", b"good").is_ok());
        assert_eq!(counting.asked(), bound);
    }
    // Nothing outlives the verifiers.
    assert_eq!(Arc::strong_count(&counting), 1);
}

#[test]
fn two_threads_share_what_they_verified() {
    let (counting, verifier) = remembering(1 << 14);
    let messages: Vec<_> = (0..2_000_u32).map(u32::to_le_bytes).collect();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for message in &messages {
                    assert!(verifier.verify(message, b"good").is_ok());
                }
            });
        }
    });
    assert!(counting.asked() <= 2 * messages.len());
    let before = counting.asked();
    for message in &messages {
        assert!(verifier.verify(message, b"good").is_ok());
    }
    assert_eq!(counting.asked(), before);
}

static ES256: Remembering = Remembering::new(|| &COUNTED).with_capacity(8);
static HS256: Remembering = Remembering::new(|| countersign_ring::HS256);
static COUNTED: CountedEs256 = CountedEs256(AtomicUsize::new(0));

/// ES256 over *ring*, which counts the signatures that it verifies.
#[derive(Debug)]
struct CountedEs256(AtomicUsize);

#[derive(Debug)]
struct Counted(Arc<dyn Verifier>, &'static AtomicUsize);

impl Algorithm for CountedEs256 {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::ES256
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(
        &self,
        key: &KeyMaterial<'_>,
    ) -> Result<Arc<dyn Verifier>, countersign_signature::KeyRejected> {
        let verifier = countersign_ring::ES256.verifier(key)?;
        Ok(Arc::new(Counted(verifier, &COUNTED.0)))
    }

    fn signer(
        &self,
        key: &KeyMaterial<'_>,
    ) -> Result<Arc<dyn countersign_signature::Signer>, countersign_signature::KeyRejected> {
        countersign_rustcrypto::ES256.signer(key)
    }
}

impl Verifier for Counted {
    fn algorithm(&self) -> AlgorithmName {
        AlgorithmName::ES256
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.1.fetch_add(1, Relaxed);
        self.0.verify(message, signature)
    }
}

/// The order of P-256 (SP 800-186 section 3.2.1.3).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The twin of an ECDSA signature: `(r, n - s)` verifies if `(r, s)` does.
fn twin(signature: &[u8]) -> Vec<u8> {
    let mut twin = signature.to_vec();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        twin[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    twin
}

#[test]
fn j11_a_signature_that_was_flipped_to_its_twin_is_verified_anew() {
    // RFC 7515 section A.3.1.
    let d = "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2";
    let x = "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445";
    let y = "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
    let number = |text: &str| -> Vec<u8> {
        let digits: Vec<u32> = text
            .chars()
            .map(|digit| digit.to_digit(16).unwrap())
            .collect();
        let bytes = digits.chunks(2);
        bytes
            .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
            .collect()
    };
    let public =
        countersign_signature::EcPublicKey::new(Curve::P256, number(x), number(y)).unwrap();
    let private = EcPrivateKey::new(Curve::P256, number(d), Some(public.clone())).unwrap();
    let mut signature = Vec::new();
    let signer = ES256.signer(&KeyMaterial::EcPrivate(private)).unwrap();
    signer.sign(b"header.payload", &mut signature).unwrap();

    let verifier = ES256.verifier(&KeyMaterial::EcPublic(public)).unwrap();
    let looked_at = || COUNTED.0.load(Relaxed);
    for signature in [signature.clone(), twin(&signature)] {
        let before = looked_at();
        for _ in 0..3 {
            assert!(verifier.verify(b"header.payload", &signature).is_ok());
        }
        assert_eq!(looked_at(), before + 1);
    }
    let before = looked_at();
    assert!(verifier.verify(b"header.payload", &[0; 64]).is_err());
    assert_eq!(looked_at(), before + 1);
}

#[test]
fn hmac_is_not_remembered() {
    let key = KeyMaterial::Secret(Secret::new([7; 32].as_slice()).unwrap());
    let plain = countersign_ring::HS256.verifier(&key).unwrap();
    let wrapped = HS256.verifier(&key).unwrap();
    assert_eq!(format!("{wrapped:?}"), format!("{plain:?}"));
    assert!(HS256.takes_secrets() && !ES256.takes_secrets());
}

#[test]
fn debug_shows_the_limit_of_the_memory() {
    let (_, verifier) = remembering(1_000);
    assert!(format!("{verifier:?}").contains("capacity: 1024"));
    let (_, verifier) = remembering(9);
    assert!(format!("{verifier:?}").contains("capacity: 16"));
}
