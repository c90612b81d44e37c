//! The keys that an algorithm accepts and refuses, and that `Debug` shows no secret of them.

use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, KeyMaterial, KeyRejected, KeyRejectedReason, OkpCurve,
    OkpPublicKey, Secret,
};

use super::{Check, Subject, hold, said};
use crate::cases::{parts, signature};
use crate::wycheproof;

/// A secret, or a private key with its public half.
pub(super) fn key_for(alg: &str) -> Option<KeyMaterial<'static>> {
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

pub(super) fn its_keys(it: &Subject) -> Check {
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
pub(super) fn says_its_kind(it: &Subject) -> Check {
    let is_secret = matches!(it.own, KeyMaterial::Secret(_));
    hold(
        it.algorithm.takes_secrets() == is_secret,
        "`takes_secrets` contradicts its keys",
    )
}

/// RFC 7518 section 3.2: a secret is as long as the hash, unless its owner allows a shorter one.
pub(super) fn short_secrets(it: &Subject) -> Check {
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

/// `Debug` of a value that contains a secret shows nothing of the secret.
pub(super) fn silence(it: &Subject) -> Check {
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
