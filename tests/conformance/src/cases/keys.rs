//! Cases of one key: `jwk`, `pem`, `der` or `secret`, and `for`, the only algorithm with which it
//! is tried; without it, any algorithm may fit.

use countersign_keys::{Key, KeyError, KeyErrorReason};
use countersign_signature::{KeyRejectedReason, Provider};

use super::Verdict;
use super::text::{Values, expand, expand_text};
use crate::records::Record;
use crate::report::Report;

/// The suite.
pub(crate) fn suite() -> Report {
    let names = [&super::COMMON[..], &["jwk", "pem", "der", "secret", "for"]].concat();
    super::run("keys", include_str!("../../data/keys.txt"), &names, run)
}

fn run(record: &Record, values: &Values, provider: &Provider) -> Verdict {
    let bytes = |name: &str| record.get(name).map(|text| expand(text, values));
    let key = if let Some(jwk) = bytes("jwk") {
        Key::from_jwk(&jwk)
    } else if let Some(pem) = record.get("pem") {
        Key::from_pem(&expand_text(pem, values))
    } else if let Some(der) = bytes("der") {
        Key::from_der(&der)
    } else {
        Key::secret(bytes("secret").expect("a key"))
    };
    let algorithm = record.get("for").map(|alg| expand_text(alg, values));
    let bound = key.and_then(|key| match algorithm {
        Some(alg) => key.verifier(provider, &alg).map(drop),
        None => key.verifiers(provider).map(drop),
    });
    match bound {
        Ok(()) => Verdict::accept("it verifies"),
        Err(error) => Verdict::refuse(word(&error), &error),
    }
}

/// The reason as a verdict.
pub(crate) fn word(error: &KeyError) -> &'static str {
    match error.reason() {
        KeyErrorReason::Unreadable => "unreadable",
        KeyErrorReason::Unsupported => "unsupported",
        KeyErrorReason::SecretIsAKey => "a key, not a secret",
        KeyErrorReason::NotPermitted => "not permitted",
        KeyErrorReason::NoAlgorithm => "no algorithm",
        KeyErrorReason::HalfMissing => "half missing",
        KeyErrorReason::Rejected(KeyRejectedReason::WrongKey) => "wrong key",
        KeyErrorReason::Rejected(KeyRejectedReason::Weak) => "weak",
        KeyErrorReason::Rejected(KeyRejectedReason::Malformed) => "malformed",
        KeyErrorReason::Rejected(KeyRejectedReason::Unsupported) => "beyond the library",
        _ => "another reason",
    }
}
