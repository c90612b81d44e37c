//! What is measured: pairs of inputs, and the code that they go through.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::signature::{Provider, Verifier};
use countersign::{Authenticator, Authority, Key, Keyring, Rules, UnixTime, default_provider};

/// Two inputs and what they go through.
pub struct Case {
    /// What it is, for people.
    pub name: String,
    /// Whether a difference tells a secret.
    pub is_secret: bool,
    /// Whether a difference is expected: the comparison that leaks.
    pub is_control: bool,
    /// How often one measurement runs the code.
    pub batch: u32,
    /// Runs the code on the first input or the second; gives whether it was accepted.
    pub run: Box<dyn Fn(bool) -> bool>,
}

impl core::fmt::Debug for Case {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9";

/// Every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = vec![control()];
    let backends = [
        ("ring", countersign_ring::provider()),
        ("rustcrypto", countersign_rustcrypto::provider()),
    ];
    for (backend, provider) in backends {
        for alg in ["HS256", "HS384", "HS512"] {
            cases.push(verifier(backend, &provider, alg));
        }
    }
    cases.push(authenticator("HS256"));
    for alg in ["ES256", "EdDSA"] {
        cases.push(authenticator(alg));
    }
    cases.push(wrong_length());
    cases
}

/// Equality of slices stops at the first difference, or compares in order: it leaks.
fn control() -> Case {
    let good = vec![7_u8; 4096];
    let [early, late] = wrong_early_and_late(&good);
    Case {
        name: "a comparison that leaks, for control".to_owned(),
        is_secret: false,
        is_control: true,
        batch: 16,
        run: Box::new(move |is_late| good == *if is_late { &late } else { &early }),
    }
}

/// A tag wrong in its first byte, and one wrong in its last.
fn wrong_early_and_late(good: &[u8]) -> [Vec<u8>; 2] {
    let (mut early, mut late) = (good.to_vec(), good.to_vec());
    early.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    late.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
    [early, late]
}

fn verifier(backend: &str, provider: &Provider, alg: &str) -> Case {
    let key = Key::secret(&[7; 64]).unwrap();
    let verifier: Arc<dyn Verifier> = key.verifier(provider, alg).unwrap();
    let mut good = Vec::new();
    let signer = key.signer(provider, Some(alg)).unwrap();
    signer.sign(MESSAGE, &mut good).unwrap();
    let [early, late] = wrong_early_and_late(&good);
    Case {
        name: format!("{alg} over {backend}: first byte wrong, last byte wrong"),
        is_secret: true,
        is_control: false,
        batch: 16,
        run: Box::new(move |is_late| {
            verifier
                .verify(MESSAGE, if is_late { &late } else { &early })
                .is_ok()
        }),
    }
}

/// The whole way of a token with a wrong signature.
fn authenticator(alg: &str) -> Case {
    let key = match alg {
        "HS256" => Key::secret(&[7; 64]).unwrap(),
        alg => countersign::generate_key(alg, 2048).unwrap(),
    };
    let trusted = if key.is_secret() {
        key.clone()
    } else {
        key.clone().into_public().unwrap()
    };
    let header = format!(r#"{{"alg":"{alg}"}}"#);
    let input = [header.as_str(), r#"{"sub":"42","exp":2000000000}"#]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let mut good = Vec::new();
    let signer = key.signer(&default_provider(), Some(alg)).unwrap();
    signer.sign(input.as_bytes(), &mut good).unwrap();
    let [early, late] = wrong_early_and_late(&good)
        .map(|signature| format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)));
    let keyring = Keyring::new(default_provider()).with(&trusted).unwrap();
    let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
    Case {
        name: format!("{alg} through the authenticator: first byte wrong, last byte wrong"),
        is_secret: key.is_secret(),
        is_control: false,
        batch: 4,
        run: Box::new(move |is_late| {
            let token = if is_late { &late } else { &early };
            authenticator
                .connection(token, UnixTime::from_secs(1_700_000_000))
                .is_ok()
        }),
    }
}

/// A tag of the right length and one cut short: how long a tag is, everybody knows.
fn wrong_length() -> Case {
    let key = Key::secret(&[7; 64]).unwrap();
    let verifier = key.verifier(&default_provider(), "HS256").unwrap();
    Case {
        name: "HS256: whole and wrong, cut short".to_owned(),
        is_secret: false,
        is_control: false,
        batch: 16,
        run: Box::new(move |is_short| {
            let tag = if is_short { &[0_u8; 16][..] } else { &[0; 32] };
            verifier.verify(MESSAGE, tag).is_ok()
        }),
    }
}
