//! The contract of every algorithm of every backend, with keys of the suite or of the author:
//! which keys it accepts, that altered signatures fail, and that `Debug` shows no secret.

use countersign::jws::{NewHeader, Scratch, Unverified, sign};
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Algorithm, Curve, KeyMaterial, KeyRejected, KeyRejectedReason,
    OkpCurve, OkpPublicKey, Secret,
};
use countersign_test_backends::{ecdsa, keys, rsa};

use crate::backend::{Backend, Example};
use crate::cases::{parts, signature};
use crate::judge::{HOLDS, Judge, PANICKED, guarded};
use crate::report::Report;
use crate::wycheproof;

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

/// A secret, or a private key with its public half.
fn key_for(alg: &str) -> Option<KeyMaterial<'static>> {
    if let Some((seed, public)) = wycheproof::ml_dsa_pair(alg) {
        let public = AkpPublicKey::new(alg.to_owned(), public).unwrap();
        let private = AkpPrivateKey::new(alg.to_owned(), seed, Some(public)).unwrap();
        return Some(KeyMaterial::AkpPrivate(private));
    }
    let known = alg == "ES256K" || signature::signing_provider().get(alg).is_some();
    known.then(|| parts::key(signature::own_key(alg), true).material().clone())
}

/// Every kind of key, with its name.
fn all_kinds() -> Vec<(String, KeyMaterial<'static>)> {
    let mut kinds: Vec<(String, KeyMaterial<'static>)> = Vec::new();
    for name in parts::KEYS {
        kinds.push((
            format!("{name}, private"),
            parts::key(name, true).material().clone(),
        ));
        kinds.push((name.into(), parts::key(name, false).material().clone()));
    }
    let x25519 = OkpPublicKey::new(OkpCurve::X25519, vec![9; 32]).unwrap();
    kinds.push(("x25519".into(), KeyMaterial::OkpPublic(x25519)));
    for alg in ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"] {
        let (seed, public) = wycheproof::ml_dsa_pair(alg).unwrap();
        let public = AkpPublicKey::new(alg, public).unwrap();
        kinds.push((alg.into(), KeyMaterial::AkpPublic(public.clone())));
        let private = AkpPrivateKey::new(alg, seed, Some(public)).unwrap();
        kinds.push((format!("{alg}, private"), KeyMaterial::AkpPrivate(private)));
    }
    kinds
}

/// The kind of a key: equal for all keys that one algorithm may accept.
fn kind(key: &KeyMaterial<'_>) -> String {
    match key {
        KeyMaterial::Secret(_) => "secret".into(),
        KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_) => "RSA".into(),
        other => other.to_string().replace(" private", ""),
    }
}

fn its_keys(it: &Subject) -> Check {
    let own = [
        ("its own".to_owned(), it.own.clone()),
        ("its own, public".to_owned(), it.public()),
    ];
    for (name, key) in all_kinds().into_iter().chain(own) {
        let is_own = kind(&key) == kind(&it.own);
        let verifies = it.algorithm.verifier(&key);
        let wanted = is_own && !key.is_private();
        if verifies.is_ok() != wanted {
            return Err(format!("verifier({name}) is {verifies:?}"));
        }
        let signs = it.algorithm.signer(&key);
        let may_sign = is_own && !key.is_public();
        match &signs {
            Ok(_) if !may_sign => return Err(format!("signer({name}) takes it")),
            Err(error) if may_sign && error.reason() != KeyRejectedReason::Unsupported => {
                return Err(format!("signer({name}): {error}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Providers for published keys rely on `takes_secrets`.
fn says_its_kind(it: &Subject) -> Check {
    let is_secret = matches!(it.own, KeyMaterial::Secret(_));
    hold(
        it.algorithm.takes_secrets() == is_secret,
        "`takes_secrets` contradicts its keys",
    )
}

/// RFC 7518 section 3.2: a secret is as long as the hash, unless its owner allows a shorter one.
fn short_secrets(it: &Subject) -> Check {
    let least = match it.alg.as_str() {
        "HS256" => 32,
        "HS384" => 48,
        _ => 64,
    };
    let is_weak = |error: KeyRejected| error.reason() == KeyRejectedReason::Weak;
    let verifies = |key: &KeyMaterial<'_>| it.algorithm.verifier(key).map(drop);
    let signs = |key: &KeyMaterial<'_>| match it.algorithm.signer(key) {
        Err(error) if error.reason() == KeyRejectedReason::Unsupported => verifies(key),
        other => other.map(drop),
    };
    let secret = |bytes: usize| Secret::new(vec![7; bytes]).unwrap();
    let short = KeyMaterial::Secret(secret(least - 1));
    hold(verifies(&short).is_err_and(is_weak), "verifies by it")?;
    hold(signs(&short).is_err_and(is_weak), "signs by it")?;
    for allowed in [secret(least), secret(least - 1).allow_short()] {
        let allowed = KeyMaterial::Secret(allowed);
        verifies(&allowed).and(signs(&allowed)).map_err(said)?;
    }
    Ok(())
}

fn signatures(it: &Subject) -> Check {
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
fn others(it: &Subject) -> Check {
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
fn raw_length_der(it: &Subject) -> Check {
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
fn leading_zero(it: &Subject) -> Check {
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

/// `Debug` of a value that contains a secret shows nothing of the secret.
fn silence(it: &Subject) -> Check {
    let secret = match &it.own {
        KeyMaterial::Secret(it) => it.expose(),
        KeyMaterial::RsaPrivate(it) => &it.expose().d,
        KeyMaterial::EcPrivate(it) => it.expose(),
        KeyMaterial::OkpPrivate(it) => it.expose(),
        KeyMaterial::AkpPrivate(it) => it.expose(),
        _ => return Ok(()),
    };
    let mut shown = String::new();
    if let Ok(signer) = it.algorithm.signer(&it.own) {
        shown.push_str(&format!("{signer:?} {signer:#?}"));
    }
    if let KeyMaterial::Secret(_) = it.own
        && let Ok(verifier) = it.algorithm.verifier(&it.own)
    {
        shown.push_str(&format!("{verifier:?} {verifier:#?}"));
    }
    let end = &secret[secret.len().saturating_sub(8)..];
    let hex: String = end.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal: Vec<String> = end.iter().map(u8::to_string).collect();
    let shown = shown.to_lowercase();
    let spaced = decimal.join(", ");
    if shown.contains(&hex) || shown.contains(&spaced) {
        return Err("its Debug shows the secret".into());
    }
    Ok(())
}
