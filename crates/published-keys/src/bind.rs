//! Binds the keys of a set to algorithms, and gives a reason for each key that is not used.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_keys::{Key, KeyError, KeySet};
use countersign_signature::{KeyMaterial, Provider, Verifier};

use crate::report::KeyReport;

type Verifiers = Vec<Arc<dyn Verifier>>;

/// The outcome for every key of a set.
pub(crate) struct Bound {
    /// One for every key of the document, in its order.
    pub(crate) rows: Vec<KeyReport>,
    /// The keys that a token can name.
    pub(crate) by_kid: BTreeMap<String, Verifiers>,
    /// The one usable key, if there is exactly one and tokens may lack a `kid`.
    pub(crate) only: Option<Verifiers>,
}

/// A key that fits at least one algorithm.
struct Candidate {
    index: usize,
    kid: Option<String>,
    /// Only equal keys have equal ones (RFC 7638).
    thumbprint: String,
    verifiers: Verifiers,
}

pub(crate) fn bind(set: KeySet, provider: &Provider, allow_missing_kid: bool) -> Bound {
    let set = set.into_public();
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
                let thumbprint = key.thumbprint(sha256);
                row.thumbprint = thumbprint.as_ref().ok().cloned();
                match thumbprint.and_then(|it| candidate(rows.len(), key, it, provider)) {
                    Ok(candidate) => candidates.push(candidate),
                    Err(reason) => row.skipped = Some(reason.to_string()),
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
        [only] if allow_missing_kid => Some(only.verifiers.clone()),
        _ => None,
    };
    drop_nameless(&mut candidates, allow_missing_kid, &mut skip);
    let mut by_kid: BTreeMap<String, Verifiers> = BTreeMap::new();
    for candidate in candidates {
        if let Some(row) = rows.get_mut(candidate.index) {
            row.algorithms = candidate.verifiers.iter().map(|v| v.algorithm()).collect();
        }
        if let Some(kid) = candidate.kid {
            by_kid.entry(kid).or_default().extend(candidate.verifiers);
        }
    }
    Bound { rows, by_kid, only }
}

fn candidate(
    index: usize,
    key: &Key,
    thumbprint: String,
    provider: &Provider,
) -> Result<Candidate, KeyError> {
    Ok(Candidate {
        index,
        kid: key.kid().map(str::to_owned),
        thumbprint,
        verifiers: key.verifiers(provider)?.into_iter().collect(),
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
        is_private: key.was_private(),
        ..KeyReport::default()
    }
}

fn sha256(input: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, input);
    digest.as_ref().try_into().unwrap_or_default()
}

/// Skips different keys that share a `kid` and an algorithm, because a token can't say which of
/// them it means.
fn drop_ambiguous(candidates: &mut Vec<Candidate>, skip: &mut impl FnMut(usize, String)) {
    let is_ambiguous = |key: &Candidate, other: &Candidate| {
        key.kid.is_some()
            && key.kid == other.kid
            && key.thumbprint != other.thumbprint
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
                "found another key with the same kid and algorithm; a kid must name one key for \
                 each algorithm"
                    .into(),
            );
        }
        !drop
    });
}

/// Skips a key that is in the set before with the same `kid` and the same algorithms.
fn drop_repeated(candidates: &mut Vec<Candidate>, skip: &mut impl FnMut(usize, String)) {
    let mut seen: BTreeMap<(Option<String>, String), Vec<&'static str>> = BTreeMap::new();
    candidates.retain_mut(|key| {
        let seen = seen
            .entry((key.kid.clone(), key.thumbprint.clone()))
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
                "found the same key before in this set; it counts once".into(),
            );
        }
        !key.verifiers.is_empty()
    });
}

/// Skips keys without `kid`, unless tokens may lack it and this is the only key.
fn drop_nameless(
    candidates: &mut Vec<Candidate>,
    allow_missing_kid: bool,
    skip: &mut impl FnMut(usize, String),
) {
    if allow_missing_kid && candidates.len() == 1 {
        return;
    }
    let needed = if allow_missing_kid {
        "a kid is needed where a set holds several keys"
    } else {
        "a kid is needed for tokens to name it, or the option `jwks_allow_missing_kid` (in code, \
         `allow_missing_kid`)"
    };
    candidates.retain(|key| {
        if key.kid.is_none() {
            skip(key.index, format!("found no kid; {needed}"));
        }
        key.kid.is_some()
    });
}
