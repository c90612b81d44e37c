//! Providers with toy algorithms.

use std::sync::Arc;

use countersign_signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Provider, Signer,
    Verifier,
};

/// An algorithm that binds any secret, or no key.
#[derive(Debug)]
struct Toy {
    name: &'static str,
    takes_secrets: bool,
    version: u8,
}

impl Algorithm for Toy {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static(self.name)
    }

    fn takes_secrets(&self) -> bool {
        self.takes_secrets
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        match key {
            KeyMaterial::Secret(_) if self.takes_secrets => Ok(Arc::new(Bound(self.name()))),
            other => Err(KeyRejected::wrong_key(other, "this toy takes none")),
        }
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Err(KeyRejected::unsupported(key, "toys sign nothing"))
    }
}

#[derive(Debug)]
struct Bound(AlgorithmName);

impl Verifier for Bound {
    fn algorithm(&self) -> AlgorithmName {
        self.0
    }

    fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        Err(InvalidSignature::new())
    }
}

const fn toy(name: &'static str, takes_secrets: bool, version: u8) -> Toy {
    Toy {
        name,
        takes_secrets,
        version,
    }
}

static SECRET: Toy = toy("SECRET1", true, 1);
static NEWER_SECRET: Toy = toy("SECRET1", true, 2);
static PUBLIC: Toy = toy("PUBLIC1", false, 1);

/// An algorithm that takes secrets of at least 128 bytes.
#[derive(Debug)]
struct LongSecrets;

impl Algorithm for LongSecrets {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static("SECRET2")
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        match key {
            KeyMaterial::Secret(secret) => {
                secret.bytes_for(self.name(), 128)?;
                Ok(Arc::new(Bound(self.name())))
            }
            other => Err(KeyRejected::wrong_key(other, "it takes a secret")),
        }
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Err(KeyRejected::unsupported(key, "toys sign nothing"))
    }
}

static OTHER: Toy = toy("PUBLIC2", false, 1);

fn shown(provider: &Provider) -> Vec<String> {
    provider
        .iter()
        .map(|algorithm| format!("{algorithm:?}"))
        .collect()
}

fn three() -> Provider {
    Provider::new([&SECRET as &'static dyn Algorithm, &PUBLIC, &OTHER])
}

#[test]
fn an_algorithm_is_found_only_by_its_name() {
    let provider = three();
    assert_eq!(provider.get("PUBLIC1").unwrap().name().as_str(), "PUBLIC1");
    for name in ["public1", "PUBLIC", "PUBLIC3", "none", ""] {
        assert!(provider.get(name).is_none(), "{name:?}");
    }
}

#[test]
fn a_later_algorithm_replaces_an_earlier_one_with_its_name() {
    let provider = three().with(&NEWER_SECRET);
    assert_eq!(provider.iter().count(), 3);
    assert_eq!(shown(&provider)[0], format!("{NEWER_SECRET:?}"));
    assert_ne!(NEWER_SECRET.version, SECRET.version);
}

#[test]
fn a_provider_can_be_limited_to_some_algorithms() {
    let provider = three().only(|algorithm| algorithm.name().as_str() != "PUBLIC1");
    assert_eq!(
        shown(&provider),
        [format!("{SECRET:?}"), format!("{OTHER:?}")]
    );
}

#[test]
fn h2_for_published_keys_only_algorithms_of_key_pairs_remain() {
    let provider = three().with(&LongSecrets).for_key_pairs();
    assert_eq!(
        shown(&provider),
        [format!("{PUBLIC:?}"), format!("{OTHER:?}")]
    );
}
