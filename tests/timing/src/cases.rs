//! The measured cases: pairs of inputs, and the code that runs on them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::signature::AlgorithmName;
use countersign::{Authenticator, Authority, Key, Keyring, Rules, UnixTime, default_provider};
use countersign_test_backends::{ALGORITHMS, Backend, backends, sign};

/// Two inputs and the code that runs on them.
pub struct Case {
    /// Its description, for people.
    pub name: String,
    /// What a difference of the times would mean.
    pub kind: Kind,
    /// The two inputs, of which neither is accepted.
    pub inputs: [Vec<u8>; 2],
    /// Runs the code on an input, and returns whether it was accepted.
    pub run: Box<Run>,
}

/// The measured code.
pub type Run = dyn Fn(&[u8]) -> bool;

/// What a difference of the times would mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A difference is expected: the comparison leaks.
    Control,
    /// A difference reveals a secret.
    Secret,
    /// A difference reveals nothing new. It is shown, but is not an error.
    Public,
}

impl core::fmt::Debug for Case {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9";
const PLAIN: &str = r#"{"alg":"HS256"}"#;
const NAMED: &str = r#"{"alg":"HS256","kid":"1"}"#;
const VALID: &str = r#"{"sub":"42","exp":2000000000}"#;
const EXPIRED: &str = r#"{"sub":"42","exp":1000000000}"#;

/// Every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = vec![control()];
    for backend in backends() {
        let of_backend = |name| verifier(&backend, name);
        cases.extend(ALGORITHMS.into_iter().filter_map(of_backend));
    }
    cases.push(wrong_length());
    let [first, last] = wrong_early_and_late(&tag(1, PLAIN, VALID));
    cases.extend([
        authenticator(
            "first byte wrong, last byte wrong",
            Kind::Secret,
            [token(PLAIN, VALID, &first), token(PLAIN, VALID, &last)],
        ),
        // While secrets are rotated, a tag is compared under both.
        authenticator(
            "all but right under the one secret, under the other",
            Kind::Secret,
            [1, 2].map(|secret| {
                let [_, last] = wrong_early_and_late(&tag(secret, PLAIN, VALID));
                token(PLAIN, VALID, &last)
            }),
        ),
        // The author of the header knows which key it names.
        authenticator(
            "wrong under a key that is named, under all of them",
            Kind::Public,
            [token(NAMED, VALID, &first), token(PLAIN, VALID, &first)],
        ),
        // The error reveals this too: it reports a bad signature even if the token is expired.
        authenticator(
            "wrong and expired, right and expired",
            Kind::Public,
            [
                token(PLAIN, EXPIRED, &first),
                token(PLAIN, EXPIRED, &tag(1, PLAIN, EXPIRED)),
            ],
        ),
    ]);
    cases
}

/// A careless verifier: it computes the right tag, but its comparison stops at the first
/// difference.
fn control() -> Case {
    let signer = secret(1)
        .signer(&default_provider(), Some("HS256"))
        .unwrap();
    let made = move || {
        let mut tag = Vec::new();
        signer.sign(MESSAGE, &mut tag).unwrap();
        tag
    };
    Case {
        name: "HS256, compared byte by byte up to a difference, for control".to_owned(),
        kind: Kind::Control,
        inputs: wrong_early_and_late(&made()),
        run: Box::new(move |input| made().iter().zip(input).all(|(made, shown)| made == shown)),
    }
}

/// A signature wrong in its first byte, and one wrong in its last.
fn verifier(backend: &Backend, algorithm: AlgorithmName) -> Option<Case> {
    let verifier = backend.verifier(algorithm)?;
    let kind = if algorithm.as_str().starts_with("HS") {
        Kind::Secret
    } else {
        Kind::Public
    };
    Some(Case {
        name: format!(
            "{algorithm} over {}: first byte wrong, last byte wrong",
            backend.name
        ),
        kind,
        inputs: wrong_early_and_late(&sign(algorithm, MESSAGE)),
        run: Box::new(move |signature| verifier.verify(MESSAGE, signature).is_ok()),
    })
}

/// A tag of the right length and one that is cut short. The length of a tag is public.
fn wrong_length() -> Case {
    let verifier = secret(1).verifier(&default_provider(), "HS256").unwrap();
    Case {
        name: "HS256: whole and wrong, cut short".to_owned(),
        kind: Kind::Public,
        inputs: [vec![0; 32], vec![0; 16]],
        run: Box::new(move |tag| verifier.verify(MESSAGE, tag).is_ok()),
    }
}

/// The authenticator with two tokens and two secrets, one of which also has a `kid`.
fn authenticator(name: &str, kind: Kind, tokens: [String; 2]) -> Case {
    let keyring = [secret(1), secret(2), secret(1).with_kid("1")]
        .iter()
        .fold(Keyring::new(default_provider()), |ring, key| {
            ring.with(key).unwrap()
        });
    let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
    let now = UnixTime::from_secs(1_700_000_000);
    Case {
        name: format!("HS256 through the authenticator: {name}"),
        kind,
        inputs: tokens.map(String::into_bytes),
        run: Box::new(move |token| {
            let token = core::str::from_utf8(token).unwrap();
            authenticator.connection(token, now).is_ok()
        }),
    }
}

fn secret(byte: u8) -> Key {
    Key::secret([byte; 64]).unwrap()
}

fn signing_input(header: &str, payload: &str) -> String {
    [header, payload]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

fn tag(of: u8, header: &str, payload: &str) -> Vec<u8> {
    let mut tag = Vec::new();
    let signer = secret(of)
        .signer(&default_provider(), Some("HS256"))
        .unwrap();
    let input = signing_input(header, payload);
    signer.sign(input.as_bytes(), &mut tag).unwrap();
    tag
}

fn token(header: &str, payload: &str, tag: &[u8]) -> String {
    let tag = URL_SAFE_NO_PAD.encode(tag);
    format!("{}.{tag}", signing_input(header, payload))
}

fn wrong_early_and_late(good: &[u8]) -> [Vec<u8>; 2] {
    let (mut early, mut late) = (good.to_vec(), good.to_vec());
    early.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    late.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
    [early, late]
}

#[cfg(test)]
mod tests {
    use super::cases;

    #[test]
    fn every_measured_token_is_refused() {
        for case in cases() {
            for input in &case.inputs {
                assert!(!(case.run)(input), "{}", case.name);
            }
        }
    }
}
