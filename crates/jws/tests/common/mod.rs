//! Shared by the tests: tokens with any header and a valid signature, so that only the header or
//! the form can be the reason for a refusal.

#![allow(dead_code, unreachable_pub)] // each test binary uses its part
#![allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_jws::{ParseError, Scratch, Unverified, VerifyError};
use countersign_signature::{InvalidSignature, KeyMaterial, Secret, Signer, Verifier};

/// Why a token gave no payload, or [`Accepted`] if it did.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted(Vec<u8>),
    Unreadable(ParseError),
    Unverified(VerifyError),
}

use Verdict::{Accepted, Unreadable, Unverified as NotVerified};

pub const BAD_SIGNATURE: Verdict = NotVerified(VerifyError::Signature(InvalidSignature::new()));

pub fn accepted(payload: &str) -> Verdict {
    Accepted(payload.into())
}

pub fn verdict(token: &str, key: &dyn Verifier) -> Verdict {
    verdict_within(countersign_jws::DEFAULT_LIMIT, token, key)
}

pub fn verdict_within(limit: usize, token: &str, key: &dyn Verifier) -> Verdict {
    match Unverified::parse_within(limit, token, &mut Scratch::default()) {
        Err(error) => Unreadable(error),
        Ok(unverified) => match unverified.verify(key) {
            Err(error) => NotVerified(error),
            Ok(verified) => Accepted(verified.payload().to_vec()),
        },
    }
}

/// The symbols of base64url by their values (RFC 4648 section 5).
pub const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// One HS256 secret, for signing and verifying.
#[derive(Debug)]
pub struct Key {
    pub signer: Arc<dyn Signer>,
    pub verifier: Arc<dyn Verifier>,
}

/// An HS256 key of 32 times the same byte.
pub fn key(byte: u8) -> Key {
    let material = KeyMaterial::Secret(Secret::new(vec![byte; 32]).unwrap());
    Key {
        signer: countersign_ring::HS256.signer(&material).unwrap(),
        verifier: countersign_ring::HS256.verifier(&material).unwrap(),
    }
}

impl Key {
    /// A token with any header, valid or not, and a valid signature.
    pub fn token(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.complete(&format!("{}.{}", encode(header), encode(payload)))
    }

    /// Adds a valid signature to the first two parts.
    pub fn complete(&self, signing_input: &str) -> String {
        let mut signature = Vec::new();
        self.signer
            .sign(signing_input.as_bytes(), &mut signature)
            .unwrap();
        format!("{signing_input}.{}", encode(signature))
    }

    /// The verdict on a token with this header and a valid signature by this key.
    pub fn on_header(&self, header: impl AsRef<[u8]>) -> Verdict {
        verdict(&self.token(header, "{}"), &*self.verifier)
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Numbers that look random and are the same in each run (SplitMix64).
#[derive(Debug)]
pub struct Generator(u64);

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// A token with `-` and `_` in each part, and no part with a multiple of four characters, so that
/// every kind of lax base64 can be tried on each part.
pub fn rich_token() -> String {
    let rich =
        |part: &str| part.contains('-') && part.contains('_') && !part.len().is_multiple_of(4);
    let mut generator = Generator::new(6);
    loop {
        let header = r#"{"alg":"HS256","kid":"~~~?ÿ>??~~~~?ÿ>"}"#;
        let token = key(7).token(header, generator.bytes(64));
        if token.split('.').all(rich) {
            return token;
        }
    }
}
