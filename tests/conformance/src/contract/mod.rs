//! The contract of every algorithm of every backend, with keys of the suite or of the author:
//! which keys it accepts, that altered signatures fail, and that `Debug` shows no secret.

mod key_checks;
mod signature_checks;

use countersign_signature::{Algorithm, KeyMaterial};

use crate::backend::{Backend, Example};
use crate::cases::signature;
use crate::judge::{HOLDS, Judge, PANICKED, guarded};
use crate::report::Report;
use crate::wycheproof;
use key_checks::{its_keys, key_for, says_its_kind, short_secrets, silence};
use signature_checks::{leading_zero, others, raw_length_der, signatures};

type Check = Result<(), String>;

/// One check: its name in the report, the algorithms that it is for (empty means all), and its
/// function.
type Case = (&'static str, &'static [&'static str], fn(&Subject) -> Check);

const CASES: [Case; 8] = [
    ("says which kind of key it takes", &[], says_its_kind),
    ("takes its own keys and no others", &[], its_keys),
    ("takes no short secret", HMAC, short_secrets),
    ("signs and verifies", &[], signatures),
    ("takes no signature of another algorithm", SHARED, others),
    (
        "takes no DER as long as a raw signature",
        CURVES,
        raw_length_der,
    ),
    (
        "takes no number without its leading zero",
        RSA,
        leading_zero,
    ),
    ("shows no secret", &[], silence),
];

const HMAC: &[&str] = &["HS256", "HS384", "HS512"];
const CURVES: &[&str] = &["ES256", "ES384", "ES512"];
const RSA: &[&str] = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
/// Algorithms whose key another algorithm could use.
const SHARED: &[&str] = &[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512",
];

/// An algorithm under test.
struct Subject {
    alg: String,
    algorithm: &'static dyn Algorithm,
    /// A secret or a private key. If the author brought only an example, its public key.
    own: KeyMaterial<'static>,
    examples: Vec<Example>,
}

/// Checks the contract of each expected algorithm.
pub(crate) fn run(backend: &Backend<'_>) -> Report {
    let mut judge = Judge::new("contract", backend.name);
    for alg in &backend.expected {
        // A missing algorithm is reported elsewhere.
        let Some(algorithm) = backend.provider.get(alg) else {
            continue;
        };
        let Some(subject) = Subject::of(backend, alg, algorithm) else {
            judge.surprise(format!(
                "the suite doesn't know {alg}, so nothing was tried: bring a key with \
                 `Backend::key`, or an example with `Backend::example`"
            ));
            continue;
        };
        for (name, algorithms, holds) in CASES {
            if !algorithms.is_empty() && !algorithms.contains(alg) {
                continue;
            }
            let (found, why) = match guarded(|| holds(&subject)) {
                Ok(Ok(())) => (HOLDS, String::new()),
                Ok(Err(why)) => ("broken", why),
                Err(why) => (PANICKED, why),
            };
            judge.case(&format!("{alg}/{name}"), HOLDS, found, || why);
        }
    }
    judge.finish()
}

impl Subject {
    fn of(backend: &Backend<'_>, alg: &str, algorithm: &'static dyn Algorithm) -> Option<Self> {
        let examples = backend.own_examples(alg);
        let own = backend.own_key(alg).cloned();
        let own = own
            .or_else(|| key_for(alg))
            .or_else(|| Some(examples.first()?.key.clone()))?;
        Some(Self {
            alg: alg.to_owned(),
            algorithm,
            own,
            examples,
        })
    }

    fn public(&self) -> KeyMaterial<'static> {
        let public = self.own.public().map(KeyMaterial::into_owned);
        public.unwrap_or_else(|| self.own.clone())
    }

    fn is_on_a_curve(&self) -> bool {
        matches!(
            self.own,
            KeyMaterial::EcPrivate(_) | KeyMaterial::EcPublic(_)
        )
    }

    /// Signatures: made by the algorithm itself, or, if it only verifies, by others.
    fn signed(&self, message: &[u8]) -> Result<Vec<Example>, String> {
        let key = self.public();
        if let Ok(signer) = self.algorithm.signer(&self.own) {
            let mut signature = b"before".to_vec();
            signer.sign(message, &mut signature).map_err(said)?;
            hold(
                signature.starts_with(b"before"),
                "`sign` must append to its buffer, not replace its content",
            )?;
            return Ok(vec![Example {
                key,
                message: message.to_vec(),
                signature: signature.split_off(b"before".len()),
            }]);
        }
        if !self.examples.is_empty() {
            return Ok(Vec::new());
        }
        if signature::signing_provider().get(&self.alg).is_some() {
            let signature = signature::sign(&format!("own as {}", self.alg), None, message);
            return Ok(vec![Example {
                key,
                message: message.to_vec(),
                signature,
            }]);
        }
        let vector = wycheproof::example(&self.alg);
        Ok(vec![vector.ok_or(
            "it only verifies: bring an example with `Backend::example`",
        )?])
    }
}

fn said(error: impl core::fmt::Display) -> String {
    error.to_string()
}

fn hold(it: bool, what: &str) -> Check {
    if it { Ok(()) } else { Err(what.to_owned()) }
}
