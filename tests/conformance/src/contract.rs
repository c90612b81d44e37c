//! What every algorithm of every backend owes to the seam, with keys of the suite: which keys
//! it takes, what its signatures survive, what it never shows.

use countersign::jws::{NewHeader, Scratch, Unverified, sign};
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Algorithm, KeyMaterial, KeyRejectedReason, OkpCurve, OkpPublicKey,
    Provider,
};

use crate::cases::{parts, signature};
use crate::judge::{HOLDS, Judge};
use crate::report::Report;
use crate::wycheproof::ml_dsa_pair;

/// The contract of each algorithm that is expected.
pub(crate) fn run(backend: &str, provider: &Provider, expected: &[&str]) -> Report {
    let mut judge = Judge::new("contract", backend);
    for alg in expected {
        let (Some(algorithm), Some(private)) = (provider.get(alg), key_for(alg)) else {
            continue;
        };
        let mut case = |name: &str, result: Result<(), String>| {
            let found = if result.is_ok() { HOLDS } else { "broken" };
            judge.case(&format!("{alg}/{name}"), HOLDS, found, || {
                result.err().unwrap_or_default()
            });
        };
        case(
            "takes its own keys and no others",
            keys(algorithm, &private),
        );
        case("signs and verifies", signatures(algorithm, &private));
        case("shows no secret", silence(algorithm, &private));
    }
    judge.finish()
}

/// A secret, or a private key with its public half.
fn key_for(alg: &str) -> Option<KeyMaterial<'static>> {
    if let Some((seed, public)) = ml_dsa_pair(alg) {
        let public = AkpPublicKey::new(alg.to_owned(), public).unwrap();
        let private = AkpPrivateKey::new(alg.to_owned(), seed, Some(public)).unwrap();
        return Some(KeyMaterial::AkpPrivate(private));
    }
    let known = alg == "ES256K" || signature::signing_provider().get(alg).is_some();
    known.then(|| parts::key(signature::own_key(alg), true).material().clone())
}

/// Every kind of key that there is, by a name.
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
        let (seed, public) = ml_dsa_pair(alg).unwrap();
        let public = AkpPublicKey::new(alg, public).unwrap();
        kinds.push((alg.into(), KeyMaterial::AkpPublic(public.clone())));
        let private = AkpPrivateKey::new(alg, seed, Some(public)).unwrap();
        kinds.push((format!("{alg}, private"), KeyMaterial::AkpPrivate(private)));
    }
    kinds
}

/// What tells kinds apart: the same for all keys that one algorithm may take.
fn kind(key: &KeyMaterial<'_>) -> String {
    match key {
        KeyMaterial::Secret(_) => "secret".into(),
        KeyMaterial::RsaPublic(_) | KeyMaterial::RsaPrivate(_) => "RSA".into(),
        other => other.to_string().replace(" private", ""),
    }
}

fn keys(algorithm: &dyn Algorithm, own: &KeyMaterial<'_>) -> Result<(), String> {
    for (name, key) in all_kinds() {
        let is_own = kind(&key) == kind(own);
        let verifies = algorithm.verifier(&key);
        let wanted = is_own && !key.is_private();
        if verifies.is_ok() != wanted {
            return Err(format!("verifier({name}) is {verifies:?}"));
        }
        let signs = algorithm.signer(&key);
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

fn signatures(algorithm: &dyn Algorithm, own: &KeyMaterial<'static>) -> Result<(), String> {
    let said = |error: &dyn core::fmt::Display| error.to_string();
    let public = own.public().unwrap_or_else(|| own.clone());
    let verifier = algorithm.verifier(&public).map_err(|error| said(&error))?;
    let hold = |it: bool, what: &str| if it { Ok(()) } else { Err(what.to_owned()) };
    hold(
        verifier.algorithm() == algorithm.name(),
        "a verifier of another name",
    )?;
    let message = b"header.payload";
    let made = match algorithm.signer(own) {
        Ok(signer) => {
            hold(
                signer.algorithm() == algorithm.name(),
                "a signer of another name",
            )?;
            let mut made = b"before".to_vec();
            signer
                .sign(message, &mut made)
                .map_err(|error| said(&error))?;
            hold(made.starts_with(b"before"), "what stood before is gone")?;
            let token = sign(&*signer, NewHeader::JWT, b"{}").map_err(|error| said(&error))?;
            let mut scratch = Scratch::default();
            let parsed = Unverified::parse(&token, &mut scratch).map_err(|error| said(&error))?;
            parsed.verify(&*verifier).map_err(|error| said(&error))?;
            made.split_off(b"before".len())
        }
        // It only verifies.
        Err(_) => {
            let how = format!("own as {}", algorithm.name());
            signature::sign(&how, None, message)
        }
    };
    let is_good = |message: &[u8], signature: &[u8]| verifier.verify(message, signature).is_ok();
    hold(is_good(message, &made), "its own signature")?;
    hold(!is_good(b"header.payloae", &made), "another message")?;
    hold(!is_good(b"", &made), "no message")?;
    for bit in (0..8 * made.len()).step_by(8 * made.len() / 37 + 1) {
        let mut bent = made.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        hold(!is_good(message, &bent), &format!("bit {bit} turned"))?;
    }
    for words in [
        "empty",
        "cut:1",
        "drop:1",
        "append:00",
        "prepend:00",
        "twice",
    ] {
        let bent = signature::bend(words, made.clone(), "");
        hold(!is_good(message, &bent), words)?;
    }
    for length in [
        1,
        made.len() / 2,
        made.len() - 1,
        made.len(),
        made.len() + 1,
        1 << 16,
    ] {
        hold(!is_good(message, &vec![0; length]), "nothing but zeros")?;
        hold(!is_good(message, &vec![0xff; length]), "nothing but ones")?;
    }
    Ok(())
}

/// `Debug` of what holds a secret shows none of it.
fn silence(algorithm: &dyn Algorithm, own: &KeyMaterial<'_>) -> Result<(), String> {
    let secret = match own {
        KeyMaterial::Secret(it) => it.expose(),
        KeyMaterial::RsaPrivate(it) => &it.expose().d,
        KeyMaterial::EcPrivate(it) => it.expose(),
        KeyMaterial::OkpPrivate(it) => it.expose(),
        KeyMaterial::AkpPrivate(it) => it.expose(),
        _ => return Ok(()),
    };
    let mut shown = String::new();
    if let Ok(signer) = algorithm.signer(own) {
        shown.push_str(&format!("{signer:?} {signer:#?}"));
    }
    if let KeyMaterial::Secret(_) = own
        && let Ok(verifier) = algorithm.verifier(own)
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
