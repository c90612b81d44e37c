//! How this project is set up for the measurements.

use countersign::signature::{AlgorithmName, Provider};
use countersign::{Authenticator, Authority, Issuer, Key, KeySource, Keyring, Rules};

use crate::tokens;

/// An authenticator that trusts these keys and has no other expectations.
pub(crate) fn authenticator(keys: impl Into<KeySource>) -> Authenticator {
    Authenticator::new(Rules::new(Authority::new(keys)))
}

pub(crate) fn keyring(provider: Provider, key: &Key) -> Keyring {
    Keyring::new(provider).with(key).unwrap()
}

/// An authenticator that holds the measured key of one algorithm.
pub(crate) fn holding(provider: Provider, name: AlgorithmName) -> Authenticator {
    authenticator(keyring(provider, &tokens::verifying_key(name)))
}

pub(crate) fn issuer(provider: Provider) -> Issuer {
    let key = tokens::signing_key(AlgorithmName::HS256);
    Issuer::builder()
        .key(key)
        .provider(provider)
        .build()
        .unwrap()
}
