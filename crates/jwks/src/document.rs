//! From the body of an answer to a set of keys that are ready to verify with.
//!
//! # Which keys are used
//!
//! - A key that cannot be read, is not for verifying signatures, or fits no algorithm of
//!   the provider is skipped. It never spoils the others.
//! - Of a private key the public half is used, and the private bytes are dropped. A
//!   secret (`oct`) is never used: everyone knows it now.
//! - A `kid` names one key for each algorithm. The same key twice counts once; two
//!   different keys of one `kid` that share an algorithm are ambiguous, and both skipped.
//! - A key without `kid` cannot be named by a token. It is used if the settings allow
//!   tokens without `kid` and it is the only one.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use countersign_keys::{Key, KeySet};
use countersign_signature::{KeyMaterial, Provider, Verifier};

use crate::set::{Keys, Set};
use crate::{FetchError, FetchErrorKind, KeyReport, Report, Settings};

/// A key that fits at least one algorithm.
struct Candidate {
    index: usize,
    kid: Option<String>,
    /// The required members of its JWK (RFC 7638): equal for equal keys alone.
    identity: String,
    verifiers: Vec<Arc<dyn Verifier>>,
}

/// Reads a JWK Set that has at least one key of use.
pub(crate) fn read(
    document: &[u8],
    provider: &Provider,
    settings: &Settings,
) -> Result<Set, FetchError> {
    let Judged {
        rows,
        candidates,
        only,
    } = judge(document, provider, settings)?;
    let mut by_kid: BTreeMap<String, Vec<Arc<dyn Verifier>>> = BTreeMap::new();
    let is_empty = candidates.is_empty();
    for candidate in candidates {
        if let Some(kid) = candidate.kid {
            by_kid.entry(kid).or_default().extend(candidate.verifiers);
        }
    }
    if is_empty {
        let reason = rows.iter().find_map(KeyReport::skipped).unwrap_or("none");
        return Err(FetchError::new(
            FetchErrorKind::NoUsableKey,
            match rows.len() {
                1 => format!("found one key, which cannot be used: {reason}"),
                count => {
                    format!("found {count} keys, none of which can be used; of the first: {reason}")
                }
            },
        ));
    }
    let by_kid = by_kid
        .into_iter()
        .map(|(kid, verifiers)| (kid.into(), Keys::new(verifiers)))
        .collect();
    Ok(Set::new(by_kid, only, Report::new(rows)))
}

/// What a set holds, usable or not.
pub(crate) fn report(
    document: &[u8],
    provider: &Provider,
    settings: &Settings,
) -> Result<Report, FetchError> {
    if document.len() > settings.body_limit {
        return Err(FetchError::too_large(settings.body_limit));
    }
    judge(document, provider, settings).map(|judged| Report::new(judged.rows))
}

/// The readable keys of a set without their private parts, for the last-known-good file.
pub(crate) fn public(document: &[u8], settings: &Settings) -> Option<String> {
    let set = parse(document, settings).ok()?.into_public();
    set.to_public_json().ok()
}

fn parse(document: &[u8], settings: &Settings) -> Result<KeySet, FetchError> {
    KeySet::from_json_up_to(settings.key_limit, document)
        .map_err(|error| FetchError::new(FetchErrorKind::Document, error.to_string()))
}

/// What became of the keys of a set.
struct Judged {
    /// One for every key.
    rows: Vec<KeyReport>,
    /// The keys that are used.
    candidates: Vec<Candidate>,
    /// The one key of use, with or without `kid`, if there is exactly one.
    only: Option<Keys>,
}

fn judge(document: &[u8], provider: &Provider, settings: &Settings) -> Result<Judged, FetchError> {
    let set = parse(document, settings)?.into_public();
    let mut rows = Vec::new();
    let mut candidates = Vec::new();
    for entry in set.entries() {
        let row = match entry {
            Err(skipped) => KeyReport {
                kid: skipped.kid.clone(),
                kty: skipped.kty.clone(),
                alg: skipped.alg.clone(),
                skipped: Some(skipped.reason.to_string()),
                ..KeyReport::default()
            },
            Ok(key) => {
                let mut row = describe(key);
                match candidate(rows.len(), key, provider) {
                    Ok(candidate) => candidates.push(candidate),
                    Err(reason) => row.skipped = Some(reason),
                }
                row
            }
        };
        rows.push(row);
    }
    let mut skip = |index: usize, reason: String| {
        if let Some(row) = rows.get_mut(index) {
            row.skipped = Some(reason);
        }
    };
    drop_ambiguous(&mut candidates, &mut skip);
    drop_repeated(&mut candidates, &mut skip);
    let only = match candidates.as_slice() {
        [only] => Some(Keys::new(only.verifiers.iter().cloned())),
        _ => None,
    };
    drop_nameless(&mut candidates, settings, &mut skip);
    for candidate in &candidates {
        if let Some(row) = rows.get_mut(candidate.index) {
            row.algorithms = candidate.verifiers.iter().map(|v| v.algorithm()).collect();
        }
    }
    Ok(Judged {
        rows,
        candidates,
        only,
    })
}

fn candidate(index: usize, key: &Key, provider: &Provider) -> Result<Candidate, String> {
    Ok(Candidate {
        index,
        kid: key.kid().map(str::to_owned),
        identity: key.thumbprint_input().map_err(|error| error.to_string())?,
        verifiers: key.verifiers(provider).map_err(|error| error.to_string())?,
    })
}

fn describe(key: &Key) -> KeyReport {
    let (kty, size) = match key.material() {
        KeyMaterial::RsaPublic(key) => ("RSA", format!("{} bits", key.bits())),
        KeyMaterial::EcPublic(key) => ("EC", key.curve().name().to_owned()),
        KeyMaterial::OkpPublic(key) => ("OKP", key.curve().name().to_owned()),
        KeyMaterial::AkpPublic(key) => ("AKP", key.algorithm().to_owned()),
        other => ("", other.to_string()),
    };
    KeyReport {
        kid: key.kid().map(str::to_owned),
        kty: Some(kty.to_owned()),
        alg: key.algorithm().map(str::to_owned),
        size: Some(size),
        thumbprint: key.thumbprint(sha256).ok(),
        is_private: key.was_private(),
        ..KeyReport::default()
    }
}

fn sha256(input: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, input);
    digest.as_ref().try_into().unwrap_or_default()
}

/// Different keys of one `kid` that share an algorithm: a token would be checked with
/// whichever came first.
fn drop_ambiguous(candidates: &mut Vec<Candidate>, skip: &mut impl FnMut(usize, String)) {
    let is_ambiguous = |key: &Candidate, other: &Candidate| {
        key.kid.is_some()
            && key.kid == other.kid
            && key.identity != other.identity
            && key.verifiers.iter().any(|verifier| {
                other
                    .verifiers
                    .iter()
                    .any(|known| known.algorithm() == verifier.algorithm())
            })
    };
    let ambiguous: Vec<bool> = candidates
        .iter()
        .map(|key| candidates.iter().any(|other| is_ambiguous(key, other)))
        .collect();
    let mut ambiguous = ambiguous.into_iter();
    candidates.retain(|key| {
        let drop = ambiguous.next().unwrap_or_default();
        if drop {
            skip(
                key.index,
                "found another key of the same kid and algorithm; \
                 a kid must name one key for each algorithm"
                    .into(),
            );
        }
        !drop
    });
}

/// The same key of the same `kid` again counts once, for each algorithm.
fn drop_repeated(candidates: &mut Vec<Candidate>, skip: &mut impl FnMut(usize, String)) {
    let mut seen: BTreeMap<(Option<String>, String), Vec<&'static str>> = BTreeMap::new();
    candidates.retain_mut(|key| {
        let seen = seen
            .entry((key.kid.clone(), key.identity.clone()))
            .or_default();
        key.verifiers.retain(|verifier| {
            let name = verifier.algorithm().as_str();
            let is_new = !seen.contains(&name);
            if is_new {
                seen.push(name);
            }
            is_new
        });
        if key.verifiers.is_empty() {
            skip(
                key.index,
                "found the same key before; it counts once".into(),
            );
        }
        !key.verifiers.is_empty()
    });
}

fn drop_nameless(
    candidates: &mut Vec<Candidate>,
    settings: &Settings,
    skip: &mut impl FnMut(usize, String),
) {
    if settings.allow_missing_kid && candidates.len() == 1 {
        return;
    }
    let needed = if settings.allow_missing_kid {
        "a kid is needed where a set holds several keys"
    } else {
        "a kid is needed for tokens to name it, or the setting `allow_missing_kid`"
    };
    candidates.retain(|key| {
        if key.kid.is_none() {
            skip(key.index, format!("found no kid; {needed}"));
        }
        key.kid.is_some()
    });
}
